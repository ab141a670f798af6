//! Customers, and finding them.

use chrono::{DateTime, Utc};
use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    List, OrderBy, Request,
    lenient::{self, Object, insert_some, list as many, one},
    list::limit,
    query::Query,
    request::nothing,
};

/// A customer (`reference/gorgias.md §6.1`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customer {
    /// Gorgias' id.
    pub id: u64,
    /// The primary e-mail address, unique in the account.
    pub email: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// What agents see about the customer.
    pub note: Option<String>,
    /// Free for integrations; not unique.
    pub external_id: Option<String>,
    /// When it was made.
    pub created_datetime: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_datetime: Option<DateTime<Utc>>,
    /// How the customer is reached, deleted ways included.
    pub channels: Vec<Channel>,
}

/// A way to reach a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Channel {
    /// `email`, `phone` … There is none for SMS: that is `phone`.
    pub kind: String,
    /// The address or number, as a shop or an agent typed it.
    pub address: String,
    /// Whether it is the first choice.
    pub preferred: bool,
    /// Whether it was removed.
    pub deleted: bool,
}

impl Customer {
    /// Reads a customer; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            email: lenient::text(value, "email"),
            name: lenient::text(value, "name"),
            note: lenient::text(value, "note"),
            external_id: lenient::text(value, "external_id"),
            created_datetime: lenient::time(value, "created_datetime"),
            updated_datetime: lenient::time(value, "updated_datetime"),
            channels: lenient::items(value, "channels", Channel::read),
        })
    }

    /// All living channels and `new`, unless it is among them: what an update must carry to add one, because it
    /// replaces the whole list (`reference/gorgias.md §5`).
    pub fn channels_and(&self, new: NewChannel) -> Vec<NewChannel> {
        let living = self.channels.iter().filter(|channel| !channel.deleted);
        let mut channels: Vec<NewChannel> = living
            .map(|channel| NewChannel {
                kind: channel.kind.clone(),
                address: channel.address.clone(),
                preferred: channel.preferred,
            })
            .collect();
        let is_there = channels.iter().any(|known| known.kind == new.kind && known.address == new.address);
        channels.extend((!is_there).then_some(new));
        channels
    }
}

impl Object for Customer {
    const NAME: &'static str = "customer";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

impl Channel {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            kind: lenient::text(value, "type")?,
            address: lenient::text(value, "address")?,
            preferred: lenient::flag(value, "preferred").unwrap_or(false),
            deleted: value.get("deleted_datetime").is_some_and(|deleted| !deleted.is_null()),
        })
    }
}

/// A channel to be written; Gorgias lists all three fields as required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    /// `email` or `phone`.
    pub kind: String,
    /// The address, or the number in E.164: any other form makes duplicates.
    pub address: String,
    /// Whether it is the first choice.
    pub preferred: bool,
}

impl NewChannel {
    /// A phone number in E.164.
    pub fn phone(number: impl Into<String>) -> Self {
        Self { kind: "phone".to_owned(), address: number.into(), preferred: false }
    }

    /// An e-mail address, preferred.
    pub fn email(address: impl Into<String>) -> Self {
        Self { kind: "email".to_owned(), address: address.into(), preferred: true }
    }

    fn value(&self) -> Value {
        json!({ "type": self.kind, "address": self.address, "preferred": self.preferred })
    }
}

/// A customer to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCustomer {
    /// Full name.
    pub name: Option<String>,
    /// The primary e-mail address; 409 if another customer has it.
    pub email: Option<String>,
    /// How the customer is reached.
    pub channels: Vec<NewChannel>,
    /// Free for integrations, to find it again.
    pub external_id: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// IANA.
    pub timezone: Option<String>,
}

impl NewCustomer {
    fn body(&self) -> Value {
        let mut body = Map::from_iter([("channels".to_owned(), channels(&self.channels))]);
        insert_some(&mut body, "name", self.name.as_deref());
        insert_some(&mut body, "email", self.email.as_deref());
        insert_some(&mut body, "external_id", self.external_id.as_deref());
        insert_some(&mut body, "language", self.language.as_deref());
        insert_some(&mut body, "timezone", self.timezone.as_deref());
        body.into()
    }
}

/// A change to a customer; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerUpdate {
    /// Full name.
    pub name: Option<String>,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// **All** channels from now on; see [`Customer::channels_and`].
    pub channels: Option<Vec<NewChannel>>,
    /// What agents see about the customer.
    pub note: Option<String>,
    /// Free for integrations.
    pub external_id: Option<String>,
}

impl CustomerUpdate {
    fn body(&self) -> Value {
        let mut body = Map::new();
        insert_some(&mut body, "name", self.name.as_deref());
        insert_some(&mut body, "email", self.email.as_deref());
        insert_some(&mut body, "channels", self.channels.as_deref().map(channels));
        insert_some(&mut body, "note", self.note.as_deref());
        insert_some(&mut body, "external_id", self.external_id.as_deref());
        body.into()
    }
}

fn channels(channels: &[NewChannel]) -> Value {
    channels.iter().map(NewChannel::value).collect()
}

/// Which customers to list, to walk them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListCustomers {
    /// Where a page begins.
    pub cursor: Option<String>,
    /// 1 to 100; Gorgias' default is 30.
    pub limit: Option<u32>,
    /// Newest first if unset.
    pub order_by: Option<OrderBy>,
}

/// A page of all customers.
pub fn list(customers: &ListCustomers) -> Request<List<Customer>> {
    let mut query = Query::default();
    query
        .push_some("cursor", customers.cursor.as_deref())
        .push_some("limit", limit(customers.limit))
        .push_some("order_by", customers.order_by.map(OrderBy::as_str));
    Request::get(query.on("/api/customers"), many)
}

/// Customers with exactly this number (E.164) among their channels. A miss proves nothing: numbers are stored as
/// typed (`reference/gorgias.md §8.1`); search next.
pub fn by_phone(number: &str) -> Request<List<Customer>> {
    let mut query = Query::default();
    query.push("channel_type", "phone").push("channel_address", number);
    Request::get(query.on("/api/customers"), many)
}

/// Customers with this e-mail address.
pub fn by_email(email: &str) -> Request<List<Customer>> {
    let mut query = Query::default();
    query.push("email", email);
    Request::get(query.on("/api/customers"), many)
}

/// Customers with this e-mail address among their channels, primary or not.
pub fn by_any_email(email: &str) -> Request<List<Customer>> {
    let mut query = Query::default();
    query.push("channel_type", "email").push("channel_address", email);
    Request::get(query.on("/api/customers"), many)
}

/// Customers with this external id; nothing makes it unique.
pub fn by_external_id(external_id: &str) -> Request<List<Customer>> {
    let mut query = Query::default();
    query.push("external_id", external_id);
    Request::get(query.on("/api/customers"), many)
}

/// One customer. 301 ([`Merged`](crate::ErrorKind::Merged)) when it lives on in another.
pub fn get(customer_id: u64) -> Request<Customer> {
    Request::get(format!("/api/customers/{customer_id}"), one)
}

/// Makes a customer.
pub fn create(customer: &NewCustomer) -> Request<Customer> {
    Request::post("/api/customers", customer.body(), one)
}

/// Changes a customer.
pub fn update(customer_id: u64, update: &CustomerUpdate) -> Request<()> {
    Request::new(Method::PUT, format!("/api/customers/{customer_id}"), Some(update.body()), nothing)
}
