//! What a year in a real team brings up: odd numbers and names, settings changed in the middle, vendors that say less than
//! hoped for (rows G, B7, B9).

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_engine::directory::{People, Person};
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, PhoneFilter, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note, tags};

/// Aircall's address book has this number, with the address `ruben.okafor@example.com`.
const CONTACT: &str = "+12025550143";

/// Somebody in the helpdesk, by id.
fn customer(day: &Day, id: u64) -> Value {
    day.gorgias.customers().into_iter().find(|c| c["id"] == id).unwrap()
}

/// G4, §8.2: merged customers have several addresses, and the list's filter `email` knows the primary one only.
#[tokio::test(start_paused = true)]
async fn a_contact_whose_address_is_a_second_one_of_a_customer_is_logged_to_that_customer() {
    let day = Day::begin(Plan::default()).await;
    let id = day.gorgias.add_customer("Ruben O.", Some("r.okafor@example.com"), "+33199003299");
    let channels = json!({"channels": [
        {"type": "email", "address": "r.okafor@example.com", "preferred": true},
        {"type": "email", "address": "ruben.okafor@example.com", "preferred": false},
        {"type": "phone", "address": "+33199003299", "preferred": false},
    ]});
    assert!(day.gorgias.by_a_person("PUT", &format!("/api/customers/{id}"), &channels).unwrap().0 < 300);
    let call = day.answered(CONTACT).await;
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Complete, "{:?}", day.detail(call).reason);
    assert_eq!(day.ticket(call)["customer"], "Ruben O.");
    let has = customer(&day, id)["channels"].to_string();
    for address in ["r.okafor@example.com", "ruben.okafor@example.com", "+33199003299", CONTACT] {
        assert!(has.contains(address), "{address} in {has}");
    }
}

/// G4: an address that nobody can be found by (one of the staff, say) parks no call.
#[tokio::test(start_paused = true)]
async fn a_contact_whose_address_is_taken_by_nobody_who_can_be_found_is_logged_without_it() {
    let day = Day::begin(Plan::default()).await;
    // In no list for the time being, and yet the address is taken.
    day.gorgias.switch(|s| s.list_lag_s = 3600.0);
    let _ = day.gorgias.add_customer("Not to be found", Some("ruben.okafor@example.com"), "+33199003299");
    let call = day.answered(CONTACT).await;
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Complete, "{:?}", day.detail(call).reason);
    assert_eq!(day.ticket(call)["customer"], "Ruben");
}

/// §14.1: whether the filter of the list finds a number is not known. Whom the directory knows is not made a second time.
#[tokio::test(start_paused = true)]
async fn a_filter_that_finds_no_numbers_or_finds_them_by_their_digits_makes_no_second_customer() {
    for filter in [PhoneFilter::Nothing, PhoneFilter::Digits] {
        let day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.phone_filter = filter);
        let before = day.gorgias.customers().len();
        for (number, name) in [("+33199001155", "Odile Garnier"), ("+33199001177", "Noor Haddad")] {
            for _ in 0..2 {
                let call = day.answered(number).await;
                assert_eq!(day.ticket(call)["customer"], name, "{filter:?}");
                assert_eq!(day.detail(call).state, CallState::Complete);
                day.pass(700).await;
            }
            let known = day.handle.explain_number(number).unwrap().matches;
            assert_eq!(known.len(), 1, "{filter:?}: {known:?}");
        }
        let shared = day.answered("+12025550161").await;
        assert_eq!(day.detail(shared).reason.unwrap().code, "several_matches", "{filter:?}");
        assert_eq!(day.gorgias.customers().len(), before, "{filter:?}");
    }
}

