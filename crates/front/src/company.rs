//! Whose token is it?

use serde_json::Value;
use url::Url;

use crate::{
    CompanyId, Request,
    lenient::{self, Object, one},
};

/// The company behind a token. There is no person in it (`reference/front.md §1.3`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// Front's id.
    pub id: CompanyId,
    /// Its name.
    pub name: Option<String>,
    /// The host that Front's own links name, such as `acme.api.frontapp.com`.
    pub host: Option<String>,
}

impl Object for Company {
    const NAME: &'static str = "company";

    fn read(value: &Value) -> Option<Self> {
        let link = value.get("_links").and_then(|links| lenient::text(links, "self"));
        Some(Self {
            id: lenient::id(value, CompanyId::new)?,
            name: lenient::text(value, "name"),
            host: link.and_then(|link| Url::parse(&link).ok()?.host_str().map(str::to_owned)),
        })
    }
}

/// The cheapest check of address and token: 401 [`Credential`](crate::ErrorKind::Credential).
pub fn current() -> Request<Company> {
    Request::get("/me", one)
}
