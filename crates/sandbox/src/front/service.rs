//! The running stand-in: the state behind its lock and the front desk before it.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::Request};

use super::{errors, rest, state::State};
use crate::{
    clock::Clock,
    desk::{Desk, Vendor},
    hold,
    record::Record,
    wire::{Answered, Asked},
};

/// One Front stand-in.
pub(crate) struct Inner {
    state: Mutex<State>,
    pub(crate) desk: Desk,
    record: Option<Arc<Record>>,
}

impl Inner {
    pub(crate) fn new(clock: Clock, seed: u64, record: Option<Arc<Record>>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(clock, seed)), desk: Desk::new(clock), record })
    }

    /// Looks at the state, or changes it, after everything has arrived whose time has come.
    pub(crate) fn act<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = hold(&self.state);
        state.settle();
        change(&mut state)
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
        let answered = self.act(|state| rest::answer(state, asked));
        // What is told at the other host is no part of the API, and full of secrets.
        let is_api = !asked.path.starts_with("/oauth/");
        if let Some(record) = self.record.as_ref().filter(|_| is_api) {
            record.keep(asked, &answered);
        }
        answered
    }

    /// Injected faults carry the headers as well; a 429 is the company's limit, so nothing is left of it.
    fn refusal(&self, status: u16) -> Answered {
        let headers = self.act(|state| {
            let now = state.now();
            state.meters.headers(now, false)
        });
        headers.into_iter().fold(errors::plain(status), |answered, (name, value)| {
            let is_used_up = status == 429 && name == "x-ratelimit-remaining";
            answered.with(name, if is_used_up { "0".to_owned() } else { value })
        })
    }
}
