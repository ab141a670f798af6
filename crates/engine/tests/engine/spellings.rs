//! Who is calling, however the helpdesk spells the number (G3, B9): the directory says it at once, the helpdesk corrects
//! it, and no second customer is made.

use serde_json::json;
use sidetone_protocol::{CallState, Card, DirectoryState, LiveEvent, Match, Pushed};
use sidetone_sandbox::{Fault, FaultKind, GorgiasControl, PhoneMatching, aircall_world as world};
use tokio::sync::broadcast::Receiver;

use crate::day::{Day, MARTA, Plan};

/// A number in E.164 and how it is stored. Nobody of them has an e-mail address.
const SPELLED: [(&str, &str); 14] = [
    ("+33199002001", "01 99 00 20 01"),
    ("+33199002002", "0199002002"),
    ("+33199002003", "01.99.00.20.03"),
    ("+33199002004", "01/99/00/20/04"),
    ("+33199002005", "01-99-00-20-05"),
    ("+33199002006", "0033 1 99 00 20 06"),
    ("+33199002007", "+33 (0)1 99 00 20 07"),
    ("+33199002008", "+33 1 99 00 20 08"),
    ("+33199002009", "+33199002009 ext. 5"),
    ("+33199002010", "01 99 00 20 10 x5"),
    ("+33199002011", "+33199002011;ext=5"),
    ("+33199002012", "33199002012"),
    ("+12025550188", "(202) 555-0188"),
    ("+493023125011", "030 / 23125 - 011"),
];

fn name(number: &str) -> String {
    format!("Owner of {}", &number[number.len() - 4..])
}

fn spelled(gorgias: &GorgiasControl) {
    for (number, stored) in SPELLED {
        let _ = gorgias.add_customer(&name(number), None, stored);
    }
}

/// So many customers that their list is not read to its end for a minute; those of [`SPELLED`] are its last.
fn spelled_after_many(gorgias: &GorgiasControl) {
    gorgias.add_customers(8000);
    spelled(gorgias);
}

fn directory_is(day: &Day) -> DirectoryState {
    day.handle.health().directory.unwrap().state
}

fn customers(day: &Day) -> usize {
    day.gorgias.customers().len()
}

fn searches(day: &Day, seq: u64) -> usize {
    day.gorgias.journal(seq).iter().filter(|e| e.path == "/api/search").count()
}

/// The cards that windows were shown since.
fn cards(told: &mut Receiver<Pushed>) -> Vec<Card> {
    let events = std::iter::from_fn(|| told.try_recv().ok());
    events
        .filter_map(|pushed| match pushed.body {
            LiveEvent::Card(card) => Some(*card),
            _ => None,
        })
        .collect()
}

/// Who a card says is calling.
fn shown(card: &Card) -> Option<&str> {
    card.customer.as_ref().map(|customer| customer.name.as_str())
}

fn slow(day: &Day) {
    day.gorgias.add_fault(Fault::next(1, FaultKind::Slow { ms: 5000 }).on("GET", "/api/customers"));
}

#[tokio::test(start_paused = true)]
async fn a_number_in_any_spelling_is_found_at_once_with_one_request_and_no_second_customer_is_made() {
    let day = Day::begin(Plan { before: spelled, ..Plan::default() }).await;
    assert_eq!(directory_is(&day), DirectoryState::Complete);
    let before = customers(&day);
    for (number, stored) in SPELLED {
        let seq = day.last_seq();
        let mut told = day.handle.subscribe();
        let call = day.answered(number).await;
        let (writes, looks) = day.requests(seq);
        assert_eq!(looks.len(), 1, "B6: one look-up for {stored}: {looks:#?}");
        assert!(writes.iter().all(|w| w.path != "/api/customers" && w.path != "/api/search"), "{stored}");
        let cards = cards(&mut told);
        assert_eq!(
            (cards[0].matched, shown(&cards[0])),
            (Match::Found, Some(&*name(number))),
            "{stored}: at once"
        );
        assert_eq!(day.ticket(call)["customer"], name(number), "{stored}");
        assert_eq!(day.detail(call).state, CallState::Complete, "{stored}");
    }
    assert_eq!(customers(&day), before);
    let seq = day.last_seq();
    day.answered(SPELLED[13].0).await;
    assert_eq!(day.requests(seq).1.len(), 0, "B6: none within ten minutes");
}

