//! Scopes: their names, what a person reads about them, and which of them each method accepts
//! (discovery document of Calendar v3).
//!
//! A new method is one variant and one row in [`Method::row`].

/// What Google grants without a tick box.
pub(crate) const IDENTITY: [&str; 3] = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
];

const PREFIX: &str = "https://www.googleapis.com/auth/";

/// Short names and what the consent page says.
const KNOWN: [(&str, &str); 25] = [
    ("openid", "Know who you are"),
    ("userinfo.email", "See your email address"),
    ("userinfo.profile", "See your name and picture"),
    ("calendar", "See, change and share all your calendars"),
    ("calendar.readonly", "See all your calendars and their events"),
    ("calendar.events", "See and change events on all your calendars"),
    ("calendar.events.readonly", "See events on all your calendars"),
    (
        "calendar.events.owned",
        "See and change events on calendars you own",
    ),
    (
        "calendar.events.owned.readonly",
        "See events on calendars you own",
    ),
    (
        "calendar.events.freebusy",
        "See when you are free or busy, event by event",
    ),
    (
        "calendar.events.public.readonly",
        "See events on public calendars",
    ),
    ("calendar.freebusy", "See when you are free or busy"),
    (
        "calendar.calendarlist",
        "See, add and remove calendars in your list",
    ),
    ("calendar.calendarlist.readonly", "See the list of your calendars"),
    (
        "calendar.calendars",
        "See and change the properties of your calendars",
    ),
    (
        "calendar.calendars.readonly",
        "See the name, zone and description of your calendars",
    ),
    ("calendar.settings", "See and change your calendar settings"),
    ("calendar.settings.readonly", "See your calendar settings"),
    ("calendar.acls", "See and change who may see your calendars"),
    ("calendar.acls.readonly", "See who may see your calendars"),
    (
        "calendar.app.created",
        "Make calendars of its own and manage their events",
    ),
    ("drive", "See, change and delete all your files"),
    (
        "drive.file",
        "See and change the files that you open with this app",
    ),
    ("drive.readonly", "See all your files"),
    ("meetings.space.created", "Make video meetings"),
];

/// A method of the calendar API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    CalendarListList,
    CalendarListGet,
    CalendarListInsert,
    CalendarListPatch,
    CalendarListUpdate,
    CalendarListDelete,
    CalendarsGet,
    CalendarsInsert,
    CalendarsPatch,
    CalendarsUpdate,
    CalendarsDelete,
    CalendarsClear,
    CalendarsTransferOwnership,
    AclList,
    AclGet,
    AclInsert,
    AclPatch,
    AclUpdate,
    AclDelete,
    ColorsGet,
    SettingsList,
    SettingsGet,
    EventsList,
    EventsGet,
    EventsInstances,
    EventsInsert,
    EventsPatch,
    EventsUpdate,
    EventsDelete,
    EventsMove,
    EventsImport,
    EventsQuickAdd,
    FreebusyQuery,
    EventsWatch,
    CalendarListWatch,
    SettingsWatch,
    AclWatch,
    ChannelsStop,
}

const READ_LIST: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
];
const GET_LIST: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.app.created",
];
const INSERT_LIST: &[&str] = &["calendar", "calendar.calendarlist"];
const WRITE_LIST: &[&str] = &["calendar", "calendar.app.created", "calendar.calendarlist"];
const WRITE_CALENDARS: &[&str] = &["calendar", "calendar.app.created", "calendar.calendars"];
const RULE_CALENDARS: &[&str] = &["calendar", "calendar.calendars"];
const GET_ACL: &[&str] = &[
    "calendar",
    "calendar.acls",
    "calendar.acls.readonly",
    "calendar.readonly",
];
const WRITE_ACL: &[&str] = &["calendar", "calendar.acls"];
const COLORS: &[&str] = &[
    "calendar",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.readonly",
];
const READ_CALENDARS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.app.created",
];
const READ_SETTINGS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.settings",
    "calendar.settings.readonly",
];
const READ_EVENTS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.events",
    "calendar.events.readonly",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.freebusy",
    "calendar.events.public.readonly",
    "calendar.app.created",
];
const WRITE_EVENTS: &[&str] = &[
    "calendar",
    "calendar.events",
    "calendar.events.owned",
    "calendar.app.created",
];
const MOVE_EVENTS: &[&str] = &["calendar", "calendar.events", "calendar.events.owned"];
const FREE_BUSY: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.freebusy",
    "calendar.events.freebusy",
];
const READ_ACL: &[&str] = &["calendar", "calendar.acls", "calendar.acls.readonly"];
/// Whatever allows to watch something.
const STOP_CHANNELS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.acls",
    "calendar.acls.readonly",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.settings",
    "calendar.settings.readonly",
];

