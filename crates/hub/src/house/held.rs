//! Nothing is logged until somebody goes live: Sidetone went from one side, or another account took that side's place.
//!
//! The mode that was entered is forgotten. One that file or environment set stays there, and is held: it counts as `off` until an
//! admin goes live with it.

use chrono::{DateTime, SecondsFormat, Utc};
use sidetone_engine::store::Store;
use sidetone_engine::without_engine;
use sidetone_protocol::Vendor;

use super::keeping::{Entered, NotKept};
use super::{House, HouseError, blocking};
use crate::config::{Draft, HELD, HelpdeskAccount};
use crate::setup::connected_with;

/// Which helpdesk was connected last, also once it is disconnected: the vendor and the account's name.
const LAST_HELPDESK: &str = "setup_last_helpdesk";

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
            entered.push(Entered::Note(HELD, at.to_rfc3339_opts(SecondsFormat::Secs, true)));
        }
        let store = self.store();
        let ends = blocking(move || without_engine::logging_ends(store.as_ref(), at)).await??;
        entered.extend(ends.map(|(key, text)| Entered::Note(key, text)));
        Ok(entered)
    }

    /// What else is entered with the helpdesk account of this name: which one it is, and where that is another one than before,
    /// that nothing is written into it until somebody goes live, who can see first what that would be.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(crate) async fn comes_helpdesk(
        &self,
        vendor: Vendor,
        account: &str,
    ) -> Result<Vec<Entered>, NotKept> {
        let (store, draft) = (self.store(), self.draft());
        let was = blocking(move || last_helpdesk(store.as_ref(), &draft)).await.map_err(NotKept::House)??;
        let mut entered = vec![Entered::Note(LAST_HELPDESK, named(vendor, account))];
        if !was.is_empty() && was != named(vendor, account) {
            tracing::info!(
                "another helpdesk is connected: nothing is written into it before somebody goes live"
            );
            entered.extend(self.hold(Utc::now()).await.map_err(NotKept::House)?);
        }
        Ok(entered)
    }
}

/// Which helpdesk was connected last; empty: none, or it is not known.
fn last_helpdesk(store: &dyn Store, draft: &Draft) -> Result<String, sidetone_engine::store::StoreError> {
    if let Some(noted) = store.setting(LAST_HELPDESK)?.filter(|noted| !noted.is_empty()) {
        return Ok(noted);
    }
    // Connected before this was noted.
    let account = connected_with(store, "helpdesk")?;
    let vendor = draft.helpdesk.as_ref().map(|(account, _)| match account {
        HelpdeskAccount::Gorgias(_) => Vendor::Gorgias,
        HelpdeskAccount::Front { .. } => Vendor::Front,
    });
    let known = vendor.filter(|_| !account.is_empty());
    Ok(known.map(|vendor| named(vendor, &account)).unwrap_or_default())
}
