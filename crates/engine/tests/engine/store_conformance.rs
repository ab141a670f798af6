//! What every store must do: each fact is a test of SQLite and a test of PostgreSQL. Those of PostgreSQL need a server, and
//! are ignored without one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;
use sidetone_engine::backfill::{Backfill, BackfillAsk, BackfillFigures, WrittenBack};
use sidetone_engine::call::{Call, CaseId, Origin, Statement};
use sidetone_engine::choice::{CallerName, Choice, Chosen, Whose};
use sidetone_engine::conversation::{Conversation, Thread};
use sidetone_engine::desk::{self, Claim as DeskClaimed, DeskChange, DeskQuery, Whom};
use sidetone_engine::dial::Dial;
use sidetone_engine::directory::entry::{Address, DirectoryChange, Entry, Listing, Spelling};
use sidetone_engine::directory::{Customer, Dealings, Matched};
use sidetone_engine::erasing::Erased;
use sidetone_engine::files::Medium;
use sidetone_engine::gap::Gap;
use sidetone_engine::keep::{KeptFile, KeptState};
use sidetone_engine::ledger::{Attempt, AttemptState, Holding, Write, WriteKind};
use sidetone_engine::number::{self, NoNumber};
use sidetone_engine::own_comment::{OwnComment, OwnState};
use sidetone_engine::store::postgres::PostgresStore;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::store::{
    Case, CaseChange, Change, Claim, Due, Filter, MessageQuery, Query, Receipt, Received, Store, StoreError,
    Turn,
};
use sidetone_engine::telling::{Body, Decided, Telling, TellingState, Told};
use sidetone_protocol::*;

use crate::server::Schema;

/// A store of a test's own, which can be opened again and again.
pub(crate) trait Fresh: Sized {
    fn fresh() -> Self;
    fn open(&self) -> Arc<dyn Store>;
    /// What is remembered by this name, without opening it.
    fn remembered(&self, name: &str) -> Option<String>;
}

pub(crate) struct Sqlite(tempfile::TempDir);

impl Sqlite {
    /// The file, for what another program does with it.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.0.path().join("store.db")
    }
}

impl Fresh for Sqlite {
    fn fresh() -> Self {
        Sqlite(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.0.path().join("store.db")).unwrap())
    }

    fn remembered(&self, name: &str) -> Option<String> {
        SqliteStore::remembered(&self.0.path().join("store.db"), name).unwrap()
    }
}

impl Fresh for Schema {
    fn fresh() -> Self {
        Schema::new()
    }

    fn open(&self) -> Arc<dyn Store> {
        Arc::new(PostgresStore::open(&self.url()).unwrap())
    }

    fn remembered(&self, name: &str) -> Option<String> {
        PostgresStore::remembered(&self.url(), name).unwrap()
    }
}

/// Every fact that is named here holds for every store; a fact that is not named is not compiled without a warning.
macro_rules! on_every_store {
    ($($fact:ident)*) => {
        mod sqlite {
            $(#[test] fn $fact() { super::$fact(&<super::Sqlite as super::Fresh>::fresh()); })*
        }
        mod postgres {
            $(#[test] #[ignore = "needs a server: script/test starts one"]
            fn $fact() { super::$fact(&<super::Schema as super::Fresh>::fresh()); })*
        }
    };
}
pub(crate) use on_every_store;

on_every_store! {
    what_is_received_is_there_after_the_store_is_opened_again_and_a_repeat_is_counted
    ids_are_64_bit
    a_case_comes_back_as_it_was_put
    due_calls_come_oldest_call_first_and_the_outbox_is_counted
    lists_are_paged_filtered_and_searched_without_wildcards
    pushed_events_are_resumed_without_loss_and_the_gap_is_told
    the_directory_and_settings_are_kept
    of_two_who_replace_a_setting_at_the_same_time_one_does
    what_is_provided_holds_or_nothing_is_stored
    what_is_remembered_is_read_beside_the_program_that_has_it_open
    a_number_is_found_in_the_directory_by_what_it_means
    whoever_was_not_seen_in_a_pass_is_gone_after_it
    what_cannot_be_matched_is_listed_in_parts
    in_one_batch_the_first_of_the_same_is_new_and_all_others_repeats
    what_a_text_may_hold_is_taken
    a_change_made_from_an_old_reading_is_refused_as_a_whole
    what_is_due_is_claimed_again_and_again_by_the_same_program
    messages_are_listed_by_themselves_and_wait_for_earlier_ones
    a_conversation_is_kept_as_it_was_seen_last
    a_dial_becomes_one_call_and_is_forgotten
    comments_of_ours_come_back_with_their_call_and_are_listed_while_they_are_open
    what_people_decided_about_a_number_is_kept_replaced_and_withdrawn
    the_unfinished_calls_of_a_number_are_found_and_no_others
    what_we_had_to_do_with_a_customer_is_counted
    of_activities_those_that_another_call_holds_are_told
    whoever_rang_in_vain_is_at_the_desk_with_what_was_done_about_it
    a_claim_is_taken_by_one_and_clearing_goes_back_one_step
    who_was_called_back_today_is_counted_and_old_rows_are_forgotten
    gaps_are_kept_until_they_are_done_and_shown_for_a_while
    what_a_list_said_last_and_what_was_never_heard_is_told
    what_is_told_is_made_once_sent_by_one_and_forgotten_with_time
    what_the_helpdesk_holds_of_a_time_is_counted
    a_file_is_wanted_once_kept_by_one_and_let_go
    a_backfill_is_kept_with_what_its_page_said_or_not_at_all
    old_calls_are_found_until_a_backfill_has_them_and_counted_after_that
}

fn at(s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_248_000 + s, 0).unwrap()
}

fn received(n: u8, call: u64) -> Received {
    Received {
        hash: [n; 32],
        origin: Origin::Event("call.created".into()),
        call: Some(CaseId(call)),
        is_odd: false,
        as_of: 5,
        received_at: at(0),
        body: json!({"data": {"id": call}}),
    }
}

fn case(id: u64) -> Case {
    let mut case = Case::new(CaseId(id));
    let data = json!({"id": id, "status": "done", "started_at": at(id as i64).timestamp()});
    let origin = Origin::Read { timeline: false };
    case.call.join(&Statement { origin: &origin, as_of: 9, data: data.as_object().unwrap() });
    case.selected = Some(true);
    case
}

fn view(case: &Case, name: &str, state: CallState) -> CallView {
    let part = PartState::Written;
    CallView {
        id: case.call.id.to_string(),
        direction: Direction::Inbound,
        phase: Phase::Ended,
        outcome: Some(Outcome::Answered),
        number: NumberView {
            kind: NumberKind::Phone,
            e164: Some("+34666444555".into()),
            international: Some("+34 666 44 45 55".into()),
            national: Some("666 44 45 55".into()),
            country: Some("ES".into()),
            received: "+34 666 444 555".into(),
        },
        customer: Some(CustomerView {
            id: "7".into(),
            name: name.into(),
            email: None,
            note: None,
            url: None,
        }),
        contact_name: None,
        line: Named { id: "1".into(), name: "Support_FR 100%".into() },
        agent: None,
        started_at: case.call.started_at().unwrap().timestamp(),
        answered_at: None,
        ended_at: None,
        missed_reason: None,
        state,
        reason: (state != CallState::Complete)
            .then(|| Reason { code: "no_author".into(), text: String::new() }),
        completeness: Completeness { note: part, tags: part, recording: part, voicemail: part },
        ticket: None,
    }
}

fn change(case: Case, view: Option<CallView>) -> Change {
    let attempts = case.attempts.clone();
    Change {
        cases: vec![CaseChange {
            case,
            view,
            message: None,
            put: Vec::new(),
            remove: Vec::new(),
            attempts,
            trace: Vec::new(),
        }],
        ..Change::at(at(0))
    }
}

fn what_is_received_is_there_after_the_store_is_opened_again_and_a_repeat_is_counted(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    assert_eq!(store.receive(&[received(1, 5), received(2, 6)]).unwrap(), [Receipt::New, Receipt::New],);
    assert_eq!(store.receive(&[received(1, 5), received(1, 5)]).unwrap(), [Receipt::Repeat, Receipt::Repeat]);
    drop(store);
    let store = open();
    let rows = store.unfolded(10).unwrap();
    assert_eq!(rows.iter().map(|r| r.call.unwrap().0).collect::<Vec<_>>(), [5, 6]);
    store.commit(&Change { folded: vec![rows[0].id], ..Change::at(at(0)) }).unwrap();
    assert_eq!(store.unfolded(10).unwrap().len(), 1);
    let arrivals = store.arrivals().unwrap();
    assert_eq!((arrivals.repeats, arrivals.odd), (2, 0));
}

