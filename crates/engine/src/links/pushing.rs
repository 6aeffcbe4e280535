//! A push under way: step after step, until nothing is left to do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    provider::Feature,
    sync::push::{After, At, LinkState, Made, Meeting, Outcome, Refusal, Step, Unanswered, Why, after, plan},
    two_way::responses,
};
use kalends_providers::provider::EventOrder;
use kalends_store::{
    ClaimedTask, Effects, LinkAim, LinkCommit, LinkSave, LinkStanding, LinkStatus, NewChange, NewTask,
    TaskLane, TimesWrite,
};

use super::{gate, news, subject::Subject, times::Extent};
use crate::{
    Engine,
    connections::LiveAccount,
    pull::subject::reference,
    runner::{
        failure::{Class, Failure},
        task,
    },
};

/// How long the provider may take for one step.
const ANSWER: Duration = Duration::from_mins(1);
/// Steps of one round; a link that takes more is not going anywhere.
const MOST_STEPS: usize = 16;
/// How long a provider lets an account rest that wrote too much.
const USAGE_LIMIT: SignedDuration = SignedDuration::from_hours(6);
/// The first wait for a meeting link that is being made; each next one is as long as all before.
const MEETING_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// The longest.
const LONGEST_MEETING_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// When nobody waits for it any longer.
const MEETING_GIVEN_UP: SignedDuration = SignedDuration::from_hours(24);

/// From when on a link that is still blocked has been tried again.
const RETRIED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing is left to do now.
    Done,
    /// The event or the link has been written by others: it is read again.
    Anew,
}

/// A link that is being pushed.
pub(super) struct Pushing<'a> {
    pub(super) engine: &'a Engine,
    task: &'a ClaimedTask,
    pub(super) subject: Subject,
    /// The link as it will be stored next.
    pub(super) standing: LinkStanding,
    /// What is told when it is.
    pub(super) news: Vec<NewChange>,
    account: Option<LiveAccount>,
    /// Whether something came of it that is worth telling.
    has_written: bool,
    has_looked: bool,
}

impl<'a> Pushing<'a> {
    pub(super) fn new(engine: &'a Engine, task: &'a ClaimedTask, subject: Subject) -> Self {
        Self {
            engine,
            task,
            standing: subject.link.standing.clone(),
            subject,
            news: Vec::new(),
            account: None,
            has_written: false,
            has_looked: false,
        }
    }

    /// Takes steps until there is none left.
    pub(super) async fn run(mut self) -> Result<Ended, Failure> {
        if let Some(stray) = self.subject.link.sightings.stray.clone()
            && let Some(ended) = self.delete_stray(stray).await?
        {
            return Ok(ended);
        }
        let mut next = None;
        for _ in 0..MOST_STEPS {
            let step = next.take().unwrap_or_else(|| self.plan());
            if step == Step::Nothing {
                return self.settle().await;
            }
            if let Some(refusal) = self.refusal(&step).await? {
                return self.block(refusal).await;
            }
            if gate::writes(&step) {
                self.note(&step).await?;
            }
            let outcome = self.take(&step).await?;
            self.learn(&step, &outcome);
            let made = outcome.made().cloned();
            match after(self.subject.wanted(), &self.standing.state, &step, outcome) {
                After::Again(state) => self.again(state, made),
                After::Then(step) => next = Some(step),
                After::Blocked { link, refusal } => {
                    self.standing.state = link;
                    return self.block(refusal).await;
                }
                After::Edited { link, remote } => Box::pin(self.edited(link, remote)).await?,
                After::Deleted { link, remote } => Box::pin(self.deleted(link, remote)).await?,
                After::Stray(provided) => {
                    if let Some(ended) = self.delete_stray(provided.id).await? {
                        return Ok(ended);
                    }
                }
            }
        }
        let cause = "the calendar did not come to rest";
        Err(Failure::new(Class::Transient, "unsettled", cause))
    }

    /// What to do next. What nobody has looked at yet comes first, and a meeting link that is being made is looked at once.
    fn plan(&mut self) -> Step {
        let (link, state) = (&self.subject.link, &self.standing.state);
        let waits_for_meeting = self.standing.made.meeting == Meeting::Pending && !self.has_looked;
        let is_sighted = link.sightings.count > self.standing.looked;
        if is_sighted && state.provided.is_none() && link.time().is_some() {
            return Step::Fetch {
                at: At::Key(state.key),
                why: Why::Changed,
            };
        }
        if let Some(provided) = &state.provided {
            // The last sighting may have been of what we wrote ourselves.
            let is_echo = link.sightings.etag.as_ref() == Some(&provided.etag);
            if (is_sighted && !is_echo) || waits_for_meeting {
                return Step::Fetch {
                    at: At::Id(provided.id.clone()),
                    why: Why::Changed,
                };
            }
        }
        plan(self.subject.wanted(), state)
    }

