//! The control of the sandbox: what a test, the desktop demo or a person at the control page does to it. The
//! typed functions are here, in `aircall.rs`, `gorgias.rs` and `front.rs`, and for signing in in `sign_in.rs`; the HTTP face of
//! them in `http.rs` and `front_http.rs`.

mod aircall;
mod app_page;
mod front;
mod front_http;
mod front_pages;
mod gorgias;
mod guard;
mod http;
mod pages;
mod sign_in;
mod view;

use std::sync::Arc;

use serde_json::Value;

pub use aircall::AircallControl;
pub use front::FrontControl;
pub(crate) use front_http::front_routes;
pub use gorgias::GorgiasControl;
pub(crate) use guard::Neighbours;
pub(crate) use http::{aircall_routes, gorgias_routes};
pub use view::WebhookState;

use crate::{
    aircall::service::Inner as Aircall, front::service::Inner as Front, gorgias::service::Inner as Gorgias,
    play::Play, refused::Refused,
};

/// A handle on the whole sandbox; clones act on the same one.
#[derive(Clone)]
pub struct Control {
    aircall: AircallControl,
    gorgias: GorgiasControl,
    front: FrontControl,
    play: Play,
    neighbours: Neighbours,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    pub(crate) fn new(
        aircall: &Arc<Aircall>,
        gorgias: &Arc<Gorgias>,
        front: &Arc<Front>,
        play: Play,
        neighbours: Neighbours,
    ) -> Self {
        Self {
            aircall: AircallControl(Arc::clone(aircall)),
            gorgias: GorgiasControl(Arc::clone(gorgias)),
            front: FrontControl(Arc::clone(front)),
            play,
            neighbours,
        }
    }

    /// The Aircall side: calls, agents, webhooks.
    #[must_use]
    pub fn aircall(&self) -> &AircallControl {
        &self.aircall
    }

    /// The Gorgias side: what was written, what a person does to it.
    #[must_use]
    pub fn gorgias(&self) -> &GorgiasControl {
        &self.gorgias
    }

    /// The Front side: what was written, what a person does to it.
    #[must_use]
    pub fn front(&self) -> &FrontControl {
        &self.front
    }

    /// Lets calls happen on their own, in an order that follows from `seed`, until [`Self::stop_play`]. A
    /// call that a person takes in hand is left alone. Needs a tokio runtime.
    pub fn play(&self, seed: u64) {
        self.play.start(&self.aircall, seed);
    }

    /// Ends the play; calls that are up stay up.
    pub fn stop_play(&self) {
        self.play.stop();
    }

    /// Whether calls happen on their own.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.play.is_on()
    }

    /// All services as on their first day: no calls, no webhooks, default switches, no faults, empty
    /// journals. The play goes on if it was on.
    pub fn reset(&self) {
        self.aircall.reset();
        self.gorgias.reset();
        self.front.reset();
    }
}

/// Changes `current` by the fields that `patch` names, and by no others.
fn patched<T: serde::Serialize + serde::de::DeserializeOwned>(
    current: &T,
    patch: &Value,
) -> Result<T, Refused> {
    let wrong = |error: serde_json::Error| Refused::Wrong(error.to_string());
    let mut whole = serde_json::to_value(current).map_err(wrong)?;
    let (Some(fields), Some(changes)) = (whole.as_object_mut(), patch.as_object()) else {
        return Err(Refused::Wrong("send a JSON object with the fields to change".to_owned()));
    };
    fields.extend(changes.clone());
    serde_json::from_value(whole).map_err(wrong)
}
