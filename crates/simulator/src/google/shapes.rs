//! Which members the answers of the calendar API have (discovery document of Calendar v3), written as field masks.
//!
//! A mask that asks for anything else is refused, as Google refuses it: a misspelt member would otherwise be one that is
//! never there.

const EVENT: &str = "anyoneCanAddSelf,attachments(fileId,fileUrl,iconLink,mimeType,title),attendees(additionalGuests,\
    asyncOperation,comment,displayName,email,id,optional,organizer,resource,responseStatus,self),\
    attendeesOmitted,birthdayProperties(contact,customTypeName,type),colorId,conferenceData(conferenceId,\
    conferenceSolution(iconUri,key(type),name),createRequest(conferenceSolutionKey(type),requestId,status(\
    statusCode)),entryPoints(accessCode,entryPointFeatures,entryPointType,label,meetingCode,passcode,password,\
    pin,regionCode,uri),notes,parameters(addOnParameters(parameters(*))),signature),created,creator(displayName,\
    email,id,self),description,end(date,dateTime,timeZone),endTimeUnspecified,etag,eventLabelId,eventType,\
    extendedProperties(private(*),shared(*)),focusTimeProperties(autoDeclineMode,chatStatus,declineMessage),\
    gadget(display,height,iconLink,link,preferences(*),title,type,width),guestsCanInviteOthers,guestsCanModify,\
    guestsCanSeeOtherGuests,hangoutLink,htmlLink,iCalUID,id,kind,location,locked,organizer(displayName,email,id,\
    self),originalStartTime(date,dateTime,timeZone),outOfOfficeProperties(autoDeclineMode,declineMessage),\
    privateCopy,recurrence,recurringEventId,reminders(overrides(method,minutes),useDefault),sequence,source(\
    title,url),start(date,dateTime,timeZone),status,summary,transparency,updated,visibility,\
    workingLocationProperties(customLocation(label),homeOffice,officeLocation(buildingId,deskId,floorId,\
    floorSectionId,label),type)";
const ENTRY: &str = "accessRole,autoAcceptInvitations,backgroundColor,colorId,conferenceProperties(allowedConferenceSolutionTypes\
    ),dataOwner,defaultReminders(method,minutes),deleted,description,etag,foregroundColor,hidden,id,kind,\
    location,notificationSettings(notifications(method,type)),primary,selected,summary,summaryOverride,timeZone";
const CALENDAR: &str = "autoAcceptInvitations,conferenceProperties(allowedConferenceSolutionTypes),dataOwner,description,etag,id,\
    kind,labelProperties(eventLabels(backgroundColor,id,name)),location,summary,timeZone,workingHours(\
    availableTimes(dayOfWeek,periodEnd,periodStart),workingHoursEnabled)";
const RULE: &str = "etag,id,kind,role,scope(type,value)";
const SETTING: &str = "etag,id,kind,value";
const CHANNEL: &str = "address,expiration,id,kind,params(*),payload,resourceId,resourceUri,token,type";
const COLORS: &str = "calendar(*(background,foreground)),event(*(background,foreground)),kind,updated";
const FREE_BUSY: &str = "calendars(*(busy(end,start),errors(domain,reason))),groups(*(calendars,errors(domain,reason))),kind,timeMax,\
    timeMin";
/// What all pages have.
const PAGE: &str = "etag,kind,nextPageToken,nextSyncToken";
/// What pages of events have beside.
const EVENTS_HEAD: &str = "accessRole,defaultReminders(method,minutes),description,summary,timeZone,updated";

/// The members of what a call answers, by its path below `/calendar/v3` and without a slash at the end; `None` where
/// there is no such path, or where it answers nothing.
pub(super) fn of_answer(path: &str, posts: bool) -> Option<String> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let page = |item: &str| format!("{PAGE},items({item})");
    Some(match parts.as_slice() {
        [.., "watch"] => CHANNEL.to_owned(),
        ["colors"] => COLORS.to_owned(),
        ["freeBusy"] => FREE_BUSY.to_owned(),
        ["users", "me", "calendarList"] if !posts => page(ENTRY),
        ["users", "me", "calendarList", ..] => ENTRY.to_owned(),
        ["users", "me", "settings"] => page(SETTING),
        ["users", "me", "settings", _] => SETTING.to_owned(),
        ["calendars"] | ["calendars", _] => CALENDAR.to_owned(),
        ["calendars", _, "acl"] if !posts => page(RULE),
        ["calendars", _, "acl", ..] => RULE.to_owned(),
        ["calendars", _, "events"] if !posts => format!("{EVENTS_HEAD},{}", page(EVENT)),
        ["calendars", _, "events", _, "instances"] => format!("{EVENTS_HEAD},{}", page(EVENT)),
        ["calendars", _, "events", ..] => EVENT.to_owned(),
        _ => return None,
    })
}
