//! The running stand-in: the state behind its lock and the front desk before it.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::Request};

use super::{errors, rest, state::State};
use crate::{
    clock::Clock,
    desk::{Desk, Vendor},
    hold,
    wire::{Answered, Asked},
};

/// One Gorgias stand-in.
pub(crate) struct Inner {
    state: Mutex<State>,
    pub(crate) desk: Desk,
}

impl Inner {
    pub(crate) fn new(clock: Clock, seed: u64) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(clock, seed)), desk: Desk::new(clock) })
    }

    pub(crate) fn act<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut hold(&self.state))
    }

    /// The API itself, without the control and the pages.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        let service = Arc::clone(self);
        Router::new().fallback(move |request: Request| {
            let service = Arc::clone(&service);
            async move { service.desk.receive(request, &*service).await }
        })
    }
}

impl Vendor for Inner {
    fn answer(&self, asked: &Asked) -> Answered {
        self.act(|state| rest::answer(state, asked))
    }

    fn refusal(&self, status: u16) -> Answered {
        errors::plain(status)
    }
}
