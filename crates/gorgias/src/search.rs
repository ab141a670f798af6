//! The search: the second way to a customer by phone number (`reference/gorgias.md §8.1`).

use serde_json::{Value, json};

use crate::{
    List, Request,
    lenient::{self, Object, list as many},
};

/// The most hits a search gives.
pub const MAX_SIZE: u32 = 50;

/// What is searched, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchType {
    /// Customers by phone number; exact, suffix or digits only is unconfirmed.
    CustomersByPhone,
    /// The same over channels; items may be channels.
    CustomerChannelPhone,
    /// Names, e-mail addresses and all channels.
    CustomerProfile,
    /// Customers.
    Customer,
}

impl SearchType {
    fn as_str(self) -> &'static str {
        match self {
            Self::CustomersByPhone => "customers_by_phone",
            Self::CustomerChannelPhone => "customer_channel_phone",
            Self::CustomerProfile => "customer_profile",
            Self::Customer => "customer",
        }
    }
}

/// A hit: a candidate, no more. Read the customer and compare its channels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// The customer's id.
    pub customer_id: u64,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's e-mail address.
    pub email: Option<String>,
}

impl Object for Hit {
    const NAME: &'static str = "hit";

    /// A channel names its customer inside.
    fn read(value: &Value) -> Option<Self> {
        let customer = value.get("customer").filter(|customer| customer.is_object()).unwrap_or(value);
        Some(Self {
            customer_id: lenient::id(customer, "id")?,
            name: lenient::text(customer, "name"),
            email: lenient::text(customer, "email"),
        })
    }
}

/// Searches for `query`; `size` is 1 to [`MAX_SIZE`].
pub fn search(what: SearchType, query: &str, size: u32) -> Request<List<Hit>> {
    let body = json!({ "type": what.as_str(), "query": query, "size": size.clamp(1, MAX_SIZE) });
    Request::post("/api/search", body, many)
}

/// Candidates for a phone number in E.164.
pub fn customers_by_phone(phone: &str) -> Request<List<Hit>> {
    search(SearchType::CustomersByPhone, phone, 10)
}
