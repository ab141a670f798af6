//! Every sample of the shared collection parses. It lies beside the project, so these tests are asked for
//! explicitly: `cargo test -p aircall -- --ignored`.

use std::{fs, path::PathBuf};

use aircall::{
    Call, Card, Contact, Event, Message, Number, Page, Paging, Request, User,
    calls::{self, Fetch, ListCalls},
    company, numbers, tags, teams, users, webhooks,
    webhooks::{EventList, WebhookCreate, WebhookUpdate},
};
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

fn samples() -> Vec<(String, Value)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/aircall"));
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
    assert!(samples.len() > 50, "only {} samples in {}", samples.len(), folder.display());
    samples
}

/// A sample is a body, or `{status, headers, body}` where the status matters.
fn answer(sample: &Value) -> http::Response<Bytes> {
    let status = sample["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let body = if status.is_some() { &sample["body"] } else { sample };
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let mut answer = http::Response::new(body);
    *answer.status_mut() = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default();
    answer
}

fn parses<T>(request: &Request<T>, sample: &Value) -> bool {
    request.parse(&answer(sample)).is_ok()
}

fn whole<T>(request: &Request<Page<T>>, sample: &Value) -> bool {
    request.parse(&answer(sample)).is_ok_and(|page| page.odd == 0)
}

fn event_parses(name: &str, sample: &Value) -> bool {
    let Ok(event) = Event::parse(sample.to_string().as_bytes()) else {
        return false;
    };
    let data = match event.resource.as_str() {
        "call" => Call::from_value(&event.data).is_some_and(|call| call.direction.is_some()),
        "message" => Message::from_value(&event.data).is_some(),
        "contact" => Contact::from_value(&event.data).is_some(),
        "number" => Number::from_value(&event.data).is_some(),
        "user" => User::from_value(&event.data).is_some(),
        _ => event.data.is_object(),
    };
    data && event.timestamp.is_some()
        && event.token.is_some()
        && name.contains(&event.event.replace('.', "_"))
}

/// `None`: the sample is of a part of the API that this crate leaves out.
fn rest_parses(name: &str, sample: &Value) -> Option<bool> {
    let paging = Paging::default();
    Some(match name {
        "rest_ping" => parses(&company::ping(), sample),
        "rest_company" => parses(&company::get(), sample),
        "rest_users_v2_list" => whole(&users::list(paging), sample),
        "rest_users_v2_get" => parses(&users::get(1), sample),
        "rest_users_v2_numbers" => whole(&users::numbers(1, paging), sample),
        "rest_users_availabilities" => whole(&users::availabilities(paging), sample),
        "rest_user_call_204" => parses(&users::dial(1, "+12025550142"), sample),
        "rest_numbers_get" => parses(&numbers::get(1), sample),
        "rest_tags_list" => whole(&tags::list(paging), sample),
        "rest_teams_list" => whole(&teams::list(paging), sample),
        "rest_comment_created_201" => parses(&calls::add_comment(1, "x"), sample),
        "rest_tags_added_201" => parses(&calls::add_tags(1, &[1]), sample),
        "rest_webhooks_list" => whole(&webhooks::list(paging), sample),
        "rest_messages_send" | "rest_messages_native_send" => Message::from_value(sample).is_some(),
        "rest_user_availability" | "rest_oauth_token" | "rest_teams_get_with_user" => return None,
        name if name.starts_with("rest_integration") || name.starts_with("rest_contacts") => return None,
        name if name.starts_with("rest_webhooks") => parses(&webhooks::get("u"), sample),
        name if name.starts_with("rest_numbers") => whole(&numbers::list(paging), sample),
        name if name.starts_with("rest_calls_get") => parses(&calls::get(1, Fetch::ALL), sample),
        name if name.starts_with("rest_calls") => whole(&calls::list(&ListCalls::default()), sample),
        other => panic!("{other}: say above what this sample is"),
    })
}

#[test]
#[ignore = "needs ../shared"]
fn every_event_parses() {
    for (name, sample) in samples().iter().filter(|(name, _)| name.starts_with("webhook_")) {
        assert!(event_parses(name, sample), "{name}");
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_answer_parses() {
    for (name, sample) in samples().iter().filter(|(name, _)| name.starts_with("rest_")) {
        assert_ne!(rest_parses(name, sample), Some(false), "{name}");
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_refusal_says_something() {
    for (name, sample) in samples().iter().filter(|(name, _)| name.starts_with("http_")) {
        let error = company::ping().parse(&answer(sample)).unwrap_err();
        assert!(error.text().is_some(), "{name}");
        assert_eq!(Some(u64::from(error.status().as_u16())), sample["status"].as_u64(), "{name}");
    }
}

fn events(sample: &Value) -> Option<EventList> {
    EventList::new(sample["body"]["events"].as_array()?.iter().filter_map(Value::as_str)).ok()
}

fn made<T>(request: &Request<T>) -> (String, String, Value) {
    (request.method().to_string(), request.path().to_owned(), request.body().cloned().unwrap_or_default())
}

#[test]
#[ignore = "needs ../shared"]
fn every_sample_request_is_what_this_crate_sends() {
    let mut compared = 0;
    for (name, sample) in samples() {
        let body = &sample["body"];
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let ours = match name.as_str() {
            "request_call_comment" => made(&calls::add_comment(4_300_112_233, &text("content"))),
            "request_call_tags" => made(&calls::add_tags(4_300_112_233, &[2_725_526, 2_725_523])),
            "request_user_dial" => made(&users::dial(2_078_901, &text("to"))),
            "request_user_start_call" => made(&users::start_call(2_078_901, 1_389_901, &text("to"))),
            "request_insight_card" => {
                let lines = body["contents"].as_array().unwrap();
                let card = lines.iter().fold(Card::new(), |card, line| {
                    let text = line["text"].as_str().unwrap();
                    match line["label"].as_str() {
                        Some(label) => card.line(label, text, line["link"].as_str()),
                        None => card.title(text, line["link"].as_str()),
                    }
                });
                made(&calls::show_card(4_300_112_233, &card))
            }
            "request_webhook_create" => made(&webhooks::create(&WebhookCreate {
                url: text("url"),
                events: events(&sample).unwrap(),
                custom_name: Some(text("custom_name")),
            })),
            "request_webhook_reenable" => made(&webhooks::update(
                "aa3c7f5e-74ac-44c8-8c16-aa115605bac4",
                &WebhookUpdate::enable(events(&sample).unwrap()),
            )),
            _ => continue,
        };
        let theirs = (
            sample["method"].as_str().unwrap().to_owned(),
            sample["path"].as_str().unwrap().to_owned(),
            body.clone(),
        );
        assert_eq!(ours, theirs, "{name}");
        compared += 1;
    }
    assert_eq!(compared, 7);
}
