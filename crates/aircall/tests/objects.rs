//! Objects as events and REST abridge them.

use aircall::{
    Call, Message, Number, Paging, Team,
    calls::{Direction, Status},
    tags, users,
    users::Presence,
};
use bytes::Bytes;
use serde_json::{Value, json};

fn answer(body: &Value) -> http::Response<Bytes> {
    http::Response::new(Bytes::from(body.to_string()))
}

#[test]
fn a_missed_call_has_no_user_and_a_strangers_call_no_contact() {
    let call = Call::from_value(&json!({
        "id": 4_300_112_299_u64, "direction": "inbound", "status": "done", "answered_at": null, "teams": null,
    }))
    .unwrap();
    assert_eq!((call.user, call.contact, call.answered_at), (None, None, None));
    assert!(call.teams.is_empty() && call.comments.is_empty() && call.tags.is_empty());
    assert_eq!((call.direction, call.status), (Some(Direction::Inbound), Some(Status::Done)));
}

#[test]
fn a_tag_of_the_system_has_nobody_behind_it() {
    let call = Call::from_value(&json!({
        "id": 1,
        "tags": [
            { "id": 5, "name": "Follow Up", "tagged_at": 1_790_766_000, "tagged_by": {} },
            { "id": 6, "name": "VIP", "tagged_by": { "id": 7, "name": "Ada Sorel" } },
            { "name": "without an id" },
        ],
    }))
    .unwrap();
    assert_eq!(call.tags.len(), 2);
    assert_eq!(call.tags[0].tagged_by, None);
    assert_eq!(call.tags[0].tagged_at, Some(1_790_766_000));
    assert_eq!(call.tags[1].tagged_by.as_ref().map(|user| user.id), Some(7));
}

#[test]
fn an_answered_call_may_have_lost_its_user() {
    let call = Call::from_value(&json!({ "id": 1, "user": null, "answered_at": 1_790_766_014 })).unwrap();
    assert_eq!((call.user, call.answered_at), (None, Some(1_790_766_014)));
}

#[test]
fn the_uuid_is_the_same_under_both_names() {
    for key in ["call_uuid", "sid"] {
        let call = Call::from_value(&json!({ "id": 1, key: "CA01" })).unwrap();
        assert_eq!(call.uuid.as_deref(), Some("CA01"), "{key}");
    }
}

#[test]
fn a_call_survives_any_type_in_any_place() {
    let mut whole = json!({
        "id": 1, "direction": "inbound", "status": "done", "started_at": 1, "answered_at": 2, "ended_at": 3,
        "duration": 2, "raw_digits": "+1 202-555-0142", "number": { "id": 2 }, "user": { "id": 3 },
        "contact": { "id": 4 }, "teams": [{ "id": 5 }], "comments": [{ "id": 6, "content": "x" }],
        "tags": [{ "id": 7 }], "recording": "https://media.example.com/r", "asset": "https://example.com/a",
        "participants": [{ "type": "external", "phone_number": "+12025550142" }],
    });
    let keys: Vec<String> = whole.as_object().unwrap().keys().filter(|key| *key != "id").cloned().collect();
    for key in keys {
        let kept = whole[&key].clone();
        for odd in
            [json!(null), json!([]), json!({}), json!(true), json!(-1.5), json!("odd"), json!([[null]])]
        {
            whole[&key] = odd.clone();
            assert_eq!(Call::from_value(&whole).map(|call| call.id), Some(1), "{key}: {odd}");
        }
        whole[&key] = kept;
    }
    assert_eq!(Call::from_value(&json!({ "direction": "inbound" })), None, "without an id it is no call");
}

#[test]
fn digits_are_passed_on_as_they_came() {
    for digits in ["+1 202-555-0142", "anonymous", "12345", "sip:front@example.com"] {
        let call = Call::from_value(&json!({ "id": 1, "raw_digits": digits })).unwrap();
        assert_eq!(call.raw_digits.as_deref(), Some(digits));
    }
    assert_eq!(Call::from_value(&json!({ "id": 1, "raw_digits": "" })).unwrap().raw_digits, None);
}

#[test]
fn participants_are_read_under_both_names_with_ids_of_both_types() {
    for key in ["participants", "conference_participants"] {
        let call =
            Call::from_value(&json!({ "id": 1, key: [{ "type": "user", "id": 7 }, { "id": "8" }] })).unwrap();
        let ids: Vec<_> =
            call.participants.iter().filter_map(|participant| participant.id.as_deref()).collect();
        assert_eq!(ids, ["7", "8"], "{key}");
    }
}

#[test]
fn nested_objects_need_no_more_than_an_id() {
    let team = Team::from_value(&json!({ "id": 1, "users": [{ "id": 2, "name": "Ada Sorel" }] })).unwrap();
    assert_eq!(team.users[0].available, None);
    let number = Number::from_value(&json!({ "id": 3, "users": null })).unwrap();
    assert!(number.users.is_empty());
}

#[test]
fn media_of_messages_are_read_under_both_names() {
    let event = json!({ "id": "m-1", "direction": "inbound", "body": "", "created_at": 1_790_766_000_123_i64,
        "media_details": [{ "file_name": "a.jpg", "file_type": "image/jpeg", "presigned_url": "https://media.example.com/a" }] });
    let message = Message::from_value(&event).unwrap();
    assert_eq!(message.body, None, "an MMS may have no text");
    assert_eq!(message.created_at, Some(1_790_766_000));
    assert_eq!(message.media[0].file_name.as_deref(), Some("a.jpg"));
    let sent = json!({ "id": 12, "media_url": ["https://media.example.com/b", 5] });
    let message = Message::from_value(&sent).unwrap();
    assert_eq!((message.id.as_str(), message.media.len()), ("12", 1));
}

#[test]
fn presence_is_a_word_that_may_be_new() {
    let body =
        json!({ "users": [{ "id": 1, "availability": "in_call" }, { "id": 2, "availability": "napping" }] });
    let page = users::availabilities(Paging::default()).parse(&answer(&body)).unwrap();
    assert_eq!(page.items[0].presence, Presence::InCall);
    assert_eq!(page.items[1].presence, Presence::Other("napping".to_owned()));
}

#[test]
fn built_in_tags_are_known_by_their_description() {
    let body = json!({ "tags": [{ "id": 1, "name": "Rückruf", "color": "#336699", "description": "queue_callback" }] });
    let page = tags::list(Paging::default()).parse(&answer(&body)).unwrap();
    assert_eq!(page.items[0].description.as_deref(), Some("queue_callback"));
}
