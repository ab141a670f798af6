//! G5: unknown callers in all three modes, and the name that a person gives one of them, before or after the customer is
//! made.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sidetone_engine::Declined;
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::{CallState, Match};
use sidetone_sandbox::{Dial, Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note};

const DANA: &str = "Dana Whitfield";
const ADDRESS: &str = "dana@whitfield.example.com";
/// Known to Aircall's address book, and not to Gorgias.
const CONTACT: &str = "+12025550143";

async fn day(unknown: UnknownCallers) -> Day {
    let mut plan = Plan::default();
    plan.logging.unknown_callers = unknown;
    Day::begin(plan).await
}

async fn name(day: &Day, call: u64, name: &str, email: Option<&str>) -> Result<(), Declined> {
    let name = CallerName::parse(name, email).unwrap();
    day.handle.name(CaseId(call), name).await.map(drop)
}

/// All customers with this number.
fn with_number(day: &Day, number: &str) -> Vec<Value> {
    let all = day.gorgias.customers();
    all.into_iter().filter(|c| c["channels"].to_string().contains(number)).collect()
}

fn the_one(day: &Day, number: &str) -> Value {
    let found = with_number(day, number);
    assert_eq!(found.len(), 1, "one customer: {found:#?}");
    found[0].clone()
}

fn emails(customer: &Value) -> Vec<&str> {
    let channels = customer["channels"].as_array().unwrap().iter();
    channels.filter(|c| c["type"] == "email").map(|c| c["address"].as_str().unwrap()).collect()
}

fn raw_ticket(day: &Day, call: u64) -> Value {
    let marker = format!("aircall:call:{call}");
    day.gorgias.tickets().into_iter().find(|t| t["external_id"] == marker.as_str()).unwrap()
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn held_calls_wait_visibly_and_a_name_releases_all_of_them_with_one_customer_and_their_own_times() {
    let day = day(UnknownCallers::Hold).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let began = day.now();
        held.push((day.answered(STRANGER).await, began));
        day.pass(900).await;
    }
    let other = day.answered("+33199005501").await;
    assert!(day.requests(0).0.is_empty(), "nothing is created until an agent names the caller");
    for (call, _) in &held {
        let detail = day.detail(*call);
        assert_eq!((detail.state, detail.reason.unwrap().code.as_str()), (CallState::Held, "unknown_caller"));
    }
    assert_eq!(day.handle.health().outbox.held, 4, "they wait visibly");
    name(&day, held[1].0, DANA, Some(ADDRESS)).await.unwrap();
    day.pass(60).await;
    let customer = the_one(&day, STRANGER);
    assert_eq!((&customer["name"], &customer["email"]), (&json!(DANA), &json!(ADDRESS)));
    for (call, began) in &held {
        assert_eq!(day.ticket(*call)["subject"], format!("Inbound call: {DANA}"));
        assert_eq!(day.ticket(*call)["customer"], DANA);
        assert_eq!(day.detail(*call).state, CallState::Complete);
        let ticket = raw_ticket(&day, *call);
        for made in [&ticket["created_datetime"], &ticket["messages"][0]["sent_datetime"]] {
            let late = moment(made) - *began;
            assert!(late >= TimeDelta::seconds(-1) && late < TimeDelta::minutes(2), "as of the call: {late}");
        }
    }
    assert_eq!(day.detail(other).state, CallState::Held, "another number's call waits on");
    assert_eq!(day.detail(held[0].0).card.named, None, "fulfilled");
    let next = day.answered(STRANGER).await;
    assert_eq!(day.ticket(next)["customer"], DANA);
}

#[tokio::test(start_paused = true)]
async fn a_customer_whom_somebody_made_meanwhile_is_used_and_no_second_one_is_made() {
    let day = day(UnknownCallers::Hold).await;
    let held = [day.answered(STRANGER).await, day.answered(STRANGER).await];
    // Looked up a moment ago; the answer is fresh, and wrong since.
    let _ = day.gorgias.add_customer("Zoé Lambert", Some("zoe.lambert@example.com"), STRANGER);
    name(&day, held[0], DANA, None).await.unwrap();
    day.pass(60).await;
    assert_eq!(the_one(&day, STRANGER)["name"], "Zoé Lambert");
    for call in held {
        assert_eq!(day.ticket(call)["customer"], "Zoé Lambert");
    }
}

