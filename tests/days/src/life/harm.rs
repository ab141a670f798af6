//! Troubles that begin and end. Several of a kind may go on at once; what holds is the worst of them.

use std::time::Duration;

use chrono::TimeDelta;
use sidetone_sandbox::{AircallLimits, Fault, FaultKind, FrontLimits, GorgiasLimits};

use super::Life;
use crate::day::Desk;
use crate::trouble::{Kind, Trouble, Whose};

/// A limit that others used up is free again after so long.
const FREE_AFTER: TimeDelta = TimeDelta::seconds(62);
/// A webhook is given up after so many failures in a row. Aircall's own figure is 50 (or 10, by source): this one makes
/// a few events suffice.
const GIVEN_UP_AFTER: u32 = 4;

impl Life<'_> {
    pub(super) async fn begin(&mut self, no: usize, trouble: &Trouble) {
        let lasts = Duration::from_secs(trouble.lasts);
        match &trouble.kind {
            Kind::Next(whose, fault) => self.add_fault(no, *whose, fault.clone()),
            Kind::Outage(whose, kind) => self.add_fault(no, *whose, Fault::next(u32::MAX, kind.clone())),
            Kind::Crowd(_) | Kind::AircallCrowd => {
                let now = self.day.now();
                let until = now + TimeDelta::seconds(trouble.lasts.try_into().unwrap_or(i64::MAX));
                self.crowded.push((now, until + FREE_AFTER));
            }
            Kind::LoseImports(count) => self.day.front.switch(|s| s.lose_imports = *count),
            Kind::WebhookOff => {
                self.day.aircall.disable_webhooks();
                if trouble.lasts > 0 {
                    let refused = FaultKind::Status { status: 400, retry_after: None };
                    self.add_fault(
                        no,
                        Whose::Aircall,
                        Fault::next(u32::MAX, refused).on("PUT", "/v1/webhooks"),
                    );
                }
            }
            Kind::Network => {
                for whose in [Whose::Aircall, Whose::Helpdesk] {
                    self.add_fault(no, whose, Fault::next(u32::MAX, FaultKind::CutBefore));
                }
            }
            Kind::Kill | Kind::WebhookGivenUp => self.kill(lasts).await,
            Kind::KillAtStep(steps) => {
                self.stays_down = lasts;
                self.day.lifeline.cut_after(*steps);
                self.counting = Some((self.day.lifeline.clone(), self.day.lifeline.steps().len()));
            }
            Kind::CutConnections => self.day.shelf.cut_connections(),
            Kind::BackUp => {
                self.kill(Duration::ZERO).await;
                self.day.shelf.back_up();
            }
            Kind::LoseDatabase | Kind::LoseAndAdopt => {
                self.kill(lasts).await;
                self.day.shelf.lose();
                self.adopts_when_up = trouble.kind == Kind::LoseAndAdopt;
            }
            Kind::RestoreBackup => {
                self.kill(lasts).await;
                self.day.shelf.restore();
            }
            Kind::Revoked(_)
            | Kind::ListLag(_)
            | Kind::ImportLag(_)
            | Kind::Repeats
            | Kind::Shuffle(_)
            | Kind::Late(_)
            | Kind::Lost
            | Kind::Silent
            | Kind::FullDisk => {}
        }
        self.going_on.push((no, trouble.kind.clone()));
        self.let_hold();
    }

    pub(super) fn end(&mut self, no: usize, trouble: &Trouble) {
        // What meets the next requests is used up by them, or taken back when it becomes calm.
        if !matches!(trouble.kind, Kind::Next(..)) {
            self.take_back_faults(no);
        }
        self.going_on.retain(|(other, _)| *other != no);
        self.let_hold();
    }

    /// Faults that nothing met yet are taken back: from here on both days are quiet.
    pub(super) fn calm(&mut self) {
        self.day.aircall.clear_faults();
        self.day.gorgias.clear_faults();
        self.day.front.clear_faults();
        self.faults.clear();
        self.going_on.clear();
        self.let_hold();
        self.day.lifeline.spare();
        if let Some((lifeline, from)) = self.counting.take() {
            self.steps = lifeline.steps().split_off(from);
        }
    }

    fn add_fault(&mut self, no: usize, whose: Whose, fault: Fault) {
        let id = match whose {
            Whose::Aircall => self.day.aircall.add_fault(fault),
            Whose::Helpdesk => match self.day.desk() {
                Desk::Gorgias => self.day.gorgias.add_fault(fault),
                Desk::Front => self.day.front.add_fault(fault),
            },
        };
        self.faults.entry(no).or_default().push((whose, id));
    }

    fn take_back_faults(&mut self, no: usize) {
        for (whose, id) in self.faults.remove(&no).unwrap_or_default() {
            match (whose, self.day.desk()) {
                (Whose::Aircall, _) => self.day.aircall.take_back_fault(id),
                (Whose::Helpdesk, Desk::Gorgias) => self.day.gorgias.take_back_fault(id),
                (Whose::Helpdesk, Desk::Front) => self.day.front.take_back_fault(id),
            }
        }
    }

    /// Everything that is a state, as it follows from all that goes on.
    fn let_hold(&mut self) {
        let kinds: Vec<&Kind> = self.going_on.iter().map(|(_, kind)| kind).collect();
        let worst =
            |of: fn(&Kind) -> Option<f64>| kinds.iter().filter_map(|kind| of(kind)).fold(0.0, f64::max);
        let any = |wanted: Kind| kinds.iter().any(|kind| **kind == wanted);
        let (aircall, gorgias, front) = (&self.day.aircall, &self.day.gorgias, &self.day.front);

        let others = worst(|kind| if let Kind::Crowd(others) = kind { Some(*others) } else { None });
        gorgias.set_limits(GorgiasLimits { others_per_second: others, ..self.quiet_limits });
        // The same part of what there is.
        let part =
            others * f64::from(self.quiet_limits.rate.window_s) / f64::from(self.quiet_limits.rate.requests);
        let others_per_minute = (part * f64::from(self.script.set_up.front_per_minute)) as u32;
        front.set_limits(FrontLimits { others_per_minute, ..front.limits() });
        let free = AircallLimits::default();
        let others_per_minute = if any(Kind::AircallCrowd) { free.per_minute - 3 } else { 0 };
        aircall.set_limits(AircallLimits { others_per_minute, ..free });
        let lag = worst(|kind| if let Kind::ListLag(lag) = kind { Some(*lag) } else { None });
        let revoked = any(Kind::Revoked(Whose::Helpdesk));
        gorgias.switch(|s| (s.list_lag_s, s.revoked) = (lag, revoked));
        let import_lag = worst(|kind| if let Kind::ImportLag(lag) = kind { Some(*lag) } else { None });
        let quiet = self.script.set_up.front.import_lag_s;
        front.switch(|s| {
            (s.list_lag_s, s.revoked) = (lag, revoked);
            s.import_lag_s = import_lag.max(quiet);
        });
        let shuffle = worst(|kind| if let Kind::Shuffle(within) = kind { Some(*within) } else { None });
        let late = worst(|kind| if let Kind::Late(late) = kind { Some(*late) } else { None });
        let gives_up = any(Kind::WebhookGivenUp);
        let quiet = self.script.set_up.aircall.disable_after;
        let (twice, revoked) = (any(Kind::Repeats), any(Kind::Revoked(Whose::Aircall)));
        aircall.switch(|s| {
            (s.shuffle_s, s.delay_s, s.duplicate, s.revoked) = (shuffle, late, twice, revoked);
            s.disable_after = if gives_up { GIVEN_UP_AFTER } else { quiet };
        });
        self.day.receiver.lose(any(Kind::Lost));
        self.day.receiver.cut(any(Kind::Network));
        self.day.receiver.swallow(any(Kind::Silent));
        let is_full = any(Kind::FullDisk);
        if is_full != self.is_full {
            self.is_full = is_full;
            self.day.fill_disk(is_full);
        }
    }
}
