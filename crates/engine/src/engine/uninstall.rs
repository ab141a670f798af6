//! Uninstalling (G21): a stronger pause. Nothing is asked of either vendor and nothing is written; our webhook is taken
//! away at once (`webhook/removal.rs`), and the webhook's token is forgotten. Holds over restarts, until it is resumed.
//!
//! The intent is stored before anything is done about it. Records and ledger stay, so that whoever comes back writes
//! nothing twice (B17).

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Alert, GapCause, PausedView};
use tokio::sync::mpsc;

use super::sweep::AdoptProgress;
use super::writing::{QUIET, moment};
use super::{Engine, Stimulus, without_one};
use crate::act::ActRefused;
use crate::store::{Change, Store, StoreError};
use crate::tokens::{Tokens, UNINSTALLED};

/// When our webhook was found gone.
pub(super) const GONE: &str = "webhook_gone_at";
/// Another hub on the same store may have been told instead of us: that is looked up this often at most.
const HEED_EVERY: TimeDelta = TimeDelta::seconds(1);
/// If the webhook stands longer than this, a person is told.
const SOON_GONE: TimeDelta = TimeDelta::seconds(60);

/// Whether Sidetone is uninstalled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uninstalled {
    since: Option<DateTime<Utc>>,
    /// Aircall has no webhook of ours any more.
    webhook_is_gone: bool,
    /// When the store was asked last.
    heeded: DateTime<Utc>,
}

impl Uninstalled {
    /// As the last run left it.
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Uninstalled, StoreError> {
        let webhook_is_gone = moment(store, GONE)?.is_some();
        Ok(Uninstalled { since: moment(store, UNINSTALLED)?, webhook_is_gone, heeded: now })
    }

    /// Whether it is.
    pub(super) fn holds(&self) -> bool {
        self.since.is_some()
    }

    /// Whether there is a webhook of ours left to take away.
    pub(super) fn webhook_stands(&self) -> bool {
        self.holds() && !self.webhook_is_gone
    }

    /// For windows, which offer to resume; `waiting`: calls with something to write.
    pub(super) fn paused(&self, waiting: u32) -> Option<PausedView> {
        self.since.map(|since| PausedView { since: since.timestamp(), waiting })
    }

    /// What a person has to do.
    pub(super) fn alerts(&self, waiting: u32, now: DateTime<Utc>) -> Vec<Alert> {
        let Some(since) = self.since else { return Vec::new() };
        let alert = |code: &str, what: &str, mend: &str| Alert {
            code: code.into(),
            since: since.timestamp(),
            calls: waiting,
            what: what.into(),
            mend: mend.into(),
        };
        let mut alerts = vec![alert(
            "uninstalled",
            "Sidetone is uninstalled: it reads and writes nothing any more.",
            "Remove the keys from the configuration and stop the program; or resume to begin again.",
        )];
        if self.webhook_stands() && now - since >= SOON_GONE {
            alerts.push(alert(
                "webhook_stands",
                "Aircall still has our webhook. Its events are refused.",
                "Nothing to do if Aircall comes back: it is taken away then. Else delete it in Aircall, under Integrations.",
            ));
        }
        alerts
    }
}

impl Engine {
    /// A person uninstalls. Comes back when it is stored; the webhook goes at once after that.
    pub(super) fn uninstall(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.uninstalled.holds() {
            let mut change = Change::at(now);
            change.settings = without_one::intent(now);
            self.push(&change)?;
            self.leave(now);
        }
        self.telling.at_once(now);
        if let Err(error) = self.tell_health(now) {
            // It is uninstalled all the same, and the next turn tells it.
            tracing::warn!(%error, "windows are not told yet that Sidetone is uninstalled");
        }
        Ok(())
    }

    /// What is stored holds from now on. What is under way is settled.
    fn leave(&mut self, since: DateTime<Utc>) {
        tracing::info!("uninstalled by a person; the webhook is taken away, and nothing is read or written");
        self.uninstalled.since = Some(since);
        self.uninstalled.webhook_is_gone = false;
        self.shared.change_tokens(Tokens::forget);
        self.writing.unverified();
        self.uncarded.clear();
        self.studied.clear();
        self.give_up_sweep("Sidetone was uninstalled.");
        self.take_webhook_away(since);
    }

    /// Aircall has no webhook of ours any more.
    pub(super) fn webhook_is_gone(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.settings.push((GONE.to_owned(), now.to_rfc3339()));
        self.push(&change)?;
        self.uninstalled.webhook_is_gone = true;
        self.telling.at_once(now);
        tracing::info!("Aircall has no webhook of ours any more");
        Ok(())
    }

    /// A person resumes: everything begins again as at a start beside a ledger that may lack something.
    pub(super) fn come_back(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.uninstalled.holds() {
            return Ok(());
        }
        let mut change = Change::at(now);
        let settings = without_one::come_back(self.store.as_ref(), now)?;
        change.settings = settings.into_iter().map(|(key, text)| (key.to_owned(), text)).collect();
        self.push(&change)?;
        self.begin_again(now)
    }

    fn begin_again(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let trusted_from = moment(self.store.as_ref(), QUIET)?.map_or(now, |until| until.max(now));
        let stored = Tokens::remembered(self.store.as_ref())?;
        self.uninstalled.since = None;
        self.in_trouble(GapCause::NotRunning, now, now);
        self.shared.change_tokens(|tokens| tokens.come_back(stored));
        self.writing.quiet_until = Some(trusted_from);
        self.adoption.distrust(trusted_from);
        self.remembers_since(trusted_from);
        self.look_at_webhooks_anew(now);
        tracing::info!("resumed by a person after it was uninstalled");
        self.telling.at_once(now);
        self.keep_tokens(now)
    }

    /// What another hub on the same store was told holds here, too.
    pub(super) fn heed_uninstall(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if now - self.uninstalled.heeded < HEED_EVERY {
            return Ok(());
        }
        let stored = moment(self.store.as_ref(), UNINSTALLED)?;
        self.uninstalled.heeded = now;
        self.heed_pause(now)?;
        match (self.uninstalled.holds(), stored) {
            (false, Some(since)) => {
                self.leave(since);
                Ok(())
            }
            (true, None) => self.begin_again(now),
            (true, Some(_)) | (false, None) => Ok(()),
        }
    }

    /// While uninstalled, whoever wants something that only a vendor can answer is told so. Returns every other wish.
    pub(super) fn unless_uninstalled(&self, stimulus: Stimulus) -> Option<Stimulus> {
        if !self.uninstalled.holds() {
            return Some(stimulus);
        }
        // Whoever asked may have gone.
        match stimulus {
            Stimulus::Dial(_, told) => drop(told.send(Err(ActRefused::Uninstalled))),
            Stimulus::Comment(.., told) => drop(told.send(Err(ActRefused::Uninstalled))),
            Stimulus::Tag(.., told) => drop(told.send(Err(ActRefused::Uninstalled))),
            Stimulus::AdoptSince(_, told) => refuse_sweep(&told),
            // Told nothing: what is known is shown.
            Stimulus::Study(..) => {}
            other => return Some(other),
        }
        None
    }
}

fn refuse_sweep(told: &mpsc::UnboundedSender<AdoptProgress>) {
    let why = ActRefused::Uninstalled.to_string();
    let _ = told.send(AdoptProgress { failed: Some(why), ..AdoptProgress::default() });
}