/// G7, G10, G13: of people nested in other objects only the id is sure to be there (`reference/aircall.md` §4).
#[tokio::test(start_paused = true)]
async fn an_agent_of_whom_events_tell_the_id_only_is_the_author_and_has_the_ticket() {
    let day = Day::begin(Plan::default()).await;
    day.pass(30).await;
    day.aircall.switch(|s| s.drop_share = 1.0);
    let tell = |event: &str, call: u64| {
        let mut data = day.aircall.call(call).unwrap();
        let abridge = |user: &mut Value| {
            if !user.is_null() {
                *user = json!({ "id": user["id"] });
            }
        };
        ["user", "assigned_to"].iter().for_each(|key| abridge(&mut data[*key]));
        data["comments"].as_array_mut().unwrap().iter_mut().for_each(|c| abridge(&mut c["posted_by"]));
        day.receiver.bring(event, day.now().timestamp(), &data);
    };
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    tell("call.created", call);
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    tell("call.answered", call);
    day.pass(30).await;
    let comment = day.aircall.comment(call, world::JONAS, "Sends a photo").unwrap();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(31).await;
    tell("call.ended", call);
    day.pass(30).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["assignee"], "Camille Roux");
    for (key, author) in [
        ("answered".to_owned(), "Camille Roux"),
        ("ended".to_owned(), "Camille Roux"),
        (format!("comment:{comment}"), "Jonas Weber"),
    ] {
        assert_eq!(note(&ticket, &key)["sender"], author, "{key}");
    }
    let ended = note(&ticket, "ended")["body_text"].as_str().unwrap();
    assert!(ended.contains("Assignee: Camille Roux"), "{ended}");
}

/// G15: what an event leaves out of a tag says nothing of it (`reference/aircall.md` §4).
#[tokio::test(start_paused = true)]
async fn a_tag_of_which_an_event_tells_the_id_only_stays_on_the_ticket() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.aircall.tag(call, Some(world::CAMILLE), "Warranty").unwrap();
    day.pass(30).await;
    assert!(tags(&day.ticket(call)).contains(&"Warranty"));
    let mut data = day.aircall.call(call).unwrap();
    data["tags"].as_array_mut().unwrap().iter_mut().for_each(|tag| *tag = json!({ "id": tag["id"] }));
    day.aircall.emit("call.commented", data);
    day.pass(30).await;
    assert!(tags(&day.ticket(call)).contains(&"Warranty"), "nobody took it off");
    day.aircall.untag(call, "Warranty").unwrap();
    day.pass(30).await;
    assert!(!tags(&day.ticket(call)).contains(&"Warranty"));
}

/// G15: two tags whose names differ in capitals only are one on the ticket, which stays while either is on the call.
#[tokio::test(start_paused = true)]
async fn of_two_tags_that_differ_in_capitals_the_one_that_is_left_stays_on_the_ticket() {
    let day = Day::begin(Plan::default()).await;
    let made = day.aircall.by_a_person("POST", "/v1/tags", &json!({"name": "refund", "color": "#111111"}));
    let small = made.unwrap().1["tag"]["id"].to_string();
    let call = day.answered(MARTA).await;
    for tag in ["Refund", &small] {
        day.aircall.tag(call, Some(world::CAMILLE), tag).unwrap();
    }
    day.pass(30).await;
    let refunds = || {
        let ticket = day.ticket(call);
        tags(&ticket).into_iter().filter(|tag| tag.eq_ignore_ascii_case("refund")).count()
    };
    assert_eq!(refunds(), 1);
    day.aircall.untag(call, "551011").unwrap();
    day.pass(30).await;
    assert_eq!(refunds(), 1, "the call still has one of them");
    day.aircall.untag(call, &small).unwrap();
    day.pass(30).await;
    assert_eq!(refunds(), 0);
}

