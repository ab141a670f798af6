//! What a token endpoint reads: the fields of the body, and who says that they are the app. Nothing here knows a vendor.

use std::collections::HashMap;

use serde_json::json;

use super::app::App;
use crate::wire::{Answered, Asked, Credential};

/// The fields of a body: a form, or JSON with texts.
#[derive(Debug)]
pub(crate) struct Fields(HashMap<String, String>);

impl Fields {
    pub(crate) fn of_form(asked: &Asked) -> Self {
        Self(url::form_urlencoded::parse(&asked.body).into_owned().collect())
    }

    pub(crate) fn of_json(asked: &Asked) -> Self {
        let object = asked.json().and_then(|body| body.as_object().cloned()).unwrap_or_default();
        let texts = object.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
        Self(texts.collect())
    }

    /// Whichever of the two the request says that it sends.
    pub(crate) fn of(asked: &Asked) -> Self {
        if asked.sends_json() { Self::of_json(asked) } else { Self::of_form(asked) }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Where a client secret is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// In the `Authorization` header.
    Basic,
    /// In the body.
    Body,
    /// In either.
    Either,
}

/// Whether it is the app that asks.
pub(crate) fn is_the_app(app: &App, asked: &Asked, fields: &Fields, secrets: Secrets) -> bool {
    let is = |id: &str, secret: &str| id == app.client_id && secret == app.client_secret;
    let basic = || matches!(asked.credential(), Credential::Basic { user, password } if is(&user, &password));
    let body = || match (fields.get("client_id"), fields.get("client_secret")) {
        (Some(id), Some(secret)) => is(id, secret),
        _ => false,
    };
    match secrets {
        Secrets::Basic => basic(),
        Secrets::Body => body(),
        Secrets::Either => basic() || body(),
    }
}

/// How a token endpoint refuses: `error` is a text.
pub(crate) fn error(status: u16, error: &str) -> Answered {
    Answered::json(status, &json!({"error": error}))
}