impl Method {
    /// The name that error details carry.
    pub(crate) fn rpc_name(self) -> String {
        format!("calendar.v3.{}", self.row().0)
    }

    /// The scopes of which any one suffices, as full names.
    pub(crate) fn accepts(self) -> impl Iterator<Item = String> {
        self.row().1.iter().map(|short| format!("{PREFIX}{short}"))
    }

    const fn row(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::CalendarListList => ("CalendarList.List", READ_LIST),
            Self::CalendarListGet => ("CalendarList.Get", GET_LIST),
            Self::CalendarListInsert => ("CalendarList.Insert", INSERT_LIST),
            Self::CalendarListPatch => ("CalendarList.Patch", WRITE_LIST),
            Self::CalendarListUpdate => ("CalendarList.Update", WRITE_LIST),
            Self::CalendarListDelete => ("CalendarList.Delete", WRITE_LIST),
            Self::CalendarsGet => ("Calendars.Get", READ_CALENDARS),
            Self::CalendarsInsert => ("Calendars.Insert", WRITE_CALENDARS),
            Self::CalendarsPatch => ("Calendars.Patch", WRITE_CALENDARS),
            Self::CalendarsUpdate => ("Calendars.Update", WRITE_CALENDARS),
            Self::CalendarsDelete => ("Calendars.Delete", WRITE_CALENDARS),
            Self::CalendarsClear => ("Calendars.Clear", RULE_CALENDARS),
            Self::CalendarsTransferOwnership => ("Calendars.TransferOwnership", RULE_CALENDARS),
            Self::AclList => ("Acl.List", READ_ACL),
            Self::AclGet => ("Acl.Get", GET_ACL),
            Self::AclInsert => ("Acl.Insert", WRITE_ACL),
            Self::AclPatch => ("Acl.Patch", WRITE_ACL),
            Self::AclUpdate => ("Acl.Update", WRITE_ACL),
            Self::AclDelete => ("Acl.Delete", WRITE_ACL),
            Self::ColorsGet => ("Colors.Get", COLORS),
            Self::SettingsList => ("Settings.List", READ_SETTINGS),
            Self::SettingsGet => ("Settings.Get", READ_SETTINGS),
            Self::EventsList => ("Events.List", READ_EVENTS),
            Self::EventsGet => ("Events.Get", READ_EVENTS),
            Self::EventsInstances => ("Events.Instances", READ_EVENTS),
            Self::EventsInsert => ("Events.Insert", WRITE_EVENTS),
            Self::EventsPatch => ("Events.Patch", WRITE_EVENTS),
            Self::EventsUpdate => ("Events.Update", WRITE_EVENTS),
            Self::EventsDelete => ("Events.Delete", WRITE_EVENTS),
            Self::EventsMove => ("Events.Move", MOVE_EVENTS),
            Self::EventsImport => ("Events.Import", WRITE_EVENTS),
            Self::EventsQuickAdd => ("Events.QuickAdd", WRITE_EVENTS),
            Self::FreebusyQuery => ("Freebusy.Query", FREE_BUSY),
            Self::EventsWatch => ("Events.Watch", READ_EVENTS),
            Self::CalendarListWatch => ("CalendarList.Watch", READ_LIST),
            Self::SettingsWatch => ("Settings.Watch", READ_SETTINGS),
            Self::AclWatch => ("Acl.Watch", READ_ACL),
            Self::ChannelsStop => ("Channels.Stop", STOP_CHANNELS),
        }
    }
}

/// The full name of a scope that exists; `email` and `profile` are short for two of them.
pub(crate) fn expand(scope: &str) -> Option<String> {
    let short = match scope {
        "openid" => return Some(scope.to_owned()),
        "email" => "userinfo.email",
        "profile" => "userinfo.profile",
        full => full.strip_prefix(PREFIX)?,
    };
    let known = KNOWN.iter().any(|(name, _)| *name == short);
    known.then(|| format!("{PREFIX}{short}"))
}

/// What a person reads about a scope.
pub(crate) fn describe(scope: &str) -> &'static str {
    let short = scope.strip_prefix(PREFIX).unwrap_or(scope);
    KNOWN
        .iter()
        .find(|(name, _)| *name == short)
        .map_or("Use another part of your account", |(_, says)| says)
}