#[tokio::test(start_paused = true)]
async fn held_calls_are_released_when_a_later_look_up_finds_whose_number_it_is() {
    let day = day(UnknownCallers::Hold).await;
    let held = day.answered(STRANGER).await;
    let _ = day.gorgias.add_customer("Zoé Lambert", None, STRANGER);
    day.pass(700).await;
    assert_eq!(day.detail(held).state, CallState::Held, "nobody has asked since");
    let next = day.answered(STRANGER).await;
    day.pass(60).await;
    for call in [held, next] {
        assert_eq!(day.ticket(call)["customer"], "Zoé Lambert");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_a_customers_already_gives_that_customer_the_number() {
    let day = day(UnknownCallers::Hold).await;
    let held = [day.answered(STRANGER).await, day.answered(STRANGER).await];
    name(&day, held[0], "M. Ibáñez", Some("marta.ibanez@example.com")).await.unwrap();
    day.pass(90).await;
    let marta = the_one(&day, STRANGER);
    assert_eq!(marta["name"], "Marta Ibáñez", "her name stays");
    assert!(marta["channels"].to_string().contains(MARTA), "and her other number, too");
    for call in held {
        assert_eq!(day.ticket(call)["customer"], "Marta Ibáñez");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_named_before_the_customer_is_made_gets_no_placeholder_name() {
    for (unknown, invented) in [
        (UnknownCallers::Placeholder, true),
        (UnknownCallers::PhoneOnly, false),
        (UnknownCallers::Hold, false),
    ] {
        for email in [None, Some(ADDRESS)] {
            let day = day(unknown).await;
            let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
            day.pass(4).await;
            assert_eq!(day.detail(call).card.matched, Match::Unknown);
            name(&day, call, DANA, email).await.unwrap();
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(20).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(60).await;
            let made = the_one(&day, STRANGER);
            assert_eq!(made["name"], DANA, "{unknown:?}");
            match email {
                Some(email) => assert_eq!(emails(&made), [email], "{unknown:?}"),
                None if invented => assert!(emails(&made)[0].ends_with("@aircall.io"), "{made:#}"),
                None => assert_eq!(emails(&made), Vec::<&str>::new(), "{unknown:?}"),
            }
            let ticket = day.ticket(call);
            assert_eq!(ticket["subject"], format!("Inbound call: {DANA}"));
            note(&ticket, "not_found");
            let writes =
                day.requests(0).0.into_iter().filter(|e| e.path.starts_with("/api/customers")).count();
            assert_eq!(writes, 1, "made once, and not changed afterwards");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_placeholder_that_we_made_is_replaced_by_the_name_and_what_a_person_added_stays() {
    for email in [None, Some(ADDRESS)] {
        let day = day(UnknownCallers::Placeholder).await;
        let first = day.answered(STRANGER).await;
        let made = the_one(&day, STRANGER);
        assert_eq!(made["name"], format!("Aircall New Contact {STRANGER}"));
        let placeholder = emails(&made)[0].to_owned();
        // A person adds another number meanwhile.
        let mut channels = made["channels"].clone();
        channels
            .as_array_mut()
            .unwrap()
            .push(json!({"type": "phone", "address": "+33199005598", "preferred": false}));
        let path = format!("/api/customers/{}", made["id"]);
        assert!(day.gorgias.by_a_person("PUT", &path, &json!({"channels": channels})).unwrap().0 < 300);
        let seq = day.last_seq();
        name(&day, first, DANA, email).await.unwrap();
        day.pass(30).await;
        let named = the_one(&day, STRANGER);
        assert_eq!((&named["name"], &named["id"]), (&json!(DANA), &made["id"]));
        assert!(named["channels"].to_string().contains("+33199005598"));
        let expected = email.unwrap_or(&placeholder);
        assert_eq!((emails(&named), &named["email"]), (vec![expected], &json!(expected)));
        assert_eq!(day.requests(seq).0.len(), 1, "one write");
        assert_eq!(day.detail(first).state, CallState::Complete);
        assert_eq!(day.detail(first).call.customer.unwrap().name, DANA);
        assert_eq!(
            day.ticket(first)["subject"],
            format!("Inbound call: {STRANGER}"),
            "what was written stays"
        );
        let next = day.answered(STRANGER).await;
        assert_eq!(day.ticket(next)["subject"], format!("Inbound call: {DANA}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_known_by_our_placeholder_is_named_while_it_rings_again() {
    let day = day(UnknownCallers::PhoneOnly).await;
    day.answered(STRANGER).await;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(4).await;
    name(&day, call, DANA, None).await.unwrap();
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    assert_eq!(the_one(&day, STRANGER)["name"], DANA);
    assert_eq!(day.ticket(call)["subject"], format!("Inbound call: {DANA}"));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_person_gave_in_the_helpdesk_stays() {
    let day = day(UnknownCallers::Placeholder).await;
    let call = day.answered(STRANGER).await;
    let path = format!("/api/customers/{}", the_one(&day, STRANGER)["id"]);
    assert!(day.gorgias.by_a_person("PUT", &path, &json!({"name": "Zoé Lambert"})).unwrap().0 < 300);
    let seq = day.last_seq();
    let declined = name(&day, call, DANA, None).await.unwrap_err();
    assert_eq!(declined.code(), "known_caller");
    assert!(declined.to_string().contains("Zoé Lambert"), "{declined}");
    let known = day.answered(MARTA).await;
    assert_eq!(name(&day, known, DANA, None).await.unwrap_err().code(), "known_caller");
    day.pass(60).await;
    let on_customers = |e: &sidetone_sandbox::JournalEntry| e.path.starts_with("/api/customers");
    assert!(!day.requests(seq).0.iter().any(on_customers));
    assert_eq!(the_one(&day, STRANGER)["name"], "Zoé Lambert");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_person_gave_while_ours_had_to_wait_stays_as_well() {
    let day = day(UnknownCallers::Placeholder).await;
    let call = day.answered(STRANGER).await;
    day.handle.pause().await.unwrap();
    name(&day, call, DANA, Some(ADDRESS)).await.unwrap();
    day.pass(120).await;
    let before = the_one(&day, STRANGER);
    assert_eq!(before["name"], format!("Aircall New Contact {STRANGER}"), "paused");
    let path = format!("/api/customers/{}", before["id"]);
    assert!(day.gorgias.by_a_person("PUT", &path, &json!({"name": "Zoé Lambert"})).unwrap().0 < 300);
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    assert_eq!(the_one(&day, STRANGER)["name"], "Zoé Lambert");
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.plan.requests), (CallState::Complete, 0));
    assert!(
        detail.explanation.iter().any(|line| line.rule.contains("that stays")),
        "B11: {:?}",
        detail.explanation
    );
}

#[tokio::test(start_paused = true)]
async fn an_address_of_another_customer_leaves_the_placeholders_customer_with_the_name_alone() {
    let day = day(UnknownCallers::PhoneOnly).await;
    let call = day.answered(STRANGER).await;
    name(&day, call, DANA, Some("marta.ibanez@example.com")).await.unwrap();
    day.pass(60).await;
    let named = the_one(&day, STRANGER);
    assert_eq!((&named["name"], emails(&named)), (&json!(DANA), Vec::new()));
    let detail = day.detail(call);
    assert_eq!(detail.state, CallState::Complete);
    assert!(detail.explanation.iter().any(|line| line.rule.contains("another customer's")), "B11");
}

#[tokio::test(start_paused = true)]
async fn a_name_given_while_the_placeholder_is_being_made_is_written_afterwards() {
    for fault in [FaultKind::HangAfter, FaultKind::CutAfter, FaultKind::CutBefore] {
        let day = day(UnknownCallers::Placeholder).await;
        day.gorgias.add_fault(Fault::next(1, fault.clone()).on("POST", "/api/customers"));
        let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(3).await;
        name(&day, call, DANA, Some(ADDRESS)).await.unwrap();
        day.pass(30).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(180).await;
        let named = the_one(&day, STRANGER);
        assert_eq!((&named["name"], emails(&named)), (&json!(DANA), vec![ADDRESS]), "{fault:?}");
        assert_eq!(day.detail(call).state, CallState::Complete, "{fault:?}");
    }
}

/// The intent is durable: a name is written whatever happens to its request, and once.
#[tokio::test(start_paused = true)]
async fn a_name_whose_answer_is_lost_is_looked_up_and_not_written_twice() {
    for (fault, writes) in [(FaultKind::CutAfter, 1), (FaultKind::CutBefore, 2), (FaultKind::HangAfter, 1)] {
        let mut day = day(UnknownCallers::Placeholder).await;
        let call = day.answered(STRANGER).await;
        day.gorgias.add_fault(Fault::next(1, fault.clone()).on("PUT", "/api/customers"));
        let seq = day.last_seq();
        name(&day, call, DANA, None).await.unwrap();
        day.pass(2).await;
        day.kill_and_restart().await;
        day.pass(200).await;
        assert_eq!(the_one(&day, STRANGER)["name"], DANA, "{fault:?}");
        assert_eq!(day.requests(seq).0.len(), writes, "{fault:?}");
        assert_eq!(day.detail(call).state, CallState::Complete, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_step_after_the_naming_there_is_one_customer_and_a_ticket_for_each_call() {
    for steps in 0..16 {
        let mut day = day(UnknownCallers::Hold).await;
        let held = [day.answered(STRANGER).await, day.answered(STRANGER).await];
        name(&day, held[0], DANA, None).await.unwrap();
        if steps > 0 {
            let lifeline = day.lifeline.clone();
            lifeline.cut_after(steps);
        }
        day.pass(5).await;
        day.kill_and_restart().await;
        day.pass(200).await;
        assert_eq!(the_one(&day, STRANGER)["name"], DANA, "after {steps} steps");
        for call in held {
            assert_eq!(day.ticket(call)["customer"], DANA, "after {steps} steps");
            assert_eq!(day.detail(call).state, CallState::Complete, "after {steps} steps");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_is_withdrawn_as_long_as_nothing_came_of_it() {
    let day = day(UnknownCallers::Hold).await;
    day.handle.pause().await.unwrap();
    let call = day.answered(STRANGER).await;
    name(&day, call, DANA, None).await.unwrap();
    name(&day, call, "Dana Whitfeld", None).await.unwrap();
    assert_eq!(day.detail(call).card.named.unwrap().name, "Dana Whitfeld", "the last word counts");
    day.handle.withdraw_choice(CaseId(call)).await.unwrap();
    day.handle.resume().await.unwrap();
    day.pass(120).await;
    assert_eq!(with_number(&day, STRANGER), Vec::<Value>::new());
    assert_eq!(day.detail(call).reason.unwrap().code, "unknown_caller");
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_be_named_is_told_why() {
    let day = day(UnknownCallers::Hold).await;
    let shared = day.answered("+12025550161").await;
    assert_eq!(name(&day, shared, DANA, None).await.unwrap_err().code(), "several_matches");
    let sam = day.gorgias.customers().into_iter().find(|c| c["name"] == "Sam Whitlock").unwrap();
    let path = format!("/api/customers/{}", sam["id"]);
    day.handle.choose(CaseId(shared), &sam["id"].to_string(), true).await.unwrap();
    assert_eq!(day.gorgias.by_a_person("DELETE", &path, &Value::Null).unwrap().0, 204);
    day.pass(660).await;
    let asked_again = day.answered("+12025550161").await;
    assert_eq!(day.detail(asked_again).reason.unwrap().code, "choice_gone");
    assert_eq!(name(&day, asked_again, DANA, None).await.unwrap_err().code(), "several_matches");
    let withheld = day.ring(world::SUPPORT_FR, None);
    day.pass(2).await;
    assert_eq!(name(&day, withheld, DANA, None).await.unwrap_err().code(), "no_number");
    assert_eq!(name(&day, 1, DANA, None).await.unwrap_err().code(), "no_such_call");
}

/// G4 goes before G5: whom Aircall knows by name is not unknown, also where unknown callers are held.
#[tokio::test(start_paused = true)]
async fn a_caller_in_aircalls_address_book_is_not_held() {
    let day = day(UnknownCallers::Hold).await;
    let call = day.aircall.dial(&Dial { agent: world::AMELIA, to: CONTACT.into(), line: None }).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    assert_ne!(the_one(&day, CONTACT)["name"], format!("Aircall New Contact {CONTACT}"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_of_whom_only_the_number_is_known_gets_no_invented_address_where_that_is_set() {
    let day = day(UnknownCallers::PhoneOnly).await;
    let call = day.answered(STRANGER).await;
    let made = the_one(&day, STRANGER);
    assert_eq!(made["name"], format!("Aircall New Contact {STRANGER}"));
    assert_eq!((emails(&made), &made["email"]), (Vec::new(), &Value::Null));
    assert_eq!(day.detail(call).state, CallState::Complete);
}
