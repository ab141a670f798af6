//! How Sidetone goes once it is uninstalled (G21).
//!
//! Uninstalled, everything is forgotten at once but what our webhook is taken away with. That goes with the webhook, or when
//! Aircall refuses it, for then it is good for nothing; or when a person will not wait any longer. What is left to be done by
//! hand is noted. Whoever connects something ends it: nobody enters a key in order to have it forgotten, and what is
//! forgotten by then is asked for again, going live included.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use sidetone_engine::store::{Change, Store, StoreError};
use sidetone_protocol::{ConnectionState, EventsBy, Uninstalling, Vendor};

use super::doors::Doors;
use super::keeping::{Entered, NotKept};
use super::left::{APPS, WEBHOOK_LEFT};
use super::removal::{Removal, take_away};
use super::{House, HouseError, blocking, to_its_end};
use crate::config::{secrets_of_console, sign_in_of};
use crate::problem::Problem;
use crate::signin::ASKS;

/// The engine's own settings: since when it is uninstalled, and when our webhook was found gone.
pub(super) const UNINSTALLED: &str = "uninstalled_since";
const WEBHOOK_GONE: &str = "webhook_gone_at";
/// The id of this installation, in which our webhook's address ends.
const INSTALLATION: &str = "installation";
/// Values that lead to a vendor.
const CREDENTIALS: &[&str] = &["aircall.api_id", "gorgias.account", "gorgias.email"];
/// What our webhook is taken away with.
pub(super) const NEEDED: &[&str] = &["aircall.api_id", "aircall.api_token", "aircall.oauth.token"];
/// After so long without success a person may give it up.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::minutes(15);
/// How often it is tried while no engine runs: often at first, as an engine would.
const AGAIN: Duration = Duration::from_secs(5);
const AGAIN_LATER: Duration = Duration::from_secs(60);
const OFTEN_FOR: TimeDelta = TimeDelta::minutes(10);

/// That an uninstall waits for Aircall, if one does.
pub(crate) fn uninstalling(store: &dyn Store) -> Result<Option<Uninstalling>, StoreError> {
    let is_set = |key: &str| Ok::<_, StoreError>(store.setting(key)?.is_some_and(|text| !text.is_empty()));
    let Some(since) = moment(store, UNINSTALLED)? else { return Ok(None) };
    let mut waits = false;
    for name in NEEDED {
        waits |= is_set(&format!("secret.{name}"))?;
    }
    let waits = waits && !is_set(WEBHOOK_GONE)?;
    let forget_from = (since + GIVEN_UP_AFTER).timestamp();
    Ok(waits.then(|| Uninstalling { since: since.timestamp(), forget_from }))
}

/// Where it is noted whom a side is connected with.
pub(crate) fn noted(side: &str) -> &'static str {
    if side == "aircall" { "setup_aircall" } else { "setup_helpdesk" }
}

fn moment(store: &dyn Store, key: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let text = store.setting(key)?;
    Ok(text.and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).map(|at| at.to_utc()))
}

/// What is known of our webhook once Sidetone is uninstalled.
enum Webhook {
    Gone,
    Stands,
    /// All that we have to take it away with is refused, or cannot be used at all.
    OutOfReach,
}

impl House {
    /// The next step of an uninstall, if one is under way.
    pub(super) async fn go_on_uninstalling(&self) -> Result<(), HouseError> {
        let Some(since) = self.moment(UNINSTALLED).await? else { return Ok(()) };
        self.forget_entered(NEEDED, false).await?;
        match self.our_webhook(since).await? {
            Webhook::Gone => self.forget_entered(&[], false).await,
            Webhook::OutOfReach => self.forget_entered(&[], true).await,
            Webhook::Stands => Ok(()),
        }
    }

    /// A person will not wait for Aircall any longer: everything is forgotten, and our webhook is left to them.
    ///
    /// # Errors
    /// 409 `not_uninstalling`, `too_early`.
    pub(crate) async fn forget_anyway(&self) -> Result<(), Problem> {
        let store = self.store();
        let under_way = blocking(move || uninstalling(store.as_ref())).await?.map_err(HouseError::from)?;
        let Some(under_way) = under_way else {
            let told = "No uninstall waits for Aircall; GET /api/setup says what is connected.";
            return Err(Problem::new(StatusCode::CONFLICT, "not_uninstalling", told));
        };
        if Utc::now().timestamp() < under_way.forget_from {
            let told =
                "Aircall gets 15 minutes to let the webhook go; until then it is tried again by itself.";
            return Err(Problem::new(StatusCode::CONFLICT, "too_early", told)
                .with("forget_from", under_way.forget_from.into()));
        }
        tracing::warn!(
            "a person gives up the webhook at Aircall; what could have taken it away is forgotten"
        );
        Ok(self.forget_entered(&[], true).await?)
    }

