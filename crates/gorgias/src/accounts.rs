//! Is the account reachable, and which is it?

use serde_json::Value;

use crate::{
    Request,
    lenient::{self, Object, one},
};

/// The account behind an address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountInfo {
    /// Its subdomain.
    pub domain: Option<String>,
    /// `active` …
    pub status: Option<String>,
}

impl Object for AccountInfo {
    const NAME: &'static str = "account";

    fn read(value: &Value) -> Option<Self> {
        let nested = value.get("status").and_then(|status| lenient::text(status, "status"));
        value.is_object().then(|| Self {
            domain: lenient::text(value, "domain"),
            status: nested.or_else(|| lenient::text(value, "status")),
        })
    }
}

/// The cheapest check of address and credential (`reference/gorgias.md §1`): 401
/// [`Credential`](crate::ErrorKind::Credential), 404 [`WrongAccount`](crate::ErrorKind::WrongAccount).
pub fn current() -> Request<AccountInfo> {
    Request::get("/api/account", one)
}
