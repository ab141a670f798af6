//! OAuth 2 (`reference/front.md §1.3`): an admin's consent gives a code, the code a pair of tokens, and the refresh token
//! new access tokens. The consent page is the one of all vendors (`oauth/authorize.rs`).

use std::collections::HashMap;

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    objects::Moment,
    state::State,
    switches::{OauthExpires, RefreshRotation},
    world::COMPANY,
};
use crate::{
    dice::Dice,
    oauth::{self, Asks, Codes, Fields, Secrets, SignsIn},
    wire::{Answered, Asked},
};

/// The last part of a refresh token's life, in which a new one is answered.
const LAST_DAY_S: i64 = 86_400;

/// The tokens of what was allowed, and until when each counts.
#[derive(Default)]
pub(crate) struct Grants {
    access: HashMap<String, Moment>,
    refresh: HashMap<String, Moment>,
}

impl std::fmt::Debug for Grants {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Grants").field("refresh", &self.refresh.len()).finish_non_exhaustive()
    }
}

impl Grants {
    pub(crate) fn knows(&self, access_token: &str, now: Moment) -> bool {
        self.access.get(access_token).is_some_and(|until| *until > now)
    }

    /// How many apps hold a refresh token that counts.
    pub(crate) fn held(&self, now: Moment) -> usize {
        self.refresh.values().filter(|until| **until > now).count()
    }

    /// The admin removes the app.
    pub(crate) fn revoke(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Every refresh token ends then.
    pub(crate) fn end_refresh(&mut self, at: Moment) {
        self.refresh.values_mut().for_each(|until| *until = at);
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
        Asks { vendor: "Front", company: COMPANY, scope: None, numbers: Vec::new() }
    }
}

/// `app.frontapp.com/oauth/…`.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Answered {
    match asked.path.as_str() {
        "/oauth/authorize" => oauth::authorize(state, asked),
        "/oauth/token" if asked.method == Method::POST => token(state, asked),
        _ => errors::not_found(),
    }
}

fn token(state: &mut State, asked: &Asked) -> Answered {
    let fields = Fields::of(asked);
    if !oauth::is_the_app(&state.codes.app, asked, &fields, Secrets::Basic) {
        return oauth::error(401, "invalid_client");
    }
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
    match state.codes.redeem(code, redirect_uri, now) {
        Some(_) if !state.switches.revoked => {
            let refresh = new_refresh(state);
            tokens(state, &refresh)
        }
        _ => invalid_grant(state),
    }
}

fn refresh(state: &mut State, token: &str) -> Answered {
    let now = state.now();
    let until = state.grants.refresh.get(token).copied().filter(|until| *until > now);
    let Some(until) = until.filter(|_| !state.switches.revoked) else {
        return invalid_grant(state);
    };
    let is_new = match state.switches.refresh_rotation {
        RefreshRotation::New => {
            state.grants.refresh.remove(token);
            true
        }
        RefreshRotation::Same => until - now <= TimeDelta::seconds(LAST_DAY_S),
    };
    let refresh = if is_new { new_refresh(state) } else { token.to_owned() };
    tokens(state, &refresh)
}

fn new_refresh(state: &mut State) -> String {
    let token = format!("front_rt_{}", state.dice.hex());
    let until = state.now() + TimeDelta::seconds(state.switches.refresh_token_s);
    state.grants.refresh.insert(token.clone(), until);
    token
}

fn tokens(state: &mut State, refresh: &str) -> Answered {
    let now = state.now();
    let life_s = state.switches.access_token_s;
    let until = now + TimeDelta::seconds(life_s);
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
