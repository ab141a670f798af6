//! Users: who answers the phones, and dialling in their name.

use http::Method;
use serde_json::{Value, json};

use crate::{
    Number, Page, Paging, Request,
    lenient::{self, Object, one, page},
    query,
    request::nothing,
};

/// A user. Nested in other objects it is abridged, differently in each place; only `id` is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// Aircall's id.
    pub id: u64,
    /// First and last name.
    pub name: Option<String>,
    /// Match it without regard to case.
    pub email: Option<String>,
    /// The view of the working hours, not the presence; see [`availabilities`].
    pub available: Option<bool>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// IETF language tag.
    pub language: Option<String>,
    /// The line used for outgoing calls; v2 reads only.
    pub default_number_id: Option<u64>,
}

impl User {
    /// Reads a user; `None` without an id, hence for `{}`.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            name: lenient::text(value, "name"),
            email: lenient::text(value, "email"),
            available: lenient::flag(value, "available"),
            time_zone: lenient::text(value, "time_zone"),
            language: lenient::text(value, "language"),
            default_number_id: lenient::id(value, "default_number_id"),
        })
    }
}

impl Object for User {
    const SINGULAR: &'static str = "user";
    const PLURAL: &'static str = "users";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// A user's live presence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Availability {
    /// The user.
    pub user_id: u64,
    /// What the user is doing.
    pub presence: Presence,
}

/// The words of a live presence (`reference/aircall.md §4.4`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// Can take a call.
    Available,
    /// Not logged in.
    Offline,
    /// Does not want calls.
    DoNotDisturb,
    /// On a call.
    InCall,
    /// Wrapping up.
    AfterCallWork,
    /// A word that is new to this crate.
    Other(String),
}

impl Object for Availability {
    const SINGULAR: &'static str = "user";
    const PLURAL: &'static str = "users";

    fn read(value: &Value) -> Option<Self> {
        let presence = match lenient::text(value, "availability")?.as_str() {
            "available" => Presence::Available,
            "offline" => Presence::Offline,
            "do_not_disturb" => Presence::DoNotDisturb,
            "in_call" => Presence::InCall,
            "after_call_work" => Presence::AfterCallWork,
            other => Presence::Other(other.to_owned()),
        };
        Some(Self { user_id: lenient::id(value, "id")?, presence })
    }
}

/// The company's users. v2, since v1 reads are being retired (`reference/aircall.md §1.1`).
pub fn list(paging: Paging) -> Request<Page<User>> {
    Request::get(paging.on("/v2/users"), page)
}

/// One user.
pub fn get(user_id: u64) -> Request<User> {
    Request::get(format!("/v2/users/{user_id}"), one)
}

/// The user with that e-mail address.
pub fn by_email(email: &str) -> Request<User> {
    Request::get(format!("/v2/users/{}", query::segment(email)), one)
}

/// The lines a user is on.
pub fn numbers(user_id: u64, paging: Paging) -> Request<Page<Number>> {
    Request::get(paging.on(&format!("/v2/users/{user_id}/numbers")), page)
}

/// Everybody's live presence.
pub fn availabilities(paging: Paging) -> Request<Page<Availability>> {
    Request::get(paging.on("/v1/users/availabilities"), page)
}

/// Fills the user's keypad with `to` (E.164); the user picks the line and presses call.
///
/// The answer carries no call id: the call is found as the user's next outbound `call.created`. 405
/// ([`Unavailable`](crate::ErrorKind::Unavailable)) when the desktop app is closed (`reference/aircall.md §5.1`).
pub fn dial(user_id: u64, to: &str) -> Request<()> {
    Request::new(Method::POST, format!("/v1/users/{user_id}/dial"), Some(json!({ "to": to })), nothing)
}

/// Starts a call to `to` (E.164) from the line `number_id` at once: it rings and is billed. Answers as [`dial`].
pub fn start_call(user_id: u64, number_id: u64, to: &str) -> Request<()> {
    let body = json!({ "number_id": number_id, "to": to });
    Request::new(Method::POST, format!("/v1/users/{user_id}/calls"), Some(body), nothing)
}
