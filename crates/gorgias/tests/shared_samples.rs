//! Every sample of the shared collection parses. It lies beside the project, so these tests are asked for
//! explicitly: `cargo test -p gorgias -- --ignored`.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use gorgias::{
    Assign, ErrorKind, File, List, Message, NewChannel, NewCustomer, NewTag, Request, TicketStatus,
    TicketUpdate, accounts, customers, messages,
    messages::ListMessages,
    rate, search,
    tags::{self, ListTags},
    tickets::{self, ListTickets},
    users::{self, ListUsers},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

fn samples(folder: &str) -> Vec<(String, Value)> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/gorgias"));
    let folder = root.join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut samples: Vec<(String, Value)> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{error}")).path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name.clone(), serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect();
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(samples.len() > 10, "only {} samples in {}", samples.len(), folder.display());
    samples
}

fn answer(status: u16, body: &Value) -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    answer
}

fn parses<T>(request: &Request<T>, sample: &Value) -> bool {
    request.parse(&answer(200, sample)).is_ok()
}

fn whole<T>(request: &Request<List<T>>, sample: &Value) -> bool {
    request.parse(&answer(200, sample)).is_ok_and(|list| list.odd == 0)
}

/// `None`: the sample is of a part of the API that this crate leaves out, or is no answer.
fn sample_parses(name: &str, sample: &Value) -> Option<bool> {
    Some(match name {
        "account" => parses(&accounts::current(), sample),
        "user_me" => parses(&users::me(), sample),
        "messages_list" => {
            whole(&messages::list(&ListMessages { ticket_id: 1, cursor: None, limit: None }), sample)
        }
        "tags_list" | "ticket_tags" => whole(&tags::list(&ListTags::default()), sample),
        "tag" => parses(&tags::create(&NewTag { name: "x".into(), description: None, color: None }), sample),
        "search_customers_by_phone" | "search_bare_array_variant" => {
            whole(&search::customers_by_phone("+12025550142"), sample)
        }
        "upload_response" | "upload_response_size_as_string" => sample.as_array().is_some_and(|files| {
            files.iter().all(|file| File::from_value(file).is_some_and(|f| f.size_bytes.is_some()))
        }),
        "events_list" | "integration_http" | "teams_list" | "voice_calls_list" | "widget"
        | "rate_limit_headers" => {
            return None;
        }
        name if name.starts_with("oauth_") || name.starts_with("error_") => return None,
        name if name.starts_with("users_list") => whole(&users::list(&ListUsers::default()), sample),
        name if name.starts_with("customers_list") => whole(&customers::by_phone("+12025550142"), sample),
        name if name.starts_with("customer") => parses(&customers::get(1), sample),
        name if name.starts_with("tickets_list") => whole(&tickets::list(&ListTickets::default()), sample),
        name if name.starts_with("ticket_") => parses(&tickets::get(1), sample),
        name if name.starts_with("message_") => Message::from_value(sample).is_some(),
        other => panic!("{other}: say above what this sample is"),
    })
}

#[test]
#[ignore = "needs ../shared"]
fn every_answer_parses() {
    for (name, sample) in samples("") {
        assert_ne!(sample_parses(&name, &sample), Some(false), "{name}");
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_refusal_says_something() {
    let mut seen = 0;
    for (name, sample) in samples("") {
        let Some(status) = name.strip_prefix("error_").and_then(|rest| rest[..3].parse().ok()) else {
            continue;
        };
        let error = customers::get(1).parse(&answer(status, &sample)).unwrap_err();
        assert!(error.text().is_some(), "{name}");
        assert_ne!(error.kind(), &ErrorKind::WrongAccount, "{name}");
        seen += 1;
    }
    assert!(seen >= 8, "only {seen} refusals");
}

#[test]
#[ignore = "needs ../shared"]
fn every_sample_of_the_limit_header_is_read() {
    let samples = samples("");
    let (_, sets) = samples.iter().find(|(name, _)| name == "rate_limit_headers").unwrap();
    for (name, set) in sets.as_object().unwrap() {
        let headers: HeaderMap = set
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                let name = HeaderName::try_from(name).unwrap();
                (name, HeaderValue::try_from(value.as_str().unwrap()).unwrap())
            })
            .collect();
        assert!(rate(&headers).is_some_and(|(used, limit)| used <= limit), "{name}");
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_small_sample_request_is_what_this_crate_sends() {
    let mut compared = 0;
    for (name, sample) in samples("requests") {
        let update = |update: TicketUpdate| tickets::update(1, &update).body().cloned();
        let text = |key: &str| sample[key].as_str().map(str::to_owned);
        let ours = match name.as_str() {
            "add_ticket_tags_by_name" => tickets::add_tags(1, &["Voicemail"]).body().cloned(),
            "assign_ticket" => {
                update(TicketUpdate { assignee_user: Some(Assign::To(4101)), ..TicketUpdate::default() })
            }
            "unassign_ticket" => {
                update(TicketUpdate { assignee_user: Some(Assign::Nobody), ..TicketUpdate::default() })
            }
            "reopen_ticket" => {
                update(TicketUpdate { status: Some(TicketStatus::Open), ..TicketUpdate::default() })
            }
            "untrash_ticket" => update(TicketUpdate { untrash: true, ..TicketUpdate::default() }),
            "create_tag" => {
                let color = sample["decoration"]["color"].as_str().map(str::to_owned);
                let tag = NewTag { name: text("name").unwrap(), description: None, color };
                tags::create(&tag).body().cloned()
            }
            "search_customers_by_phone" => {
                search::customers_by_phone(&text("query").unwrap()).body().cloned()
            }
            "create_customer_unknown_caller" => {
                let address =
                    |position: usize| sample["channels"][position]["address"].as_str().unwrap().to_owned();
                let customer = NewCustomer {
                    name: text("name"),
                    email: text("email"),
                    channels: vec![NewChannel::email(address(0)), NewChannel::phone(address(1))],
                    ..NewCustomer::default()
                };
                customers::create(&customer).body().cloned()
            }
            _ => continue,
        };
        assert_eq!(ours.as_ref(), Some(&sample), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 8);
}