fn ids_are_64_bit(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    let id = (1u64 << 62) + 3;
    let mut big = case(3);
    big.call = Call::new(CaseId(id));
    store.commit(&change(big, None)).unwrap();
    assert_eq!(store.case(CaseId(id)).unwrap().unwrap().call.id, CaseId(id));
}

fn a_case_comes_back_as_it_was_put(store: &impl Fresh) {
    let open = || store.open();
    let mut put = case(5);
    put.barred = Some("mode_off".into());
    put.carded = true;
    put.reads.failed = 2;
    put.due = Some(Due { at: at(30), writes: 2, since: at(10) });
    let write = Write {
        kind: WriteKind::AddEntry,
        holdings: vec![Holding {
            key: "ended".into(),
            helpdesk_id: String::new(),
            detail: json!({"links": true}),
        }],
        removes: vec!["tag:call:4".into()],
        method: "POST".into(),
        path: "/api/x".into(),
        body: json!({"a": 1}),
        marker: Some("m".into()),
        rule: "r".into(),
    };
    put.attempts = vec![Attempt {
        write,
        state: AttemptState::Parked,
        begun_at: at(1),
        probes: 1,
        next_at: Some(at(2)),
        reason: Some(("c".into(), "t".into())),
    }];
    let mut first = change(put.clone(), None);
    first.cases[0].put =
        vec![Holding { key: "ticket".into(), helpdesk_id: "99".into(), detail: json!({"language": "de"}) }];
    let store = open();
    store.commit(&first).unwrap();
    let found = open().case(CaseId(5)).unwrap().unwrap();
    assert_eq!(found.call, put.call);
    assert_eq!((found.barred, found.carded, found.reads, found.due), (put.barred, true, put.reads, put.due));
    assert_eq!(found.attempts, put.attempts);
    assert_eq!(found.ledger.id("ticket"), Some("99"));
    let mut second = change(found_without_attempts(&*store), None);
    second.cases[0].remove = vec!["ticket".into()];
    store.commit(&second).unwrap();
    let found = store.case(CaseId(5)).unwrap().unwrap();
    assert!(found.attempts.is_empty() && found.ledger.is_empty());
}

fn found_without_attempts(store: &dyn Store) -> Case {
    let mut case = store.case(CaseId(5)).unwrap().unwrap();
    case.attempts.clear();
    case
}

fn due_calls_come_oldest_call_first_and_the_outbox_is_counted(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    for (id, due) in [(9, 20), (4, 25), (6, 90)] {
        let mut case = case(id);
        case.due = Some(Due { at: at(due), writes: 2, since: at(due) });
        store.commit(&change(case, None)).unwrap();
    }
    assert_eq!(claimed(&*store, 30, 10), [4, 9]);
    assert_eq!(claimed(&*store, 30, 1), [4]);
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(20)));
    assert_eq!(store.next_due(at(30)).unwrap(), Some(at(90)), "what is due already hides nothing");
    let outbox = store.outbox(at(50)).unwrap();
    assert_eq!((outbox.calls, outbox.writes, outbox.oldest_seconds), (3, 6, 30));
    for (id, turn) in [(4, Turn::WrittenBack), (9, Turn::Left), (6, Turn::Added)] {
        let mut case = store.case(CaseId(id)).unwrap().unwrap();
        case.turn = turn;
        store.commit(&change(case, None)).unwrap();
        assert_eq!(store.case(CaseId(id)).unwrap().unwrap().turn, turn);
    }
    assert_eq!(claimed(&*store, 90, 10), [6, 9, 4], "B2: each when it is its turn");
}

fn lists_are_paged_filtered_and_searched_without_wildcards(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    for id in 1..=7 {
        let case = case(id);
        let state = if id == 3 { CallState::NotLogged } else { CallState::Complete };
        let shown = view(&case, if id == 2 { "Odile Garnier" } else { "Marta Ibáñez" }, state);
        store.commit(&change(case, Some(shown))).unwrap();
    }
    let page = |before: Option<String>| store.calls(&Query { before, limit: 3, ..Query::default() }).unwrap();
    let ids = |views: &[CallView]| views.iter().map(|v| v.id.clone()).collect::<Vec<_>>();
    let (first, next) = page(None);
    let (second, next) = page(next);
    let (third, end) = page(next);
    assert_eq!([ids(&first), ids(&second), ids(&third)].concat(), ["7", "6", "5", "4", "3", "2", "1"],);
    assert_eq!(end, None);
    let count = |text: &str, filter| {
        let query = Query { text: Some(text.into()), filter, limit: 50, ..Query::default() };
        store.calls(&query).unwrap().0.len()
    };
    assert_eq!(count("", Filter::NotLogged), 1);
    assert_eq!(count("garnier", Filter::All), 1);
    assert_eq!(count("IBÁÑEZ 666444555", Filter::All), 6);
    assert_eq!(count("100%", Filter::All), 7);
    assert_eq!(count("Sup%", Filter::All), 0, "a percent sign stands for nothing");
    assert_eq!(store.waiting("no_author").unwrap(), [CaseId(3)]);
    let number = number::parse("+34666444555", None).unwrap();
    let (history, total) = store.history(&number, CaseId(7), 2).unwrap();
    assert_eq!((ids(&history), total), (vec!["6".to_owned(), "5".to_owned()], 6));
    assert_eq!(store.today(at(4)).unwrap().calls, 4);
}

fn pushed_events_are_resumed_without_loss_and_the_gap_is_told(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    assert_eq!(store.pushed_since(0, 10).unwrap().unwrap().len(), 0);
    let push = |second: i64| {
        let case = case(1);
        let event = LiveEvent::Call(Box::new(view(&case, "x", CallState::Complete)));
        store.commit(&Change { push: vec![event.clone(), event], ..Change::at(at(second)) }).unwrap()
    };
    let first = push(0);
    push(100);
    let since = |id: i64| store.pushed_since(id, 10).unwrap().map(|p| p.len());
    let first_id: i64 = first[0].id.parse().unwrap();
    assert_eq!(since(first_id), Some(3));
    assert_eq!(since(store.last_pushed().unwrap()), Some(0));
    assert_eq!(since(1 << 40), None, "an id that was never given");
    store.forget_pushed(at(50)).unwrap();
    assert_eq!(since(first_id), None, "its successor is forgotten");
    assert_eq!(since(first_id + 1), Some(2));
    store.forget_pushed(at(500)).unwrap();
    let last = store.last_pushed().unwrap();
    assert_eq!(since(last), Some(0), "all forgotten, none missed");
    assert!(push(600)[0].id.parse::<i64>().unwrap() > last, "ids never come back");
}

fn what_is_remembered_is_read_beside_the_program_that_has_it_open(store: &impl Fresh) {
    assert_eq!(store.remembered("place"), None, "and nothing is made of nothing");
    let open = store.open();
    assert_eq!(store.remembered("place"), None);
    let settings = vec![("place".to_owned(), "inb_1".to_owned())];
    open.commit(&Change { settings, ..Change::at(at(0)) }).unwrap();
    assert_eq!(store.remembered("place").as_deref(), Some("inb_1"));
    drop(open);
    assert_eq!(store.remembered("place").as_deref(), Some("inb_1"), "nor need it be open");
}

fn the_directory_and_settings_are_kept(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    let number = number::parse("+34666444555", None).unwrap();
    let customers = vec![Customer {
        id: "7".into(),
        name: "Marta".into(),
        email: None,
        note: None,
        updated_at: Some(3),
        spelled: None,
    }];
    let matched = Matched { number: number.clone(), checked_at: at(0), customers };
    let settings = vec![("k".to_owned(), "v".to_owned())];
    store.commit(&Change { matched: vec![matched.clone()], settings, ..Change::at(at(0)) }).unwrap();
    assert_eq!(open().matched(&number).unwrap(), Some(matched));
    assert_eq!(store.setting("k").unwrap().as_deref(), Some("v"));
    assert_eq!(store.setting("none").unwrap(), None);
    assert_eq!(store.setting_once("none", "first").unwrap(), "first");
    assert_eq!(store.setting_once("none", "second").unwrap(), "first");
}

fn of_two_who_replace_a_setting_at_the_same_time_one_does(store: &impl Fresh) {
    let programs = [store.open(), store.open()];
    assert!(!programs[0].replace_setting("tokens", "", "0").unwrap(), "there is nothing to replace");
    let settings = vec![("tokens".to_owned(), "0".to_owned())];
    programs[0].commit(&Change { settings, ..Change::at(at(0)) }).unwrap();
    for round in 0..20 {
        let (old, both) = (programs[0].setting("tokens").unwrap().unwrap(), std::sync::Barrier::new(2));
        let new = |who: usize| format!("{round}-{who}");
        let did = std::thread::scope(|scope| {
            [0, 1]
                .map(|who| {
                    let (program, old, both) = (&programs[who], &old, &both);
                    scope.spawn(move || {
                        both.wait();
                        program.replace_setting("tokens", old, &new(who)).unwrap()
                    })
                })
                .map(|program| program.join().unwrap())
        });
        assert!(did[0] != did[1], "round {round}: {did:?}");
        let kept = programs[0].setting("tokens").unwrap();
        assert_eq!(kept, Some(new(usize::from(did[1]))), "round {round}");
    }
}

