//! What a house looks after by itself: settings that another hub on the same database changed, an engine that could not
//! be started, and an uninstall that is under way (G21).

use std::sync::Arc;
use std::time::Duration;

use super::{House, HouseError};

/// How often.
const EVERY: Duration = Duration::from_secs(2);

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
        self.catch_up().await?;
        self.go_on_uninstalling().await
    }
}