#[tokio::test(start_paused = true)]
async fn the_directory_answers_before_a_slow_helpdesk_on_the_window_and_on_the_phone() {
    let day = Day::begin(Plan { before: spelled, ..Plan::default() }).await;
    for (number, name) in [(MARTA, "Marta Ibáñez".to_owned()), (SPELLED[0].0, name(SPELLED[0].0))] {
        slow(&day);
        let cards_before = day.aircall.cards().len();
        let mut told = day.handle.subscribe();
        let call = day.ring(world::SUPPORT_FR, Some(number));
        day.pass(2).await;
        let first = cards(&mut told);
        assert_eq!((first[0].matched, shown(&first[0])), (Match::Found, Some(&*name)));
        assert_eq!(shown(&day.detail(call).card), Some(&*name), "whoever looks now sees it, too");
        let on_the_phone = day.aircall.cards();
        assert_eq!(on_the_phone.len(), cards_before + 1, "G1: after 800 ms the local index speaks");
        assert!(on_the_phone.last().unwrap().contents.to_string().contains(&name));
        day.pass(10).await;
        assert_eq!(day.aircall.cards().len(), cards_before + 1, "G1: once");
        day.aircall.hang_up(call, &sidetone_sandbox::HangUp::default()).unwrap();
        day.pass(60).await;
    }
}

#[tokio::test(start_paused = true)]
async fn several_customers_of_the_directory_are_shown_as_several_at_once() {
    let day = Day::begin(Plan {
        before: |gorgias| {
            let _ = gorgias.add_customer("At the shop", None, "01 99 00 20 30");
            let _ = gorgias.add_customer("At home", None, "+33 1 99 00 20 30");
        },
        ..Plan::default()
    })
    .await;
    slow(&day);
    let mut told = day.handle.subscribe();
    let call = day.ring(world::SUPPORT_FR, Some("+33199002030"));
    day.pass(2).await;
    let first = cards(&mut told);
    assert_eq!((first[0].matched, first[0].candidates.len()), (Match::Several, 2));
    let on_the_phone = day.aircall.cards().last().unwrap().contents.to_string();
    assert!(on_the_phone.contains("2 possible customers"), "G1: {on_the_phone}");
    day.pass(6).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    assert_eq!(day.detail(call).state, CallState::Held, "B7: nothing is written until somebody chooses");
}

#[tokio::test(start_paused = true)]
async fn the_helpdesk_corrects_a_directory_that_is_behind() {
    let day = Day::begin(Plan { before: spelled, ..Plan::default() }).await;
    let id_of = |name: &str| {
        let all = day.gorgias.customers();
        all.iter().find(|c| c["name"] == name).unwrap()["id"].as_u64().unwrap()
    };
    // Renamed a moment ago.
    let marta = id_of("Marta Ibáñez");
    let renamed = json!({"name": "Marta Ibáñez García"});
    day.gorgias.by_a_person("PUT", &format!("/api/customers/{marta}"), &renamed).unwrap();
    let mut told = day.handle.subscribe();
    day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    let cards_shown = cards(&mut told);
    assert_eq!(shown(&cards_shown[0]), Some("Marta Ibáñez"));
    assert_eq!(shown(cards_shown.last().unwrap()), Some("Marta Ibáñez García"));

    // The number is somebody else's by now, in both spellings in which the directory may know it.
    for (number, stored, line) in
        [(SPELLED[0].0, SPELLED[0].1, world::SUPPORT_DE), ("+33199001155", "+33199001155", world::SALES_US)]
    {
        let had = day.handle.explain_number(number).unwrap().matches[0].customer.clone();
        day.gorgias.respell(had.id.parse().unwrap(), stored, "+33199002090").unwrap();
        let has = day.gorgias.add_customer("Zoé Lambert", None, number);
        let mut told = day.handle.subscribe();
        day.ring(line, Some(number));
        day.pass(2).await;
        let cards_shown = cards(&mut told);
        assert_eq!(shown(&cards_shown[0]), Some(&*had.name), "{stored}");
        assert_eq!(shown(cards_shown.last().unwrap()), Some("Zoé Lambert"), "{stored}");
        let now: Vec<String> =
            day.handle.explain_number(number).unwrap().matches.into_iter().map(|m| m.customer.id).collect();
        assert_eq!(now, [has.to_string()], "the directory is corrected, too");
    }
}

#[tokio::test(start_paused = true)]
async fn a_spelling_that_a_person_has_just_corrected_is_found_by_a_second_request() {
    let day = Day::begin(Plan { before: spelled, ..Plan::default() }).await;
    let (number, stored) = SPELLED[3];
    let id = day.handle.explain_number(number).unwrap().matches[0].customer.id.clone();
    day.gorgias.respell(id.parse().unwrap(), stored, number).unwrap();
    let (before, seq) = (customers(&day), day.last_seq());
    let call = day.answered(number).await;
    assert_eq!(day.ticket(call)["customer"], name(number));
    assert_eq!((customers(&day), day.requests(seq).1.len()), (before, 2));
}

