//! Notifications of alerts: one for each cause, updated, and withdrawn when it is over.

use std::collections::BTreeMap;

use sidetone_protocol::Health;

use crate::desk::Desk;
use crate::moment::Moment;
use crate::notice::{Notice, Subject};
use crate::remedy;
use crate::words::Words;

/// What is over within this time tells nobody: a vendor that does not answer once, a webhook that is switched on again.
const STANDS_MS: i64 = 20 * 1000;
/// Figures that change are told again this often only: most desktops show it as something new.
const UPDATED_EVERY_MS: i64 = 5 * 60 * 1000;

/// The alerts that stand, and what was shown of each.
#[derive(Debug, Default)]
pub(super) struct Alerted {
    standing: BTreeMap<String, Standing>,
}

#[derive(Debug)]
struct Standing {
    since: Moment,
    /// A person saw it in the window.
    is_seen: bool,
    shown: Option<(Moment, Notice)>,
}

impl Alerted {
    /// Shows, updates and withdraws. `in_front`: the window is, and shows the same.
    pub(super) fn tell(
        &mut self,
        health: &Health,
        words: &Words,
        in_front: bool,
        at: Moment,
        desk: &mut impl Desk,
    ) {
        for alert in &health.alerts {
            let standing = self.standing.entry(alert.code.clone()).or_insert_with(|| Standing {
                since: at,
                is_seen: false,
                shown: None,
            });
            standing.is_seen |= in_front;
            if standing.is_seen || at.ms_since(standing.since) < STANDS_MS {
                continue;
            }
            let notice = Notice::alert(alert, health, words, at);
            let is_due = standing
                .shown
                .as_ref()
                .is_none_or(|(when, before)| *before != notice && at.ms_since(*when) >= UPDATED_EVERY_MS);
            if is_due {
                desk.notify(&notice);
                standing.shown = Some((at, notice));
            }
        }
        let stands = |code: &String| health.alerts.iter().any(|alert| alert.code == *code);
        for (code, over) in self.standing.extract_if(.., |code, _| !stands(code)) {
            if over.shown.is_none() {
                continue;
            }
            match remedy::outcome(&code, health).filter(|_| !in_front) {
                Some((written, calls)) => desk.notify(&Notice::mended(&code, written, calls, words)),
                None => desk.withdraw(&Subject::Alert(code)),
            }
        }
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self, desk: &mut impl Desk) {
        for (code, standing) in std::mem::take(&mut self.standing) {
            if standing.shown.is_some() {
                desk.withdraw(&Subject::Alert(code));
            }
        }
    }

    /// When one has stood for long enough.
    pub(super) fn wait_ms(&self, at: Moment) -> Option<i64> {
        let waiting = self.standing.values().filter(|one| !one.is_seen && one.shown.is_none());
        waiting.map(|one| STANDS_MS - at.ms_since(one.since)).min()
    }
}
