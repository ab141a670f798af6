//! How calls are searched and filtered (C7), in every store.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sidetone_engine::call::{CaseId, Origin, Statement};
use sidetone_engine::erasing::Erased;
use sidetone_engine::store::{Case, CaseChange, Change, Filter, Query, Receipt, Received, Store, StoreError};
use sidetone_protocol::*;

use crate::server::Schema;
use crate::store_conformance::{Fresh, Sqlite, on_every_store};

on_every_store! {
    a_call_is_found_by_whatever_is_known_of_it
    a_number_is_found_in_any_spelling_and_by_its_last_digits
    filters_narrow_a_search_and_stand_alone
    a_search_is_paged_newest_first_however_many_began_in_one_second
    what_changes_of_a_call_changes_by_what_it_is_found
    who_withheld_the_number_is_found_by_everything_else
    a_refused_change_leaves_the_index_as_it_was
    calls_from_before_the_index_are_taken_in_part_by_part
    matches_are_counted_no_further_than_asked
    what_is_erased_is_left_bare_and_comes_in_no_more
    a_forgotten_number_is_nowhere_and_others_lose_the_mention
}

fn at(s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_248_000 + s, 0).unwrap()
}

/// A call that began at that second, on a line, with an agent.
fn call(id: u64, second: i64, data: &Value) -> (Case, CallView) {
    let mut case = Case::new(CaseId(id));
    let mut all = json!({"id": id, "status": "done", "started_at": at(second).timestamp()});
    all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
    let origin = Origin::Read { timeline: false };
    case.call.join(&Statement { origin: &origin, as_of: 9, data: all.as_object().unwrap() });
    case.selected = Some(true);
    let part = PartState::Written;
    let view = CallView {
        id: id.to_string(),
        direction: Direction::Inbound,
        phase: Phase::Ended,
        outcome: Some(Outcome::Answered),
        number: case.call.party().view(case.call.raw_digits()),
        customer: None,
        contact_name: None,
        line: Named { id: "7".into(), name: "Support FR".into() },
        agent: Some(Named { id: "41".into(), name: "Chloé Martin".into() }),
        started_at: at(second).timestamp(),
        answered_at: Some(at(second + 5).timestamp()),
        ended_at: Some(at(second + 60).timestamp()),
        missed_reason: None,
        state: CallState::Complete,
        reason: None,
        completeness: Completeness { note: part, tags: part, recording: part, voicemail: part },
        ticket: Some(TicketView { id: "48213".into(), url: None }),
    };
    (case, view)
}

fn named(mut view: CallView, name: &str) -> CallView {
    view.customer = Some(CustomerView {
        id: "7".into(),
        name: name.into(),
        email: Some("Marta.I@example.com".into()),
        note: None,
        url: None,
    });
    view
}

fn put(store: &dyn Store, case: Case, view: CallView) -> Result<(), StoreError> {
    let case = CaseChange {
        case,
        view: Some(view),
        message: None,
        put: Vec::new(),
        remove: Vec::new(),
        attempts: Vec::new(),
        trace: Vec::new(),
    };
    store.commit(&Change { cases: vec![case], ..Change::at(at(0)) }).map(drop)
}

fn asked(text: &str) -> Query {
    Query {
        text: Some(text.into()).filter(|_| !text.is_empty()),
        countries: vec!["FR".into(), "ES".into()],
        limit: 200,
        ..Query::default()
    }
}

fn ids(store: &dyn Store, query: &Query) -> Vec<u64> {
    store.calls(query).unwrap().0.into_iter().map(|view| view.id.parse().unwrap()).collect()
}

fn found(store: &dyn Store, text: &str) -> Vec<u64> {
    ids(store, &asked(text))
}

