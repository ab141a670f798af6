//! Numbers: the company's lines.

use serde_json::Value;

use crate::{
    Page, Paging, Request, User,
    lenient::{self, Object, one, page},
};

/// An Aircall line. Nested in other objects it is abridged; only `id` is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Number {
    /// Aircall's id.
    pub id: u64,
    /// What the company calls the line.
    pub name: Option<String>,
    /// The number as displayed, with spaces and dashes: never compare it (`reference/aircall.md §8`).
    pub digits: Option<String>,
    /// The number in E.164; webhook events only.
    pub e164_digits: Option<String>,
    /// ISO alpha-2 country of the number.
    pub country: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Whether it is open now; stale for Smartflow numbers.
    pub open: Option<bool>,
    /// `open`, `custom` or `closed`.
    pub availability_status: Option<String>,
    /// Whether callers meet a menu; stale for Smartflow numbers.
    pub is_ivr: Option<bool>,
    /// Whether its calls are recorded (`live_recording_activated`).
    pub is_recorded: Option<bool>,
    /// Who is on the line: in single reads and in number events, never in lists.
    pub users: Vec<User>,
}

impl Number {
    /// Reads a number; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            name: lenient::text(value, "name"),
            digits: lenient::text(value, "digits"),
            e164_digits: lenient::text(value, "e164_digits"),
            country: lenient::text(value, "country"),
            time_zone: lenient::text(value, "time_zone"),
            open: lenient::flag(value, "open"),
            availability_status: lenient::text(value, "availability_status"),
            is_ivr: lenient::flag(value, "is_ivr"),
            is_recorded: lenient::flag(value, "live_recording_activated"),
            users: lenient::list(value, "users", User::from_value),
        })
    }
}

impl Object for Number {
    const SINGULAR: &'static str = "number";
    const PLURAL: &'static str = "numbers";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// The company's lines.
pub fn list(paging: Paging) -> Request<Page<Number>> {
    Request::get(paging.on("/v1/numbers"), page)
}

/// One line, with its users.
pub fn get(number_id: u64) -> Request<Number> {
    Request::get(format!("/v1/numbers/{number_id}"), one)
}