fn what_is_provided_holds_or_nothing_is_stored(store: &impl Fresh) {
    let programs = [store.open(), store.open()];
    let says = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let put = |program: usize, provided: Vec<(String, String)>, settings: Vec<(String, String)>| {
        programs[program].commit(&Change { provided, settings, ..Change::at(at(0)) })
    };
    put(0, vec![], vec![says("uninstalled", "at nine")]).unwrap();
    put(1, vec![says("uninstalled", "at nine")], vec![says("key", "forgotten")]).unwrap();
    assert_eq!(programs[0].setting("key").unwrap().as_deref(), Some("forgotten"));
    // Somebody comes back: what was thought of before is too late.
    put(0, vec![], vec![says("uninstalled", ""), says("key", "new")]).unwrap();
    for never in [says("uninstalled", "at nine"), says("nobody has set this", "")] {
        let told = put(1, vec![says("key", "new"), never.clone()], vec![says("key", "forgotten")]);
        assert!(matches!(told, Err(StoreError::Overtaken(name)) if name == never.0));
        assert_eq!(programs[1].setting("key").unwrap().as_deref(), Some("new"));
    }
}

fn customer(id: &str, updated_at: i64) -> Customer {
    let updated_at = Some(updated_at);
    Customer {
        id: id.into(),
        spelled: None,
        name: format!("Customer {id}"),
        email: None,
        note: Some("n".into()),
        updated_at,
    }
}

fn listing(id: &str, updated_at: i64, addresses: &[&str]) -> Listing {
    let addresses = addresses.iter().map(|text| Address((*text).into())).collect();
    let entry = Entry { customer: customer(id, updated_at), addresses, made_at: None };
    Listing::of(entry, &["FR".to_owned(), "DE".to_owned()])
}

/// Whoever has a number: id and stored text.
fn who(store: &dyn Store, number: &str) -> Vec<(String, String)> {
    let listed = store.listed(&number::parse(number, None).unwrap()).unwrap();
    listed.into_iter().map(|one| (one.customer.id, one.address.0)).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(id, address)| ((*id).to_owned(), (*address).to_owned())).collect()
}

fn in_directory(store: &dyn Store, change: DirectoryChange) {
    store.commit(&Change { directory: change, ..Change::at(at(0)) }).unwrap();
}

fn a_number_is_found_in_the_directory_by_what_it_means(store: &impl Fresh) {
    let store = store.open();
    let store = &*store;
    let seen = vec![
        listing("7", 30, &["+33199001234", "01 99 00 12 34"]),
        listing("8", 40, &["0033 1 99 00 12 34", "ask the shop"]),
        listing("9", 50, &[]),
    ];
    in_directory(store, DirectoryChange { seen, ..DirectoryChange::in_pass(1) });
    let both = pairs(&[("8", "0033 1 99 00 12 34"), ("7", "+33199001234"), ("7", "01 99 00 12 34")]);
    assert_eq!(who(store, "+33199001234"), both, "most recently updated first");
    let found = store.listed(&number::parse("+33199001234", None).unwrap()).unwrap();
    assert_eq!(found[1].customer, customer("7", 30));
    assert_eq!((found[0].country.clone(), found[2].country.as_deref()), (None, Some("FR")));
    let size = store.directory_size().unwrap();
    assert_eq!((size.customers, size.numbers, size.unmatched), (3, 3, 1));
    assert_eq!(store.ending_in("99001234", 10).unwrap().len(), 3);

    let lost = vec![("8".to_owned(), Address("0033 1 99 00 12 34".into()))];
    let gained = vec![listing("9", 60, &["+33199001299"])];
    let seen = vec![listing("7", 70, &["+33199001298"])];
    in_directory(store, DirectoryChange { lost, gained, seen, ..DirectoryChange::in_pass(1) });
    assert!(who(store, "+33199001234").is_empty());
    assert_eq!(who(store, "+33199001298"), pairs(&[("7", "+33199001298")]), "all, and no others");
    assert_eq!(who(store, "+33199001299"), pairs(&[("9", "+33199001299")]));

    // Merged: the numbers go with the customer, also one that both had.
    let became = vec![("9".to_owned(), customer("7", 80)), ("8".to_owned(), customer("10", 80))];
    in_directory(store, DirectoryChange { became, ..DirectoryChange::in_pass(1) });
    assert_eq!(who(store, "+33199001299"), pairs(&[("7", "+33199001299")]));
    assert_eq!(store.directory_size().unwrap().customers, 2);
    let read_anew = vec![("7".to_owned(), Spelling::all_of(&Address("+33199001299".into()), &[]))];
    let gone = vec!["10".to_owned()];
    in_directory(store, DirectoryChange { gone, read_anew, ..DirectoryChange::in_pass(1) });
    assert_eq!(who(store, "+33199001299").len(), 1);
    assert_eq!(store.directory_size().unwrap().customers, 1);
}

fn whoever_was_not_seen_in_a_pass_is_gone_after_it(store: &impl Fresh) {
    let store = store.open();
    let store = &*store;
    let seen = ["1", "2", "3"].map(|id| listing(id, 1, &[&format!("+3319900120{id}")])).to_vec();
    in_directory(store, DirectoryChange { seen, pass_ended: true, ..DirectoryChange::in_pass(1) });
    assert_eq!(store.directory_size().unwrap().customers, 3, "all of them were seen in it");
    let seen = vec![listing("1", 1, &["+33199001201"])];
    in_directory(store, DirectoryChange { seen, ..DirectoryChange::in_pass(2) });
    let gained = vec![listing("4", 1, &["+33199001204"])];
    in_directory(store, DirectoryChange { gained, pass_ended: true, ..DirectoryChange::in_pass(2) });
    let size = store.directory_size().unwrap();
    assert_eq!((size.customers, size.numbers), (2, 2), "and their numbers with them");
    assert_eq!((who(store, "+33199001202").len(), who(store, "+33199001204").len()), (0, 1));
}

fn what_cannot_be_matched_is_listed_in_parts(store: &impl Fresh) {
    let store = store.open();
    let odd = "\0 \u{1f4de} ' % _";
    let seen = vec![
        listing("a", 1, &["no", "118", "+33199001234"]),
        listing("b", 1, &[odd]),
        listing("c", 1, &["01 99 00 12 34"]),
    ];
    in_directory(&*store, DirectoryChange { seen, ..DirectoryChange::in_pass(1) });
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let part = store.unmatched(after.as_ref(), 2).unwrap();
        let Some(last) = part.last() else { break };
        after = Some((last.customer.clone(), last.address.clone()));
        all.extend(part.into_iter().map(|one| (one.customer, one.name, one.why)));
    }
    let wanted = [("a", NoNumber::TooShort), ("a", NoNumber::Letters), ("b", NoNumber::NoDigits)];
    let wanted = wanted.map(|(id, why)| (id.to_owned(), format!("Customer {id}"), why));
    assert_eq!(all.len(), 3);
    assert!(wanted[..2].iter().all(|one| all.contains(one)), "{all:?}");
    let national = store.without_country_code(None, 10).unwrap();
    assert!(national.contains(&("c".to_owned(), Address("01 99 00 12 34".into()))), "{national:?}");
    assert!(!national.iter().any(|(_, address)| address.0.starts_with('+')));
    let first = store.without_country_code(None, 1).unwrap();
    assert_eq!(store.without_country_code(first.first(), 10).unwrap(), national[1..]);
}

fn in_one_batch_the_first_of_the_same_is_new_and_all_others_repeats(store: &impl Fresh) {
    let store = store.open();
    let batch: Vec<Received> = (0..200).map(|n| received(n % 50, u64::from(n % 50))).collect();
    let receipts = store.receive(&batch).unwrap();
    assert_eq!(receipts[..50], [Receipt::New; 50]);
    assert_eq!(receipts[50..], [Receipt::Repeat; 150]);
    let calls: Vec<u64> = store.unfolded(100).unwrap().iter().map(|row| row.call.unwrap().0).collect();
    assert_eq!(calls, (0..50).collect::<Vec<u64>>(), "in order of arrival");
    assert_eq!(store.arrivals().unwrap().repeats, 150);
}