fn of_marta() -> Value {
    json!({
        "raw_digits": "+34 666 44 45 55",
        "contact": {"id": 5, "first_name": "Marta", "last_name": "Ibáñez", "company_name": "Nair Imports Ltd"},
        "teams": [{"id": 3, "name": "Kundendienst"}],
        "tags": [{"id": 8, "name": "Réclamation", "tagged_at": 1}],
        "comments": [{
            "id": 991, "content": "Paket kam beschädigt an, Bestellung 10482.", "posted_at": at(90).timestamp(),
            "posted_by": {"id": 43, "name": "Jonas Weber"},
        }],
    })
}

fn a_call_is_found_by_whatever_is_known_of_it(store: &impl Fresh) {
    let store = store.open();
    let (case, view) = call(4_186_780_376, 0, &of_marta());
    put(store.as_ref(), case, named(view, "Marta Ibáñez Söhne")).unwrap();
    let (case, view) = call(4_186_780_377, 10, &json!({"raw_digits": "+33199005523"}));
    put(store.as_ref(), case, view).unwrap();
    for text in [
        "ibanez",
        "IBÁÑEZ mar",
        "soehne",
        "marta.i@example.com",
        "nair imports",
        "kundendienst",
        "reclam",
        "beschadigt",
        "bestellung 10482",
        "jonas web",
        "48213 marta",
        "+34 666 444 555",
    ] {
        assert_eq!(found(store.as_ref(), text), [4_186_780_376], "{text}");
    }
    for text in ["support fr", "chloe", "martin support", "48213"] {
        assert_eq!(found(store.as_ref(), text), [4_186_780_377, 4_186_780_376], "{text}");
    }
    for text in ["marta odile", "nez", "\"marta", "marta AND OR NOT", "%", "*", "'", "§line7"] {
        let expected: &[u64] = if text == "\"marta" { &[4_186_780_376] } else { &[] };
        assert_eq!(found(store.as_ref(), text), expected, "{text}");
    }
}

fn a_number_is_found_in_any_spelling_and_by_its_last_digits(store: &impl Fresh) {
    let store = store.open();
    for (id, raw) in [(1, "+33199005523"), (2, "+34666444555"), (3, "+33199005599"), (4, "118")] {
        let (case, view) =
            call(id, id as i64, &json!({"raw_digits": raw, "number": {"id": 7, "country": "FR"}}));
        put(store.as_ref(), case, view).unwrap();
    }
    for (text, expected) in [
        ("+33 1 99 00 55 23", &[1][..]),
        ("01.99.00.55.23", &[1]),
        ("0033 (0)1 99 00 55 23", &[1]),
        ("55 23", &[1]),
        ("0199 00 55", &[3, 1]),
        ("+33 199", &[3, 1]),
        ("666 44 45 55", &[2]),
        ("4555", &[2]),
        ("118", &[4]),
        ("+34 199", &[]),
    ] {
        assert_eq!(found(store.as_ref(), text), expected, "{text}");
    }
}

