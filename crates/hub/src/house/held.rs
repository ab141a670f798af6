//! Nothing is logged until somebody goes live: Sidetone went from one side, or another account took that side's place.
//!
//! The mode that was entered is forgotten. One that file or environment set stays there, and is held: it counts as `off` until an
//! admin goes live with it.

use chrono::{DateTime, SecondsFormat, Utc};
use sidetone_engine::store::{Store, StoreError};
use sidetone_engine::without_engine;
use sidetone_protocol::Vendor;

use super::keeping::{Entered, NotKept};
use super::{House, HouseError, blocking};
use crate::config::{Draft, HELD, HelpdeskAccount};
use crate::setup::connected_with;

/// Which helpdesk was connected last, also once it is disconnected: the vendor and the account.
const LAST_HELPDESK: &str = "setup_last_helpdesk";
/// When it was disconnected; empty while it is connected.
const HELPDESK_LEFT_AT: &str = "setup_helpdesk_left_at";

fn named(vendor: Vendor, account: &str) -> String {
    let vendor = match vendor {
        Vendor::Aircall => "aircall",
        Vendor::Gorgias => "gorgias",
        Vendor::Front => "front",
    };
    format!("{vendor} {account}")
}

impl House {
    /// What is entered so that nothing is logged from `at` on until somebody goes live.
    pub(super) async fn hold(&self, at: DateTime<Utc>) -> Result<Vec<Entered>, HouseError> {
        let draft = self.draft();
        let mut entered =
            vec![Entered::Value("logging.mode", None), Entered::Value("logging.shadow_until", None)];
        if draft.given.contains("logging.mode") {
            entered.push(Entered::Note(HELD, told(at)));
        }
        let store = self.store();
        let ends = blocking(move || without_engine::logging_ends(store.as_ref(), at)).await??;
        entered.extend(ends.map(|(key, text)| Entered::Note(key, text)));
        Ok(entered)
    }

    /// What else is entered once the helpdesk is disconnected: which one it was, and when.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(crate) async fn goes_helpdesk(&self) -> Result<Vec<Entered>, NotKept> {
        let (store, draft) = (self.store(), self.draft());
        let was = blocking(move || last_helpdesk(store.as_ref(), &draft)).await.map_err(NotKept::House)??;
        let mut entered = vec![Entered::Note(HELPDESK_LEFT_AT, told(Utc::now()))];
        if let Some(was) = was {
            entered.push(Entered::Note(LAST_HELPDESK, was));
        }
        Ok(entered)
    }

    /// What else is entered with this helpdesk account: which one it is, and where that is another one than before, that nothing
    /// is written into it until somebody goes live, who can see first what that would be.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(crate) async fn comes_helpdesk(
        &self,
        vendor: Vendor,
        account: &str,
    ) -> Result<Vec<Entered>, NotKept> {
        let (store, draft) = (self.store(), self.draft());
        let read = move || -> Result<_, StoreError> {
            let was = last_helpdesk(store.as_ref(), &draft)?;
            let left_at = store.setting(HELPDESK_LEFT_AT)?.unwrap_or_default();
            Ok((was, left_at, without_engine::had_a_helpdesk(store.as_ref())?))
        };
        let (was, left_at, had_one) = blocking(read).await.map_err(NotKept::House)??;
        let comes = named(vendor, account);
        let mut entered = Vec::new();
        // One of which nobody knows any more which it was counts as another.
        if was.map_or(had_one, |was| was != comes) {
            tracing::info!(
                "another helpdesk is connected: nothing is written into it before somebody goes live"
            );
            let left_at = DateTime::parse_from_rfc3339(&left_at).map_or(Utc::now(), |at| at.to_utc());
            entered.extend(self.hold(left_at).await.map_err(NotKept::House)?);
        }
        entered.push(Entered::Note(LAST_HELPDESK, comes));
        entered.push(Entered::Note(HELPDESK_LEFT_AT, String::new()));
        Ok(entered)
    }
}

fn told(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Which helpdesk was connected last, as far as it is known.
fn last_helpdesk(store: &dyn Store, draft: &Draft) -> Result<Option<String>, StoreError> {
    if let Some(noted) = store.setting(LAST_HELPDESK)?.filter(|noted| !noted.is_empty()) {
        return Ok(Some(noted));
    }
    // Connected before this was noted.
    let Some((account, _)) = &draft.helpdesk else { return Ok(None) };
    Ok(match account {
        HelpdeskAccount::Gorgias(_) => {
            draft.gorgias.account.as_ref().map(|account| named(Vendor::Gorgias, account))
        }
        HelpdeskAccount::Front { .. } => {
            let account = connected_with(store, "helpdesk")?;
            Some(named(Vendor::Front, &account)).filter(|_| !account.is_empty())
        }
    })
}
