//! Who is calling, with Front (B6, B7, B9, G1, G5): alias, directory, several matches, cards, names.

use serde_json::Value;
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::{CallState, Match};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{conversation, conversations_of, last_seq, missed, writes};

fn reads_of_contacts(day: &Day, seq: u64) -> usize {
    let is_one = |path: &str| path.starts_with("/contacts/alt:");
    day.front.journal(seq).iter().filter(|entry| !entry.is_write() && is_one(&entry.path)).count()
}

#[tokio::test(start_paused = true)]
async fn a_ring_costs_one_question_and_shows_the_contact() {
    // B6, G1
    let day = Day::begin(Plan::with_front()).await;
    day.pass(30).await;
    let before = last_seq(&day);
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    assert_eq!(reads_of_contacts(&day, before), 1);
    let card = day.detail(call).card;
    let customer = card.customer.unwrap();
    assert_eq!(
        (customer.name.as_str(), customer.email.as_deref()),
        ("Marta Ibáñez", Some("marta.ibanez@example.com"))
    );
    assert!(customer.note.unwrap().starts_with("Café owner"));
    assert_eq!(customer.url, None, "a contact has no page");
    let cards = day.aircall.cards();
    assert_eq!(cards.len(), 1);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    let again = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    assert_eq!(reads_of_contacts(&day, before), 1, "checked a moment ago");
    day.aircall.hang_up(again, &HangUp::default()).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_contact_stored_without_its_plus_is_found() {
    // F7 settled, B9
    for directory_is_read in [true, false] {
        let mut plan = Plan::with_front();
        if !directory_is_read {
            plan.before_front = |front| front.add_contacts(2_000);
        }
        let day = Day::begin(plan).await;
        if directory_is_read {
            day.pass(60).await;
        }
        let call = missed(&day, "+33199001177").await;
        assert_eq!(day.detail(call).call.customer.unwrap().name, "Noor Haddad");
        conversation(&day, call);
        assert!(!writes(&day, 0).iter().any(|write| write.ends_with("/contacts")), "{directory_is_read}");
        // F1: it gets the number as Front writes it, once, and no second contact comes about.
        let again = missed(&day, "+33199001177").await;
        assert_eq!(conversation(&day, again)["id"], conversation(&day, call)["id"]);
        let added = |write: &&String| write.ends_with("/handles");
        assert_eq!(writes(&day, 0).iter().filter(added).count(), 1, "{directory_is_read}");
        let has_it = |contact: &Value| contact["handles"].to_string().contains("33199001177");
        let owners: Vec<Value> = day.front.contacts().into_iter().filter(has_it).collect();
        assert_eq!(owners.len(), 1, "{owners:#?}");
        assert_eq!(owners[0]["name"], "Noor Haddad");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_who_share_a_number_a_person_chooses() {
    // B7
    let day = Day::begin(Plan::with_front()).await;
    day.pass(60).await;
    let call = missed(&day, "+12025550161").await;
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.card.matched), (CallState::Held, Match::Several), "{detail:#?}");
    assert!(day.front.conversations_marked(&format!("aircall:call:{call}")).is_empty());
    let cafés = detail.card.candidates.iter().find(|c| c.customer.name == "Whitlock Cafés").unwrap();
    day.handle.choose(CaseId(call), &cafés.customer.id, true).await.unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).call.customer.unwrap().name, "Whitlock Cafés");
    let next = missed(&day, "+12025550161").await;
    assert_eq!(conversation(&day, next)["id"], conversation(&day, call)["id"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_makes_the_contact_first_it_is_one() {
    // §5: 409 is recovered
    let day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(10).await;
    day.front.add_contact("Zoé Lambert", None, STRANGER).unwrap();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(180).await;
    assert_eq!(day.detail(call).call.customer.unwrap().name, "Zoé Lambert");
    conversation(&day, call);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_caller_may_be_held_until_a_person_names_them() {
    // G5
    let mut plan = Plan::with_front();
    plan.logging.unknown_callers = UnknownCallers::Hold;
    let day = Day::begin(plan).await;
    let call = missed(&day, STRANGER).await;
    assert_eq!(day.detail(call).state, CallState::Held);
    assert_eq!(writes(&day, 0), [""; 0]);
    let name = CallerName::parse("Zoé Lambert", None).unwrap();
    day.handle.name(CaseId(call), name).await.unwrap();
    day.pass(120).await;
    conversation(&day, call);
    assert!(day.front.contacts().iter().any(|c| c["name"] == "Zoé Lambert"));
}

#[tokio::test(start_paused = true)]
async fn a_contact_who_was_made_by_the_number_gets_the_name_that_a_person_gives() {
    // G5
    let day = Day::begin(Plan::with_front()).await;
    let call = missed(&day, STRANGER).await;
    let name = CallerName::parse("Zoé Lambert", None).unwrap();
    day.handle.name(CaseId(call), name).await.unwrap();
    day.pass(60).await;
    assert!(day.front.contacts().iter().any(|c| c["name"] == "Zoé Lambert"));
    assert!(!day.front.contacts().iter().any(|c| c["name"] == STRANGER));
}

#[tokio::test(start_paused = true)]
async fn the_contact_of_withheld_callers_whose_making_had_no_answer_is_found_and_used() {
    // G23, §5: the second try is refused (409)
    for kind in [FaultKind::CutAfter, FaultKind::HangAfter, FaultKind::Malformed] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.add_fault(Fault::next(1, kind.clone()).on("POST", "/contacts"));
        let call = day.ring(world::SUPPORT_FR, None);
        day.pass(25).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(180).await;
        let detail = day.detail(call);
        assert_eq!(detail.state, CallState::Complete, "{kind:?}: {:?}", detail.reason);
        let next = day.ring(world::SUPPORT_FR, None);
        day.pass(25).await;
        day.aircall.hang_up(next, &HangUp::default()).unwrap();
        day.pass(120).await;
        assert_eq!(conversation(&day, next)["id"], conversation(&day, call)["id"], "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_contact_of_withheld_callers_is_refused_and_never_found_a_person_is_called() {
    // G23
    let day = Day::begin(Plan::with_front()).await;
    let refused = FaultKind::Status { status: 409, retry_after: None };
    day.front.add_fault(Fault::next(u32::MAX, refused).on("POST", "/contacts"));
    let call = day.ring(world::SUPPORT_FR, None);
    day.pass(25).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(65).await;
    let tries = writes(&day, 0).len();
    assert!(tries > 1, "it is looked for a while: {tries}");
    assert_ne!(day.detail(call).state, CallState::Parked);
    day.pass(45).await;
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.reason.unwrap().code.as_str()), (CallState::Parked, "conflict"));
    day.front.clear_faults();
    day.handle.retry(CaseId(call));
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn who_was_chosen_without_having_the_number_gets_the_call() {
    // B7, F1: Front finds a contact by the handle of an import, and makes one where nobody has it
    for remember in [true, false] {
        let mut plan = Plan::with_front();
        plan.logging.unknown_callers = UnknownCallers::Hold;
        let day = Day::begin(plan).await;
        let chosen = day.front.add_contact("Zoé Lambert", Some("zoe@example.com"), "+33199001290").unwrap();
        let before = day.front.contacts().len();
        let call = missed(&day, STRANGER).await;
        assert_eq!(day.detail(call).state, CallState::Held);
        day.handle.choose(CaseId(call), &chosen, remember).await.unwrap();
        day.pass(120).await;
        assert_eq!(conversations_of(&day, &chosen), [conversation(&day, call)["id"].clone()], "{remember}");
        assert_eq!(day.front.contacts().len(), before, "no second contact: {:#?}", writes(&day, 0));
        let has_it =
            day.front.contacts().iter().any(|contact| contact["handles"].to_string().contains(STRANGER));
        assert_eq!(has_it, remember, "chosen for one call only, the number stays nobody's");
        // The next call of the number: known, or held again.
        let next = missed(&day, STRANGER).await;
        assert_eq!(day.detail(next).state, if remember { CallState::Complete } else { CallState::Held });
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_spellings_the_chosen_contact_has_the_conversation() {
    // B7: Front has the number at one of the two only, who is not always the one
    let day = Day::begin(Plan::with_front()).await;
    day.pass(60).await;
    let before = day.front.contacts().len();
    for name in ["Sam Whitlock", "Whitlock Cafés", "Whitlock Cafés"] {
        let call = missed(&day, "+12025550161").await;
        let detail = day.detail(call);
        let one = detail.card.candidates.iter().find(|c| c.customer.name == name).unwrap();
        let id = one.customer.id.clone();
        day.handle.choose(CaseId(call), &id, false).await.unwrap();
        day.pass(60).await;
        let its = conversation(&day, call)["id"].clone();
        assert!(
            conversations_of(&day, &id).contains(&its),
            "{name} was chosen: {:#}",
            conversation(&day, call)
        );
        assert_eq!(day.detail(call).state, CallState::Complete, "{name}");
    }
    assert_eq!(day.front.contacts().len(), before);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_somebody_else_gets_meanwhile_is_theirs() {
    // B7, F1: refused, the spelling is not passed over
    for status in [409, 400] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.taken_handle_status = status);
        let call = day.ring(world::SUPPORT_FR, Some("+33199001177"));
        day.pass(8).await;
        let other = day.front.add_contact("Idris Bell", None, "+33199001177").unwrap();
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(180).await;
        assert_eq!(day.detail(call).state, CallState::Parked, "whose it is, is not guessed: {status}");
        assert!(conversations_of(&day, &other).is_empty());
        // The directory hears of it: two share the number by now, and a person chooses.
        day.pass(600).await;
        day.handle.retry(CaseId(call));
        day.pass(60).await;
        assert_eq!(day.detail(call).state, CallState::Held, "{status}");
        day.handle.choose(CaseId(call), &other, false).await.unwrap();
        day.pass(60).await;
        assert_eq!(day.detail(call).state, CallState::Complete, "{status}");
        assert_eq!(conversations_of(&day, &other), [conversation(&day, call)["id"].clone()]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_merged_while_the_phone_rang_is_found_with_the_survivors_conversation() {
    // F3, G25
    let day = Day::begin(Plan::with_front()).await;
    let other = day.front.add_contact("Zoé Lambert", None, STRANGER).unwrap();
    let first = missed(&day, MARTA).await;
    let marta = day.detail(first).call.customer.unwrap().id;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(10).await;
    day.front.merge(&other, &marta).unwrap();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(conversation(&day, call)["id"], conversation(&day, first)["id"]);
}
