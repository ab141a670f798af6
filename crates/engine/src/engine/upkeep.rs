//! What is kept fresh beside the calls: lists, our webhook, the poll, and the picture of health.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::{Alert, Health, HealthState, Mode, SandboxView, Source, SourceKind, Vendor};

use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::Origin;
use crate::directory::People;
use crate::helpdesk::{Answer, Request, Team};
use crate::inbox;
use crate::number::{self, E164};
use crate::settings::{Arrival, Settings};
use crate::store::{Change, StoreError};
use crate::transport::TransportError;

/// Lists are read anew this often.
const LISTS_EVERY: TimeDelta = TimeDelta::minutes(10);
/// What could not be read is tried again after this time.
const AGAIN: TimeDelta = TimeDelta::seconds(20);
/// Windows hear of health at most this often.
const HEALTH_EVERY: TimeDelta = TimeDelta::seconds(1);
/// A poll asks for calls that began within this time.
const POLL_BACK: TimeDelta = TimeDelta::hours(2);
/// So many pages of 50 calls are read in one poll at most.
const POLL_PAGES: u32 = 4;
/// So many calls are remembered between polls before it is begun anew.
const POLLED_KEPT: usize = 5_000;

/// C1: exactly the events that Sidetone handles.
pub const EVENTS: [&str; 29] = [
    "call.created",
    "call.ringing_on_agent",
    "call.agent_declined",
    "call.answered",
    "call.transferred",
    "call.external_transferred",
    "call.unsuccessful_transfer",
    "call.hungup",
    "call.ended",
    "call.voicemail_left",
    "call.commented",
    "call.tagged",
    "call.untagged",
    "call.assigned",
    "call.archived",
    "call.hold",
    "call.unhold",
    "call.ivr_option_selected",
    "call.comm_assets_generated",
    "message.sent",
    "message.received",
    "message.status_updated",
    "number.created",
    "number.deleted",
    "number.opened",
    "number.closed",
    "user.wut_start",
    "user.wut_end",
    "integration.deleted",
];

/// One of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    People,
    Tags,
    Teams,
    AircallTags,
    Lines,
}

const LISTS: [List; 5] = [List::People, List::Tags, List::Teams, List::AircallTags, List::Lines];

/// A step towards a webhook that is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WebhookStep {
    Look,
    Make,
    Mend,
}

/// When what is due.
pub(crate) struct Upkeep {
    lists: [(List, DateTime<Utc>, bool); 5],
    people: Vec<crate::directory::Person>,
    tags: Vec<String>,
    teams: BTreeMap<u64, Team>,
    slugs: BTreeMap<u64, String>,
    own_numbers: Vec<E164>,
    lines_known: bool,
    /// Where lists go on that the budget interrupted.
    rests: Vec<(List, Request)>,
    /// What each call said in the last poll.
    polled: HashMap<u64, [u8; 32]>,
    poll_pages: u32,
    /// Since when each alert holds.
    alert_since: HashMap<String, i64>,
    webhook_at: Option<DateTime<Utc>>,
    webhook_busy: bool,
    webhook_alert: Option<Alert>,
    poll_at: Option<DateTime<Utc>>,
    poll_busy: bool,
    health_told: DateTime<Utc>,
}

impl Upkeep {
    pub(super) fn new(settings: &Settings, now: DateTime<Utc>) -> Upkeep {
        let own =
            matches!(settings.arrival, Arrival::OwnWebhook { .. }) && settings.logging.mode.0 != Mode::Off;
        Upkeep {
            lists: LISTS.map(|list| (list, now, false)),
            people: Vec::new(),
            tags: Vec::new(),
            teams: BTreeMap::new(),
            slugs: BTreeMap::new(),
            own_numbers: Vec::new(),
            lines_known: false,
            rests: Vec::new(),
            polled: HashMap::new(),
            poll_pages: 0,
            alert_since: HashMap::new(),
            webhook_at: own.then_some(now),
            webhook_busy: false,
            webhook_alert: None,
            poll_at: (settings.arrival == Arrival::Polling).then_some(now),
            poll_busy: false,
            health_told: now - HEALTH_EVERY,
        }
    }

