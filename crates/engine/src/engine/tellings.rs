//! Tells people of alerts by mail or web hook (A4): what is to be told is decided and stored, then carried out by whoever
//! the face brought along, and tried again until it is taken.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use sidetone_protocol::{TellingView, TellingWay};

use super::Engine;
use super::health::SEEN_AGAIN_IN;
use crate::store::{Change, StoreError};
use crate::telling::{self, Courier, Decided, Telling};

/// It is decided this often what is to be told.
const DECIDES_EVERY: TimeDelta = TimeDelta::seconds(5);
/// So many are on their way at once.
const AT_ONCE: usize = 4;
/// Whoever carries something gets so long; less than [`telling::IN_HAND`].
const CARRIES_WITHIN: std::time::Duration = std::time::Duration::from_secs(20);
/// What was told is remembered for so long.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Something that was carried out, or was to be.
pub(super) struct Carried {
    telling: Telling,
    result: Result<(), String>,
}

/// Who carries, and what is on its way.
pub(crate) struct Tellings {
    courier: Option<Arc<dyn Courier>>,
    ways: Vec<TellingWay>,
    pub(super) carrying: FuturesUnordered<BoxFuture<'static, Carried>>,
    decides_at: DateTime<Utc>,
    started: DateTime<Utc>,
    views: Vec<TellingView>,
}

impl Tellings {
    pub(super) fn new(now: DateTime<Utc>) -> Tellings {
        Tellings {
            courier: None,
            ways: Vec::new(),
            carrying: FuturesUnordered::new(),
            decides_at: now,
            started: now,
            views: Vec::new(),
        }
    }

    /// On which ways people are told.
    pub(super) fn ways(&self) -> &[TellingWay] {
        &self.ways
    }

    /// For windows.
    pub(super) fn views(&self) -> Vec<TellingView> {
        self.views.clone()
    }
}

impl Engine {
    /// Has people told of alerts by this courier.
    #[must_use]
    pub fn telling_by(mut self, courier: Arc<dyn Courier>) -> Engine {
        self.tellings.ways = courier.ways();
        self.tellings.courier = Some(courier);
        self
    }

    /// Decides what people are to be told now, and begins to tell it.
    pub(super) fn tell_people(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.tellings.ways.is_empty() || self.stopping.is_some() {
            return Ok(());
        }
        if self.tellings.decides_at > now {
            self.wake_by(self.tellings.decides_at);
            return Ok(());
        }
        self.tellings.decides_at = now + DECIDES_EVERY;
        let decided = self.decide_tellings(now)?;
        self.keep_telling(decided, now)?;
        self.carry_tellings(now)?;
        self.see_how_telling_goes(now)
    }

    fn decide_tellings(&self, now: DateTime<Utc>) -> Result<Decided, StoreError> {
        let alerts = self.health.borrow().alerts.clone();
        let known = self.store.told()?;
        let ways = &self.tellings.ways;
        let mut decided = telling::standing(&known, &alerts, ways, now);
        // After a start it takes a moment until everything that holds is seen again.
        if now - self.tellings.started >= SEEN_AGAIN_IN {
            for told in telling::gone(&known, &alerts, now) {
                let tellings = self.store.tellings_about(&told.about())?;
                let Some(over) = telling::over(told, &tellings, ways, now) else { continue };
                decided.told.extend(over.told);
                decided.tellings.extend(over.tellings);
                decided.changed.extend(over.changed);
            }
        }
        Ok(decided)
    }

    fn keep_telling(&mut self, decided: Decided, now: DateTime<Utc>) -> Result<(), StoreError> {
        if decided.is_empty() {
            return Ok(());
        }
        self.push(&Change { telling: decided, ..Change::at(now) })
    }

    fn carry_tellings(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let free = AT_ONCE.saturating_sub(self.tellings.carrying.len());
        let Some(courier) = self.tellings.courier.clone().filter(|_| free > 0) else { return Ok(()) };
        for telling in self.store.claim_tellings(&self.tellings.ways, now, free)? {
            let courier = Arc::clone(&courier);
            self.tellings.carrying.push(Box::pin(async move {
                let carrying = courier.carry(&telling);
                let result = match tokio::time::timeout(CARRIES_WITHIN, carrying).await {
                    Ok(result) => result,
                    Err(_) => Err(format!("no answer within {} s", CARRIES_WITHIN.as_secs())),
                };
                Carried { telling, result }
            }));
        }
        Ok(())
    }

    /// Something was told, or was not.
    pub(super) fn carried(&mut self, carried: Carried) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Carried { telling, result } = carried;
        if let Err(text) = &result {
            tracing::warn!(way = telling::way_code(telling.way), %text, "an alert could not be told");
        }
        let told = telling.tried(result, now);
        self.keep_telling(Decided { changed: vec![told], ..Decided::default() }, now)?;
        self.tellings.decides_at = now;
        self.wake_by(now);
        self.see_how_telling_goes(now)
    }

    fn see_how_telling_goes(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let views = telling::views(&self.store.tellings_since(now - KEPT)?, &self.tellings.ways);
        if views != self.tellings.views {
            self.tellings.views = views;
            self.telling.at_once(now);
            self.wake_by(now);
        }
        Ok(())
    }

    /// Somebody found that telling works now.
    pub(super) fn tell_again(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.tellings.decides_at = now;
        self.store.tell_again(now)
    }

    pub(super) fn forget_tellings(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.store.forget_tellings(now - KEPT)
    }
}