fn what_a_text_may_hold_is_taken(store: &impl Fresh) {
    let store = store.open();
    let odd = "\0 \u{feff} \u{1f4de} ' \" \\ % \r\n";
    let body = json!({"event": odd, "data": {"id": 5, odd: odd}});
    let origin = Origin::Event(odd.into());
    store.receive(&[Received { origin, body: body.clone(), ..received(1, 5) }]).unwrap();
    assert_eq!(store.unfolded(1).unwrap()[0].body, body);
    let mut put = case(5);
    let data = json!({"id": 5, "raw_digits": odd, "comments": [{"id": 1, "content": odd}]});
    let origin = Origin::Read { timeline: false };
    put.call.join(&Statement { origin: &origin, as_of: 9, data: data.as_object().unwrap() });
    let shown = view(&put, odd, CallState::Complete);
    let mut change = change(put.clone(), Some(shown.clone()));
    let holding = Holding { key: "k".into(), helpdesk_id: "9".into(), detail: json!({ "name": odd }) };
    change.cases[0].put = vec![holding.clone()];
    store.commit(&change).unwrap();
    let found = store.case(CaseId(5)).unwrap().unwrap();
    assert_eq!(found.call, put.call);
    assert_eq!(found.ledger.detail("k"), Some(&holding.detail));
    assert_eq!(store.calls(&Query { limit: 1, ..Query::default() }).unwrap().0, [shown]);
}

fn a_change_made_from_an_old_reading_is_refused_as_a_whole(store: &impl Fresh) {
    let store = store.open();
    store.receive(&[received(1, 5)]).unwrap();
    let folded = vec![store.unfolded(1).unwrap()[0].id];
    store.commit(&change(case(5), None)).unwrap();
    let (mut early, mut late) =
        (store.case(CaseId(5)).unwrap().unwrap(), store.case(CaseId(5)).unwrap().unwrap());
    early.carded = true;
    store.commit(&change(early, None)).unwrap();
    late.adopted = true;
    let settings = vec![("k".to_owned(), "v".to_owned())];
    let stale = Change { folded: folded.clone(), settings, ..change(late, None) };
    assert_eq!(store.commit(&stale).unwrap_err(), StoreError::Stale(CaseId(5)));
    let twice_new = Change { folded, ..change(case(5), None) };
    assert_eq!(store.commit(&twice_new).unwrap_err(), StoreError::Stale(CaseId(5)));
    let found = store.case(CaseId(5)).unwrap().unwrap();
    assert!(found.carded && !found.adopted);
    assert_eq!(store.unfolded(1).unwrap().len(), 1, "nothing else of the change is there either");
    assert_eq!(store.setting("k").unwrap(), None);
}

fn what_is_due_is_claimed_again_and_again_by_the_same_program(store: &impl Fresh) {
    let store = store.open();
    let due = [(4, "number:+12025550104"), (9, "number:+12025550109"), (11, "number:+12025550104")];
    for (id, thread) in due {
        let mut case = case(id);
        case.due = Some(Due { at: at(20), writes: 1, since: at(20) });
        case.thread = thread.into();
        store.commit(&change(case, None)).unwrap();
    }
    let wanted = due.map(|(id, thread)| Claim { call: CaseId(id), thread: thread.into() });
    assert_eq!(store.claim_due(at(30), 10).unwrap(), wanted);
    assert_eq!(store.claim_due(at(31), 10).unwrap(), wanted, "what is held is claimed as what is free");
    assert_eq!(store.claim_due(at(200), 10).unwrap(), wanted, "and so is what was held too long ago");
    assert!(store.claim("number:+12025550104", at(201)).unwrap());
    store.release(&[wanted[0].thread.clone(), "nobody's".into()]).unwrap();
    assert_eq!(store.claim_due(at(202), 10).unwrap(), wanted);
    assert_eq!(store.claim_due(at(19), 10).unwrap(), [], "nothing is claimed before it is due");
}

fn claimed(store: &dyn Store, now: i64, limit: usize) -> Vec<u64> {
    store.claim_due(at(now), limit).unwrap().into_iter().map(|claim| claim.call.0).collect()
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    drop(SqliteStore::open(&path).unwrap());
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(raw);
    let told = SqliteStore::open(&path).unwrap_err().to_string();
    assert!(told.contains("newer program"), "{told}");
    let raw = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = raw.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
    assert_eq!(version, 99);
}

fn gaps_are_kept_until_they_are_done_and_shown_for_a_while(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    assert!(store.gaps(at(0)).unwrap().is_empty());
    let mut first = Gap::new(7, GapCause::Silent, (at(0), at(600)), None, at(700));
    first.note(CaseId(5));
    let second = Gap::new(8, GapCause::NotRunning, (at(10), at(20)), Some(at(5)), at(700));
    store.commit(&Change { gaps: vec![second.clone(), first.clone()], ..Change::at(at(0)) }).unwrap();
    assert_eq!(open().gaps(at(0)).unwrap(), [first.clone(), second.clone()]);
    first.goes_on_until(at(900));
    first.read = 3;
    first.stopped = true;
    first.done_at = Some(at(1_000));
    store.commit(&Change { gaps: vec![first.clone()], ..Change::at(at(0)) }).unwrap();
    assert_eq!(store.gaps(at(1_000)).unwrap(), [first, second.clone()]);
    assert_eq!(store.gaps(at(1_001)).unwrap(), [second], "what is done is over");
}

fn what_a_list_said_last_and_what_was_never_heard_is_told(store: &impl Fresh) {
    let store = store.open();
    let ids: Vec<CaseId> = [5, 6, 7].map(CaseId).to_vec();
    let mut listed = case(5);
    listed.listed = Some([200; 32]);
    store.commit(&change(listed.clone(), Some(view(&listed, "a", CallState::Pending)))).unwrap();
    let other = case(6);
    store.commit(&change(other.clone(), Some(view(&other, "b", CallState::Complete)))).unwrap();
    assert_eq!(store.case(CaseId(5)).unwrap().unwrap().listed, Some([200; 32]));
    assert_eq!(store.listed_gists(&ids).unwrap(), [(CaseId(5), [200; 32])].into());
    assert_eq!(store.still_pending(&ids).unwrap(), [CaseId(5)]);
    let read = Received { origin: Origin::Listed, ..received(2, 6) };
    let backfilled = Received { origin: Origin::Backfill, ..received(3, 7) };
    store.receive(&[received(1, 5), read, backfilled]).unwrap();
    assert_eq!(store.unheard(&ids).unwrap(), [CaseId(6), CaseId(7)]);
    let origins: Vec<Origin> = store.unfolded(10).unwrap().into_iter().map(|row| row.origin).collect();
    assert_eq!(origins[1..], [Origin::Listed, Origin::Backfill]);
    assert_eq!(store.arrivals().unwrap().last_event_at, Some(at(0).timestamp()), "the newest event's");
}

fn some_backfill(id: i64, until: i64) -> Backfill {
    let ask = BackfillAsk { since: at(0), until: Some(at(until)), write: false, status: WrittenAs::Open };
    Backfill::new(id, &ask, at(9_000))
}

fn a_backfill_is_kept_with_what_its_page_said_or_not_at_all(store: &impl Fresh) {
    let open = || store.open();
    let store = open();
    assert!(store.backfills().unwrap().is_empty());
    let mut one = some_backfill(7, 600);
    one.error = Some(Reason { code: "aircall_away".into(), text: "Away".into() });
    let change = |one: &Backfill, received: Vec<Received>| {
        store.commit(&Change { received, backfills: vec![one.clone()], ..Change::at(at(1)) }).map(|_| ())
    };
    change(&one, vec![received(1, 5)]).unwrap();
    one.revision = 1;
    assert_eq!(open().backfills().unwrap(), [one.clone()]);
    assert_eq!(store.unfolded(10).unwrap().len(), 1);
    assert_eq!(store.heard_of(&[CaseId(5), CaseId(6)]).unwrap(), [CaseId(5)]);
    // Of two who go on from the same reading the second is told, and nothing of its page is stored.
    let mut other = one.clone();
    (one.read, one.state, one.error) = (50, BackfillState::Paused, None);
    change(&one, vec![]).unwrap();
    other.read = 50;
    assert_eq!(change(&other, vec![received(2, 6)]), Err(StoreError::BackfillChanged(7)));
    assert_eq!(store.heard_of(&[CaseId(6)]).unwrap(), []);
    one.revision = 2;
    assert_eq!(store.backfills().unwrap(), [one.clone()]);
    one.ends(BackfillState::Stopped, at(30));
    change(&one, vec![]).unwrap();
    let second = some_backfill(8, 9);
    change(&second, vec![]).unwrap();
    let all = store.backfills().unwrap();
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [7, 8]);
    assert_eq!((all[0].done_at, all[0].status, all[1].done_at), (Some(at(30)), WrittenAs::Open, None));
}

