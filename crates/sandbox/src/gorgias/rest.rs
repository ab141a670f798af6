//! The REST face: the account, the credential, the limit, then one arm per path. Every answer carries the
//! limit's header (`reference/gorgias.md §3`).

use http::Method;
use serde_json::json;

use super::{
    customers, errors,
    fields::only_params,
    limits::Bucket,
    lists::envelope,
    messages, oauth, scopes, search,
    state::State,
    tags, tickets, uploads, users,
    world::{ACCOUNT, API_KEY, BEARER, EMAIL},
};
use crate::wire::{Answered, Asked, Credential};

const LIMIT_HEADER: &str = "x-gorgias-account-api-call-limit";

/// Answers a request to `https://{account}.gorgias.com`.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Answered {
    if state.switches.wrong_account {
        return errors::no_such_account();
    }
    if asked.path.starts_with("/oauth/") {
        return oauth::answer(state, asked);
    }
    let who = who(state, asked);
    let answered = at_the_gate(state, asked, &who).unwrap_or_else(|| route(state, asked));
    let now = state.now();
    answered.with(LIMIT_HEADER, bucket_of(state, &who).header(now))
}

/// Who the credential is of.
enum Who {
    Nobody,
    /// An API key.
    User,
    /// An app, with what its admin consented to.
    App(String),
}

fn who(state: &State, asked: &Asked) -> Who {
    match asked.credential() {
        _ if state.switches.revoked => Who::Nobody,
        Credential::Basic { user, password } if user.eq_ignore_ascii_case(EMAIL) && password == API_KEY => {
            Who::User
        }
        Credential::Bearer(token) if token == BEARER => Who::User,
        Credential::Bearer(token) => match state.grants.access(&token, state.now()) {
            Some(access) => Who::App(access.scope.clone()),
            None => Who::Nobody,
        },
        _ => Who::Nobody,
    }
}

fn bucket_of<'a>(state: &'a mut State, who: &Who) -> &'a mut Bucket {
    if state.switches.app_shares_limit || !matches!(who, Who::App(_)) {
        return &mut state.bucket;
    }
    state.app_bucket.limits.rate = state.switches.app_rate;
    &mut state.app_bucket
}

/// What stops a request before it is looked at.
fn at_the_gate(state: &mut State, asked: &Asked, who: &Who) -> Option<Answered> {
    let scope = match who {
        Who::Nobody => return Some(errors::plain(401)),
        Who::User => None,
        Who::App(scope) => Some(scope.as_str()),
    };
    let now = state.now();
    if let Err(seconds) = bucket_of(state, who).admit(now) {
        return Some(errors::plain(429).with("retry-after", seconds.to_string()));
    }
    let forbidden = &state.switches.forbidden_path;
    let is_forbidden = !forbidden.is_empty() && asked.path.starts_with(forbidden.as_str());
    (is_forbidden || !scopes::are_enough(state, asked, scope)).then(|| errors::plain(403))
}

/// One arm per path; the method is looked at inside, so that a wrong one is 405 and not 404.
pub(crate) fn route(state: &mut State, asked: &Asked) -> Answered {
    let segments = asked.segments();
    let Some((&"api", path)) = segments.split_first() else {
        return errors::not_found();
    };
    let id = |text: &str| text.parse::<u64>().unwrap_or_default();
    match path {
        ["account"] => reading(asked, || account(state, asked)),
        ["users"] => reading(asked, || users::list(state, asked)),
        ["users", user] => reading(asked, || users::get(state, asked, id(user))),
        ["teams"] => reading(asked, || users::teams(state, asked)),
        ["integrations"] => reading(asked, || Answered::json(200, &envelope("/api/integrations", &[], None))),
        ["customers"] => customers::all(state, asked),
        ["customers", "merge"] => customers::merge(state, asked),
        ["customers", customer] => customers::one(state, asked, id(customer)),
        ["customers", customer, "data"] => customers::data(state, asked, id(customer)),
        ["tickets"] => tickets::all(state, asked),
        ["tickets", ticket] => tickets::one(state, asked, id(ticket)),
        ["tickets", ticket, "tags"] => tags::of_ticket(state, asked, id(ticket)),
        ["tickets", ticket, "messages"] => messages::of_ticket(state, asked, id(ticket)),
        ["tickets", ticket, "messages", message] => messages::one(state, asked, id(ticket), id(message)),
        ["messages"] => reading(asked, || messages::list(state, asked)),
        ["tags"] => tags::all(state, asked),
        ["tags", tag] => tags::one(state, asked, id(tag)),
        ["search"] => search::search(state, asked),
        ["upload"] => uploads::upload(state, asked),
        [kind, "download", hash, name] => reading(asked, || uploads::download(state, kind, hash, name)),
        _ => errors::not_found(),
    }
}

fn reading(asked: &Asked, answer: impl FnOnce() -> Answered) -> Answered {
    if asked.method == Method::GET { answer() } else { errors::wrong_method() }
}

fn account(state: &State, asked: &Asked) -> Answered {
    if let Err(refusal) = only_params(asked, &[], "retrieve account") {
        return refusal;
    }
    Answered::json(
        200,
        &json!({
            "domain": ACCOUNT,
            "status": {"status": "active"},
            "created_datetime": super::objects::iso(state.now() - chrono::TimeDelta::days(400)),
            "deactivated_datetime": null,
            "meta": {},
            "settings": [],
        }),
    )
}
