//! Whether events still come (A4, B1): Aircall's list of the last minutes is held against what was heard. A webhook may
//! be switched on and lead nowhere, and Aircall may have switched it off and on again in between (`reference/aircall.md`
//! §6.2): no look at the webhook shows either.
//!
//! A call that is listed, and of which no event came, is put into the inbox at once, so that it is not late.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{GapCause, Vendor};

use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::{Call, CaseId, Origin, Statement};
use crate::gate;
use crate::helpdesk::Answer;
use crate::inbox;
use crate::settings::Arrival;
use crate::store::StoreError;
use crate::transport::TransportError;

/// The list is asked for calls that began within this time.
const LOOKS_BACK: TimeDelta = TimeDelta::minutes(5);
/// While no event comes, it is asked for this often.
const WHILE_SILENT: TimeDelta = TimeDelta::seconds(30);
/// While events come.
const WHILE_HEARD: TimeDelta = TimeDelta::seconds(120);
/// An event may take so long to come, and a call of the last seconds is no sign of anything.
const GRACE: TimeDelta = TimeDelta::seconds(15);
/// Clocks tell seconds.
const ABOUT: TimeDelta = TimeDelta::seconds(2);
/// One that failed is made up for after this time.
const AGAIN: TimeDelta = TimeDelta::seconds(15);

/// When the list is read next.
pub(crate) struct Heartbeat {
    /// When the last one was begun, or may be made up for.
    last: Option<DateTime<Utc>>,
    again: DateTime<Utc>,
    busy: bool,
}

impl Heartbeat {
    pub(super) fn new(now: DateTime<Utc>) -> Heartbeat {
        Heartbeat { last: None, again: now, busy: false }
    }

    /// The next one is made at once.
    pub(super) fn at_once(&mut self, now: DateTime<Utc>) {
        (self.last, self.again) = (None, now);
    }

    fn due(&self, event_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let Some(last) = self.last else { return self.again };
        let silent = event_at.map_or(last, |at| at + WHILE_SILENT);
        self.again.max(silent.clamp(last + WHILE_SILENT, last + WHILE_HEARD))
    }
}

impl Engine {
    /// Whether events are to come at all.
    fn expects_events(&self) -> bool {
        self.gaps.is_on
            && match self.settings.arrival {
                // Whoever only reads may have none.
                Arrival::OwnWebhook { .. } if self.writing.is_read_only() => self.hook.is_well(),
                Arrival::OwnWebhook { .. } => self.hook.was_ever_well() || self.hook.is_left_off(),
                Arrival::ManualWebhook => true,
                Arrival::Polling => false,
            }
    }

    pub(super) fn feel_for_events(&mut self, now: DateTime<Utc>) {
        if self.heartbeat.busy || !self.expects_events() {
            return;
        }
        let due = self.heartbeat.due(self.gaps.event_at);
        if due > now {
            self.wake_by(due);
            return;
        }
        let request = lately(self.computer.aircalls_time(now)).to_http(&self.aircall);
        match self.ask(Vendor::Aircall, Lane::Late, Job::Heartbeat, request, now) {
            Ok(()) => self.heartbeat.busy = true,
            Err(until) => self.heartbeat.again = until,
        }
    }