fn old_calls_are_found_until_a_backfill_has_them_and_counted_after_that(store: &impl Fresh) {
    let store = store.open();
    let backfill = some_backfill(7, 600);
    let barred = |id: u64, state: CallState, back: Option<i64>, writes: u32| {
        let mut case = case(id);
        case.barred = Some("backfilled".into());
        case.written_back = back.map(|backfill| WrittenBack { backfill, status: WrittenAs::Closed });
        case.due = (writes > 0).then(|| Due { at: at(0), writes, since: at(0) });
        let shown = view(&case, "a", state);
        store.commit(&change(case, Some(shown))).unwrap();
    };
    for id in [100, 300, 200, 601] {
        barred(id, CallState::NotLogged, None, 0);
    }
    // Written by themselves, on a line that is not selected, and up.
    let free = case(150);
    store.commit(&change(free.clone(), Some(view(&free, "a", CallState::Complete)))).unwrap();
    let mut hidden = case(160);
    hidden.barred = Some("backfilled".into());
    store.commit(&change(hidden, None)).unwrap();
    let time = (at(0).timestamp(), at(600).timestamp());
    let found = |after, limit| {
        let part = store.barred_between(time, after, limit).unwrap();
        part.into_iter().map(|(at, id)| (at - time.0, id.0)).collect::<Vec<_>>()
    };
    assert_eq!(found(None, 2), [(100, 100), (200, 200)]);
    assert_eq!(found(Some((at(200).timestamp(), CaseId(200))), 9), [(300, 300)]);
    let figures = || store.backfill_figures(&backfill).unwrap();
    assert_eq!(figures(), BackfillFigures { to_write: 3, ..BackfillFigures::default() });
    for (id, state, writes) in [
        (401, CallState::Complete, 0),
        (402, CallState::Pending, 1),
        (403, CallState::Pending, 0),
        (404, CallState::Held, 0),
        (405, CallState::Parked, 0),
        (406, CallState::NotLogged, 0),
    ] {
        barred(id, state, Some(7), writes);
    }
    barred(407, CallState::Complete, Some(8), 0);
    let wanted =
        BackfillFigures { to_write: 3, pending: 1, begun: 6, written: 1, held: 1, refused: 1, not_logged: 1 };
    assert_eq!(figures(), wanted);
    let back = store.case(CaseId(402)).unwrap().unwrap();
    assert_eq!(back.written_back, Some(WrittenBack { backfill: 7, status: WrittenAs::Closed }));
    assert_eq!(back.barred.as_deref(), Some("backfilled"), "the bar stays; it is lifted beside it");
}

#[test]
fn a_filled_database_of_version_8_is_taken_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    for script in [
        include_str!("../../src/store/sqlite/001_first.sql"),
        include_str!("../../src/store/sqlite/002_claims.sql"),
        include_str!("../../src/store/sqlite/003_messages.sql"),
        include_str!("../../src/store/sqlite/004_dial.sql"),
        include_str!("../../src/store/sqlite/005_choice.sql"),
        include_str!("../../src/store/sqlite/006_directory.sql"),
        include_str!("../../src/store/sqlite/007_activity.sql"),
        include_str!("../../src/store/sqlite/008_comment.sql"),
    ] {
        raw.execute_batch(script).unwrap();
    }
    let facts = serde_json::to_string(&case(5).call).unwrap();
    raw.execute("INSERT INTO call (id, facts, selected, due_at, due_writes) VALUES (5, ?, 1, 0, 2)", [facts])
        .unwrap();
    raw.execute(
        "INSERT INTO inbox (hash, origin, event, call_id, odd, as_of, received_at, body)
         VALUES (x'01', 'event', 'call.ended', 5, 0, 7, 1795248000000000, '{}')",
        [],
    )
    .unwrap();
    raw.execute_batch("PRAGMA user_version = 8").unwrap();
    drop(raw);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.case(CaseId(5)).unwrap().unwrap().listed, None);
    assert_eq!(store.arrivals().unwrap().last_event_at, Some(1_795_248_000));
    assert!(store.unheard(&[CaseId(5)]).unwrap().is_empty());
    assert!(store.gaps(at(0)).unwrap().is_empty());
}

#[test]
fn a_database_of_the_version_before_is_taken_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch(include_str!("../../src/store/sqlite/001_first.sql")).unwrap();
    let facts = serde_json::to_string(&case(5).call).unwrap();
    raw.execute("INSERT INTO call (id, facts, selected, due_at, due_writes) VALUES (5, ?, 1, 0, 2)", [facts])
        .unwrap();
    raw.execute_batch("PRAGMA user_version = 1").unwrap();
    drop(raw);
    let store = SqliteStore::open(&path).unwrap();
    let mut known = store.case(CaseId(5)).unwrap().unwrap();
    assert_eq!((&known.call, known.thread.as_str()), (&case(5).call, ""));
    assert_eq!(claimed(&store, 30, 10), [5]);
    known.thread = "customer:7".into();
    store.commit(&change(known, None)).unwrap();
    assert_eq!(store.claim_due(at(30), 10).unwrap()[0].thread, "customer:7");
}

#[test]
fn a_file_of_something_else_is_told_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (text, foreign) = (dir.path().join("text.db"), dir.path().join("foreign.db"));
    std::fs::write(&text, "no database at all, but a text that is long enough to be taken for one").unwrap();
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE ledger (amount INTEGER)")
        .unwrap();
    for path in [&text, &foreign] {
        let told = SqliteStore::open(path).unwrap_err();
        assert!(matches!(told, StoreError::Unsuitable(_)), "{told:?}");
        assert!(told.to_string().contains("[hub] database"), "{told}");
    }
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("no database"));
    let foreign = rusqlite::Connection::open(&foreign).unwrap();
    let tables: i64 = foreign.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_full_disk_is_told_and_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let store = SqliteStore::open(&path).unwrap();
    store.receive(&[received(1, 5)]).unwrap();
    store.limit_pages(40).unwrap();
    let big =
        |n: u8| Received { body: json!({"data": {"id": 1, "x": "y".repeat(60_000)}}), ..received(n, 1) };
    let failed = (2..60).find(|n| store.receive(&[big(*n)]).is_err()).expect("the disk gets full");
    let told = store.receive(&[big(failed)]).unwrap_err().to_string();
    assert!(told.contains("disk"), "{told}");
    let stored = store.unfolded(100).unwrap().len();
    assert_eq!(stored, usize::from(failed) - 1, "exactly what was acknowledged");
    let settings = vec![("first".to_owned(), "1".to_owned()), ("second".to_owned(), "y".repeat(200_000))];
    assert!(store.commit(&Change { settings, ..Change::at(at(0)) }).is_err());
    assert_eq!(store.setting("first").unwrap(), None, "a change is whole or not at all");
    store.limit_pages(1_000_000).unwrap();
    assert_eq!(store.receive(&[big(failed)]).unwrap(), [Receipt::New]);
}

/// A message sent at this millisecond of the first second, due with one write.
fn message_change(id: &str, millisecond: u32, arrived: i64, body: &str) -> Change {
    let mut case = Case::new(CaseId::of_message("message", id));
    let data = json!({
        "id": id, "direction": "inbound", "external_number": "+34 666 444 555", "body": body,
        "created_at": format!("2026-11-21T09:00:00.{millisecond:03}Z"),
        "number": { "id": 1, "name": "Support FR", "country": "FR" },
    });
    let origin = Origin::Event("message.received".into());
    case.call.join(&Statement { origin: &origin, as_of: 9, data: data.as_object().unwrap() });
    case.selected = Some(true);
    case.arrived = arrived;
    case.thread = "customer:7".into();
    case.due = Some(Due { at: at(0), writes: 1, since: at(0) });
    let head = view(&case, "Marta", CallState::Pending);
    let message = MessageView {
        id: id.into(),
        kind: MessageKind::Sms,
        direction: Direction::Inbound,
        number: head.number,
        customer: head.customer,
        contact_name: None,
        line: head.line,
        agent: None,
        sent_at: head.started_at,
        text: body.into(),
        files: 0,
        status: None,
        state: CallState::Pending,
        reason: None,
        ticket: None,
    };
    let mut change = change(case, None);
    change.cases[0].message = Some(message);
    change
}

