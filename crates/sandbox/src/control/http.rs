//! The control over HTTP, under `/_sandbox/` on each service's port: JSON in, JSON out, `{"error": text}` when
//! refused. The README of the crate lists every operation.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, Request},
    middleware::{self, Next},
    response::{Redirect, Response},
    routing::get,
};
use http::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Control, Neighbours, app_page, guard, pages};
use crate::{aircall::world::Presence, desk::to_response, refused::Refused, wire::Answered};

/// The control of the Aircall stand-in, with the control page.
pub(crate) fn aircall_routes(control: Control, neighbours: Neighbours) -> Router {
    let app = app_page::aircall(control.aircall().clone());
    let (reads, writes, clears) = (control.clone(), control.clone(), control);
    Router::new()
        .route(app_page::PATH, app)
        .route("/_sandbox", get(|| async { Redirect::permanent("/_sandbox/") }))
        .route("/_sandbox/", get(pages::control_page))
        .route("/_sandbox/control.css", get(pages::style))
        .route("/_sandbox/control.js", get(pages::script))
        .route(
            "/_sandbox/{*operation}",
            get(move |path: Path<String>, query: Query<After>, headers: HeaderMap| {
                let answer = read_aircall(&reads, &path, query.after, &headers);
                async move { respond(answer) }
            })
            .post(move |path: Path<String>, body: Bytes| {
                let answer = parse(&body).and_then(|body| change_aircall(&writes, &path, &body));
                async move { respond(answer) }
            })
            .delete(move |path: Path<String>| {
                let answer = clear(&path, || clears.aircall().clear_faults());
                async move { respond(answer) }
            }),
        )
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            guard::guard(neighbours.clone(), request, next)
        }))
}

/// The control of the Gorgias stand-in, with the pages that stand in for the helpdesk's own.
pub(crate) fn gorgias_routes(control: Control, neighbours: Neighbours) -> Router {
    let app = app_page::gorgias(control.gorgias().clone());
    let (tickets, customers) = (control.clone(), control.clone());
    let (reads, writes, clears) = (control.clone(), control.clone(), control);
    Router::new()
        .route("/_sandbox/control.css", get(pages::style))
        .route(app_page::PATH, app)
        .route("/app/ticket/{id}", get(move |Path(id): Path<u64>| async move { pages::ticket(&tickets, id) }))
        .route(
            "/app/customer/{id}",
            get(move |Path(id): Path<u64>| async move { pages::customer(&customers, id) }),
        )
        .route(
            "/_sandbox/{*operation}",
            get(move |path: Path<String>, query: Query<After>| {
                let answer = read_gorgias(&reads, &path, query.after);
                async move { respond(answer) }
            })
            .post(move |path: Path<String>, body: Bytes| {
                let answer = parse(&body).and_then(|body| change_gorgias(&writes, &path, &body));
                async move { respond(answer) }
            })
            .delete(move |path: Path<String>| {
                let answer = clear(&path, || clears.gorgias().clear_faults());
                async move { respond(answer) }
            }),
        )
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            guard::guard(neighbours.clone(), request, next)
        }))
}

/// `?after=SEQ` of the journal.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    pub(super) after: u64,
}

fn read_aircall(control: &Control, path: &str, after: u64, headers: &HeaderMap) -> Result<Value, Refused> {
    let aircall = control.aircall();
    match path {
        "state" => {
            let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
            let mut state = aircall.state();
            state["callers"] = json!(control.gorgias().callers());
            state["is_playing"] = json!(control.is_playing());
            state["gorgias"] = json!(control.neighbours.gorgias_origin(host.unwrap_or_default()));
            state["front"] = json!(control.neighbours.front_origin(host.unwrap_or_default()));
            Ok(state)
        }
        "journal" => Ok(json!({"journal": aircall.journal(after)})),
        "cards" => Ok(json!({"cards": aircall.cards()})),
        "app" => Ok(aircall.sign_in_state()),
        _ => Err(Refused::unknown("operation", path)),
    }
}

