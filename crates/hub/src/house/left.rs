//! What is left to a person when Sidetone goes: noted by codes, and struck once it is done or somebody comes back.

use chrono::Utc;
use sidetone_engine::store::{Change, Store, StoreError};
use sidetone_engine::without_engine;
use sidetone_protocol::Vendor;

use super::keeping::Entered;
use super::leaving::{UNINSTALLED, noted};
use super::{House, HouseError, blocking};
use crate::setup::{connected_with, named_in};

/// What uninstalling could not undo: codes with a blank between (`protocol::Setup::left`).
pub(super) const LEFT: &str = "setup_left";
pub(super) const WEBHOOK_LEFT: &str = "aircall_webhook";
/// Accesses that stay listed at their vendor: two of them take no token back (`reference/aircall.md §1.3`,
/// `reference/front.md §1.3`).
pub(super) const APPS: [(Vendor, &str); 3] =
    [(Vendor::Aircall, "aircall_app"), (Vendor::Gorgias, "gorgias_app"), (Vendor::Front, "front_app")];

/// The name of the company at whose Aircall something was left.
const LEFT_AT: &str = "setup_left_at";

/// What uninstalling could not undo, by its codes.
pub(crate) fn left_behind(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let left = store.setting(LEFT)?.unwrap_or_default();
    Ok(left.split_whitespace().map(str::to_owned).collect())
}

/// The codes of both, in their order.
pub(super) fn joined(before: &str, more: &[&'static str]) -> String {
    let all = [WEBHOOK_LEFT].into_iter().chain(APPS.map(|(_, code)| code));
    let is_left = |code: &&str| more.contains(code) || before.split_whitespace().any(|one| one == *code);
    all.filter(is_left).collect::<Vec<_>>().join(" ")
}

fn is_of_aircall(code: &str) -> bool {
    code == WEBHOOK_LEFT || APPS.contains(&(Vendor::Aircall, code))
}

impl House {
    /// What else is so once somebody connects what `entered` says: an uninstall is over, and what is left
    /// to a person on that side is theirs no more.
    pub(super) async fn begun_anew(
        &self,
        entered: &[Entered],
    ) -> Result<Vec<(&'static str, String)>, HouseError> {
        let connects = |vendor: Vendor| entered.iter().any(|one| one.connects(vendor));
        let (aircall, helpdesk) =
            (connects(Vendor::Aircall), connects(Vendor::Gorgias) || connects(Vendor::Front));
        // Where the file says how vendors are reached, going live is the way back.
        let goes_live = entered.iter().any(Entered::goes_live);
        if !aircall && !helpdesk && !goes_live {
            return Ok(Vec::new());
        }
        let mut anew = Vec::new();
        if self.moment(UNINSTALLED).await?.is_some() {
            let store = self.store();
            anew = blocking(move || without_engine::come_back(store.as_ref(), Utc::now())).await??;
            tracing::info!("somebody connects Sidetone again: it is uninstalled no more");
        }
        let left = self.left().await?;
        // What is left at another company stays there.
        let aircall = aircall && self.comes_back(entered).await?;
        let is_struck = |code: &str| if is_of_aircall(code) { aircall } else { helpdesk };
        let rest: Vec<&str> = left.split_whitespace().filter(|code| !is_struck(code)).collect();
        let rest = rest.join(" ");
        if rest != left {
            anew.push((LEFT, rest));
        }
        Ok(anew)
    }

    /// What is noted so that a person sees what is left to them, and at which company.
    pub(super) async fn leaves(&self, more: &[&'static str]) -> Result<Vec<Entered>, HouseError> {
        let store = self.store();
        let at = blocking(move || connected_with(store.as_ref(), "aircall")).await??;
        let mut entered = vec![Entered::Note(LEFT, joined(&self.left().await?, more))];
        if more.iter().any(|code| is_of_aircall(code)) && !at.is_empty() {
            entered.push(Entered::Note(LEFT_AT, at));
        }
        Ok(entered)
    }

    /// A person says that all of it is done.
    ///
    /// # Errors
    /// If it could not be stored.
    pub(crate) async fn nothing_is_left(&self) -> Result<(), HouseError> {
        let store = self.store();
        let strike = move || -> Result<(), StoreError> {
            let mut change = Change::at(Utc::now());
            change.settings = [LEFT, LEFT_AT].map(|key| (key.to_owned(), String::new())).to_vec();
            store.commit(&change).map(drop)
        };
        Ok(blocking(strike).await??)
    }

    /// Whether the company whose Aircall is connected by `entered` is the one at which something was left, as far as that is
    /// known.
    async fn comes_back(&self, entered: &[Entered]) -> Result<bool, HouseError> {
        let comes = entered.iter().find_map(|one| match one {
            Entered::Note(key, text) if *key == noted("aircall") => named_in(text),
            _ => None,
        });
        let store = self.store();
        let at = blocking(move || store.setting(LEFT_AT)).await??.unwrap_or_default();
        Ok(at.is_empty() || comes.is_some_and(|comes| comes == at))
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

    pub(super) async fn left(&self) -> Result<String, HouseError> {
        let store = self.store();
        Ok(blocking(move || store.setting(LEFT)).await??.unwrap_or_default())
    }
}