/// G5, B7: what waited for a person is written once the set-up has a rule for it, and is not left saying `pending`.
#[tokio::test(start_paused = true)]
async fn held_calls_are_written_after_the_set_up_was_changed_to_a_rule_that_needs_nobody() {
    let mut plan = Plan::default();
    plan.logging.unknown_callers = UnknownCallers::Hold;
    let mut day = Day::begin(plan).await;
    let held = [day.answered(STRANGER).await, day.answered("+12025550161").await];
    for call in held {
        assert_eq!(day.detail(call).state, CallState::Held);
    }
    day.kill().await;
    day.next_start().logging.unknown_callers = UnknownCallers::Placeholder;
    day.next_start().logging.several_take_recent = true;
    day.start().unwrap();
    day.pass(120).await;
    for call in held {
        note(&day.ticket(call), "ended");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

/// G10: `is_ivr` is stale for Smartflow numbers (`reference/aircall.md` §4.3); that a choice was made is told by its event.
#[tokio::test(start_paused = true)]
async fn a_choice_in_the_menu_of_a_smartflow_line_stands_in_the_note() {
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.drop_share = 1.0);
    let tell = |event: &str, call: u64| {
        let mut data = day.aircall.call(call).unwrap();
        data["number"]["is_ivr"] = json!(false);
        data.as_object_mut().unwrap().remove("ivr_options_selected");
        day.receiver.bring(event, day.now().timestamp(), &data);
    };
    let call = day.ring(world::RECEPTION, Some(MARTA));
    tell("call.created", call);
    day.pass(2).await;
    day.aircall.choose(call, "2").unwrap();
    tell("call.ivr_option_selected", call);
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    tell("call.answered", call);
    day.pass(30).await;
    let ticket = day.ticket(call);
    let text = note(&ticket, "answered")["body_text"].as_str().unwrap();
    assert!(text.contains("Repairs"), "{text}");
}

/// G15: an account with more tags than stand on a page, whose cursors die before the next page is asked for.
#[tokio::test(start_paused = true)]
async fn with_many_tags_and_cursors_that_die_calls_are_logged_all_the_same() {
    for status in [400, 404, 410] {
        let plan = Plan {
            before: |gorgias| {
                for n in 0..150 {
                    let tag = json!({ "name": format!("tag {n:03}") });
                    gorgias.by_a_person("POST", "/api/tags", &tag).unwrap();
                }
                gorgias.switch(|s| s.cursor_lifetime_s = -1);
            },
            ..Plan::default()
        };
        let day = Day::begin(plan).await;
        day.gorgias.switch(|s| s.dead_cursor_status = status);
        for _ in 0..2 {
            let call = day.answered(MARTA).await;
            let ticket = day.ticket(call);
            note(&ticket, "ended");
            assert!(tags(&ticket).contains(&"Inbound call"), "{status}");
            assert_eq!(day.detail(call).state, CallState::Complete, "{status}");
            day.pass(700).await;
        }
        let refused = |alert: &&sidetone_protocol::Alert| alert.code == "question_refused";
        assert_eq!(day.handle.health().alerts.iter().filter(refused).count(), 0, "{status}");
    }
}

/// B7, B9: what a person decided about a number, and that it is a line of the company, is told with it.
#[tokio::test(start_paused = true)]
async fn what_is_told_of_a_number_knows_the_choice_and_our_own_lines() {
    const SHARED: &str = "+12025550161";
    let day = Day::begin(Plan::default()).await;
    let told = |number: &str| day.handle.explain_number(number).unwrap().written_to;
    let held = day.answered(SHARED).await;
    assert!(told(SHARED).contains("until a person chooses: 2"), "{}", told(SHARED));
    let all = day.gorgias.customers();
    let sam = all.iter().find(|c| c["name"] == "Sam Whitlock").unwrap()["id"].to_string();
    day.handle.choose(CaseId(held), &sam, true).await.unwrap();
    day.pass(30).await;
    assert_eq!(day.ticket(held)["customer"], "Sam Whitlock");
    assert_eq!(
        told(SHARED),
        format!("To Sam Whitlock (customer {sam}): a person chose this customer for the number.")
    );
    day.handle.withdraw_choice(CaseId(held)).await.unwrap();
    assert!(told(SHARED).contains("until a person chooses: 2"), "{}", told(SHARED));
    assert!(told("+12025550110").contains("line of your own"), "{}", told("+12025550110"));
}

/// G13: a few emoji count as letters, and Aircall takes them out all the same.
#[tokio::test(start_paused = true)]
async fn a_comment_of_ours_with_an_emoji_that_is_a_letter_is_one_note() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    let text = "Parks at gate 🅰️, pays ℹ️ later";
    day.handle.comment(CaseId(call), text.into(), Some(world::THEO.to_string())).await.unwrap();
    day.pass(300).await;
    let ticket = day.ticket(call);
    let messages = ticket["messages"].as_array().unwrap().iter();
    let comments: Vec<&Value> =
        messages.filter(|m| m["external_id"].as_str().unwrap().contains(":comment:")).collect();
    assert_eq!(comments.len(), 1, "{comments:#?}");
    assert_eq!(comments[0]["sender"], "Theo Marchand");
    assert!(comments[0]["body_text"].as_str().unwrap().contains(text));
}