fn filters_narrow_a_search_and_stand_alone(store: &impl Fresh) {
    let store = store.open();
    let outcomes =
        [Outcome::Answered, Outcome::Missed, Outcome::Voicemail, Outcome::Answered, Outcome::Missed];
    for (n, outcome) in (1_u64..).zip(outcomes) {
        let data = json!({"answered_at": at(n as i64 * 100 + 5).timestamp(), "user": {"id": 43, "name": "Jonas Weber"}});
        let (case, mut view) = call(n, n as i64 * 100, &data);
        view.outcome = Some(outcome);
        view.line.id = if n < 4 { "7".into() } else { "8".into() };
        if matches!(outcome, Outcome::Missed | Outcome::Voicemail) {
            (view.agent, view.answered_at) = (None, None);
        }
        if n == 4 {
            view.state = CallState::NotLogged;
            view.reason = Some(Reason { code: "no_author".into(), text: "No author.".into() });
        }
        put(store.as_ref(), case, view).unwrap();
    }
    let query = |text, filter| Query { filter, ..asked(text) };
    for text in ["", "support"] {
        assert_eq!(ids(store.as_ref(), &query(text, Filter::All)), [5, 4, 3, 2, 1]);
        assert_eq!(ids(store.as_ref(), &query(text, Filter::Missed)), [5, 3, 2]);
        assert_eq!(ids(store.as_ref(), &query(text, Filter::Voicemail)), [3]);
        assert_eq!(ids(store.as_ref(), &query(text, Filter::NotLogged)), [4]);
        let span = Query { from: Some(at(200)), until: Some(at(400)), ..asked(text) };
        assert_eq!(ids(store.as_ref(), &span), [3, 2], "from is in it, until is not");
        let both = Query { filter: Filter::Missed, ..span };
        assert_eq!(ids(store.as_ref(), &Query { line: Some(7), ..both.clone() }), [3, 2]);
        assert_eq!(ids(store.as_ref(), &Query { line: Some(8), ..both }), [] as [u64; 0]);
        assert_eq!(ids(store.as_ref(), &Query { line: Some(8), ..asked(text) }), [5, 4]);
        // Whoever had the call: as it stands, and whoever answered first.
        assert_eq!(ids(store.as_ref(), &Query { agent: Some(41), ..asked(text) }), [4, 1]);
        assert_eq!(ids(store.as_ref(), &Query { agent: Some(43), ..asked(text) }), [4, 1]);
        assert_eq!(ids(store.as_ref(), &Query { agent: Some(99), ..asked(text) }), [] as [u64; 0]);
    }
}

fn a_search_is_paged_newest_first_however_many_began_in_one_second(store: &impl Fresh) {
    let store = store.open();
    for id in 1..=300 {
        let (case, view) = call(id, 0, &json!({}));
        put(store.as_ref(), case, view).unwrap();
    }
    let (case, view) = call(301, -1, &json!({}));
    put(store.as_ref(), case, view).unwrap();
    for text in ["", "chloe"] {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let query = Query { before, limit: 70, ..asked(text) };
            let (page, next) = store.calls(&query).unwrap();
            all.extend(page.into_iter().map(|view| view.id.parse::<u64>().unwrap()));
            before = next;
            if before.is_none() {
                break;
            }
        }
        let expected: Vec<u64> = (1..=300).rev().chain([301]).collect();
        assert_eq!(all, expected, "{text:?}");
    }
}

fn what_changes_of_a_call_changes_by_what_it_is_found(store: &impl Fresh) {
    let store = store.open();
    let (case, mut view) = call(1, 50, &json!({}));
    view.contact_name = Some("Aircall New Contact".into());
    view.state = CallState::Held;
    put(store.as_ref(), case, view.clone()).unwrap();
    let (other, other_view) = call(2, 60, &json!({}));
    put(store.as_ref(), other, other_view).unwrap();
    assert_eq!(found(store.as_ref(), "new contact"), [1]);
    let held = Query { filter: Filter::NotLogged, ..asked("contact") };
    assert_eq!(ids(store.as_ref(), &held), [1]);
    let case = store.case(CaseId(1)).unwrap().unwrap();
    view.state = CallState::Complete;
    // It began later than was thought.
    view.started_at = at(70).timestamp();
    put(store.as_ref(), case, named(view, "Odile Garnier")).unwrap();
    assert_eq!(ids(store.as_ref(), &held), [] as [u64; 0]);
    assert_eq!(found(store.as_ref(), "garnier"), [1]);
    assert_eq!(found(store.as_ref(), "chloe"), [1, 2]);
    assert_eq!(store.index_calls(10).unwrap(), 0);
}

fn who_withheld_the_number_is_found_by_everything_else(store: &impl Fresh) {
    let store = store.open();
    let (case, view) = call(1, 0, &json!({"raw_digits": "anonymous"}));
    assert_eq!(view.number.kind, NumberKind::Withheld);
    put(store.as_ref(), case, named(view, "Anonymous caller")).unwrap();
    assert_eq!(found(store.as_ref(), "anonymous"), [1]);
    assert_eq!(found(store.as_ref(), "chloe"), [1]);
    assert_eq!(found(store.as_ref(), "0199005523"), [] as [u64; 0]);
}