fn messages_are_listed_by_themselves_and_wait_for_earlier_ones(store: &impl Fresh) {
    // M2, M8
    let store = store.open();
    let call = case(5);
    let row = view(&call, "Marta", CallState::Complete);
    store.commit(&change(call, Some(row))).unwrap();
    assert_eq!(store.first_message_at().unwrap(), None);
    // The same millisecond: who arrived first; and one that was sent before both arrives last.
    for (id, millisecond, arrived) in [("b", 500, 2), ("c", 500, 3), ("a", 120, 4)] {
        store.commit(&message_change(id, millisecond, arrived, &format!("text {id}"))).unwrap();
    }
    let key = |id: &str| CaseId::of_message("message", id);
    let due: Vec<CaseId> = store.claim_due(at(1), 10).unwrap().into_iter().map(|claim| claim.call).collect();
    assert_eq!(due, [key("a"), key("b"), key("c")]);
    let number = number::parse("+34666444555", None).unwrap();
    let is_behind = |id: &str| {
        let case = store.case(key(id)).unwrap().unwrap();
        assert!(case.call.id.is_message() && case.call.message().is_some());
        store.has_earlier_message(&case, &number).unwrap()
    };
    assert_eq!(["a", "b", "c"].map(is_behind), [false, true, true]);
    let mut done = store.case(key("a")).unwrap().unwrap();
    done.due = None;
    store.commit(&change(done, None)).unwrap();
    assert!(!is_behind("b"), "what is written or waits for a person holds nobody up");
    let page = |before, text: Option<&str>| {
        let text = text.map(str::to_owned);
        store.messages(&MessageQuery { before, text, limit: 1, ..MessageQuery::default() }).unwrap()
    };
    let (first, next) = page(None, None);
    let (second, end) = page(next, None);
    let mut listed = [first[0].id.clone(), second[0].id.clone()];
    listed.sort();
    assert_eq!((listed, end), (["b".to_owned(), "c".to_owned()], None));
    assert_eq!(page(None, Some("TEXT c")).0[0].id, "c");
    let (calls, _) = store.calls(&Query { limit: 10, ..Query::default() }).unwrap();
    assert_eq!(calls.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["5"], "no message among the calls");
    assert_eq!(store.history(&number, CaseId(9), 4).unwrap().1, 1);
    let sent = first[0].sent_at;
    assert_eq!(store.first_message_at().unwrap(), Some(sent));
    let between = |from, to| store.messages_between(sent + from, sent + to).unwrap();
    assert_eq!(
        [between(0, 1), between(-9, 0), between(1, 9)],
        [2, 0, 0],
        "the end does not belong to it, calls do not"
    );
}

fn a_conversation_is_kept_as_it_was_seen_last(store: &impl Fresh) {
    // M3
    let store = store.open();
    assert_eq!(store.conversation("7").unwrap(), None);
    for closed_at in [None, Some(at(3))] {
        let thread = Thread {
            ticket: "31".into(),
            closed_at,
            tags: vec!["Aircall SMS".into()],
            tagged: vec!["Support FR".into()],
            subject: Some("Missed call - Support FR".into()),
            shown: Some("Voicemail - Support FR".into()),
            ..Thread::default()
        };
        let thrown_away = Some("30".to_owned());
        let seen = Conversation { thread: Some(thread), thrown_away, ..Conversation::none("7", at(2)) };
        store.commit(&Change { conversations: vec![seen.clone()], ..Change::at(at(4)) }).unwrap();
        assert_eq!(store.conversation("7").unwrap(), Some(seen));
    }
}

fn a_dial_becomes_one_call_and_is_forgotten<F: Fresh>(fresh: &F) {
    let store = fresh.open();
    let number = number::parse("+34666444555", None).unwrap();
    let other = number::parse("+33199001144", None).unwrap();
    let dial = |id: &str, s: i64| Dial {
        id: id.into(),
        agent: u64::MAX,
        number: number.clone(),
        ticket: (id == "a").then(|| "5001".to_owned()),
        at: at(s),
        call: None,
    };
    let put = |dials: Vec<Dial>| store.commit(&Change { dials, ..Change::at(at(0)) }).map(|_| ());
    put(vec![dial("a", 0), dial("b", 5), Dial { number: other.clone(), ..dial("c", 5) }]).unwrap();
    let found = || fresh.open().dials(u64::MAX, &number).unwrap();
    assert_eq!(found(), [dial("a", 0), dial("b", 5)]);
    assert_eq!(store.dials(7, &number).unwrap(), []);
    let used = Dial { call: Some(CaseId(4_300_000_001)), ..dial("a", 0) };
    put(vec![used.clone()]).unwrap();
    assert_eq!(found()[0], used);
    let again = Dial { call: Some(CaseId(4_300_000_002)), ..dial("a", 0) };
    let refused = put(vec![Dial { call: again.call, ..dial("b", 5) }, again]);
    assert_eq!(refused, Err(StoreError::Stale(CaseId(4_300_000_002))), "it has become a call already");
    assert_eq!(found(), [used.clone(), dial("b", 5)], "nothing of the change is stored");
    for id in ["a", "b", "unknown"] {
        store.take_back_dial(id).unwrap();
    }
    assert_eq!(found(), [used], "what has become a call stays");
    store.forget_dials(at(3)).unwrap();
    assert_eq!(found(), []);
    assert_eq!(store.dials(u64::MAX, &other).unwrap().len(), 1);
}

fn comments_of_ours_come_back_with_their_call_and_are_listed_while_they_are_open<F: Fresh>(fresh: &F) {
    let store = fresh.open();
    let mut one = case(4_300_000_001);
    let mut own = OwnComment::new(1_795_248_000_123, "Sends a photo \u{1f4f7}".into(), None, at(0));
    own.sent(at(1));
    let mut refused = OwnComment::new(1_795_248_000_124, "The sixth".into(), None, at(2));
    refused.state = OwnState::Refused;
    one.own = vec![own, refused];
    let change = |case: &Case| {
        let changed = CaseChange {
            case: case.clone(),
            view: None,
            message: None,
            put: Vec::new(),
            remove: Vec::new(),
            attempts: Vec::new(),
            trace: Vec::new(),
        };
        Change { cases: vec![changed], ..Change::at(at(3)) }
    };
    store.commit(&change(&one)).unwrap();
    store.commit(&change(&case(4_300_000_002))).unwrap();
    let mut back = fresh.open().case(CaseId(4_300_000_001)).unwrap().unwrap();
    assert_eq!(back.own, one.own);
    assert_eq!(store.with_open_comments().unwrap(), [CaseId(4_300_000_001)]);
    back.own[0].comment = Some(150_409_001);
    store.commit(&change(&back)).unwrap();
    assert_eq!(fresh.open().case(CaseId(4_300_000_001)).unwrap().unwrap().own, back.own);
    assert_eq!(store.with_open_comments().unwrap(), []);
}

fn what_people_decided_about_a_number_is_kept_replaced_and_withdrawn(store: &impl Fresh) {
    let number = number::parse("+34666444555", None).unwrap();
    let other = number::parse("+33199005599", None).unwrap();
    let customer = Customer {
        id: "7".into(),
        name: "Marta".into(),
        email: Some("marta@example.com".into()),
        note: None,
        updated_at: Some(3),
        spelled: Some("666 444 555".into()),
    };
    let choice = |whose, second| Choice { number: number.clone(), whose, at: at(second) };
    let chosen = Whose::Customer(Chosen { customer, has_number: true, is_gone: false });
    let named = Whose::Named(CallerName { name: "Zoé".into(), email: None });
    let decide = |change: Change| store.open().commit(&change).unwrap();
    let of = |number| store.open().choice(number).unwrap();
    for whose in [chosen, named] {
        let choice = choice(whose, 4);
        decide(Change { choices: vec![choice.clone()], ..Change::at(at(5)) });
        assert_eq!(of(&number), Some(choice));
        assert_eq!(of(&other), None);
    }
    decide(Change { withdrawn: vec![number.clone(), other.clone()], ..Change::at(at(6)) });
    assert_eq!(of(&number), None);
}

fn listed(id: u64, state: CallState, digits: &str) -> CaseChange {
    let case = case(id);
    let mut view = view(&case, "Marta", state);
    view.number.e164 = Some(digits.into());
    CaseChange {
        attempts: Vec::new(),
        case,
        view: Some(view),
        message: None,
        put: Vec::new(),
        remove: Vec::new(),
        trace: Vec::new(),
    }
}

fn the_unfinished_calls_of_a_number_are_found_and_no_others(store: &impl Fresh) {
    use CallState::{Complete, Held, NotLogged, Parked, Pending};
    const NUMBER: &str = "+34666444555";
    let store = store.open();
    let states = [(3, Held), (1, Pending), (2, Parked), (4, Complete), (5, NotLogged)];
    let mut cases: Vec<CaseChange> = states.iter().map(|(id, state)| listed(*id, *state, NUMBER)).collect();
    cases.push(listed(6, Held, "+33199005599"));
    store.commit(&Change { cases, ..Change::at(at(9)) }).unwrap();
    let number = number::parse(NUMBER, None).unwrap();
    assert_eq!(store.unfinished(&number).unwrap(), [CaseId(1), CaseId(2), CaseId(3)], "oldest first");
}