#[tokio::test(start_paused = true)]
async fn a_merged_customer_is_followed_from_any_spelling_and_the_directory_with_it() {
    for refuse in [false, true] {
        let day = Day::begin(Plan { before: spelled, ..Plan::default() }).await;
        day.gorgias.switch(|s| s.refuse_merged_customers = refuse);
        let (number, _) = SPELLED[6];
        let was: u64 = day.handle.explain_number(number).unwrap().matches[0].customer.id.parse().unwrap();
        let survivor = day.gorgias.add_customer("Survivor", None, "+33199002099");
        // Merged before it rings: the look-up tells.
        day.gorgias.merge(was, survivor).unwrap();
        let call = day.answered(number).await;
        assert_eq!(day.ticket(call)["customer"], "Survivor");
        // Merged while it rings: the write tells (G25).
        let (other, _) = SPELLED[1];
        let was: u64 = day.handle.explain_number(other).unwrap().matches[0].customer.id.parse().unwrap();
        let call = day.ring(world::SUPPORT_DE, Some(other));
        day.pass(5).await;
        day.gorgias.merge(was, survivor).unwrap();
        day.aircall.answer(call, Some(world::JONAS)).unwrap();
        day.pass(30).await;
        assert_eq!(day.ticket(call)["customer"], "Survivor");
        if refuse {
            let matches = day.handle.explain_number(other).unwrap().matches;
            let ids: Vec<u64> = matches.iter().map(|m| m.customer.id.parse().unwrap()).collect();
            assert_eq!(ids, [survivor], "{matches:#?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_whom_we_made_is_in_the_directory_at_once_and_a_deleted_one_is_not() {
    let day = Day::begin(Plan::default()).await;
    let number = "+33199005577";
    let call = day.answered(number).await;
    let ledger = day.detail(call).ledger;
    let made = &ledger.iter().find(|row| row.key == "customer").unwrap().helpdesk_id;
    let told = day.handle.explain_number("01 99 00 55 77").unwrap();
    assert_eq!(told.matches.iter().map(|m| &m.customer.id).collect::<Vec<_>>(), [made]);
    assert_eq!(searches(&day, 0), 0, "the directory is complete: nobody is searched for");

    let again = day.ring(world::SUPPORT_DE, Some(number));
    day.pass(5).await;
    day.gorgias.by_a_person("DELETE", &format!("/api/customers/{made}"), &json!(null)).unwrap();
    day.aircall.answer(again, Some(world::JONAS)).unwrap();
    day.pass(60).await;
    let told = day.handle.explain_number(number).unwrap();
    assert!(told.matches.iter().all(|m| m.customer.id != *made), "{told:#?}");
    assert_eq!(told.matches.len(), 1, "and whoever was made instead is");
}

#[tokio::test(start_paused = true)]
async fn while_the_directory_is_not_complete_a_search_comes_before_a_customer_is_made() {
    // How the search compares is not known (`reference/gorgias.md` §14).
    for (matching, found) in
        [(PhoneMatching::Digits, true), (PhoneMatching::Suffix, true), (PhoneMatching::Exact, false)]
    {
        for bare in [false, true] {
            let day = Day::begin(Plan { before: spelled_after_many, ..Plan::default() }).await;
            day.gorgias.switch(|s| {
                s.phone_search = matching;
                s.search_bare_array = bare;
            });
            let (before, seq) = (customers(&day), day.last_seq());
            let (number, stored) = ("+33199002008", "+33 1 99 00 20 08");
            let call = day.ring(world::SUPPORT_FR, Some(number));
            day.pass(8).await;
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(5).await;
            assert_eq!(directory_is(&day), DirectoryState::Reading, "still");
            assert_eq!(searches(&day, seq), 1, "{matching:?}");
            let of = day.ticket(call)["customer"].as_str().unwrap().to_owned();
            match found {
                true => assert_eq!((of, customers(&day)), (name(number), before), "{stored} by {matching:?}"),
                false => assert_eq!(customers(&day), before + 1, "nobody can know"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_search_that_fails_or_is_refused_stops_no_record() {
    for kind in [
        FaultKind::Status { status: 503, retry_after: None },
        FaultKind::Status { status: 403, retry_after: None },
    ] {
        let day = Day::begin(Plan { before: spelled_after_many, ..Plan::default() }).await;
        day.gorgias.add_fault(Fault::next(u32::MAX, kind).on("POST", "/api/search"));
        let call = day.ring(world::SUPPORT_FR, Some("+33199005566"));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(90).await;
        day.ticket(call);
    }
}

#[tokio::test(start_paused = true)]
async fn two_calls_of_one_stranger_make_one_customer_also_while_it_is_searched() {
    let day = Day::begin(Plan { before: spelled_after_many, ..Plan::default() }).await;
    let before = customers(&day);
    let number = "+33199005566";
    let calls = [day.ring(world::SUPPORT_FR, Some(number)), day.ring(world::SUPPORT_DE, Some(number))];
    day.pass(8).await;
    day.aircall.answer(calls[0], Some(world::CAMILLE)).unwrap();
    day.aircall.answer(calls[1], Some(world::JONAS)).unwrap();
    day.pass(60).await;
    for call in calls {
        day.ticket(call);
    }
    assert_eq!(customers(&day), before + 1);
}
