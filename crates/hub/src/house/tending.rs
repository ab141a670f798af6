//! What a house looks after by itself: settings that another hub on the same database changed, an engine that could not
//! be started, and what has to be forgotten once Sidetone is uninstalled (G21).

use std::sync::Arc;
use std::time::Duration;

use sidetone_engine::Handle;
use sidetone_protocol::Vendor;

use super::doors::Doors;
use super::{Entered, House, HouseError, blocking};
use crate::config::{secrets_of_console, sign_in_of};
use crate::signin::ASKS;

/// How often.
const EVERY: Duration = Duration::from_secs(2);
/// The engine's own settings: since when it is uninstalled, and when our webhook was found gone.
const UNINSTALLED: &str = "uninstalled_since";
const WEBHOOK_GONE: &str = "webhook_gone_at";
/// That secrets were forgotten after an uninstall, so that who connects again need not resume as well.
const FORGOTTEN: &str = "setup_forgotten";

/// Looks after a house as long as somebody lives in it.
pub(super) fn begin(house: &House) {
    let weak = Arc::downgrade(&house.0);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(inner) = weak.upgrade() else { return };
            if let Err(error) = House(inner).tend().await {
                tracing::warn!(%error, "the house cannot be looked after; it is tried again");
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

    /// Forgets secrets and how vendors are reached, once Aircall has surely no webhook of ours any more: until then they
    /// are needed to take it away.
    async fn forget_after_uninstall(&self) -> Result<(), HouseError> {
        if !(self.is_set(UNINSTALLED).await? && self.is_set(WEBHOOK_GONE).await?) {
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
        let values: Vec<&'static str> = CREDENTIALS.iter().copied().filter(|key| mine(key)).collect();
        if secrets.is_empty() && values.is_empty() {
            return Ok(());
        }
        let mut forgotten: Vec<Entered> =
            secrets.into_iter().map(|name| Entered::Secret(name, None)).collect();
        forgotten.extend(values.into_iter().map(|key| Entered::Value(key, None)));
        forgotten.extend(["aircall", "helpdesk"].map(|side| Entered::Note(noted(side), String::new())));
        forgotten.push(Entered::Note(FORGOTTEN, "yes".to_owned()));
        tracing::info!("uninstalled: what was entered to reach Aircall and the helpdesk is forgotten");
        self.keep(forgotten).await.map_err(|error| match error {
            super::NotKept::House(error) => error,
            other => HouseError::Start(std::io::Error::other(other.to_string()).into()),
        })
    }

    /// Whoever connects again after everything was forgotten wants it to work.
    pub(super) async fn resume_after_uninstall(&self, handle: &Handle) -> Result<(), HouseError> {
        if !self.is_set(FORGOTTEN).await? || !self.is_connected_anew() {
            return Ok(());
        }
        handle.resume().await?;
        let store = self.store();
        let mut change = sidetone_engine::store::Change::at(chrono::Utc::now());
        change.settings.push((FORGOTTEN.to_owned(), String::new()));
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
