//! Webhooks: where Aircall delivers its events. What is delivered is in [`Event`](crate::Event).

use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    Page, Paging, Request, Secret,
    lenient::{self, Object, one, page},
    query,
    request::nothing,
};

/// A webhook. `Debug` hides its token, which any credential that sees the webhook can read
/// (`reference/aircall.md §4.7`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Webhook {
    /// The UUID (`webhook_id`), or the old integer where there is none. Use it in paths.
    pub id: String,
    /// Where it delivers.
    pub url: Option<String>,
    /// Whether it delivers. Aircall switches it off after failures and tells nobody.
    pub active: Option<bool>,
    /// The events it is subscribed to, in no order.
    pub events: Vec<String>,
    /// The secret in every delivery, the only proof of origin.
    pub token: Option<Secret>,
    /// Its name in the Dashboard; often not echoed.
    pub custom_name: Option<String>,
    /// When it was made, unix seconds.
    pub created_at: Option<i64>,
}

impl Webhook {
    /// Reads a webhook; `None` without any id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::text(value, "webhook_id").or_else(|| lenient::text(value, "id"))?,
            url: lenient::text(value, "url"),
            active: lenient::flag(value, "active"),
            events: lenient::list(value, "events", |event| event.as_str().map(str::to_owned)),
            token: lenient::text(value, "token").map(Secret::new),
            custom_name: lenient::text(value, "custom_name"),
            created_at: lenient::time(value, "created_at"),
        })
    }
}

impl Object for Webhook {
    const SINGULAR: &'static str = "webhook";
    const PLURAL: &'static str = "webhooks";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// Events to subscribe to: at least one, because Aircall reads "none" as "all" (`reference/aircall.md §5.9`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventList(Vec<String>);

/// The list of events is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("name at least one event; Aircall would subscribe the webhook to every event otherwise")]
pub struct NoEvents;

impl EventList {
    /// A list of event names such as `call.ended`.
    pub fn new(events: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, NoEvents> {
        let events: Vec<String> = events.into_iter().map(Into::into).collect();
        if events.is_empty() { Err(NoEvents) } else { Ok(Self(events)) }
    }

    /// The names.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether `webhook` is subscribed to these events and no others, in whatever order.
    pub fn is_of(&self, webhook: &Webhook) -> bool {
        let sorted = |events: &[String]| {
            let mut events = events.to_vec();
            events.sort();
            events.dedup();
            events
        };
        sorted(&self.0) == sorted(&webhook.events)
    }
}

/// A webhook to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookCreate {
    /// A public https address.
    pub url: String,
    /// What to subscribe to.
    pub events: EventList,
    /// Its name in the Dashboard.
    pub custom_name: Option<String>,
}

/// A change to a webhook. The events are part of every change: an update that leaves them out subscribes the
/// webhook to everything (`reference/aircall.md §5.9`, gotcha 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUpdate {
    /// What it shall be subscribed to from now on.
    pub events: EventList,
    /// Switch it on or off; `None` leaves it.
    pub active: Option<bool>,
    /// A new address; `None` leaves it.
    pub url: Option<String>,
    /// A new name; `None` leaves it.
    pub custom_name: Option<String>,
}

impl WebhookUpdate {
    /// Switches the webhook on, subscribed to `events`.
    pub fn enable(events: EventList) -> Self {
        Self { events, active: Some(true), url: None, custom_name: None }
    }
}

/// The webhooks this credential may see; tokens included.
pub fn list(paging: Paging) -> Request<Page<Webhook>> {
    Request::get(paging.on("/v1/webhooks"), page)
}

/// One webhook, with `active` and its token.
pub fn get(webhook_id: &str) -> Request<Webhook> {
    Request::get(path_of(webhook_id), one)
}

/// Makes a webhook. Not idempotent: twice makes two, and every event comes twice. List first.
pub fn create(webhook: &WebhookCreate) -> Request<Webhook> {
    let mut body = Map::from_iter([
        ("url".to_owned(), json!(webhook.url)),
        ("events".to_owned(), json!(webhook.events.as_slice())),
    ]);
    insert_some(&mut body, "custom_name", webhook.custom_name.as_deref());
    Request::new(Method::POST, "/v1/webhooks", Some(body.into()), one)
}

/// Changes a webhook.
pub fn update(webhook_id: &str, update: &WebhookUpdate) -> Request<Webhook> {
    let mut body = Map::from_iter([("events".to_owned(), json!(update.events.as_slice()))]);
    insert_some(&mut body, "active", update.active);
    insert_some(&mut body, "url", update.url.as_deref());
    insert_some(&mut body, "custom_name", update.custom_name.as_deref());
    Request::new(Method::PUT, path_of(webhook_id), Some(body.into()), one)
}

/// Removes a webhook.
pub fn delete(webhook_id: &str) -> Request<()> {
    Request::new(Method::DELETE, path_of(webhook_id), None, nothing)
}

fn path_of(webhook_id: &str) -> String {
    format!("/v1/webhooks/{}", query::segment(webhook_id))
}

fn insert_some(body: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value.into());
    }
}
