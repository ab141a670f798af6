//! OAuth 2 (`reference/front.md §1.3`): an admin's consent gives a code, the code a pair of tokens, and the refresh token
//! new access tokens. The page on which the admin consents is not here; the control consents in its place.

use std::collections::HashMap;

use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    objects::Moment,
    state::State,
    switches::{OauthExpires, Redirect, RefreshRotation},
    world::{CLIENT_ID, CLIENT_SECRET},
};
use crate::wire::{Answered, Asked, Credential};

/// How long a code waits to be exchanged.
const CODE_LIFE_S: i64 = 600;
/// The last part of a refresh token's life, in which a new one is answered.
const LAST_DAY_S: i64 = 86_400;

/// What was allowed, and the tokens of it.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    /// The redirect URI that each code was given for, and until when it counts.
    codes: HashMap<String, (String, Moment)>,
    access: HashMap<String, Moment>,
    refresh: HashMap<String, Moment>,
}

impl Grants {
    pub(crate) fn knows(&self, access_token: &str, now: Moment) -> bool {
        self.access.get(access_token).is_some_and(|until| *until > now)
    }

    /// The admin removes the app.
    pub(crate) fn revoke(&mut self) {
        *self = Self::default();
    }
}

/// An admin allows the app. `None` for a redirect URI that an app cannot have.
pub(crate) fn consent(state: &mut State, redirect_uri: &str) -> Option<String> {
    let is_allowed = match state.switches.redirect {
        Redirect::HttpsOnly => redirect_uri.starts_with("https://"),
        Redirect::Any => redirect_uri.contains(':'),
    };
    if !is_allowed {
        return None;
    }
    let code = state.dice.hex();
    let until = state.now() + chrono::TimeDelta::seconds(CODE_LIFE_S);
    state.grants.codes.insert(code.clone(), (redirect_uri.to_owned(), until));
    Some(code)
}

/// `POST /oauth/token`.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Answered {
    if asked.path != "/oauth/token" || asked.method != Method::POST {
        return errors::not_found();
    }
    let is_the_app = match asked.credential() {
        Credential::Basic { user, password } => user == CLIENT_ID && password == CLIENT_SECRET,
        _ => false,
    };
    if !is_the_app {
        return errors::oauth(401, "invalid_client");
    }
    let fields = form(asked);
    let field = |name: &str| fields.get(name).map(String::as_str);
    match field("grant_type") {
        Some("authorization_code") => {
            let (Some(code), Some(redirect)) = (field("code"), field("redirect_uri")) else {
                return errors::oauth(400, "invalid_request");
            };
            exchange(state, code, redirect)
        }
        Some("refresh_token") => match field("refresh_token") {
            Some(token) => refresh(state, token),
            None => errors::oauth(400, "invalid_request"),
        },
        Some(_) => errors::oauth(400, "unsupported_grant_type"),
        None => errors::oauth(400, "invalid_request"),
    }
}

/// The fields of the body: a form, or JSON.
fn form(asked: &Asked) -> HashMap<String, String> {
    if asked.sends_json() {
        let object = asked.json().and_then(|body| body.as_object().cloned()).unwrap_or_default();
        let texts = object.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
        return texts.collect();
    }
    url::form_urlencoded::parse(&asked.body).into_owned().collect()
}

fn exchange(state: &mut State, code: &str, redirect_uri: &str) -> Answered {
    let now = state.now();
    // A code is used up by the first try, right or wrong.
    match state.grants.codes.remove(code) {
        Some((meant, until)) if meant == redirect_uri && until > now && !state.switches.revoked => {
            let refresh = new_refresh(state);
            tokens(state, &refresh)
        }
        _ => errors::oauth(401, "invalid_grant"),
    }
}

fn refresh(state: &mut State, token: &str) -> Answered {
    let now = state.now();
    let Some(until) = state.grants.refresh.get(token).copied().filter(|until| *until > now) else {
        return errors::oauth(401, "invalid_grant");
    };
    if state.switches.revoked {
        return errors::oauth(401, "invalid_grant");
    }
    let is_new = match state.switches.refresh_rotation {
        RefreshRotation::New => {
            state.grants.refresh.remove(token);
            true
        }
        RefreshRotation::Same => until - now <= chrono::TimeDelta::seconds(LAST_DAY_S),
    };
    let refresh = if is_new { new_refresh(state) } else { token.to_owned() };
    tokens(state, &refresh)
}

fn new_refresh(state: &mut State) -> String {
    let token = format!("front_rt_{}", state.dice.hex());
    let until = state.now() + chrono::TimeDelta::seconds(state.switches.refresh_token_s);
    state.grants.refresh.insert(token.clone(), until);
    token
}

fn tokens(state: &mut State, refresh: &str) -> Answered {
    let now = state.now();
    let life_s = state.switches.access_token_s;
    let until = now + chrono::TimeDelta::seconds(life_s);
    let access = format!("front_at_{}", state.dice.hex());
    state.grants.access.retain(|_, until| *until > now);
    state.grants.access.insert(access.clone(), until);
    let mut body = json!({"access_token": access, "refresh_token": refresh, "token_type": "Bearer"});
    let (field, value): (&str, Value) = match state.switches.oauth_expires_field {
        OauthExpires::ExpiresAt => ("expires_at", json!(until.timestamp())),
        OauthExpires::Expires => ("expires", json!(life_s)),
        OauthExpires::ExpiresIn => ("expires_in", json!(life_s)),
        OauthExpires::Absent => return Answered::json(200, &body),
    };
    body[field] = value;
    Answered::json(200, &body)
}