fn a_refused_change_leaves_the_index_as_it_was(store: &impl Fresh) {
    let store = store.open();
    let (case, view) = call(1, 0, &json!({}));
    put(store.as_ref(), case.clone(), named(view.clone(), "Odile Garnier")).unwrap();
    let stale = put(store.as_ref(), case, named(view, "Marta Ibáñez"));
    assert_eq!(stale, Err(StoreError::Stale(CaseId(1))));
    assert_eq!((found(store.as_ref(), "garnier"), found(store.as_ref(), "ibanez")), (vec![1], vec![]));
}

/// A database as it was before there was an index: what the migration leaves.
trait Unindexed {
    fn forget_index(&self);
}

impl Unindexed for Sqlite {
    fn forget_index(&self) {
        let raw = rusqlite::Connection::open(self.path()).unwrap();
        raw.execute_batch(
            "DELETE FROM call_words; UPDATE call SET place = NULL, search = 'as it was before'",
        )
        .unwrap();
    }
}

impl Unindexed for Schema {
    fn forget_index(&self) {
        self.run("DELETE FROM call_words");
        self.run("UPDATE call SET place = NULL, search = 'as it was before'");
    }
}

fn calls_from_before_the_index_are_taken_in_part_by_part<F: Fresh + Unindexed>(fresh: &F) {
    let store = fresh.open();
    for id in 1..=5 {
        let (case, view) = call(id, id as i64, &of_marta());
        put(store.as_ref(), case, view).unwrap();
    }
    drop(store);
    fresh.forget_index();
    let store = fresh.open();
    assert_eq!(found(store.as_ref(), "bestellung"), [] as [u64; 0]);
    assert_eq!(found(store.as_ref(), ""), [5, 4, 3, 2, 1], "the list itself needs no index");
    // A call that changes meanwhile is in it from then on.
    let case = store.case(CaseId(2)).unwrap().unwrap();
    let (_, view) = call(2, 2, &json!({}));
    put(store.as_ref(), case, view).unwrap();
    assert_eq!(found(store.as_ref(), "bestellung"), [2]);
    let read_before = store.case(CaseId(5)).unwrap().unwrap();
    assert_eq!(store.index_calls(2).unwrap(), 2);
    assert_eq!(found(store.as_ref(), "bestellung"), [5, 4, 2], "the newest first");
    let (_, view) = call(5, 5, &json!({}));
    assert_eq!(put(store.as_ref(), read_before, view), Err(StoreError::Stale(CaseId(5))));
    drop(store);
    let store = fresh.open();
    assert_eq!(store.index_calls(2).unwrap(), 2);
    assert_eq!(store.index_calls(2).unwrap(), 0);
    assert_eq!(found(store.as_ref(), "bestellung"), [5, 4, 3, 2, 1]);
}

fn matches_are_counted_no_further_than_asked(store: &impl Fresh) {
    let store = store.open();
    for id in 1..=9 {
        let (case, view) = call(id, id as i64, &json!({}));
        put(store.as_ref(), case, view).unwrap();
    }
    for text in ["", "chloe"] {
        assert_eq!(store.count_calls(&asked(text), 5).unwrap(), 5);
        assert_eq!(store.count_calls(&asked(text), 50).unwrap(), 9);
        assert_eq!(store.count_calls(&Query { from: Some(at(8)), ..asked(text) }, 50).unwrap(), 2);
    }
    assert_eq!(store.count_calls(&asked("%"), 50).unwrap(), 0);
}

fn heard(id: u64, data: &Value) -> Received {
    Received {
        hash: [u8::try_from(id % 251).unwrap(); 32],
        origin: Origin::Event("call.ended".into()),
        call: Some(CaseId(id)),
        is_odd: false,
        as_of: 9,
        received_at: at(0),
        body: json!({ "data": data }),
    }
}

