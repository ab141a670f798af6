//! The running stand-in: the state behind its lock, the front desk before it, and the tasks that carry out
//! what the state left to do.

use std::{
    mem,
    sync::{Arc, Mutex, Weak},
};

use axum::{Router, extract::Request, response::Response};
use tokio::time::sleep;

use super::{
    delivery::{self, Deliver},
    errors, rest,
    state::{State, Todo},
};
use crate::{
    clock::Clock,
    desk::{Desk, Vendor},
    hold,
    wire::{Answered, Asked},
};

/// One Aircall stand-in; its tasks hold it weakly, so that they end with it.
pub(crate) struct Inner {
    state: Mutex<State>,
    pub(crate) desk: Desk,
    deliver: Deliver,
    me: Weak<Inner>,
}

impl Inner {
    pub(crate) fn new(clock: Clock, scale: f64, seed: u64, origin: String, deliver: Deliver) -> Arc<Self> {
        let state = Mutex::new(State::new(clock, scale, seed, origin));
        Arc::new_cyclic(|me| Self { state, desk: Desk::new(clock), deliver, me: me.clone() })
    }

    /// Looks at or changes the state, then starts what that left to do. Needs a tokio runtime.
    pub(crate) fn act<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let (result, todo, generation) = {
            let mut state = hold(&self.state);
            let result = change(&mut state);
            (result, mem::take(&mut state.todo), state.generation)
        };
        for one in todo {
            self.carry_out(one, generation);
        }
        result
    }

    pub(crate) fn deliver(&self) -> Deliver {
        Arc::clone(&self.deliver)
    }

    /// The API itself, without the control.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        let service = Arc::clone(self);
        Router::new().fallback(move |request: Request| {
            let service = Arc::clone(&service);
            async move { service.receive(request).await }
        })
    }

    async fn receive(&self, request: Request) -> Response {
        self.desk.receive(request, self).await
    }

    fn carry_out(&self, todo: Todo, generation: u64) {
        let me = self.me.clone();
        match todo {
            Todo::Deliver { webhook, event } => {
                tokio::spawn(delivery::see_through(me, generation, webhook, event));
            }
            Todo::Later(after, step) => {
                tokio::spawn(async move {
                    sleep(after).await;
                    if let Some(inner) = me.upgrade() {
                        inner.act(|state| {
                            if state.generation == generation {
                                state.step(&step);
                            }
                        });
                    }
                });
            }
        }
    }
}

impl Vendor for Inner {
    fn answer(&self, asked: &Asked) -> Answered {
        self.act(|state| rest::answer(state, asked))
    }

    fn refusal(&self, status: u16) -> Answered {
        errors::gateway(status)
    }
}
