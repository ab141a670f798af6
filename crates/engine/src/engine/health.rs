//! The picture of health: what windows, `/api/health` and `/metrics` are told.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{
    Alert, Health, HealthState, LiveEvent, OutboxView, SandboxView, Source, SourceKind, Vendor,
};

use super::Engine;
use crate::settings::Arrival;
use crate::store::{Change, Store, StoreError};

/// The setting that keeps when the vendor was asked in the last minute.
pub(crate) fn requests_kept_in(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "aircall_requests",
        Vendor::Gorgias => "gorgias_requests",
        Vendor::Front => "front_requests",
    }
}
/// Windows hear of health at most this often.
const HEALTH_EVERY: TimeDelta = TimeDelta::seconds(1);
/// Since when each alert holds, as JSON, over restarts.
const ALERTS_SINCE: &str = "alerts_since";
/// After a start it takes so long until everything that holds is seen again.
pub(super) const SEEN_AGAIN_IN: TimeDelta = TimeDelta::minutes(2);
/// Writes that wait for so many seconds are behind, until none waits for longer than the second figure.
const BEHIND_SECONDS: u32 = 300;
const CAUGHT_UP_SECONDS: u32 = 60;

/// When windows were told last, and since when each alert holds.
pub(crate) struct Telling {
    at: DateTime<Utc>,
    alert_since: BTreeMap<String, i64>,
    started: DateTime<Utc>,
    /// Writes wait for too long.
    is_behind: bool,
}

impl Telling {
    /// As the last run left it.
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Telling, StoreError> {
        let text = store.setting(ALERTS_SINCE)?.unwrap_or_default();
        let alert_since = serde_json::from_str(&text).unwrap_or_default();
        Ok(Telling { at: now - HEALTH_EVERY, alert_since, started: now, is_behind: false })
    }

    /// Something happened that windows must not hear of late.
    pub(super) fn at_once(&mut self, now: DateTime<Utc>) {
        self.at = now - HEALTH_EVERY;
    }
}

impl Engine {
    pub(super) fn tell_health(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let next = self.telling.at + HEALTH_EVERY;
        if next > now {
            self.wake_by(next);
            return Ok(());
        }
        self.telling.at = now;
        let health = self.measure_health(now)?;
        if *self.health.borrow() == health {
            return Ok(());
        }
        self.health.send_replace(health.clone());
        let mut change = Change::at(now);
        change.settings.push((ALERTS_SINCE.to_owned(), serde_json::to_string(&self.telling.alert_since)?));
        change.push.push(LiveEvent::Health(Box::new(health)));
        // What is asked changes the picture of health: so it is remembered within a second, and costs no commit of its own.
        for (vendor, budget) in &mut self.budgets {
            change.settings.push((requests_kept_in(*vendor).to_owned(), budget.to_remember(now)));
        }
        self.push(&change)
    }

    /// What the last run asked in this minute counts for this one, too (B2).
    pub(super) fn remember_requests(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        for (vendor, budget) in &mut self.budgets {
            let text = self.store.setting(requests_kept_in(*vendor))?.unwrap_or_default();
            budget.remember(&text, now);
        }
        Ok(())
    }

