//! What a house looks after by itself: settings that another hub on the same database changed, an engine that could not
//! be started, and what has to be forgotten once Sidetone is uninstalled (G21).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sidetone_engine::Handle;
use sidetone_engine::store::{Store, StoreError};
use sidetone_protocol::{ConnectionState, Vendor};
use tokio::time::Instant;

use super::doors::Doors;
use super::{Entered, House, HouseError, blocking};
use crate::config::{secrets_of_console, sign_in_of};
use crate::database::Database;
use crate::doctor::computer::{free_bytes, nearest};
use crate::signin::ASKS;

/// How often.
const EVERY: Duration = Duration::from_secs(2);
/// How often the computer is looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(60);
/// The engine's own settings: since when it is uninstalled, and when our webhook was found gone.
const UNINSTALLED: &str = "uninstalled_since";
const WEBHOOK_GONE: &str = "webhook_gone_at";
/// That secrets were forgotten after an uninstall, so that who connects again need not resume as well.
const FORGOTTEN: &str = "setup_forgotten";

/// What uninstalling could not undo: codes with a blank between (`protocol::Setup::left`).
const LEFT: &str = "setup_left";
const WEBHOOK_LEFT: &str = "aircall_webhook";
/// Accesses that stay listed at their vendor: two of them take no token back (`reference/aircall.md §1.3`,
/// `reference/front.md §1.3`).
const APPS: [(Vendor, &str); 3] =
    [(Vendor::Aircall, "aircall_app"), (Vendor::Gorgias, "gorgias_app"), (Vendor::Front, "front_app")];

/// What uninstalling could not undo, by its codes.
pub(crate) fn left_behind(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let left = store.setting(LEFT)?.unwrap_or_default();
    Ok(left.split_whitespace().map(str::to_owned).collect())
}

/// Looks after a house as long as somebody lives in it.
pub(super) fn begin(house: &House) {
    let weak = Arc::downgrade(&house.0);
    tokio::spawn(async move {
        let mut looks_at: Option<Instant> = None;
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(inner) = weak.upgrade() else { return };
            let house = House(inner);
            if let Err(error) = house.tend().await {
                tracing::warn!(%error, "the house cannot be looked after; it is tried again");
            }
            if looks_at.is_none_or(|at| at <= Instant::now()) && house.tell_of_the_computer().await {
                looks_at = Some(Instant::now() + LOOKS_EVERY);
            }
        }
    });
}

impl House {
    async fn tend(&self) -> Result<(), HouseError> {
        if self.setup().is_closed() {
            return Ok(());
        }
        let is_broken = matches!(&*self.0.doors.borrow(), Doors::Broken(_));
        if is_broken || self.changed().await? != self.setup().heeded() {
            self.apply().await?;
        }
        self.forget_after_uninstall().await
    }

    /// Tells the engine what disk and keyring are like (A4). Returns whether there is one.
    async fn tell_of_the_computer(&self) -> bool {
        let Some(handle) = self.handle() else { return false };
        let draft = self.draft();
        let file = match &draft.database {
            Database::Sqlite(file) => Some(file.clone()),
            Database::Postgres(_) => None,
        };
        let free = blocking(move || file.and_then(|file| free_bytes(&nearest(&file)))).await;
        let keyring_locked = self.vault().is_err_and(|unkept| unkept.code == "keyring_locked");
        handle.computer_is(free.ok().flatten(), keyring_locked);
        true
    }

    /// Forgets secrets and how vendors are reached, once Aircall has surely no webhook of ours any more: until then they
    /// are needed to take it away. Where they are good for nothing any more, a person is told what is left to be done by
    /// hand.
    async fn forget_after_uninstall(&self) -> Result<(), HouseError> {
        let Some(since) = self.moment(UNINSTALLED).await? else { return Ok(()) };
        let webhook_stands = !self.is_set(WEBHOOK_GONE).await?;
        if webhook_stands && !self.nobody_can_take_the_webhook_away(since) {
            return Ok(());
        }
        // What was entered since then is somebody's who comes back, and is not connected yet with both sides.
        if self.is_set(FORGOTTEN).await? {
            return Ok(());
        }
        // Nobody decides any more about an account that asks to be connected.
        if self.is_set(&format!("secret.{ASKS}")).await?
            && let Err(error) = self.sign_ins().refuse(None).await
        {
            tracing::warn!(%error, "the account that asks to be connected is forgotten without telling its vendor");
        }
        let draft = self.draft();
        let mine = |key: &&str| draft.entered.contains(*key);
        let signed_in = [Vendor::Aircall, Vendor::Gorgias, Vendor::Front].map(sign_in_of);
        let mut secrets: Vec<&'static str> = Vec::new();
        // Also those that cannot be read any more.
        for name in secrets_of_console().chain(signed_in).chain([ASKS]) {
            if self.is_set(&format!("secret.{name}")).await? {
                secrets.push(name);
            }
        }
        let mut left: Vec<&str> = if webhook_stands { vec![WEBHOOK_LEFT] } else { Vec::new() };
        // Also Gorgias', until it has taken its tokens back.
        left.extend(
            APPS.iter().filter(|(vendor, _)| secrets.contains(&sign_in_of(*vendor))).map(|(_, code)| *code),
        );
        let values: Vec<&'static str> = CREDENTIALS.iter().copied().filter(|key| mine(key)).collect();
        if secrets.is_empty() && values.is_empty() {
            return Ok(());
        }
        let mut forgotten: Vec<Entered> =
            secrets.into_iter().map(|name| Entered::Secret(name, None)).collect();
        forgotten.extend(values.into_iter().map(|key| Entered::Value(key, None)));
        forgotten.extend(["aircall", "helpdesk"].map(|side| Entered::Note(noted(side), String::new())));
        forgotten.push(Entered::Note(FORGOTTEN, "yes".to_owned()));
        forgotten.push(Entered::Note(LEFT, left.join(" ")));
        tracing::info!("uninstalled: what was entered to reach Aircall and the helpdesk is forgotten");
        self.keep(forgotten).await.map_err(|error| match error {
            super::NotKept::House(error) | super::NotKept::NotApplied(error) => error,
            other => HouseError::Start(std::io::Error::other(other.to_string()).into()),
        })
    }

