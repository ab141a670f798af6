//! OAuth 2 (`reference/gorgias.md §2`): a code for an access token that is a JWT and counts until its `exp` whatever becomes of
//! the app, and a refresh token that stays the same until it is revoked. The consent page is the one of all vendors
//! (`oauth/authorize.rs`).

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    objects::Moment,
    state::State,
    switches::OauthExpiresIn,
    world::{ACCOUNT, ADMIN, COMPANY, EMAIL},
};
use crate::{
    dice::Dice,
    oauth::{self, Asks, Codes, Fields, Secrets, SignsIn},
    wire::{Answered, Asked},
};

/// The scope without which there is no refresh token.
const OFFLINE: &str = "offline";

/// What an access token may do, and until when.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) scope: String,
    until: Moment,
}

/// The tokens of what was allowed.
#[derive(Default)]
pub(crate) struct Grants {
    access: HashMap<String, Access>,
    /// The scope of each.
    refresh: HashMap<String, String>,
}

impl std::fmt::Debug for Grants {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Grants").field("refresh", &self.refresh.len()).finish_non_exhaustive()
    }
}

impl Grants {
    pub(crate) fn access(&self, token: &str, now: Moment) -> Option<&Access> {
        self.access.get(token).filter(|access| access.until > now)
    }

    /// How many refresh tokens count.
    pub(crate) fn held(&self) -> usize {
        self.refresh.len()
    }

    pub(crate) fn expire_access(&mut self) {
        self.access.clear();
    }
}

/// An admin uninstalls the app: as good as revoking each of its refresh tokens.
pub(crate) fn uninstall(state: &mut State) {
    state.codes.forget();
    state.grants.refresh.clear();
    if !state.switches.access_outlives_uninstall {
        state.grants.access.clear();
    }
}

impl SignsIn for State {
    fn codes(&mut self) -> (&mut Codes, &mut Dice) {
        (&mut self.codes, &mut self.dice)
    }

    fn time(&self) -> Moment {
        self.now()
    }

    fn asks(&self) -> Asks {
        Asks { vendor: "Gorgias", company: COMPANY, scope: None, numbers: Vec::new() }
    }
}

/// `{account}.gorgias.com/oauth/…`.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Answered {
    match (&asked.method, asked.path.as_str()) {
        (_, "/oauth/authorize") => oauth::authorize(state, asked),
        (&Method::POST, "/oauth/token") => token(state, asked),
        (&Method::POST, "/oauth/revoke") => revoke(state, asked),
        _ => errors::not_found(),
    }
}

/// The fields of a form that the app itself sent.
fn from_the_app(state: &State, asked: &Asked) -> Result<Fields, Answered> {
    let fields = Fields::of_form(asked);
    let secrets = if state.switches.secret_in_body { Secrets::Either } else { Secrets::Basic };
    if oauth::is_the_app(&state.codes.app, asked, &fields, secrets) {
        Ok(fields)
    } else {
        Err(oauth::error(401, "invalid_client"))
    }
}

fn token(state: &mut State, asked: &Asked) -> Answered {
    let fields = match from_the_app(state, asked) {
        Ok(fields) => fields,
        Err(refusal) => return refusal,
    };
    match fields.get("grant_type") {
        Some("authorization_code") => match (fields.get("code"), fields.get("redirect_uri")) {
            (Some(code), Some(redirect)) => exchange(state, code, redirect),
            _ => oauth::error(400, "invalid_request"),
        },
        Some("refresh_token") => match fields.get("refresh_token") {
            Some(token) => refresh(state, token),
            None => oauth::error(400, "invalid_request"),
        },
        Some(_) => oauth::error(400, "unsupported_grant_type"),
        None => oauth::error(400, "invalid_request"),
    }
}

fn invalid_grant(state: &State) -> Answered {
    oauth::error(state.codes.app.invalid_grant_status, "invalid_grant")
}

fn exchange(state: &mut State, code: &str, redirect_uri: &str) -> Answered {
    let now = state.now();
    let granted = state.codes.redeem(code, redirect_uri, now);
    let Some(granted) = granted.filter(|_| !state.switches.revoked) else {
        return invalid_grant(state);
    };
    let wish = granted.wish;
    let mut body = tokens(state, &wish.scope, wish.nonce.as_deref());
    if wish.scope.split_whitespace().any(|scope| scope == OFFLINE) {
        body["refresh_token"] = json!(new_refresh(state, &wish.scope));
    }
    Answered::json(200, &body)
}

fn refresh(state: &mut State, token: &str) -> Answered {
    let scope = state.grants.refresh.get(token).filter(|_| !state.switches.revoked).cloned();
    let Some(scope) = scope else { return invalid_grant(state) };
    let mut body = tokens(state, &scope, None);
    if state.switches.refresh_rotates {
        state.grants.refresh.remove(token);
        body["refresh_token"] = json!(new_refresh(state, &scope));
    }
    Answered::json(200, &body)
}

/// A token that nobody has is as well revoked as any other.
fn revoke(state: &mut State, asked: &Asked) -> Answered {
    let fields = match from_the_app(state, asked) {
        Ok(fields) => fields,
        Err(refusal) => return refusal,
    };
    let Some(token) = fields.get("token") else {
        return oauth::error(400, "invalid_request");
    };
    state.grants.refresh.remove(token);
    Answered::json(200, &json!({}))
}

fn new_refresh(state: &mut State, scope: &str) -> String {
    let token = format!("gorgias_rt_{}", state.dice.hex());
    state.grants.refresh.insert(token.clone(), scope.to_owned());
    token
}

fn tokens(state: &mut State, scope: &str, nonce: Option<&str>) -> Value {
    let now = state.now();
    let life_s = state.switches.access_token_s;
    let until = now + TimeDelta::seconds(life_s);
    let issuer = format!("https://{ACCOUNT}.gorgias.com");
    let mut claims = json!({
        "iss": issuer,
        "sub": ADMIN,
        "aud": format!("{issuer}/api"),
        "iat": now.timestamp(),
        "exp": until.timestamp(),
        "azp": state.codes.app.client_id,
        "jti": state.dice.uuid().to_string(),
        "scope": scope,
    });
    let access = jwt(&claims, &mut state.dice);
    claims["aud"] = json!(state.codes.app.client_id);
    claims["email"] = json!(EMAIL);
    claims["nonce"] = json!(nonce);
    let id_token = jwt(&claims, &mut state.dice);
    state.grants.access.retain(|_, access| access.until > now);
    state.grants.access.insert(access.clone(), Access { scope: scope.to_owned(), until });
    let mut body =
        json!({"access_token": access, "id_token": id_token, "scope": scope, "token_type": "Bearer"});
    match state.switches.oauth_expires_in {
        OauthExpiresIn::Zero => body["expires_in"] = json!(0),
        OauthExpiresIn::Seconds => body["expires_in"] = json!(life_s),
        OauthExpiresIn::Absent => {}
    }
    body
}

/// A JWT whose claims can be read. Its signature is chance: nobody has the key that would prove it.
fn jwt(claims: &Value, dice: &mut Dice) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": "sandbox"});
    let signature: Vec<u8> = (0..32).flat_map(|_| dice.next().to_be_bytes()).collect();
    format!("{}.{}.{}", part(&header), part(claims), BASE64_URL_SAFE_NO_PAD.encode(signature))
}