    /// Why the step is not taken, by our own rows.
    async fn refusal(&mut self, step: &Step) -> Result<Option<Refusal>, Failure> {
        let account = match self.account.take() {
            Some(account) => account,
            None => match gate::account(self.engine, self.task, &self.subject).await? {
                Ok(account) => account,
                Err(refusal) => return Ok(Some(refusal)),
            },
        };
        let refusal = gate::writing(self.engine, &self.subject, &account).filter(|_| gate::writes(step));
        self.account = Some(account);
        Ok(refusal)
    }

    /// Stores that a write is about to be tried: whoever finds the link without its answer knows what to look for.
    async fn note(&mut self, step: &Step) -> Result<(), Failure> {
        self.standing.state = self.standing.state.clone().attempting(step);
        self.standing.owed = true;
        if self.standing == self.subject.link.standing && self.news.is_empty() {
            return Ok(());
        }
        let times = self.times_written(step).await?;
        let save = self.save(None);
        self.commit((save, times), None, Effects::none()).await
    }

    async fn take(&self, step: &Step) -> Result<Outcome, Failure> {
        let Some(account) = &self.account else {
            return Err(Failure::new(Class::Bug, "internal", "a step without an account"));
        };
        let order = EventOrder {
            step,
            key: self.standing.state.key,
            meeting_link: self.standing.state.meeting_link,
            invitations: self.subject.event.event.invitations,
        };
        let calendar = reference(&self.subject.calendar);
        match account
            .provider
            .write(&account.ask(ANSWER), &calendar, order)
            .await
        {
            Ok(Outcome::Refused(Refusal::NeedsConsent)) => {
                match account.without_consent(self.engine, Feature::CalendarWrite).await {
                    None => Ok(Outcome::Refused(Refusal::NeedsConsent)),
                    Some(failure) => Err(failure),
                }
            }
            Ok(outcome) => Ok(outcome),
            Err(error) => Err(account.failure(self.engine, error).await),
        }
    }

    /// Notes what an answer says beside what follows from it.
    fn learn(&mut self, step: &Step, outcome: &Outcome) {
        let is_over = match outcome {
            Outcome::Written(_) | Outcome::Deleted => true,
            Outcome::Missing => matches!(step, Step::Delete { .. }),
            // A write whose answer was lost has arrived.
            Outcome::Found(_) => self.standing.state.unanswered != Unanswered::default(),
            _ => false,
        };
        self.has_written |= is_over;
        if matches!(step, Step::Fetch { .. }) {
            self.has_looked = true;
            self.standing.looked = self.subject.link.sightings.count;
        }
    }

    fn again(&mut self, state: LinkState, made: Option<Made>) {
        let is_another = state.key != self.standing.state.key;
        self.standing.state = state;
        match made {
            Some(made) if !is_another => self.take_up(made),
            _ if is_another => self.standing.made = Made::default(),
            _ => {}
        }
    }

    /// Takes up what the provider made of the event by itself, and tells of answers.
    pub(super) fn take_up(&mut self, made: Made) {
        let about = (&self.subject.event, &self.subject.link);
        let answered = responses(&self.standing.made.answers, &made.answers);
        self.news
            .extend(answered.iter().map(|one| news::responded(about, one)));
        // A meeting link that is there, or will not be, is worth telling.
        self.has_written |=
            self.standing.made.meeting == Meeting::Pending && made.meeting != Meeting::Pending;
        self.standing.made = made;
    }

    /// Takes an event off the calendar that an earlier generation's late write put there.
    async fn delete_stray(&mut self, stray: String) -> Result<Option<Ended>, Failure> {
        let step = Step::Delete {
            at: At::Id(stray.clone()),
            if_match: None,
        };
        if let Some(refusal) = self.refusal(&step).await? {
            return self.block(refusal).await.map(Some);
        }
        if let Outcome::Refused(refusal) = self.take(&step).await? {
            return self.block(refusal).await.map(Some);
        }
        let save = self.save(Some(stray));
        self.commit((save, TimesWrite::default()), None, Effects::none())
            .await?;
        Ok(None)
    }