    /// Forgets secrets and how vendors are reached, all but what `stays`. `webhook_left`: ours is for a person to delete.
    async fn forget_entered(
        &self,
        stays: &'static [&'static str],
        webhook_left: bool,
    ) -> Result<(), HouseError> {
        // Nobody decides any more about an account that asked to be connected before.
        let Some(since) = self.moment(UNINSTALLED).await? else { return Ok(()) };
        if self.is_set(&format!("secret.{ASKS}")).await?
            && !self.asks_since(since).await?
            && let Err(error) = self.sign_ins().refuse(None).await
        {
            tracing::warn!(%error, "the account that asks to be connected is forgotten without telling its vendor");
        }
        let house = self.clone();
        to_its_end(async move { house.forget_entered_now(stays, webhook_left).await }).await?
    }

    async fn forget_entered_now(&self, stays: &[&str], webhook_left: bool) -> Result<(), HouseError> {
        let _alone = self.0.keeping.lock().await;
        // Whoever connected something meanwhile has ended it.
        let Some(since) = self.moment(UNINSTALLED).await? else { return Ok(()) };
        let store = self.store();
        let uninstalled = blocking(move || store.setting(UNINSTALLED)).await??.unwrap_or_default();
        // Who asks to be connected since then has come back.
        let asks_anew = self.asks_since(since).await?;
        let goes = |name: &&'static str| !(stays.contains(name) || (asks_anew && *name == ASKS));
        let secrets: Vec<&'static str> = self.kept_secrets().await?.into_iter().filter(goes).collect();
        let draft = self.draft();
        let values = CREDENTIALS.iter().copied().filter(goes).filter(|key| draft.entered.contains(*key));
        let values: Vec<&'static str> = values.collect();
        // Where the file says everything there is nothing to enter again: who resumes has come back.
        if secrets.is_empty() && values.is_empty() && !draft.entered.contains("logging.mode") {
            return Ok(());
        }
        // One made by hand is for a person to delete; and without its token nothing comes by it.
        let by_hand = draft.events == EventsBy::Manual && secrets.contains(&"aircall.webhook_token");
        let mut left: Vec<&'static str> =
            if webhook_left || by_hand { vec![WEBHOOK_LEFT] } else { Vec::new() };
        // Also Gorgias', until it has taken its tokens back.
        left.extend(
            APPS.iter().filter(|(vendor, _)| secrets.contains(&sign_in_of(*vendor))).map(|(_, code)| *code),
        );
        let mut forgotten: Vec<Entered> =
            secrets.into_iter().map(|name| Entered::Secret(name, None)).collect();
        if by_hand && draft.entered.contains("aircall.webhook") {
            forgotten.push(Entered::Value("aircall.webhook", None));
        }
        forgotten.extend(values.into_iter().map(|key| Entered::Value(key, None)));
        let sides: &[&str] = if stays.is_empty() { &["aircall", "helpdesk"] } else { &["helpdesk"] };
        forgotten.extend(sides.iter().map(|side| Entered::Note(noted(side), String::new())));
        forgotten.extend(self.leaves(&left).await?);
        // Who connects again goes live again.
        forgotten.extend(self.hold(since).await?);
        if stays.is_empty() {
            tracing::info!("uninstalled: what was entered to reach Aircall and the helpdesk is forgotten");
        } else {
            tracing::info!(
                "uninstalled: all is forgotten but what the webhook at Aircall is taken away with"
            );
        }
        // Also at another hub on the same database, in this very moment.
        forgotten.push(Entered::Provided(UNINSTALLED, uninstalled));
        match self.keep_alone(forgotten).await {
            Ok(()) | Err(NotKept::Overtaken) => Ok(()),
            Err(NotKept::House(error) | NotKept::NotApplied(error)) => Err(error),
            Err(other) => Err(HouseError::Start(std::io::Error::other(other.to_string()).into())),
        }
    }

    /// Whether an account asks to be connected that began to only after that moment.
    async fn asks_since(&self, moment: DateTime<Utc>) -> Result<bool, HouseError> {
        let sign_ins = self.sign_ins();
        let asks = blocking(move || sign_ins.asks()).await?;
        // One that cannot be read can be connected by nobody.
        let since = asks.ok().flatten().and_then(|asks| asks.since);
        Ok(since.is_some_and(|since| since > moment.timestamp()))
    }

    /// Names of secrets that lie in the vault, also of those that cannot be read any more.
    pub(super) async fn kept_secrets(&self) -> Result<Vec<&'static str>, HouseError> {
        let signed_in = [Vendor::Aircall, Vendor::Gorgias, Vendor::Front].map(sign_in_of);
        let mut kept = Vec::new();
        for name in secrets_of_console().chain(signed_in).chain([ASKS]) {
            if self.is_set(&format!("secret.{name}")).await? {
                kept.push(name);
            }
        }
        Ok(kept)
    }

    /// Whether Aircall has one of ours. Where an engine runs it takes it away; else that is done here.
    async fn our_webhook(&self, uninstalled: DateTime<Utc>) -> Result<Webhook, HouseError> {
        if self.is_set(WEBHOOK_GONE).await? {
            return Ok(Webhook::Gone);
        }
        let doors = self.0.doors.borrow().clone();
        match doors {
            Doors::Open(open) => {
                let is_refused = open.handle.health().connections.iter().any(|link| {
                    let is_refused = link.vendor == Vendor::Aircall && link.state == ConnectionState::Refused;
                    is_refused && link.answered_at.is_some_and(|at| at >= uninstalled.timestamp())
                });
                Ok(if is_refused { Webhook::OutOfReach } else { Webhook::Stands })
            }
            // A keyring that is locked still may have what it takes.
            Doors::NotSetUp if self.vault().is_err() => Ok(Webhook::Stands),
            Doors::NotSetUp => self.take_ours_away(uninstalled).await,
            Doors::Leaving(_) | Doors::Shut | Doors::Broken(_) => Ok(Webhook::Stands),
        }
    }

    async fn take_ours_away(&self, uninstalled: DateTime<Utc>) -> Result<Webhook, HouseError> {
        let draft = self.draft();
        let Some((account, _)) = &draft.aircall else { return Ok(Webhook::OutOfReach) };
        if !self.is_due(uninstalled) {
            return Ok(Webhook::Stands);
        }
        match self.try_to_take_away(account).await? {
            Removal::Gone => {
                let store = self.store();
                let mut change = Change::at(Utc::now());
                change.settings.push((WEBHOOK_GONE.to_owned(), Utc::now().to_rfc3339()));
                blocking(move || store.commit(&change).map(drop)).await??;
                tracing::info!("Aircall has no webhook of ours any more");
                Ok(Webhook::Gone)
            }
            Removal::Refused => Ok(Webhook::OutOfReach),
            Removal::Stands => Ok(Webhook::Stands),
        }
    }

    /// Whether it is time to try again; the next time is later.
    fn is_due(&self, uninstalled: DateTime<Utc>) -> bool {
        let mut tried = self.0.tried.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let every = if Utc::now() - uninstalled < OFTEN_FOR { AGAIN } else { AGAIN_LATER };
        if tried.is_some_and(|at| at.elapsed() < every) {
            return false;
        }
        *tried = Some(Instant::now());
        true
    }

    pub(super) async fn try_to_take_away(&self, account: &aircall::Account) -> Result<Removal, HouseError> {
        let store = self.store();
        let installation = blocking(move || store.setting(INSTALLATION)).await??;
        // Where no engine ever ran, nothing of ours was ever made.
        let Some(installation) = installation.and_then(|id| id.parse().ok()) else {
            return Ok(Removal::Gone);
        };
        Ok(take_away(account, self.transport().as_ref(), installation).await)
    }

    pub(super) async fn moment(&self, key: &'static str) -> Result<Option<DateTime<Utc>>, HouseError> {
        let store = self.store();
        Ok(blocking(move || moment(store.as_ref(), key)).await??)
    }

    async fn is_set(&self, key: &str) -> Result<bool, HouseError> {
        let (store, key) = (self.store(), key.to_owned());
        Ok(blocking(move || store.setting(&key)).await??.is_some_and(|text| !text.is_empty()))
    }
}