    /// A call waits for a list: it is read now, unless that was tried a moment ago.
    pub(super) fn lists_wanted(&mut self, now: DateTime<Utc>) {
        for (list, at, busy) in &mut self.lists {
            if matches!(list, List::People | List::Tags) && !*busy {
                *at = (*at).min(now + AGAIN);
            }
        }
    }

    /// Whether our own lines' numbers were read, so that a call between two of them can be told (G23).
    pub(super) fn lines_known(&self) -> bool {
        self.lines_known
    }

    /// When windows may hear of health next, if not now.
    pub(super) fn health_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.health_told + HEALTH_EVERY;
        (next > now).then_some(next)
    }

    pub(super) fn health_told(&mut self, now: DateTime<Utc>) {
        self.health_told = now;
    }
}

impl Engine {
    pub(super) fn keep_up(&mut self, now: DateTime<Utc>) {
        for index in 0..LISTS.len() {
            let (list, at, busy) = self.upkeep.lists[index];
            if busy {
                continue;
            }
            if at > now {
                self.wake_by(at);
                continue;
            }
            let (vendor, first) = self.list_request(list);
            let rest = self
                .upkeep
                .rests
                .iter()
                .position(|(of, _)| *of == list)
                .map(|at| self.upkeep.rests.swap_remove(at).1);
            let request = rest.clone().unwrap_or(first);
            let asked = self.ask(vendor, Lane::Late, Job::List(list), request, now);
            self.upkeep.lists[index].2 = asked.is_ok();
            if let (Err(_), Some(rest)) = (asked, rest) {
                self.upkeep.rests.push((list, rest));
            }
        }
        if let Some(at) = self.upkeep.webhook_at.filter(|_| !self.upkeep.webhook_busy) {
            if at > now {
                self.wake_by(at);
            } else {
                let request = aircall::webhooks::list(aircall::Paging::default()).to_http(&self.aircall);
                self.webhook_step(WebhookStep::Look, request, now);
            }
        }
        if let Some(at) = self.upkeep.poll_at.filter(|_| !self.upkeep.poll_busy) {
            if at > now {
                self.wake_by(at);
            } else {
                let request = poll(now).to_http(&self.aircall);
                self.upkeep.poll_busy =
                    self.ask(Vendor::Aircall, Lane::Ring, Job::Poll, request, now).is_ok();
            }
        }
    }

    fn list_request(&self, list: List) -> (Vendor, Request) {
        let paging = aircall::Paging::default();
        match list {
            List::People => (self.helpdesk.vendor(), self.helpdesk.people()),
            List::Tags => (self.helpdesk.vendor(), self.helpdesk.tags()),
            List::Teams => (Vendor::Aircall, aircall::teams::list(paging).to_http(&self.aircall)),
            List::AircallTags => (Vendor::Aircall, aircall::tags::list(paging).to_http(&self.aircall)),
            List::Lines => (Vendor::Aircall, aircall::numbers::list(paging).to_http(&self.aircall)),
        }
    }

    fn list_due(&mut self, list: List, at: DateTime<Utc>) {
        for entry in self.upkeep.lists.iter_mut().filter(|entry| entry.0 == list) {
            *entry = (list, at, false);
        }
        self.wake_by(at);
    }