/// B7: the rule takes the one that was updated last, whichever of them that is.
#[tokio::test(start_paused = true)]
async fn the_rule_for_several_matches_takes_whoever_was_updated_last() {
    let mut plan = Plan::default();
    plan.logging.several_take_recent = true;
    let day = Day::begin(plan).await;
    for name in ["Sam Whitlock", "Whitlock Cafés", "Sam Whitlock"] {
        let all = day.gorgias.customers();
        let id = &all.iter().find(|c| c["name"] == name).unwrap()["id"];
        let note = json!({ "note": "Looked after a moment ago" });
        assert!(day.gorgias.by_a_person("PUT", &format!("/api/customers/{id}"), &note).unwrap().0 < 300);
        let call = day.answered("+12025550161").await;
        assert_eq!(day.ticket(call)["customer"], name);
        day.pass(700).await;
    }
}

/// G7, G14: who may not log in any more is neither author nor assignee.
#[tokio::test(start_paused = true)]
async fn an_agent_who_was_deactivated_in_the_helpdesk_writes_nothing_and_gets_nothing() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.set_user_active(4_101, false).unwrap();
    day.pass(700).await;
    let call = day.answered(MARTA).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["assignee"], Value::Null);
    assert_eq!(note(&ticket, "ended")["sender"], "Ana Keller");
}

/// G14: the first admin is the one with the lowest id among those who are active and no machines.
#[test]
fn the_fallback_author_is_the_first_active_admin() {
    let person = |id: u64, active, admin, machine| Person {
        id: id.to_string(),
        email: format!("{id}@example.com"),
        name: String::new(),
        active,
        admin,
        machine,
    };
    let people = People(vec![
        person(9, true, true, false),
        person(5, true, true, false),
        person(3, false, true, false),
        person(2, true, true, true),
        person(1, true, false, false),
    ]);
    assert_eq!(people.fallback_author().map(|p| p.id.as_str()), Some("5"));
    assert_eq!(people.by_email(" 5@EXAMPLE.com").map(|p| p.id.as_str()), Some("5"));
    assert!(people.by_email("3@example.com").is_none() && people.by_email("2@example.com").is_none());
}

/// G11, G13: a comment of later is a note of its own, and none of those that were known when the call ended.
#[tokio::test(start_paused = true)]
async fn a_comment_made_after_the_end_is_not_in_the_note_of_the_end_however_late_that_is_written() {
    let day = Day::begin(Plan::default()).await;
    day.handle.pause().await.unwrap();
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    let during = day.aircall.comment(call, world::CAMILLE, "Wants a refund").unwrap();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(3600).await;
    let after = day.aircall.comment(call, world::CAMILLE, "Refunded").unwrap();
    day.pass(60).await;
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    let ended = note(&ticket, "ended")["body_text"].as_str().unwrap();
    assert!(ended.contains("Wants a refund") && !ended.contains("Refunded"), "{ended}");
    for comment in [during, after] {
        note(&ticket, &format!("comment:{comment}"));
    }
}