    fn measure_health(&mut self, now: DateTime<Utc>) -> Result<Health, StoreError> {
        let outbox = self.store.outbox(now)?;
        let arrivals = self.store.arrivals()?;
        let newest = arrivals.last_event_at.and_then(|at| DateTime::from_timestamp(at, 0));
        self.gaps.event_at = self.gaps.event_at.max(newest);
        let mut alerts = self.alerts(&outbox, now)?;
        let is_fresh = now - self.telling.started < SEEN_AGAIN_IN;
        self.telling.alert_since.retain(|code, _| is_fresh || alerts.iter().any(|a| a.code == *code));
        for alert in &mut alerts {
            let since = self.telling.alert_since.entry(alert.code.clone()).or_insert(alert.since);
            *since = alert.since.min(*since);
            alert.since = *since;
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
            paused: self.uninstalled.paused(outbox.calls).or(self.writing.paused(outbox.calls)),
            writer: self.writing.view(),
            alerts,
            connections: self.links.values().map(crate::health::Link::view).collect(),
            outbox,
            budgets: self.budgets.values_mut().map(|b| b.view(now)).collect(),
            source: Source {
                kind: if polling { SourceKind::Polling } else { SourceKind::Webhook },
                last_event_at: arrivals.last_event_at,
            },
            sandbox: self.settings.sandbox_control_url.clone().map(|control_url| SandboxView { control_url }),
            directory: Some(self.mirror.view()),
            recoveries: self.recovery.view(now),
            backfills: self.backfills_shown(now)?,
            computer: self.computer.view(),
            telling: self.tellings.views(),
            odd_events: u32::try_from(arrivals.odd).unwrap_or(u32::MAX),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn alerts(&mut self, outbox: &OutboxView, now: DateTime<Utc>) -> Result<Vec<Alert>, StoreError> {
        let waiting = outbox.calls + outbox.not_logged;
        if self.uninstalled.holds() {
            // What was wrong before is nobody's concern any more, except what keeps the webhook standing.
            let in_the_way = self.links.get(&Vendor::Aircall).filter(|_| self.uninstalled.webhook_stands());
            let mut alerts = self.uninstalled.alerts(waiting, now);
            alerts.extend(in_the_way.and_then(|link| link.alert(waiting)));
            return Ok(alerts);
        }
        let mut alerts: Vec<Alert> = self.links.values().filter_map(|link| link.alert(waiting)).collect();
        let recovered = self.recovery.open();
        alerts.extend(self.hook.alert());
        alerts.extend(self.gaps.alerts(&recovered));
        alerts.extend(self.writing.alert(waiting));
        // What waits for one of those, or is being recovered, is told with it.
        let is_told = !alerts.is_empty() || !recovered.is_empty() || !self.may_write(now);
        alerts.extend(self.behind(outbox, is_told, now));
        alerts.extend(self.question_alert()?);
        alerts.extend(self.transfers.alert());
        alerts.extend(self.keeping.alert(self.settings.logging.recordings_dir.as_deref()));
        alerts.extend(self.outbox_alerts(outbox, now)?);
        alerts.extend(self.computer.alerts(waiting, now));
        alerts.extend(self.accounting.alert());
        alerts.extend(self.shadow_is_over(now));
        Ok(alerts)
    }

    /// Writes wait, and for nothing that a person is told of anyway.
    fn behind(&mut self, outbox: &OutboxView, is_told: bool, now: DateTime<Utc>) -> Option<Alert> {
        let limit = if self.telling.is_behind { CAUGHT_UP_SECONDS } else { BEHIND_SECONDS };
        self.telling.is_behind = outbox.oldest_seconds > limit && !is_told;
        self.telling.is_behind.then(|| Alert {
            code: "behind".into(),
            since: now.timestamp() - i64::from(outbox.oldest_seconds),
            calls: outbox.calls,
            what: format!("Writing is {} minutes behind.", outbox.oldest_seconds / 60),
            mend: "Nothing is lost, and it catches up by itself. If it does not, see whose requests use the helpdesk's limit up."
                .into(),
        })
    }

    fn outbox_alerts(&self, outbox: &OutboxView, now: DateTime<Utc>) -> Result<Vec<Alert>, StoreError> {
        let mut alerts = Vec::new();
        let no_author = self.store.waiting("no_author")?.iter().filter(|id| !id.is_message()).count() as u32;
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
        if outbox.held > 0 {
            alerts.push(alert(
                "held",
                outbox.held,
                format!("{} calls wait for a person to say whose they are.", outbox.held),
                "Open each of them and choose the customer, or name the caller; it is written then.",
            ));
        }
        if outbox.messages_held > 0 {
            alerts.push(alert(
                "messages_held",
                0,
                format!("{} text messages wait for a person to say whose they are.", outbox.messages_held),
                "Give their number to one customer in the helpdesk; they are written then.",
            ));
        }
        if outbox.messages_stopped > 0 {
            alerts.push(alert(
                "messages_stopped",
                0,
                format!("{} text messages are not written.", outbox.messages_stopped),
                "Give each agent the same e-mail address in both: those without an author are written then. What was refused says why in `GET /api/messages?filter=not_logged`.",
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