fn what_we_had_to_do_with_a_customer_is_counted(store: &impl Fresh) {
    let store = store.open();
    let held = |key: &str, id: &str| Holding { key: key.into(), helpdesk_id: id.into(), detail: json!({}) };
    let mut older = listed(10, CallState::Complete, "+34666444555");
    older.put = vec![held("customer", "7"), held("ticket", "90")];
    let mut newer = listed(20, CallState::Pending, "+34666444555");
    newer.put = vec![held("customer", "7")];
    let mut others = listed(30, CallState::Complete, "+34666444555");
    others.put = vec![held("customer", "8"), held("ticket", "7")];
    store.commit(&Change { cases: vec![older], ..Change::at(at(100)) }).unwrap();
    store.commit(&Change { cases: vec![newer, others], ..Change::at(at(200)) }).unwrap();
    let dealings = store.dealings("7").unwrap();
    let (last_call, last_ticket) = (at(20).timestamp(), at(100).timestamp());
    assert_eq!(
        dealings,
        Dealings { calls: 2, last_call_at: Some(last_call), last_ticket_at: Some(last_ticket) }
    );
    assert_eq!(store.dealings("9").unwrap(), Dealings::default());
}

fn of_activities_those_that_another_call_holds_are_told(store: &impl Fresh) {
    let store = store.open();
    let held = |key: &str, id: &str| Holding { key: key.into(), helpdesk_id: id.into(), detail: json!({}) };
    let mut one = listed(10, CallState::Complete, "+34666444555");
    one.put = vec![held("ticket", "t"), held("main", "a"), held("duration", "b"), held("recording", "c")];
    let mut other = listed(20, CallState::Complete, "+34666444555");
    other.put = vec![held("ticket", "t"), held("message", "d"), held("comment:1", "e"), held("seen", "")];
    store.commit(&Change { cases: vec![one, other], ..Change::at(at(100)) }).unwrap();
    let told = |id: u64| {
        let all = store.held_by_others(CaseId(id), &["t", "a", "b", "c", "d", "e", "f", ""]).unwrap();
        Vec::from_iter(all)
    };
    assert_eq!(told(10), ["d", "e"], "not its own, and none of what calls share");
    assert_eq!(told(20), ["a", "b", "c"]);
    assert_eq!(told(30), ["a", "b", "c", "d", "e"]);
    let mut gone = listed(10, CallState::Complete, "+34666444555");
    gone.case = store.case(CaseId(10)).unwrap().unwrap();
    gone.remove = vec!["main".into()];
    store.commit(&Change { cases: vec![gone], ..Change::at(at(101)) }).unwrap();
    assert_eq!(told(30), ["b", "c", "d", "e"]);
}

/// A call, inbound and over, as the desk looks at it.
fn with_outcome(id: u64, outcome: Outcome, number: Option<&str>) -> (Case, CallView) {
    let case = case(id);
    let mut shown = view(&case, "Marta Ibáñez", CallState::Complete);
    shown.outcome = Some(outcome);
    shown.started_at = at(id as i64).timestamp();
    shown.ended_at = Some(shown.started_at);
    shown.number.e164 = number.map(str::to_owned);
    (case, shown)
}

fn put(store: &dyn Store, (case, shown): (Case, CallView)) {
    store.commit(&change(case, Some(shown))).unwrap();
}

const FROM: Option<&str> = Some("+34666444555");
const OTHER: Option<&str> = Some("+33199005523");

fn at_the_desk(store: &dyn Store, now: i64, only: Option<&Whom>) -> Vec<(String, Vec<String>)> {
    let query = DeskQuery { only, ..DeskQuery::all(at(now)) };
    let all = store.desk(&query).unwrap();
    let waits = all.iter().filter_map(|desk| {
        let waiting = desk::waiting(desk, at(now))?;
        Some((desk.whom.to_string(), waiting.calls.iter().map(|call| call.view.id.clone()).collect()))
    });
    waits.collect()
}

fn whoever_rang_in_vain_is_at_the_desk_with_what_was_done_about_it(store: &impl Fresh) {
    let store = store.open();
    for case in [
        with_outcome(100, Outcome::Missed, OTHER),
        with_outcome(200, Outcome::Answered, OTHER),
        with_outcome(300, Outcome::Missed, FROM),
        with_outcome(400, Outcome::Voicemail, FROM),
        with_outcome(500, Outcome::Missed, None),
        with_outcome(600, Outcome::Unanswered, FROM),
    ] {
        put(&*store, case);
    }
    // Nobody's: a call from one of our own lines, and what a backfill brought.
    let (case, mut shown) = with_outcome(700, Outcome::Missed, Some("+33199000001"));
    shown.state = CallState::NotLogged;
    shown.reason = Some(Reason { code: "internal_call".into(), text: String::new() });
    put(&*store, (case, shown));
    let (mut case, shown) = with_outcome(800, Outcome::Missed, Some("+33199000002"));
    case.barred = Some("backfilled".into());
    put(&*store, (case, shown));
    let both = (FROM.unwrap().to_owned(), vec!["300".to_owned(), "400".to_owned()]);
    let withheld = ("call:500".to_owned(), vec!["500".to_owned()]);
    assert_eq!(at_the_desk(&*store, 1000, None), [both.clone(), withheld.clone()]);
    assert_eq!(at_the_desk(&*store, 1000, Whom::parse("+34666444555").as_ref()), [both]);
    assert_eq!(at_the_desk(&*store, 1000, Whom::parse("call:500").as_ref()), [withheld]);
    assert_eq!(at_the_desk(&*store, 1000, Whom::parse("+33199005523").as_ref()), []);
    assert_eq!(at_the_desk(&*store, 1000, Whom::parse("call:300").as_ref()), [], "it has a number");
    assert_eq!(at_the_desk(&*store, 31 * 86_400, None), []);
    // The facts are there where they are asked for.
    let query = DeskQuery { with_facts: true, ..DeskQuery::all(at(1000)) };
    let all = store.desk(&query).unwrap();
    assert!(all.iter().flat_map(|desk| &desk.calls).all(|call| call.facts.is_some()));
    // A call that is up belongs to whoever waits.
    let (case, mut up) = with_outcome(900, Outcome::Missed, FROM);
    (up.outcome, up.phase, up.ended_at) = (None, Phase::InCall, None);
    put(&*store, (case, up));
    let all = store.desk(&DeskQuery::all(at(1000))).unwrap();
    assert!(desk::waiting(&all[0], at(1000)).unwrap().up.is_some());
}

fn a_claim_is_taken_by_one_and_clearing_goes_back_one_step(store: &impl Fresh) {
    let store = store.open();
    put(&*store, with_outcome(300, Outcome::Missed, FROM));
    put(&*store, with_outcome(400, Outcome::Missed, FROM));
    let whom = Whom::parse("+34666444555").unwrap();
    let claims = |by: u64, now: i64| {
        let claim = DeskClaimed { by, name: format!("Agent {by}"), at: at(now) };
        let holding_from = at(now - 1800);
        let change = DeskChange::Claim { whom: whom.clone(), claim, holding_from, call: CaseId(400) };
        store.commit(&Change { desk: vec![change], ..Change::at(at(now)) }).map(|_| ())
    };
    let held_by = || store.desk(&DeskQuery::all(at(1000))).unwrap()[0].row.claim.clone().map(|c| c.by);
    claims(7, 500).unwrap();
    assert_eq!(claims(8, 600), Err(StoreError::Stale(CaseId(400))));
    claims(7, 700).unwrap();
    assert_eq!(held_by(), Some(7));
    claims(8, 700 + 1801).expect("the other one's has lapsed");
    assert_eq!(held_by(), Some(8));
    let deed = |change, now| store.commit(&Change { desk: vec![change], ..Change::at(at(now)) }).unwrap();
    deed(DeskChange::Release(whom.clone()), 3000);
    assert_eq!(held_by(), None);
    let left = || {
        let all = at_the_desk(&*store, 3000, None);
        all.into_iter().next().map(|(_, calls)| calls).unwrap_or_default()
    };
    let clear = |to: i64| DeskChange::Clear { whom: whom.clone(), to: at(to).timestamp() };
    deed(clear(300), 3000);
    assert_eq!(left(), ["400"]);
    deed(clear(400), 3001);
    deed(clear(400), 3002);
    assert_eq!(left(), [""; 0]);
    deed(DeskChange::Undo(whom.clone()), 3003);
    assert_eq!(left(), ["400"]);
    deed(DeskChange::Undo(whom.clone()), 3004);
    assert_eq!(left(), ["400"], "what was not cleared just now is not taken back");
}