    pub(super) fn heartbeat_told(
        &mut self,
        result: &Result<Answer, TransportError>,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.heartbeat.busy = false;
        self.heartbeat.again = now + AGAIN;
        let read = result.as_ref().ok().map(|answer| (answer, lately(sent_at).parse(answer)));
        let Some((answer, Ok(page))) = read else { return Ok(()) };
        self.heartbeat.last = Some(sent_at);
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        let mut listed = Vec::new();
        for call in page.items {
            let statement = inbox::from_read(call.into_value(), Origin::Listed, as_of, now);
            if let Some(id) = statement.call
                && let Some(age) = self.age_of_ours(id, &statement.body["data"], as_of)
                && age >= GRACE
            {
                listed.push((id, age, statement));
            }
        }
        let ids: Vec<CaseId> = listed.iter().map(|(id, ..)| *id).collect();
        let unheard = self.store.unheard(&ids)?;
        listed.retain(|(id, ..)| unheard.contains(id));
        // Of a call from before, its events may be on their way for the second time.
        let hears_for = now - self.gaps.hears_since - ABOUT;
        // One that began after the newest event.
        let youngest = listed.iter().map(|(_, age, _)| *age).filter(|age| *age < hears_for).min();
        let known = self.store.listed_gists(&unheard)?;
        let is_news = |id: &CaseId, data: &serde_json::Value| known.get(id) != Some(&inbox::gist(data));
        let news = listed.into_iter().filter(|(id, _, statement)| is_news(id, &statement.body["data"]));
        let news: Vec<_> = news.map(|(.., statement)| statement).collect();
        if !news.is_empty() {
            self.store.receive(&news)?;
            self.wake_by(now);
        }
        self.look_at_what_was_heard(&unheard, youngest, sent_at, now)
    }

    /// `youngest`: how long ago the newest of those calls began of which an event should have come.
    fn look_at_what_was_heard(
        &mut self,
        unheard: &[CaseId],
        youngest: Option<TimeDelta>,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let newest = self.store.arrivals()?.last_event_at.and_then(|at| DateTime::from_timestamp(at, 0));
        self.gaps.event_at = self.gaps.event_at.max(newest);
        // Where events of other calls come since then, it is not silence: a webhook may have only a part of the lines.
        let hears = |age: TimeDelta| self.gaps.event_at.is_some_and(|at| now - at < age.max(GRACE));
        if youngest.is_some_and(|age| !hears(age)) {
            let since = self.gaps.event_at.unwrap_or(sent_at - LOOKS_BACK);
            self.in_trouble(GapCause::Silent, since, now);
        }
        unheard.iter().for_each(|id| self.found_in_trouble(*id));
        let is_by_hand = self.settings.arrival == Arrival::ManualWebhook;
        match self.gaps.trouble.as_ref().map(|trouble| trouble.cause) {
            Some(GapCause::Silent) if !self.is_silent() => self.hears_again(now),
            // Nobody looks at that webhook: a list without a call that was not heard of has to do.
            Some(cause) if cause != GapCause::Silent && is_by_hand && unheard.is_empty() => {
                self.hears_again(now)
            }
            Some(_) => Ok(()),
            None => match self.hook.well_until().filter(|_| !is_by_hand) {
                Some(well) => self.heard_all_until(well.min(sent_at), now),
                None if is_by_hand => self.heard_all_until(sent_at, now),
                None => Ok(()),
            },
        }
    }

    /// How long ago a call of our lines began.
    fn age_of_ours(&self, id: CaseId, data: &serde_json::Value, as_of: i64) -> Option<TimeDelta> {
        let mut call = Call::new(id);
        call.join(&Statement { origin: &Origin::Listed, as_of, data: data.as_object()? });
        let is_ours = gate::selected(&call, &self.settings) == Some(true);
        let began = call.started_at().filter(|_| is_ours)?;
        Some(TimeDelta::seconds(as_of - began.timestamp()))
    }
}

/// The newest calls of the last minutes.
fn lately(now: DateTime<Utc>) -> aircall::Request<aircall::Page<aircall::RawCall>> {
    aircall::calls::list(&aircall::calls::ListCalls {
        from: Some((now - LOOKS_BACK).timestamp()),
        order: Some(aircall::calls::Order::Descending),
        fetch: aircall::calls::Fetch { contact: true, short_urls: false, call_timeline: false },
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + s, 0).expect("in range")
    }

    #[test]
    fn the_list_is_read_sooner_the_longer_no_event_came() {
        let mut beat = Heartbeat::new(at(0));
        assert_eq!(beat.due(None), at(0));
        beat.last = Some(at(100));
        for (event_at, due) in
            [(None, 130), (Some(10), 130), (Some(99), 130), (Some(125), 155), (Some(219), 220)]
        {
            assert_eq!(beat.due(event_at.map(at)), at(due), "{event_at:?}");
        }
    }
}
