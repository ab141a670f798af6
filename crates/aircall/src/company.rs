//! Is the account reachable, and whose is it?

use serde_json::Value;

use crate::{
    Request,
    lenient::{self, Object, one},
    request::json,
};

/// The company behind a credential. Aircall gives it no id (`reference/aircall.md §1.5`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// Its name.
    pub name: String,
    /// How many users it has.
    pub users_count: Option<u64>,
    /// How many lines it has.
    pub numbers_count: Option<u64>,
}

impl Object for Company {
    const SINGULAR: &'static str = "company";
    const PLURAL: &'static str = "companies";

    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            name: lenient::text(value, "name")?,
            users_count: lenient::id(value, "users_count"),
            numbers_count: lenient::id(value, "numbers_count"),
        })
    }
}

/// The cheapest check of a credential.
pub fn ping() -> Request<()> {
    Request::get("/v1/ping", |_, body| match json(body)?.get("ping") {
        Some(_) => Ok(()),
        None => Err("there is no `ping` in the body".to_owned()),
    })
}

/// The company behind the credential.
pub fn get() -> Request<Company> {
    Request::get("/v1/company", one)
}