    pub(super) fn list_read(
        &mut self,
        list: List,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let next = match list {
            List::People => {
                let page =
                    self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.people_read(answer));
                page.map(|page| {
                    self.upkeep.people.extend(page.items);
                    page.next
                })
            }
            List::Tags => {
                let page =
                    self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.tags_read(answer));
                page.map(|page| {
                    self.upkeep.tags.extend(page.items);
                    page.next
                })
            }
            List::Teams => self.teams_read(result),
            List::AircallTags => self.slugs_read(result),
            List::Lines => self.lines_read(result),
        };
        let vendor = self.list_request(list).0;
        match next {
            Some(Some(request)) => {
                match self.ask(vendor, Lane::Late, Job::List(list), request.clone(), now) {
                    Ok(()) => {}
                    // Budget: gone on with where it stopped, as soon as there is room.
                    Err(until) => {
                        self.upkeep.rests.push((list, request));
                        self.list_due(list, until);
                    }
                }
                Ok(())
            }
            Some(None) => {
                self.list_due(list, now + LISTS_EVERY);
                self.list_complete(list, now)
            }
            None => {
                // A list is read whole or not at all.
                match list {
                    List::People => self.upkeep.people.clear(),
                    List::Tags => self.upkeep.tags.clear(),
                    List::Teams => self.upkeep.teams.clear(),
                    List::AircallTags => self.upkeep.slugs.clear(),
                    List::Lines => self.upkeep.own_numbers.clear(),
                }
                self.list_due(list, now + AGAIN);
                Ok(())
            }
        }
    }

    fn list_complete(&mut self, list: List, now: DateTime<Utc>) -> Result<(), StoreError> {
        match list {
            List::People => self.knowledge.people = Some(People(std::mem::take(&mut self.upkeep.people))),
            List::Tags => {
                self.knowledge.tags = Some(std::mem::take(&mut self.upkeep.tags).into_iter().collect())
            }
            List::Teams => self.knowledge.teams = std::mem::take(&mut self.upkeep.teams),
            List::AircallTags => self.knowledge.slugs = std::mem::take(&mut self.upkeep.slugs),
            List::Lines => {
                self.knowledge.own_numbers = std::mem::take(&mut self.upkeep.own_numbers);
                self.upkeep.lines_known = true;
            }
        }
        self.share_knowledge();
        match list {
            // G14: logged as soon as an author exists.
            List::People => self.reassess_waiting(&["no_author"], now),
            List::Tags | List::Teams | List::AircallTags | List::Lines => Ok(()),
        }
    }

    fn teams_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::teams::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        for team in &page.items {
            let users = team.users.iter().map(|u| u.id).collect();
            self.upkeep.teams.insert(team.id, Team { name: team.name.clone().unwrap_or_default(), users });
        }
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }

    fn slugs_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::tags::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        let slugs = page.items.iter().filter_map(|tag| Some((tag.id, tag.description.clone()?)));
        self.upkeep.slugs.extend(slugs);
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }

    fn lines_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::numbers::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        let parsed = |n: &aircall::Number| {
            let digits = n.e164_digits.as_deref().or(n.digits.as_deref())?;
            number::parse(digits, n.country.as_deref())
        };
        for own in page.items.iter().filter_map(parsed) {
            self.upkeep.own_numbers.push(own);
        }
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }

    // ---- our webhook (C1) ----------------------------------------------------------------------------------

    fn webhook_url(&self) -> Option<String> {
        match &self.settings.arrival {
            Arrival::OwnWebhook { public_url } => {
                Some(format!("{}/webhooks/aircall/{}", public_url.trim_end_matches('/'), self.installation))
            }
            Arrival::ManualWebhook | Arrival::Polling => None,
        }
    }

    fn webhook_step(&mut self, step: WebhookStep, request: Request, now: DateTime<Utc>) {
        self.upkeep.webhook_busy =
            self.ask(Vendor::Aircall, Lane::Live, Job::Webhook(step), request, now).is_ok();
    }

    pub(super) fn webhook_told(
        &mut self,
        step: WebhookStep,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.upkeep.webhook_busy = false;
        let every = TimeDelta::from_std(self.settings.check_every).unwrap_or(TimeDelta::seconds(30));
        self.upkeep.webhook_at = Some(now + every);
        let (Ok(answer), Some(url)) = (result, self.webhook_url()) else { return Ok(()) };
        let request = aircall::webhooks::list(aircall::Paging::default());
        match step {
            WebhookStep::Look => {
                let Ok(page) = request.parse(answer) else { return Ok(()) };
                let ours = page.items.iter().find(|w| w.url.as_deref() == Some(url.as_str()));
                match (ours, request.next_page(&page)) {
                    (Some(ours), _) => self.check_webhook(ours, now),
                    (None, Some(next)) => {
                        let next = next.to_http(&self.aircall);
                        self.webhook_step(WebhookStep::Look, next, now);
                        Ok(())
                    }
                    (None, None) => {
                        self.make_webhook(url, now);
                        Ok(())
                    }
                }
            }
            WebhookStep::Make | WebhookStep::Mend => {
                match aircall::Request::<Value>::raw(http::Method::PUT, "/v1/webhooks", None).parse(answer) {
                    Ok(body) => {
                        self.upkeep.webhook_alert = None;
                        let made = body.get("webhook").unwrap_or(&body);
                        match aircall::Webhook::from_value(made) {
                            Some(webhook) => self.remember_token(&webhook, now),
                            None => Ok(()),
                        }
                    }
                    Err(error) => {
                        self.upkeep.webhook_alert = Some(Alert {
                            code: "webhook_refused".into(),
                            since: now.timestamp(),
                            calls: 0,
                            what: "Aircall does not take our webhook, so calls do not arrive in real time."
                                .into(),
                            mend: error.to_string(),
                        });
                        Ok(())
                    }
                }
            }
        }
    }

    fn check_webhook(&mut self, ours: &aircall::Webhook, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.upkeep.webhook_alert = None;
        self.remember_token(ours, now)?;
        let Ok(events) = aircall::webhooks::EventList::new(EVENTS) else { return Ok(()) };
        if events.is_of(ours) && ours.active != Some(false) {
            return Ok(());
        }
        tracing::warn!("our webhook was switched off or changed; putting it right");
        let update = aircall::webhooks::WebhookUpdate::enable(events);
        let request = aircall::webhooks::update(&ours.id, &update).to_http(&self.aircall);
        self.webhook_step(WebhookStep::Mend, request, now);
        Ok(())
    }

    fn make_webhook(&mut self, url: String, now: DateTime<Utc>) {
        let Ok(events) = aircall::webhooks::EventList::new(EVENTS) else { return };
        let new = aircall::webhooks::WebhookCreate { url, events, custom_name: Some("Sidetone".into()) };
        let request = aircall::webhooks::create(&new).to_http(&self.aircall);
        self.webhook_step(WebhookStep::Make, request, now);
    }

    /// Only a hash is kept: whoever reads the database cannot forge an event.
    fn remember_token(&mut self, webhook: &aircall::Webhook, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(token) = webhook.token.as_ref() else { return Ok(()) };
        let hash = inbox::token_hash(token.reveal());
        if self.store.setting("webhook_token_hash")?.as_deref() == Some(hash.as_str()) {
            return Ok(());
        }
        let mut change = Change::at(now);
        change.settings.push(("webhook_token_hash".into(), hash));
        self.push(&change)
    }

    // ---- polling -------------------------------------------------------------------------------------------

    pub(super) fn polled(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.upkeep.poll_busy = false;
        let every = TimeDelta::from_std(self.settings.poll_every).unwrap_or(TimeDelta::seconds(5));
        self.upkeep.poll_at = Some(now + every);
        let Ok(answer) = result else { return Ok(()) };
        let request = poll(now);
        let Ok(page) = request.parse(answer) else { return Ok(()) };
        let next = request.next_page(&page).filter(|_| self.upkeep.poll_pages + 1 < POLL_PAGES);
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        let mut news = Vec::new();
        for call in page.items {
            let (id, call) = (call.id(), call.into_value());
            let gist = inbox::gist(&call);
            // The same again is no news; the same as once before, after something else, is.
            if self.upkeep.polled.insert(id, gist) != Some(gist) {
                news.push(inbox::from_read(call, Origin::Listed, as_of, now));
            }
        }
        if self.upkeep.polled.len() > POLLED_KEPT {
            self.upkeep.polled.clear();
        }
        if !news.is_empty() {
            self.store.receive(&news)?;
        }
        self.upkeep.poll_pages = 0;
        if let Some(next) = next {
            self.upkeep.poll_pages += 1;
            let asked = self.ask(Vendor::Aircall, Lane::Live, Job::Poll, next.to_http(&self.aircall), now);
            self.upkeep.poll_busy = asked.is_ok();
        }
        Ok(())
    }

    // ---- health --------------------------------------------------------------------------------------------

    pub(super) fn measure_health(&mut self, now: DateTime<Utc>) -> Result<Health, StoreError> {
        let outbox = self.store.outbox(now)?;
        let arrivals = self.store.arrivals()?;
        let waiting = outbox.calls + outbox.not_logged;
        let mut alerts: Vec<Alert> = self.links.values().filter_map(|link| link.alert(waiting)).collect();
        alerts.extend(self.upkeep.webhook_alert.clone());
        alerts.extend(self.outbox_alerts(&outbox, now)?);
        self.upkeep.alert_since.retain(|code, _| alerts.iter().any(|a| a.code == *code));
        for alert in &mut alerts {
            alert.since = *self.upkeep.alert_since.entry(alert.code.clone()).or_insert(alert.since);
        }
        let state = if !alerts.is_empty() {
            HealthState::NeedsAttention
        } else if outbox.oldest_seconds > 10 {
            HealthState::Behind
        } else {
            HealthState::Well
        };
        let polling = self.settings.arrival == Arrival::Polling;
        Ok(Health {
            state,
            mode: self.settings.logging.mode.0,
            alerts,
            connections: self.links.values().map(crate::health::Link::view).collect(),
            outbox,
            budgets: self.budgets.values_mut().map(|b| b.view(now)).collect(),
            source: Source {
                kind: if polling { SourceKind::Polling } else { SourceKind::Webhook },
                last_event_at: arrivals.last_event_at,
            },
            sandbox: self.settings.sandbox_control_url.clone().map(|control_url| SandboxView { control_url }),
            odd_events: u32::try_from(arrivals.odd).unwrap_or(u32::MAX),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn outbox_alerts(
        &self,
        outbox: &sidetone_protocol::OutboxView,
        now: DateTime<Utc>,
    ) -> Result<Vec<Alert>, StoreError> {
        let mut alerts = Vec::new();
        let no_author = self.store.waiting("no_author")?.len() as u32;
        let alert = |code: &str, calls, what: String, mend: &str| Alert {
            code: code.into(),
            since: now.timestamp(),
            calls,
            what,
            mend: mend.into(),
        };
        if no_author > 0 {
            alerts.push(alert(
                "no_author",
                no_author,
                format!(
                    "{no_author} calls are not logged, because nobody in the helpdesk can be their author."
                ),
                "Give the agent the same e-mail address in both, or activate an admin in the helpdesk.",
            ));
        }
        if outbox.parked > 0 {
            alerts.push(alert(
                "parked",
                outbox.parked,
                format!("{} calls have a write that the helpdesk refused.", outbox.parked),
                "Open the call, mend what its reason names, then write again.",
            ));
        }
        Ok(alerts)
    }
}

fn poll(now: DateTime<Utc>) -> aircall::Request<aircall::Page<aircall::RawCall>> {
    aircall::calls::list(&aircall::calls::ListCalls {
        from: Some((now - POLL_BACK).timestamp()),
        order: Some(aircall::calls::Order::Descending),
        fetch: aircall::calls::Fetch { contact: true, short_urls: false, call_timeline: false },
        ..Default::default()
    })
}