    /// Whether all that we have to take our webhook away with is refused, or cannot be used at all. Nobody waits for Aircall
    /// to answer then.
    fn nobody_can_take_the_webhook_away(&self, uninstalled: DateTime<Utc>) -> bool {
        match &*self.0.doors.borrow() {
            Doors::Open(open) => open.handle.health().connections.iter().any(|link| {
                let is_refused = link.vendor == Vendor::Aircall && link.state == ConnectionState::Refused;
                is_refused && link.answered_at.is_some_and(|at| at >= uninstalled.timestamp())
            }),
            // Something is missing, and no keyring that is still locked would tell it.
            Doors::NotSetUp => self.vault().is_ok(),
            Doors::Leaving(_) | Doors::Shut | Doors::Broken(_) => false,
        }
    }

    /// The access to `vendor` is not listed there any more: nobody has to remove it by hand.
    pub(super) async fn undone(&self, vendor: Vendor) {
        let store = self.store();
        let strike = move || -> Result<(), StoreError> {
            let Some(before) = store.setting(LEFT)?.filter(|left| !left.is_empty()) else { return Ok(()) };
            let is_other = |code: &&str| !APPS.contains(&(vendor, *code));
            let after: Vec<&str> = before.split(' ').filter(is_other).collect();
            store.replace_setting(LEFT, &before, &after.join(" ")).map(drop)
        };
        if let Ok(Err(error)) = blocking(strike).await {
            tracing::warn!(%error, "it is not noted that a sign-in was given back");
        }
    }

    async fn moment(&self, key: &str) -> Result<Option<DateTime<Utc>>, HouseError> {
        let (store, key) = (self.store(), key.to_owned());
        let text = blocking(move || store.setting(&key)).await??;
        Ok(text.and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).map(|at| at.to_utc()))
    }

    /// Whoever connects again after everything was forgotten wants it to work.
    pub(super) async fn resume_after_uninstall(&self, handle: &Handle) -> Result<(), HouseError> {
        if !self.is_set(FORGOTTEN).await? || !self.is_connected_anew() {
            return Ok(());
        }
        handle.resume().await?;
        let store = self.store();
        let mut change = sidetone_engine::store::Change::at(chrono::Utc::now());
        change.settings.extend([FORGOTTEN, LEFT].map(|key| (key.to_owned(), String::new())));
        blocking(move || store.commit(&change).map(drop)).await??;
        Ok(())
    }

    /// Whether the console says how a vendor is reached: file and environment alone are no sign that somebody came back.
    fn is_connected_anew(&self) -> bool {
        let draft = self.draft();
        let by_sign_in = |by| by == sidetone_protocol::ConnectedBy::SignIn;
        draft.aircall.as_ref().is_some_and(|(_, by)| by_sign_in(*by))
            || draft.helpdesk.as_ref().is_some_and(|(_, by)| by_sign_in(*by))
            || secrets_of_console().any(|key| draft.entered.contains(key))
    }

    async fn is_set(&self, key: &str) -> Result<bool, HouseError> {
        let (store, key) = (self.store(), key.to_owned());
        Ok(blocking(move || store.setting(&key)).await??.is_some_and(|text| !text.is_empty()))
    }
}

/// Values that lead to a vendor, and the mode: who connects again goes live again.
const CREDENTIALS: &[&str] = &["aircall.api_id", "gorgias.account", "gorgias.email", "logging.mode"];

/// Where it is noted whom a side is connected with.
pub(crate) fn noted(side: &str) -> &'static str {
    if side == "aircall" { "setup_aircall" } else { "setup_helpdesk" }
}
