//! What a house looks after by itself: settings that another hub on the same database changed, an engine that could not
//! be started, and an uninstall that is under way (G21).

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{House, HouseError, blocking};
use crate::database::Database;
use crate::doctor::computer::{free_bytes, nearest};

/// How often.
const EVERY: Duration = Duration::from_secs(2);
/// How often the computer is looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(60);

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
        self.catch_up().await?;
        self.go_on_uninstalling().await
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
}
