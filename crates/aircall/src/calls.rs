//! Calls: reading them, and what can be written on them.

mod call;
mod comment;

use http::Method;
use serde_json::{Value, json};

pub use self::{
    call::{Call, Direction, Participant, Status},
    comment::Comment,
};
use crate::{
    Card, Page, Paging, Request,
    lenient::{self, Object, one, page},
    query::Query,
    request::nothing,
};

/// The most comments a call can have (`reference/aircall.md §4.2`).
pub const MAX_COMMENTS: usize = 5;

/// A call as it was read, every field kept. [`RawCall::call`] is the reading of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCall {
    id: u64,
    value: Value,
}

impl RawCall {
    /// Aircall's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// All that Aircall said.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// All that Aircall said, to keep.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// What this crate understands of it.
    pub fn call(&self) -> Call {
        Call::read_as(self.id, &self.value)
    }
}

impl Object for RawCall {
    const SINGULAR: &'static str = "call";
    const PLURAL: &'static str = "calls";

    fn read(value: &Value) -> Option<Self> {
        Some(Self { id: lenient::id(value, "id")?, value: value.clone() })
    }
}

/// In which order a list comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest first, Aircall's default.
    Ascending,
    /// Newest first.
    Descending,
}

/// What a call is read with, beyond its own fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetch {
    /// The contact; without it `contact` is null even for known callers (`reference/aircall.md §9`, gotcha 8).
    pub contact: bool,
    /// Short forms of the recording's and voicemail's addresses, good for three hours.
    pub short_urls: bool,
    /// The options a caller chose in a menu.
    pub call_timeline: bool,
}

impl Fetch {
    /// Everything.
    pub const ALL: Self = Self { contact: true, short_urls: true, call_timeline: true };

    fn write(self, query: &mut Query) {
        query
            .push_flag("fetch_contact", self.contact)
            .push_flag("fetch_short_urls", self.short_urls)
            .push_flag("fetch_call_timeline", self.call_timeline);
    }
}

/// Which calls to list. Aircall keeps six months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListCalls {
    /// Started **after** this unix second (exclusive, `reference/aircall.md §3`).
    pub from: Option<i64>,
    /// Started at this unix second or before.
    pub to: Option<i64>,
    /// Oldest first if unset.
    pub order: Option<Order>,
    /// Which page; the first at full length by default.
    pub paging: Paging,
    /// What to read along.
    pub fetch: Fetch,
}

impl ListCalls {
    fn query(&self) -> Query {
        let mut query = Query::default();
        query.push_some("from", self.from).push_some("to", self.to).push_some(
            "order",
            self.order.map(|order| match order {
                Order::Ascending => "asc",
                Order::Descending => "desc",
            }),
        );
        self.paging.write(&mut query);
        self.fetch.write(&mut query);
        query
    }
}

/// Which calls to search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchCalls {
    /// When, in which order, which page, what along.
    pub list: ListCalls,
    /// Which way they went.
    pub direction: Option<Direction>,
    /// Whose they are.
    pub user_id: Option<u64>,
    /// The other side's number in E.164.
    pub phone_number: Option<String>,
    /// Tags that a call must have, all of them.
    pub tags: Vec<String>,
}

/// A page of calls.
pub fn list(calls: &ListCalls) -> Request<Page<RawCall>> {
    Request::get(calls.query().on("/v1/calls"), page)
}

/// A page of calls that match.
pub fn search(search: &SearchCalls) -> Request<Page<RawCall>> {
    let mut query = search.list.query();
    query
        .push_some("direction", search.direction.map(Direction::as_str))
        .push_some("user_id", search.user_id)
        .push_some("phone_number", search.phone_number.as_deref());
    for tag in &search.tags {
        query.push("tags[]", tag);
    }
    Request::get(query.on("/v1/calls/search"), page)
}

/// One call.
pub fn get(call_id: u64, fetch: Fetch) -> Request<RawCall> {
    let mut query = Query::default();
    fetch.write(&mut query);
    Request::get(query.on(&format!("/v1/calls/{call_id}")), one)
}

/// Adds a comment. At most [`MAX_COMMENTS`] a call, and none can be changed or taken back.
pub fn add_comment(call_id: u64, content: &str) -> Request<()> {
    let body = json!({ "content": content });
    Request::new(Method::POST, format!("/v1/calls/{call_id}/comments"), Some(body), nothing)
}

/// Adds tags, by id.
pub fn add_tags(call_id: u64, tag_ids: &[u64]) -> Request<()> {
    let body = json!({ "tags": tag_ids });
    Request::new(Method::POST, format!("/v1/calls/{call_id}/tags"), Some(body), nothing)
}

/// Shows a card in the phones of a call that is still up. A second card comes on top or in place of the first.
pub fn show_card(call_id: u64, card: &Card) -> Request<()> {
    Request::new(Method::POST, format!("/v1/calls/{call_id}/insight_cards"), Some(card.body()), nothing)
}