fn what_is_erased_is_left_bare_and_comes_in_no_more(fresh: &impl Fresh) {
    let store = fresh.open();
    let data = json!({"raw_digits": "+34 666 44 45 55"});
    let (case, view) = call(7, 0, &data);
    store.receive(&[heard(7, &data)]).unwrap();
    put(store.as_ref(), case, named(view, "Marta Ibáñez")).unwrap();
    assert_eq!(store.expired(at(0), 9).unwrap(), [] as [CaseId; 0], "it began then");
    assert_eq!(store.expired(at(1), 9).unwrap(), [CaseId(7)]);
    store.erase(&[CaseId(7)], Erased::Expired, at(5)).unwrap();
    assert!(store.case(CaseId(7)).unwrap().is_none() && store.unfolded(9).unwrap().is_empty());
    let left = store.erased(CaseId(7)).unwrap().unwrap();
    let view = left.view.unwrap();
    assert_eq!(
        (left.why, view.state, view.started_at),
        (Erased::Expired, CallState::Complete, at(0).timestamp())
    );
    assert!(view.customer.is_none() && view.agent.is_none() && view.number.e164.is_none());
    assert_eq!(
        store.receive(&[heard(8, &data)].map(|one| Received { call: Some(CaseId(7)), ..one })).unwrap(),
        [Receipt::Repeat]
    );
    assert!(store.unfolded(9).unwrap().is_empty(), "what comes later is not kept");
    let (case, view) = call(7, 0, &data);
    assert!(matches!(put(store.as_ref(), case, view), Err(StoreError::Stale(_))), "and nobody puts it back");
    let found = |text: &str| {
        let query = Query { text: Some(text.into()), limit: 9, ..Query::default() };
        store.calls(&query).unwrap().0.len()
    };
    assert_eq!((found("ibanez"), found("4555")), (0, 0));
    assert!(store.expired(at(1), 9).unwrap().is_empty());
    let mut first = true;
    while store.scrub(first).unwrap() {
        first = false;
    }
}

fn a_forgotten_number_is_nowhere_and_others_lose_the_mention(fresh: &impl Fresh) {
    let store = fresh.open();
    let marta = sidetone_engine::number::parse("+34666444555", None).unwrap();
    let own = json!({"raw_digits": "+34 666 44 45 55"});
    let other =
        json!({"raw_digits": "+33 1 99 00 55 99", "contact": {"id": 3, "information": "also 666 444 555"}});
    for (id, data) in [(7, &own), (8, &other)] {
        let (case, view) = call(id, 0, data);
        store.receive(&[heard(id, data)]).unwrap();
        put(store.as_ref(), case, view).unwrap();
    }
    let trawl = store.trawl_calls(&marta, at(9), None, 100).unwrap();
    assert_eq!((trawl.calls.as_slice(), trawl.mentions, trawl.last), ([CaseId(7)].as_slice(), 1, Some(8)));
    assert_eq!(store.trawl_calls(&marta, at(9), Some(8), 100).unwrap().last, None);
    let left = store.case(CaseId(8)).unwrap().unwrap();
    assert!(!left.call.facts().to_string().contains("444"), "{}", left.call.facts());
    store.erase(&trawl.calls, Erased::Forgotten, at(9)).unwrap();
    // Of what is not folded yet the mention goes, and the rest stays.
    let trawl = store.trawl_inbox(&marta, at(9), None, 100).unwrap();
    assert_eq!((trawl.calls.len(), trawl.mentions), (0, 1));
    assert!(store.unfolded(9).unwrap()[0].body["data"]["contact"]["information"] == "also …");
    store.forget_number(&marta).unwrap();
    store.note_forgotten("abc", at(9)).unwrap();
    assert_eq!((store.forgotten_at("abc").unwrap(), store.forgotten_at("abd").unwrap()), (Some(at(9)), None));
    assert_eq!(store.overdue(at(9)).unwrap(), 0);
    store.forget_before(at(99)).unwrap();
    assert!(store.to_erase(9).unwrap().is_empty());
}
