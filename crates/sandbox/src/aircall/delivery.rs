//! How events travel: at least once, in no promised order, five seconds a try, retried with growing
//! pauses; too many failures in a row switch the webhook off without a word, and a late success of what
//! is still being retried switches it on again (`reference/aircall.md §6.2`).

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::time::{sleep, timeout};

use super::{
    service::Inner,
    state::{Event, State},
    switches::FailuresOf,
};

/// A receiver must answer 2xx within this; never scaled.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Without any pause a receiver that is away would be tried without end.
const SHORTEST_PAUSE_S: f64 = 1.0;
/// How long an event is retried, also after its webhook was switched off.
const RETRIED_FOR_S: f64 = 12.0 * 3600.0;

/// One try to deliver one event. The body holds the webhook's token, so it is not shown by `Debug`.
#[derive(Clone)]
pub struct Delivery {
    /// The webhook's UUID.
    pub webhook: String,
    /// The event's name, e.g. `call.created`.
    pub event: String,
    /// Where it goes.
    pub url: String,
    /// The headers of a live delivery.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The envelope as JSON.
    pub body: Bytes,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Delivery")
            .field("webhook", &self.webhook)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// Carries a delivery to its receiver: the status it answered, or nothing when it could not be reached.
pub type Deliver = Arc<dyn Fn(Delivery) -> BoxFuture<'static, Result<u16, ()>> + Send + Sync>;

/// Deliveries by a real HTTP POST. Proxies are passed by: receivers are on this machine.
pub(crate) fn over_http() -> Result<Deliver, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(Arc::new(move |delivery: Delivery| {
        let mut request = client.post(&delivery.url).body(delivery.body);
        for (name, value) in delivery.headers {
            request = request.header(name, value);
        }
        Box::pin(async move {
            let response = request.send().await.map_err(|error| {
                tracing::debug!(error = %error.without_url(), "a webhook could not be delivered");
            })?;
            Ok(response.status().as_u16())
        })
    }))
}

/// Sees one event through to one webhook.
pub(crate) async fn see_through(service: Weak<Inner>, generation: u64, webhook: String, event: Event) {
    let Some(plan) = service.upgrade().and_then(|inner| inner.act(Plan::make)) else {
        return;
    };
    sleep(plan.delay).await;
    for _ in 0..plan.copies {
        deliver(&service, generation, &webhook, &event).await;
    }
}

/// What the switches make of this event.
struct Plan {
    delay: Duration,
    copies: u32,
}

impl Plan {
    /// `None`: the event is dropped.
    fn make(state: &mut State) -> Option<Self> {
        let switches = state.switches.clone();
        if state.dice.share() < switches.drop_share {
            state.dropped_events += 1;
            return None;
        }
        let wait_s = switches.delay_s + switches.shuffle_s * state.dice.share();
        Some(Self { delay: state.scaled(wait_s), copies: if switches.duplicate { 2 } else { 1 } })
    }
}

async fn deliver(service: &Weak<Inner>, generation: u64, webhook: &str, event: &Event) {
    for attempt in 0.. {
        let Some((carrier, delivery)) = service.upgrade().and_then(|inner| {
            inner
                .act(|state| address(state, generation, webhook, event))
                .map(|delivery| (inner.deliver(), delivery))
        }) else {
            return;
        };
        let outcome = timeout(ANSWER_WITHIN, carrier(delivery)).await;
        let is_taken = matches!(outcome, Ok(Ok(200..300)));
        let Some(inner) = service.upgrade() else { return };
        let pause = inner.act(|state| settle(state, webhook, is_taken, attempt));
        drop(inner);
        match pause {
            Some(pause) => sleep(pause).await,
            None => return,
        }
    }
}

/// The next try, unless the webhook is gone, was switched off by its owner, or is retried no more.
fn address(state: &State, generation: u64, webhook: &str, event: &Event) -> Option<Delivery> {
    if state.generation != generation {
        return None;
    }
    let deliver = |url: &str, token: &str| Delivery {
        webhook: webhook.to_owned(),
        event: event.name.clone(),
        url: url.to_owned(),
        headers: vec![
            ("content-type", "application/json"),
            ("user-agent", "axios/1.7.9"),
            ("aircall-origin", "webhooks"),
        ],
        body: Bytes::from(event.envelope(token).to_string()),
    };
    if let Some(sent_to) = &event.sent_to {
        return Some(deliver(&sent_to.url, &sent_to.token));
    }
    let hook = state.webhooks.iter().find(|hook| hook.uuid == webhook)?;
    let is_retried = hook.disabled_at.is_some_and(|at| {
        let passed = (state.now() - at) as f64;
        passed <= RETRIED_FOR_S / state.scale
    });
    (hook.is_active || is_retried).then(|| deliver(&hook.url, &hook.token))
}

/// Notes how a try went; a pause when there is to be another.
fn settle(state: &mut State, webhook: &str, is_taken: bool, attempt: usize) -> Option<Duration> {
    let now = state.now();
    let (disable_after, failures_of) = (state.switches.disable_after, state.switches.failures_of);
    let again = again(state, attempt);
    let Some(hook) = state.webhooks.iter_mut().find(|hook| hook.uuid == webhook) else {
        // Deleted meanwhile; only what goes where it was sent comes here.
        return again.filter(|_| !is_taken);
    };
    if is_taken {
        hook.delivered += 1;
        hook.failures_in_a_row = 0;
        if hook.disabled_at.take().is_some() {
            hook.is_active = true;
        }
        return None;
    }
    hook.failed += 1;
    hook.failures_in_a_row += 1;
    let failures = match failures_of {
        FailuresOf::Webhook => hook.failures_in_a_row,
        FailuresOf::Event => u32::try_from(attempt + 1).unwrap_or(u32::MAX),
    };
    if hook.is_active && failures >= disable_after {
        hook.is_active = false;
        hook.disabled_at = Some(now);
    }
    again
}

/// The pause before the next try, while there is to be one.
fn again(state: &State, attempt: usize) -> Option<Duration> {
    let pauses_s = &state.switches.retry_pauses_s;
    let pause_s = |attempt: usize| pauses_s.get(attempt).or(pauses_s.last()).map(|s| s.max(SHORTEST_PAUSE_S));
    let waited: f64 = (0..attempt).filter_map(pause_s).sum();
    pause_s(attempt).filter(|_| waited < RETRIED_FOR_S).map(|pause| state.scaled(pause))
}
