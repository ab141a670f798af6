//! OAuth 2 (`reference/aircall.md §1.3`): an admin's consent gives a code, the code a token that stays until the integration
//! is removed. There is no refresh token and no way to revoke one. The consent page, on which the numbers are picked, is the
//! one of all vendors (`oauth/authorize.rs`).

use chrono::{DateTime, Utc};
use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    state::{Event, SentTo, State, Todo},
    webhooks::Webhook,
    world::{COMPANY, COMPANY_ID},
};
use crate::{
    dice::Dice,
    numbers,
    oauth::{self, Asks, Codes, Fields, Offer, Secrets, SignsIn},
    paper,
    refused::Refused,
    wire::{Answered, Asked},
};

/// The one scope there is.
const SCOPE: &str = "public_api";
/// What an app hears when it is taken away.
const DELETED: &str = "integration.deleted";

/// The app in this company, since somebody exchanged a code.
pub(crate) struct Install {
    pub(crate) id: u64,
    /// `None`: it counts no more, though the integration is still there.
    token: Option<String>,
    /// The numbers that the admin connected.
    pub(crate) numbers: Vec<u64>,
    is_active: bool,
}

impl std::fmt::Debug for Install {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Install")
            .field("id", &self.id)
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}

impl Install {
    pub(crate) fn is_known_by(&self, token: &str) -> bool {
        self.token.as_deref() == Some(token)
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }
}

impl SignsIn for State {
    fn codes(&mut self) -> (&mut Codes, &mut Dice) {
        (&mut self.codes, &mut self.dice)
    }

    fn time(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn asks(&self) -> Asks {
        let offer = |line: &super::world::Line| Offer {
            id: line.id,
            name: format!("{} ({})", line.name, numbers::display(line.e164)),
        };
        let numbers = self.world.lines.iter().map(offer).collect();
        Asks { vendor: "Aircall", company: COMPANY, scope: Some(SCOPE), numbers }
    }
}

/// The dashboard's `/oauth/…`, and the API's `/v1/oauth/token`; `None` for every other path.
pub(super) fn answer(state: &mut State, asked: &Asked) -> Option<Answered> {
    Some(match (&asked.method, asked.path.as_str()) {
        (_, "/oauth/authorize") => oauth::authorize(state, asked),
        (&Method::GET, "/oauth/success") => {
            paper::with_a_form(200, "Installed", "<h1>The integration is installed</h1>")
        }
        (&Method::POST, "/v1/oauth/token") => token(state, asked),
        _ => return None,
    })
}

fn token(state: &mut State, asked: &Asked) -> Answered {
    if !asked.sends_json() {
        return oauth::error(400, "invalid_request");
    }
    let fields = Fields::of_json(asked);
    if !oauth::is_the_app(&state.codes.app, asked, &fields, Secrets::Body) {
        return oauth::error(401, "invalid_client");
    }
    let (code, redirect) = match (fields.get("grant_type"), fields.get("code"), fields.get("redirect_uri")) {
        (Some("authorization_code"), Some(code), Some(redirect)) => (code, redirect),
        (Some(kind), _, _) if kind != "authorization_code" => {
            return oauth::error(400, "unsupported_grant_type");
        }
        _ => return oauth::error(400, "invalid_request"),
    };
    let now = state.clock.now();
    let granted = state.codes.redeem(code, redirect, now);
    let Some(granted) = granted.filter(|_| !state.switches.revoked) else {
        return oauth::error(state.codes.app.invalid_grant_status, "invalid_grant");
    };
    let token = format!("{}{}", state.dice.hex(), state.dice.hex());
    let id = state.next_id();
    state.installs.push(Install {
        id,
        token: Some(token.clone()),
        numbers: granted.numbers,
        is_active: true,
    });
    Answered::json(
        200,
        &json!({"access_token": token, "token_type": "Bearer", "created_at": now.timestamp()}),
    )
}

/// `/v1/integrations/…`; a Basic key has none.
pub(super) fn integration(state: &mut State, asked: &Asked, what: &str) -> Answered {
    let caller = state.caller;
    let is_wrapped = state.switches.integration_wrapped;
    let Some(install) = state.installs.iter_mut().find(|install| Some(install.id) == caller) else {
        return errors::gateway(404);
    };
    match (&asked.method, what) {
        (&Method::GET, "me") => {}
        (&Method::POST, "enable") => install.is_active = true,
        (&Method::POST, "disable") => install.is_active = false,
        _ => return errors::gateway(404),
    }
    let written = json!({
        "name": "Sidetone",
        "custom_name": null,
        "logo": null,
        "company_id": COMPANY_ID,
        "status": "installed",
        "active": install.is_active,
        "number_ids": install.numbers,
        "numbers_count": install.numbers.len(),
        "user": null,
    });
    Answered::json(200, &if is_wrapped { json!({"integration": written}) } else { written })
}

impl State {
    /// Whether what an app's webhook is told of these data passes the numbers that the admin connected. Call events follow
    /// them; whether others do is not known (`reference/aircall.md §6.2`).
    pub(super) fn is_connected(&self, webhook: &Webhook, event: &str, data: &Value) -> bool {
        let Some(app) = webhook.app else { return true };
        let Some(install) = self.installs.iter().find(|install| install.id == app) else { return false };
        let follows = event.starts_with("call.")
            || (self.switches.messages_follow_numbers && event.starts_with("message."));
        let is_of_theirs =
            || data["number"]["id"].as_u64().is_some_and(|number| install.numbers.contains(&number));
        install.is_active && (!follows || is_of_theirs())
    }

    /// An admin removes the integration: its token is void, its own webhooks hear of it and are gone. Returns how many
    /// installs there were.
    pub(crate) fn uninstall(&mut self) -> usize {
        self.codes.forget();
        let installs = std::mem::take(&mut self.installs);
        for install in &installs {
            let data = json!({"integration_id": install.id, "company_id": COMPANY_ID});
            let event = Event { name: DELETED.to_owned(), timestamp: self.now(), data, sent_to: None };
            let (own, others): (Vec<Webhook>, Vec<Webhook>) =
                self.webhooks.drain(..).partition(|webhook| webhook.app == Some(install.id));
            self.webhooks = others;
            for webhook in own {
                if webhook.is_active && webhook.events.iter().any(|wanted| wanted == DELETED) {
                    // The webhook is gone by the time it is delivered, so the event carries where it goes.
                    let sent_to = Some(SentTo { url: webhook.url, token: webhook.token });
                    let event = Event { sent_to, ..event.clone() };
                    self.todo.push(Todo::Deliver { webhook: webhook.uuid, event });
                }
            }
        }
        installs.len()
    }

    /// The tokens count no more, without a word to anybody.
    pub(crate) fn void_tokens(&mut self) {
        self.installs.iter_mut().for_each(|install| install.token = None);
    }

    /// The admin changes the connected numbers in the Dashboard.
    pub(crate) fn connect_numbers(&mut self, numbers: &[u64]) -> Result<(), Refused> {
        if let Some(unknown) = numbers.iter().find(|id| self.world.line(**id).is_none()) {
            return Err(Refused::unknown("line", unknown));
        }
        if self.installs.is_empty() {
            return Err(Refused::not_now("the app is not installed"));
        }
        self.installs.iter_mut().for_each(|install| install.numbers = numbers.to_vec());
        Ok(())
    }
}
