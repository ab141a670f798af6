//! The control of the Front stand-in over HTTP, with the pages that stand in for Front's own. What it has in common with the
//! others is in `http.rs`.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, Request},
    middleware::{self, Next},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Control, Neighbours, app_page, front_pages, guard,
    http::{After, PersonsRequest, clear, parse, respond, take},
    pages,
};
use crate::refused::Refused;

/// The control of the Front stand-in.
pub(crate) fn front_routes(control: Control, neighbours: Neighbours) -> Router {
    let app = app_page::front(control.front().clone());
    let (opens, contacts) = (control.clone(), control.clone());
    let (reads, writes, clears) = (control.clone(), control.clone(), control);
    Router::new()
        .route("/_sandbox/control.css", get(pages::style))
        .route(app_page::PATH, app)
        .route("/open/{id}", get(move |Path(id): Path<String>| async move { front_pages::open(&opens, &id) }))
        .route(
            "/_sandbox/contacts/{id}",
            get(move |Path(id): Path<String>| async move { front_pages::contact(&contacts, &id) }),
        )
        .route(
            "/_sandbox/{*operation}",
            get(move |path: Path<String>, query: Query<After>| {
                let answer = read(&reads, &path, query.after);
                async move { respond(answer) }
            })
            .post(move |path: Path<String>, body: Bytes| {
                let answer = parse(&body).and_then(|body| change(&writes, &path, &body));
                async move { respond(answer) }
            })
            .delete(move |path: Path<String>| {
                let answer = clear(&path, || clears.front().clear_faults());
                async move { respond(answer) }
            }),
        )
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            guard::guard(neighbours.clone(), request, next)
        }))
}

fn read(control: &Control, path: &str, after: u64) -> Result<Value, Refused> {
    let front = control.front();
    match path {
        "state" => Ok(front.state()),
        "app" => Ok(front.sign_in_state()),
        "journal" => Ok(json!({"journal": front.journal(after)})),
        "conversations" => Ok(json!({"conversations": front.conversations()})),
        "contacts" => Ok(json!({"contacts": front.contacts()})),
        "imports" => Ok(json!({"imports": front.imports()})),
        "dump" => Ok(front.dump()),
        _ => Err(Refused::unknown("operation", path)),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewContact {
    name: String,
    email: Option<String>,
    phone: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    source: String,
    target: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfConversation {
    conversation: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTeammate {
    teammate: String,
    blocked: bool,
}

fn change(control: &Control, path: &str, body: &Value) -> Result<Value, Refused> {
    let front = control.front();
    if let Some(answer) = front.sign_in_operation(path, body) {
        return answer;
    }
    let done = |()| json!({});
    match path {
        "by-a-person" => {
            let request: PersonsRequest = take(body)?;
            front
                .by_a_person(&request.method, &request.path, &request.body)
                .map(|(status, body)| json!({"status": status, "body": body}))
        }
        "contact" => {
            let new: NewContact = take(body)?;
            front
                .add_contact(&new.name, new.email.as_deref(), &new.phone)
                .map(|contact| json!({"contact": contact}))
        }
        "merge" => {
            let merge: Merge = take(body)?;
            front.merge(&merge.source, &merge.target).map(done)
        }
        "merge-conversations" => {
            let merge: Merge = take(body)?;
            front.merge_conversations(&merge.source, &merge.target).map(done)
        }
        "delete-conversation" => {
            let meant: OfConversation = take(body)?;
            front.delete_conversation(&meant.conversation).map(done)
        }
        "block" => {
            let meant: OfTeammate = take(body)?;
            front.set_blocked(&meant.teammate, meant.blocked).map(done)
        }
        "limits" => front.patch_limits(body).map(done),
        "switches" => front.patch_switches(body).map(done),
        "faults" => {
            front.add_fault(take(body)?);
            Ok(json!({}))
        }
        "reset" => {
            control.reset();
            Ok(json!({}))
        }
        _ => Err(Refused::unknown("operation", path)),
    }
}