fn who_was_called_back_today_is_counted_and_old_rows_are_forgotten(store: &impl Fresh) {
    let store = store.open();
    let (since, day) = (at(-86_400), at(1000));
    for case in [
        // Called back yesterday, and talked with today for another reason.
        with_outcome(100, Outcome::Missed, OTHER),
        with_outcome(200, Outcome::Answered, OTHER),
        with_outcome(1200, Outcome::Answered, OTHER),
        // Called back today.
        with_outcome(300, Outcome::Missed, FROM),
        with_outcome(1300, Outcome::Answered, FROM),
        with_outcome(1400, Outcome::Answered, FROM),
        with_outcome(400, Outcome::Missed, None),
    ] {
        put(&*store, case);
    }
    let done = || {
        let mut done = store.done_at_the_desk(since, day).unwrap();
        done.sort();
        done
    };
    assert_eq!(done(), [FROM.unwrap()]);
    let whom = Whom::parse("call:400").unwrap();
    let clear = DeskChange::Clear { whom: whom.clone(), to: at(400).timestamp() };
    store.commit(&Change { desk: vec![clear], ..Change::at(at(1500)) }).unwrap();
    assert_eq!(done(), [FROM.unwrap(), "call:400"]);
    store.forget_desk(at(1499)).unwrap();
    assert_eq!(done().len(), 2);
    store.forget_desk(at(1501)).unwrap();
    assert_eq!(done(), [FROM.unwrap()]);
    let lines = store.lines_of(7, since).unwrap();
    assert_eq!(lines, [], "agent 7 took none of these calls");
}

fn what_is_told_is_made_once_sent_by_one_and_forgotten_with_time(store: &impl Fresh) {
    let store = store.open();
    let told = Told {
        cause: "behind".into(),
        first_at: at(0),
        seen_at: at(10),
        since: 900,
        calls: 3,
        told_at: Some(at(5)),
        reminders: 2,
        raised_at: Some(at(5)),
        over_at: None,
    };
    let body = Body { code: "behind".into(), since: 900, calls: 3, ..Body::default() };
    let telling =
        |way, nth: &str| Telling::new(way, "behind-1", nth, TellingState::Raised, body.clone(), at(5));
    let mail = telling(TellingWay::Mail, "raised");
    let hook = telling(TellingWay::WebHook, "raised");
    let decided =
        Decided { told: vec![told.clone()], tellings: vec![mail.clone(), hook.clone()], changed: Vec::new() };
    store.commit(&Change { telling: decided.clone(), ..Change::at(at(5)) }).unwrap();
    assert_eq!(store.told().unwrap(), std::slice::from_ref(&told));
    let ways = [TellingWay::Mail, TellingWay::WebHook];
    assert_eq!(store.claim_tellings(&ways, at(4), 9).unwrap(), [], "not due");
    let claimed = store.claim_tellings(&[TellingWay::Mail], at(6), 9).unwrap();
    assert_eq!(claimed.iter().map(|telling| &telling.id).collect::<Vec<_>>(), [&mail.id]);
    assert_eq!(store.claim_tellings(&[TellingWay::Mail], at(7), 9).unwrap(), [], "somebody has it in hand");
    assert_eq!(
        store.claim_tellings(&[TellingWay::Mail], at(97), 9).unwrap().len(),
        1,
        "whoever had it is gone"
    );
    let sent = claimed[0].clone().tried(Ok(()), at(98));
    let failed = hook.clone().tried(Err("503".into()), at(98));
    let changed = Decided { changed: vec![sent.clone(), failed.clone()], ..Decided::default() };
    store.commit(&Change { telling: changed, ..Change::at(at(98)) }).unwrap();
    // Decided once more: what is known stays as it is.
    store.commit(&Change { telling: decided, ..Change::at(at(99)) }).unwrap();
    assert_eq!(store.tellings_about("behind-1").unwrap(), [sent.clone(), failed.clone()]);
    assert_eq!(store.tellings_since(at(99)).unwrap(), [failed], "what is open, and nothing older");
    store.tell_again(at(100)).unwrap();
    assert_eq!(store.claim_tellings(&ways, at(100), 9).unwrap().len(), 1);
    store.forget_tellings(at(1000)).unwrap();
    assert_eq!(store.tellings_about("behind-1").unwrap(), []);
    assert_eq!(store.told().unwrap(), [told], "it is not over");
}

fn what_the_helpdesk_holds_of_a_time_is_counted(store: &impl Fresh) {
    let store = store.open();
    let holds = |key: &str| Holding { key: key.into(), helpdesk_id: "7".into(), detail: json!({}) };
    for (id, keys) in [
        (99, vec!["ticket"]),
        (100, vec!["customer", "ticket"]),
        (150, vec!["ticket", "gone"]),
        (180, vec![]),
        (200, vec![]),
    ] {
        let (case, shown) = with_outcome(id, Outcome::Answered, FROM);
        let mut change = change(case, Some(shown));
        change.cases[0].put = keys.into_iter().map(holds).collect();
        store.commit(&change).unwrap();
    }
    let counted = store.account(at(100).timestamp(), at(200).timestamp()).unwrap();
    assert_eq!((counted.calls, counted.held), (3, 1), "the end is not in it");
    assert_eq!(counted.others.iter().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["150", "180"]);
    assert_eq!(store.account(at(201).timestamp(), at(900).timestamp()).unwrap().calls, 0);
}

/// C6.
fn a_file_is_wanted_once_kept_by_one_and_let_go(store: &impl Fresh) {
    let store = store.open();
    let wanted = |id, begun, due| KeptFile::wanted(CaseId(id), Medium::Recording, at(begun), at(due), at(1));
    let want = |file: KeptFile| store.commit(&Change { to_keep: vec![file], ..Change::at(at(1)) }).unwrap();
    let due = |now, states: &[KeptState]| store.files_due(at(now), states, 9).unwrap();
    want(wanted(7, 0, 500));
    want(wanted(7, 0, 900));
    assert_eq!(store.next_file_due().unwrap(), Some(at(500)), "what is known stays as it is");
    want(wanted(7, 0, 300));
    want(wanted(8, 50, 400));
    assert_eq!(store.next_file_due().unwrap(), Some(at(300)), "unless it is there sooner");
    assert_eq!(due(299, &KeptState::ALL), []);
    assert_eq!(
        due(400, &[KeptState::Wanted]),
        [wanted(8, 50, 400), wanted(7, 0, 300)],
        "the newest call first"
    );
    assert_eq!(due(400, &[KeptState::Removing]), []);
    assert_eq!(
        (store.calls_waiting_for_files(at(300)).unwrap(), store.calls_waiting_for_files(at(400)).unwrap()),
        (1, 2)
    );

    let kept = KeptFile {
        state: KeptState::Kept,
        due_at: None,
        tries: 2,
        folder: Some("/srv/recordings".into()),
        path: Some("2026/11/x.mp3".into()),
        total: Some(5_000_000_000),
        etag: Some("\"1\"".into()),
        content_type: Some("audio/mpeg".into()),
        sha256: Some("00".into()),
        done_at: Some(at(410)),
        ..wanted(7, 0, 300)
    };
    let put = |was, file: &KeptFile| {
        store.commit(&Change { kept: vec![(was, file.clone())], ..Change::at(at(410)) })
    };
    assert_eq!(store.kept_in("/srv/recordings", 9).unwrap(), [], "nothing lies there yet");
    put(KeptState::Wanted, &kept).unwrap();
    let newer = KeptFile { call: CaseId(8), started_at: at(50), done_at: None, ..kept.clone() };
    put(KeptState::Wanted, &newer).unwrap();
    let lie = |folder: &str, limit| -> Vec<u64> {
        store.kept_in(folder, limit).unwrap().iter().map(|file| file.call.0).collect()
    };
    assert_eq!(lie("/srv/recordings", 9), [8, 7], "the newest call first");
    assert_eq!(store.kept_in("/srv/recordings", 1).unwrap(), std::slice::from_ref(&newer));
    assert_eq!(lie("/srv/Recordings", 9), [0_u64; 0], "another folder");
    let begun = KeptFile { path: None, ..wanted(8, 50, 400) };
    put(KeptState::Kept, &KeptFile { folder: newer.folder, ..begun.clone() }).unwrap();
    assert_eq!(lie("/srv/recordings", 9), [7], "a part of a file is none");
    put(KeptState::Wanted, &begun).unwrap();
    assert_eq!(store.kept_files(CaseId(7)).unwrap(), std::slice::from_ref(&kept));
    assert_eq!(put(KeptState::Wanted, &kept), Err(StoreError::Stale(CaseId(7))), "somebody else was faster");
    want(wanted(7, 0, 300));
    assert_eq!(store.kept_files(CaseId(7)).unwrap(), std::slice::from_ref(&kept), "it is not wanted again");

    store.erase(&[CaseId(7), CaseId(9)], Erased::Expired, at(420)).unwrap();
    let going = due(420, &[KeptState::Removing]);
    assert_eq!(
        going.iter().map(|file| (file.call, file.path.clone())).collect::<Vec<_>>(),
        [(CaseId(7), kept.path)]
    );
    assert_eq!(lie("/srv/recordings", 9), [7], "until it is taken away");
    assert_eq!(store.let_files_go(at(50), at(430)).unwrap(), 0, "the moment itself is young enough");
    assert_eq!(store.let_files_go(at(51), at(430)).unwrap(), 1);
    assert_eq!(due(430, &KeptState::ALL).len(), 2);
}
