//! What a person decides while no engine runs: it is stored as an engine would store it, and the next one finds it.

use chrono::{DateTime, Utc};
use sidetone_protocol::{BackfillState, Mode, PausedView};

use super::MODE_CHANGES;
use super::uninstall::GONE;
use super::writing::{PAUSED, QUIET, SOLE, moment};
use crate::gate::GoLive;
use crate::store::{Change, Store, StoreError};
use crate::tokens::{Tokens, UNINSTALLED};

/// Nothing is written from now on, as after [`Handle::pause`](crate::Handle::pause).
///
/// # Errors
/// If it could not be stored: then nothing has changed.
pub fn pause(store: &dyn Store, now: DateTime<Utc>) -> Result<PausedView, StoreError> {
    let since = match moment(store, PAUSED)? {
        Some(since) => since,
        None => {
            let mut change = Change::at(now);
            change.settings.push((PAUSED.to_owned(), now.to_rfc3339()));
            store.commit(&change)?;
            tracing::info!("logging was paused by a person while no engine runs");
            now
        }
    };
    view(store, since, now)
}

/// Whether a person has paused logging.
///
/// # Errors
/// If the store cannot be read.
pub fn is_paused(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(moment(store, PAUSED)?.is_some())
}

/// Sidetone is uninstalled from now on, as after [`Handle::uninstall`](crate::Handle::uninstall). `has_webhook`: whether
/// there may be one of ours at Aircall.
///
/// # Errors
/// If it could not be stored: then nothing has changed.
pub fn uninstall(store: &dyn Store, has_webhook: bool, now: DateTime<Utc>) -> Result<PausedView, StoreError> {
    let since = match moment(store, UNINSTALLED)? {
        Some(since) => since,
        None => {
            let mut change = Change::at(now);
            change.settings = intent(now);
            if !has_webhook {
                change.settings.push((GONE.to_owned(), now.to_rfc3339()));
            }
            store.commit(&change)?;
            tracing::info!("uninstalled by a person while no engine runs");
            now
        }
    };
    view(store, since, now)
}

/// The settings by which Sidetone is uninstalled.
pub(super) fn intent(now: DateTime<Utc>) -> Vec<(String, String)> {
    let mut settings = Tokens::default().settings();
    // Another installation may write from now on: who comes back has to look first.
    settings.extend([GONE, SOLE].map(|key| (key.to_owned(), String::new())));
    settings.push((UNINSTALLED.to_owned(), now.to_rfc3339()));
    settings
}

/// The settings by which it is no longer.
///
/// # Errors
/// If the store cannot be read.
pub fn come_back(store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<(&'static str, String)>, StoreError> {
    // Until now another installation may have written: that is remembered as after a take-over.
    let trusted_from = moment(store, QUIET)?.map_or(now, |until| until.max(now));
    Ok(vec![(UNINSTALLED, String::new()), (GONE, String::new()), (QUIET, trusted_from.to_rfc3339())])
}

/// The settings by which what was learnt of the company at Aircall holds no more: whoever connects next may be another one,
/// whose events carry another token, and for whom another installation may write.
#[must_use]
pub fn leave_company() -> Vec<(&'static str, String)> {
    Tokens::KEYS.into_iter().chain([SOLE]).map(|key| (key, String::new())).collect()
}

/// Old calls that a person wanted of the company that is left are read no further: another company's would be read instead.
///
/// # Errors
/// If the store cannot be read or changed.
pub fn stop_backfills(store: &dyn Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut change = Change::at(now);
    change.backfills = store.backfills()?;
    change.backfills.retain(|one| one.state.is_under_way() || one.state == BackfillState::Paused);
    change.backfills.iter_mut().for_each(|one| one.ends(BackfillState::Stopped, now));
    if change.backfills.is_empty() { Ok(()) } else { store.commit(&change).map(|_| ()) }
}

/// The setting by which nothing is logged from `at` on: no engine runs that would note it, and calls that begin from then on are
/// not to be written by whoever goes live later (B15). Nothing, where none was logged before.
///
/// # Errors
/// If the store cannot be read.
pub fn logging_ends(
    store: &dyn Store,
    at: DateTime<Utc>,
) -> Result<Option<(&'static str, String)>, StoreError> {
    let mut modes = store.setting(MODE_CHANGES)?.map(|text| GoLive::parse(&text)).unwrap_or_default();
    let ends = !modes.changes.is_empty() && modes.note(at, Mode::Off);
    Ok(ends.then(|| (MODE_CHANGES, modes.text())))
}

fn view(store: &dyn Store, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<PausedView, StoreError> {
    Ok(PausedView { since: since.timestamp(), waiting: store.outbox(now)?.calls })
}
