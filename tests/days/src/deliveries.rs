//! The way of an event from Aircall to the engine: the receiver's part, in-process, and the events that get lost.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use sidetone_engine::Handle;
use sidetone_sandbox::{Deliver, Delivery};

use crate::losses;

/// What receives the day's events. Where no engine runs, nothing is received, and Aircall tries again later.
#[derive(Clone, Default)]
pub struct Receiver(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Who listens, by the host that Aircall delivers to.
    at: BTreeMap<String, Handle>,
    loses: bool,
    /// Nobody can reach us.
    is_cut: bool,
    /// Something in between takes everything.
    swallows: bool,
    /// Events that must not get lost, by call.
    kept: HashSet<(u64, &'static str)>,
    lost: u64,
    /// What arrived so far, in order.
    arrived: Vec<bytes::Bytes>,
}

impl Receiver {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the events that go to this host to this engine from now on, or to nobody.
    pub fn attach(&self, host: &str, handle: Option<Handle>) {
        match handle {
            Some(handle) => drop(self.state().at.insert(host.to_owned(), handle)),
            None => drop(self.state().at.remove(host)),
        }
    }

    /// Whether events get lost from now on, as far as [`losses`] lets them.
    pub fn lose(&self, loses: bool) {
        self.state().loses = loses;
    }

    /// Whether nobody can reach us from now on.
    pub fn cut(&self, is_cut: bool) {
        self.state().is_cut = is_cut;
    }

    /// Whether something in between takes everything from now on, and answers as if it had arrived.
    pub fn swallow(&self, swallows: bool) {
        self.state().swallows = swallows;
    }

    /// This event of this call is not among those that get lost.
    pub fn keep(&self, call: u64, event: &'static str) {
        self.state().kept.insert((call, event));
    }

    /// How many events got lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.state().lost
    }

    /// Everything that arrived so far arrives once more, as when Aircall had not heard that it was received.
    ///
    /// # Panics
    /// If no engine runs, or it cannot store.
    pub fn repeat_all(&self) {
        let arrived = self.state().arrived.clone();
        for body in arrived {
            self.hand_over(&body);
        }
    }

    /// An event that the sandbox does not act out, by whatever webhook.
    ///
    /// # Panics
    /// If no engine runs, or it cannot store.
    pub fn bring(&self, event: &str, timestamp: i64, data: &Value) {
        let resource = event.split('.').next().unwrap_or_default();
        let body = serde_json::json!({
            "resource": resource, "event": event, "timestamp": timestamp, "data": data,
        });
        self.hand_over(body.to_string().as_bytes());
    }

    fn hand_over(&self, body: &[u8]) {
        let handle = self.state().at.values().next().cloned().unwrap();
        let event = aircall::Event::parse(body).unwrap();
        handle.receive(&[handle.statement(&event)]).unwrap();
    }

    /// For the sandbox. With `listens` false nothing ever arrives.
    #[must_use]
    pub fn deliver(&self, listens: bool) -> Deliver {
        let receiver = self.clone();
        Arc::new(move |delivery| {
            let answer = if listens { receiver.take(&delivery) } else { Err(()) };
            Box::pin(std::future::ready(answer))
        })
    }

    /// As `crates/hub/src/receiver.rs` does it: 401 for a token that is not ours, 200 once it is stored.
    fn take(&self, delivery: &Delivery) -> Result<u16, ()> {
        let mut state = self.state();
        if state.is_cut {
            return Err(());
        }
        if state.swallows {
            state.lost += 1;
            return Ok(200);
        }
        let is_meant = |host: &str| delivery.url.contains(&format!("://{host}/"));
        let found = state.at.iter().find(|(host, _)| is_meant(host));
        let handle = found.map(|(_, handle)| handle.clone()).ok_or(())?;
        if state.loses && state.is_lost(delivery) {
            state.lost += 1;
            return Ok(200);
        }
        state.arrived.push(delivery.body.clone());
        drop(state);
        let event = aircall::Event::parse(&delivery.body).map_err(|_| ())?;
        if !handle.is_own_token(event.token.as_ref().ok_or(())?.reveal()).map_err(|_| ())? {
            return Ok(401);
        }
        handle.receive(&[handle.statement(&event)]).map_err(|_| ())?;
        Ok(200)
    }
}

impl State {
    fn is_lost(&self, delivery: &Delivery) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(&delivery.body) else { return false };
        let call = body["data"]["id"].as_u64().unwrap_or_default();
        let is_kept = self.kept.iter().any(|(kept, event)| *kept == call && *event == delivery.event);
        !is_kept && losses::comes_back(&delivery.event, &body["data"])
    }
}