    /// Nothing is left to do: says so.
    async fn settle(&mut self) -> Result<Ended, Failure> {
        let now = self.engine.ambient().now();
        let is_shown = self.subject.content.is_some();
        let before = self.subject.link.standing.clone();
        self.standing.looked = self.subject.link.sightings.count;
        self.standing.owed = false;
        let waits_for_word = self.subject.is_asked() && self.standing.aim == LinkAim::Off;
        if !waits_for_word {
            self.standing.status = if is_shown {
                LinkStatus::Synced
            } else {
                LinkStatus::Removed
            };
            self.standing.reason = None;
            self.standing.last_error = None;
        }
        let is_new = self.has_written || self.standing.status != before.status;
        if is_new || self.standing.synced_at.is_none() {
            self.standing.synced_at = Some(now);
        }
        let mut effects = Effects::none();
        effects.tasks.extend(self.look_at_meeting_again(now));
        let times = self.times(Extent::All).await?;
        effects.tasks.extend(times.tasks);
        if self.has_written {
            let about = (&self.subject.event, &self.subject.link);
            let synced = news::synced(about, &self.standing);
            self.news.push(synced);
        }
        let has_times = !times.write.is_empty() || !times.seen.is_empty();
        let is_idle =
            self.standing == before && self.news.is_empty() && effects.tasks.is_empty() && !has_times;
        if !is_idle {
            let mut save = self.save(None);
            save.seen_times = times.seen;
            let version = self.subject.event.version;
            self.commit((save, times.write), Some(version), effects).await?;
        }
        if let Some(account) = &self.account {
            account.recovered(self.engine).await?;
        }
        Ok(if self.subject.link.standing.owed {
            Ended::Anew
        } else {
            Ended::Done
        })
    }

    /// The task that looks whether a meeting link is there; its first look comes soon, later ones less and less often.
    fn look_at_meeting_again(&mut self, now: Timestamp) -> Option<NewTask> {
        if self.standing.made.meeting != Meeting::Pending {
            return None;
        }
        let since = self.standing.synced_at.unwrap_or(now);
        let waited = now.duration_since(since);
        if waited >= MEETING_GIVEN_UP {
            self.standing.made.meeting = Meeting::Failed;
            return None;
        }
        let wait = waited.clamp(MEETING_WAIT, LONGEST_MEETING_WAIT);
        Some(self.push_again(TaskLane::Freshness, wait))
    }

    /// Nothing can be done until something changes: says why.
    async fn block(&mut self, refusal: Refusal) -> Result<Ended, Failure> {
        let code = refusal.code();
        let before = self.subject.link.standing.clone();
        self.standing.status = LinkStatus::Blocked;
        self.standing.reason = Some(code.to_owned());
        self.standing.owed = true;
        let mut effects = Effects::none();
        if refusal.is_told() {
            self.standing.last_error = Some(code.to_owned());
            if before.reason.as_deref() != Some(code) {
                let about = (&self.subject.event, &self.subject.link);
                let failed = news::sync_failed(about, code);
                self.news.push(failed);
            }
        }
        let calendar = &self.subject.calendar;
        if refusal == Refusal::CalendarLost && calendar.lost_at.is_none() {
            let now = self.engine.ambient().now();
            effects = effects.task(task::discover(calendar.connection, now));
        }
        if refusal.passes_with_time() {
            effects = effects.task(self.push_again(TaskLane::Backfill, USAGE_LIMIT));
        }
        let times = self.times(Extent::Sighted).await?;
        effects.tasks.extend(times.tasks);
        // One that is tried daily rests from now on.
        let now = self.engine.ambient().now();
        let is_old = now.duration_since(self.subject.link.updated_at) >= RETRIED_AFTER;
        let has_times = !times.seen.is_empty();
        if self.standing != before
            || !self.news.is_empty()
            || !effects.tasks.is_empty()
            || is_old
            || has_times
        {
            let mut save = self.save(None);
            save.seen_times = times.seen;
            self.commit((save, times.write), None, effects).await?;
        }
        Ok(Ended::Done)
    }

    /// Nothing is to be done about a time that its series does not have: says so.
    pub(super) async fn rest(mut self) -> Result<Ended, Failure> {
        let standing = &mut self.standing;
        standing.looked = self.subject.link.sightings.count;
        standing.owed = false;
        standing.status = LinkStatus::Removed;
        standing.reason = None;
        standing.last_error = None;
        if self.standing != self.subject.link.standing {
            let version = self.subject.event.version;
            let save = self.save(None);
            self.commit((save, TimesWrite::default()), Some(version), Effects::none())
                .await?;
        }
        Ok(Ended::Done)
    }

    /// The link as it is to be stored.
    pub(super) fn save(&self, deleted_stray: Option<String>) -> LinkSave {
        LinkSave {
            standing: self.standing.clone(),
            deleted_stray,
            ..self.subject.link.to_save()
        }
    }

    async fn commit(
        &mut self,
        (save, times): (LinkSave, TimesWrite),
        planned_for: Option<i64>,
        mut effects: Effects,
    ) -> Result<(), Failure> {
        effects.changes.append(&mut self.news);
        let commit = LinkCommit {
            save,
            planned_for,
            times,
            effects,
        };
        let link = &self.subject.link;
        self.subject.link = self.engine.store().commit_link(link.tenant, commit).await?;
        self.standing = self.subject.link.standing.clone();
        Ok(())
    }

    fn push_again(&self, lane: TaskLane, wait: SignedDuration) -> NewTask {
        let link = &self.subject.link;
        let at = self.engine.ambient().now().saturating_add(wait);
        task::push_link(link.connection, link.id, lane, at.unwrap_or(Timestamp::MAX))
    }
}