fn read_gorgias(control: &Control, path: &str, after: u64) -> Result<Value, Refused> {
    let gorgias = control.gorgias();
    match path {
        "state" => Ok(gorgias.state()),
        "app" => Ok(gorgias.sign_in_state()),
        "journal" => Ok(json!({"journal": gorgias.journal(after)})),
        "tickets" => Ok(json!({"tickets": gorgias.tickets()})),
        "customers" => Ok(json!({"customers": gorgias.customers()})),
        "dump" => Ok(gorgias.dump()),
        _ => Err(Refused::unknown("operation", path)),
    }
}

/// The parameters of the operations on one call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnCall {
    call: u64,
    agent: Option<u64>,
    to: Option<u64>,
    key: Option<String>,
    text: Option<String>,
    tag: Option<String>,
    on: Option<bool>,
    succeeds: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfAgent {
    agent: u64,
    presence: Option<Presence>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeverAvailable {
    agent: u64,
    never: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfLine {
    line: u64,
    on: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    numbers: Vec<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlayWish {
    on: bool,
    seed: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    event: String,
    data: Value,
}

fn change_aircall(control: &Control, path: &str, body: &Value) -> Result<Value, Refused> {
    let aircall = control.aircall();
    if let Some(answer) = aircall.sign_in_operation(path, body) {
        return answer;
    }
    let done = |()| json!({});
    match path {
        "connect-numbers" => {
            let wish: Numbers = take(body)?;
            aircall.connect_numbers(&wish.numbers).map(done)
        }
        "webhook" => aircall.add_webhook(take(body)?).map(|webhook| json!({"webhook": webhook})),
        "webhook/change" => {
            let mut change = body.clone();
            let webhook = change.as_object_mut().and_then(|change| change.remove("webhook"));
            let webhook = webhook.ok_or_else(|| missing("webhook"))?;
            aircall.change_webhook(webhook.as_str().unwrap_or_default(), take(&change)?).map(done)
        }
        "recording" => {
            let wish: OfLine = take(body)?;
            aircall.set_recording(wish.line, wish.on).map(done)
        }
        "never-available" => {
            let wish: NeverAvailable = take(body)?;
            aircall.set_never_available(wish.agent, wish.never).map(done)
        }
        "ring" => aircall.ring(&take(body)?).map(|call| json!({"call": call})),
        "dial" => aircall.dial(&take(body)?).map(|call| json!({"call": call})),
        "text" => aircall.text(&take(body)?).map(|message| json!({"message": message})),
        "hangup" => {
            let mut how = body.clone();
            let call = how.as_object_mut().and_then(|how| how.remove("call"));
            let call = call.and_then(|call| call.as_u64()).ok_or_else(|| missing("call"))?;
            aircall.hang_up(call, &take(&how)?).map(done)
        }
        "choose" | "answer" | "decline" | "hold" | "transfer" | "comment" | "tag" | "untag" | "assign" => {
            on_call(control, path, take(body)?)
        }
        "presence" => {
            let wish: OfAgent = take(body)?;
            let presence = wish.presence.ok_or_else(|| missing("presence"))?;
            aircall.set_presence(wish.agent, presence).map(done)
        }
        "leave-wrap-up" => {
            let wish: OfAgent = take(body)?;
            aircall.leave_wrap_up(wish.agent);
            Ok(json!({}))
        }
        "emit" => {
            let event: RawEvent = take(body)?;
            aircall.emit(&event.event, event.data);
            Ok(json!({}))
        }
        "webhook/disable" => {
            aircall.disable_webhooks();
            Ok(json!({}))
        }
        "webhook/enable" => {
            aircall.enable_webhooks();
            Ok(json!({}))
        }
        "play" => {
            let wish: PlayWish = take(body)?;
            if wish.on {
                control.play(wish.seed.unwrap_or(1));
            } else {
                control.stop_play();
            }
            Ok(json!({}))
        }
        "by-a-person" => {
            let request: PersonsRequest = take(body)?;
            aircall
                .by_a_person(&request.method, &request.path, &request.body)
                .map(|(status, body)| json!({"status": status, "body": body}))
        }
        "limits" => aircall.patch_limits(body).map(done),
        "switches" => aircall.patch_switches(body).map(done),
        "faults" => {
            aircall.add_fault(take(body)?);
            Ok(json!({}))
        }
        "reset" => {
            control.reset();
            Ok(json!({}))
        }
        _ => Err(Refused::unknown("operation", path)),
    }
}

fn on_call(control: &Control, path: &str, wish: OnCall) -> Result<Value, Refused> {
    let aircall = control.aircall();
    let call = wish.call;
    let agent = wish.agent.ok_or_else(|| missing("agent"));
    let tag = wish.tag.ok_or_else(|| missing("tag"));
    match path {
        "choose" => aircall.choose(call, &wish.key.ok_or_else(|| missing("key"))?)?,
        "answer" => aircall.answer(call, wish.agent)?,
        "decline" => aircall.decline(call, agent?)?,
        "hold" => aircall.hold(call, wish.on.unwrap_or(true))?,
        "transfer" => {
            let to = wish.to.ok_or_else(|| missing("to"))?;
            aircall.transfer(call, to, wish.succeeds.unwrap_or(true))?;
        }
        "comment" => {
            let text = wish.text.ok_or_else(|| missing("text"))?;
            let comment = aircall.comment(call, agent?, &text)?;
            return Ok(json!({"comment": comment}));
        }
        "tag" => return aircall.tag(call, wish.agent, &tag?).map(|tag| json!({"tag": tag})),
        "untag" => aircall.untag(call, &tag?)?,
        "assign" => aircall.assign(call, agent?)?,
        _ => return Err(Refused::unknown("operation", path)),
    }
    Ok(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonsRequest {
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) body: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCustomer {
    name: String,
    email: Option<String>,
    phone: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    source: u64,
    target: u64,
}

fn change_gorgias(control: &Control, path: &str, body: &Value) -> Result<Value, Refused> {
    let gorgias = control.gorgias();
    if let Some(answer) = gorgias.sign_in_operation(path, body) {
        return answer;
    }
    let done = |()| json!({});
    match path {
        "by-a-person" => {
            let request: PersonsRequest = take(body)?;
            gorgias
                .by_a_person(&request.method, &request.path, &request.body)
                .map(|(status, body)| json!({"status": status, "body": body}))
        }
        "customer" => {
            let new: NewCustomer = take(body)?;
            Ok(json!({"customer": gorgias.add_customer(&new.name, new.email.as_deref(), &new.phone)}))
        }
        "merge" => {
            let merge: Merge = take(body)?;
            gorgias.merge(merge.source, merge.target).map(done)
        }
        "limits" => gorgias.patch_limits(body).map(done),
        "switches" => gorgias.patch_switches(body).map(done),
        "faults" => {
            gorgias.add_fault(take(body)?);
            Ok(json!({}))
        }
        "reset" => {
            control.reset();
            Ok(json!({}))
        }
        _ => Err(Refused::unknown("operation", path)),
    }
}

pub(super) fn clear(path: &str, clear: impl FnOnce()) -> Result<Value, Refused> {
    if path != "faults" {
        return Err(Refused::unknown("operation", path));
    }
    clear();
    Ok(json!({}))
}

fn missing(name: &str) -> Refused {
    Refused::Wrong(format!("{name} is missing"))
}

pub(super) fn parse(body: &Bytes) -> Result<Value, Refused> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body).map_err(|error| Refused::Wrong(format!("the body is not JSON: {error}")))
}

pub(super) fn take<T: DeserializeOwned>(body: &Value) -> Result<T, Refused> {
    serde_json::from_value(body.clone()).map_err(|error| Refused::Wrong(error.to_string()))
}

pub(super) fn respond(answer: Result<Value, Refused>) -> Response {
    to_response(match answer {
        Ok(body) => Answered::json(200, &body).with("cache-control", "no-store"),
        Err(refused) => Answered::json(refused.status(), &json!({"error": refused.to_string()})),
    })
}
