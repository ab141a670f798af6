//! The picture of health: what windows, `/api/health` and `/metrics` are told.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{
    Alert, Health, HealthState, LiveEvent, OutboxView, SandboxView, Source, SourceKind, Vendor,
};

use super::Engine;
use crate::settings::Arrival;
use crate::store::{Change, StoreError};

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

/// When windows were told last, and since when each alert holds.
pub(crate) struct Telling {
    at: DateTime<Utc>,
    alert_since: HashMap<String, i64>,
}

impl Telling {
    pub(super) fn new(now: DateTime<Utc>) -> Telling {
        Telling { at: now - HEALTH_EVERY, alert_since: HashMap::new() }
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
        let mut alerts = self.alerts(&outbox, now)?;
        self.telling.alert_since.retain(|code, _| alerts.iter().any(|a| a.code == *code));
        for alert in &mut alerts {
            alert.since = *self.telling.alert_since.entry(alert.code.clone()).or_insert(alert.since);
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
            recoveries: Vec::new(),
            computer: None,
            odd_events: u32::try_from(arrivals.odd).unwrap_or(u32::MAX),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn alerts(&self, outbox: &OutboxView, now: DateTime<Utc>) -> Result<Vec<Alert>, StoreError> {
        let waiting = outbox.calls + outbox.not_logged;
        if self.uninstalled.holds() {
            // What was wrong before is nobody's concern any more, except what keeps the webhook standing.
            let in_the_way = self.links.get(&Vendor::Aircall).filter(|_| self.uninstalled.webhook_stands());
            let mut alerts = self.uninstalled.alerts(waiting, now);
            alerts.extend(in_the_way.and_then(|link| link.alert(waiting)));
            return Ok(alerts);
        }
        let mut alerts: Vec<Alert> = self.links.values().filter_map(|link| link.alert(waiting)).collect();
        alerts.extend(self.hook.alert());
        alerts.extend(self.writing.alert(waiting));
        alerts.extend(self.question_alert()?);
        alerts.extend(self.transfers.alert());
        alerts.extend(self.outbox_alerts(outbox, now)?);
        alerts.extend(self.shadow_is_over(now));
        Ok(alerts)
    }

    fn outbox_alerts(&self, outbox: &OutboxView, now: DateTime<Utc>) -> Result<Vec<Alert>, StoreError> {
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
