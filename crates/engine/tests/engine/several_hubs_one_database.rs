//! What only PostgreSQL has: several programs at once, connections that are lost, a server that says no.
//!
//! Needs a server: `script/test` starts one. Without it these tests are ignored.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Barrier, Mutex};

use chrono::{DateTime, Utc};
use serde_json::json;
use sidetone_engine::call::{CaseId, Origin};
use sidetone_engine::store::postgres::PostgresStore;
use sidetone_engine::store::{Case, CaseChange, Change, Due, Receipt, Received, Store, StoreError};
use uuid::Uuid;

use crate::server::Schema;

const ANN: Uuid = Uuid::from_u128(1);
const BEN: Uuid = Uuid::from_u128(2);

fn at(s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_248_000 + s, 0).unwrap()
}

fn due_call(id: u64, thread: &str) -> Case {
    let mut case = Case::new(CaseId(id));
    case.due = Some(Due { at: at(0), writes: 1, since: at(0) });
    case.thread = thread.into();
    case
}

fn put(case: Case) -> Change {
    let changed = CaseChange {
        attempts: case.attempts.clone(),
        case,
        message: None,
        view: None,
        put: Vec::new(),
        remove: Vec::new(),
        trace: Vec::new(),
    };
    Change { cases: vec![changed], ..Change::at(at(0)) }
}

fn received(n: u8) -> Received {
    Received {
        hash: [n; 32],
        origin: Origin::Event("call.created".into()),
        call: Some(CaseId(n.into())),
        is_odd: false,
        as_of: 5,
        received_at: at(0),
        body: json!({"data": {"id": n}}),
    }
}

fn open_as(holder: Uuid, schema: &Schema) -> PostgresStore {
    PostgresStore::open_as(holder, &schema.url()).unwrap()
}

fn claimed(store: &PostgresStore, now: i64) -> Vec<u64> {
    store.claim_due(at(now), 10).unwrap().into_iter().map(|claim| claim.call.0).collect()
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_a_thread_is_worked_on_by_one_holder_at_a_time() {
    let schema = Schema::new();
    let (ann, ben) = (open_as(ANN, &schema), open_as(BEN, &schema));
    for (id, thread) in [(4, "customer:7"), (5, "customer:8"), (6, "customer:7")] {
        ann.commit(&put(due_call(id, thread))).unwrap();
    }
    assert_eq!(ann.claim_due(at(1), 1).unwrap()[0].call, CaseId(4));
    assert_eq!(claimed(&ben, 1), [5], "the other call of customer 7 waits, too");
    assert_eq!(claimed(&ann, 1), [4, 6]);
    assert!(!ben.claim("customer:7", at(1)).unwrap());
    ben.release(&["customer:7".into()]).unwrap();
    assert_eq!(claimed(&ben, 2), [5], "nobody gives back what is another's");
    ann.release(&["customer:7".into()]).unwrap();
    assert_eq!(claimed(&ben, 2), [4, 5, 6]);
    assert_eq!(claimed(&ann, 2), [0_u64; 0]);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_a_claim_of_the_dead_ends_and_that_of_the_living_does_not() {
    let schema = Schema::new();
    let (ann, ben) = (open_as(ANN, &schema), open_as(BEN, &schema));
    ann.commit(&put(due_call(4, "customer:7"))).unwrap();
    assert_eq!(claimed(&ann, 0), [4]);
    for second in (0..200).step_by(15) {
        assert_eq!(claimed(&ann, second), [4]);
        assert_eq!(claimed(&ben, second), [0_u64; 0], "at second {second} it is renewed");
    }
    drop(ann);
    assert_eq!(claimed(&open_as(ANN, &schema), 195 + 1), [4], "who comes back goes on at once");
    assert_eq!(claimed(&ben, 195 + 29), [0_u64; 0], "a request may still be under way");
    assert_eq!(claimed(&ben, 195 + 91), [4]);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_of_many_who_claim_at_once_no_two_hold_a_thread_and_all_calls_get_done() {
    const CALLS: u64 = 300;
    const THREADS: u64 = 12;
    let schema = Schema::new();
    let first = PostgresStore::open(&schema.url()).unwrap();
    for id in 0..CALLS {
        first.commit(&put(due_call(id, &format!("customer:{}", id % THREADS)))).unwrap();
    }
    // Who works on a thread says so here, and would find another's name.
    let at_work: Mutex<HashMap<String, Uuid>> = Mutex::default();
    let done: Mutex<HashMap<Uuid, BTreeSet<u64>>> = Mutex::default();
    // Nobody is done before the others have begun, and nobody takes all threads at once.
    let all_are_there = Barrier::new(4);
    std::thread::scope(|scope| {
        for n in 1..=4 {
            let (schema, at_work, done, all_are_there) = (&schema, &at_work, &done, &all_are_there);
            scope.spawn(move || {
                let holder = Uuid::from_u128(n);
                let store = open_as(holder, schema);
                all_are_there.wait();
                loop {
                    let claims = store.claim_due(at(1), 4).unwrap();
                    let left = schema_has_due(&store);
                    if claims.is_empty() && !left {
                        return;
                    }
                    let threads: BTreeSet<String> = claims.iter().map(|claim| claim.thread.clone()).collect();
                    for thread in &threads {
                        let other = at_work.lock().unwrap().insert(thread.clone(), holder);
                        assert_eq!(other, None, "{thread} is held by two");
                    }
                    for claim in claims {
                        let mut case = store.case(claim.call).unwrap().unwrap();
                        if case.due.take().is_some() {
                            store.commit(&put(case)).unwrap();
                            let again = !done.lock().unwrap().entry(holder).or_default().insert(claim.call.0);
                            assert!(!again, "call {} is done once", claim.call);
                        }
                    }
                    for thread in &threads {
                        at_work.lock().unwrap().remove(thread);
                    }
                    store.release(&threads.into_iter().collect::<Vec<_>>()).unwrap();
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    assert_eq!(done.values().map(BTreeSet::len).sum::<usize>() as u64, CALLS, "each by one");
    assert!(done.len() > 1, "the work was shared");
}

fn schema_has_due(store: &PostgresStore) -> bool {
    store.next_due(at(-1)).unwrap().is_some()
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_those_who_start_at_once_make_the_tables_once() {
    let schema = Schema::new();
    let together = Barrier::new(6);
    let decided: Mutex<BTreeSet<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for n in 0..6 {
            let (schema, together, decided) = (&schema, &together, &decided);
            scope.spawn(move || {
                together.wait();
                let store = PostgresStore::open(&schema.url()).unwrap();
                let holds = store.setting_once("installation", &n.to_string()).unwrap();
                decided.lock().unwrap().insert(holds);
            });
        }
    });
    assert_eq!(decided.into_inner().unwrap().len(), 1, "and agree on who they are");
    assert_eq!(schema.number("SELECT count(*) - max(version) FROM migration"), 0, "each step once");
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_a_database_of_a_newer_program_is_refused_and_left_alone() {
    let schema = Schema::new();
    drop(PostgresStore::open(&schema.url()).unwrap());
    schema.run("INSERT INTO migration (version) VALUES (99); DROP TABLE trace");
    for refused in [PostgresStore::open(&schema.url()).err(), PostgresStore::look(&schema.url()).err()] {
        assert!(matches!(refused, Some(StoreError::Newer { found: 99, .. })), "{refused:?}");
    }
    assert_eq!(schema.number("SELECT max(version) FROM migration"), 99);
    let traces = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'trace'";
    assert_eq!(schema.number(traces), 0, "none is made again");
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_a_database_of_something_else_is_told_and_left_alone() {
    let schema = Schema::new();
    schema.run("CREATE TABLE ledger (amount BIGINT)");
    assert_eq!(PostgresStore::look(&schema.url()).unwrap().version, None);
    let told = PostgresStore::open(&schema.url()).unwrap_err();
    assert!(matches!(told, StoreError::Unsuitable(_)), "{told:?}");
    assert!(told.to_string().contains("\"ledger\" already exists"), "{told}");
    assert_eq!(schema.number("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"), 1);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_a_lost_connection_is_told_once_and_made_anew() {
    let schema = Schema::new();
    let store = PostgresStore::open(&schema.url()).unwrap();
    assert_eq!(store.receive(&[received(1)]).unwrap(), [Receipt::New]);
    assert_eq!(store.unfolded(10).unwrap().len(), 1);
    schema.cut_connections();
    // Whether the cut was noticed before the next question decides whether that one fails; none fails after it.
    let told = store.receive(&[received(2)]).err();
    assert!(matches!(told, None | Some(StoreError::Unreachable(_))), "{told:?}");
    assert_eq!(store.receive(&[received(1), received(3)]).unwrap(), [Receipt::Repeat, Receipt::New]);
    let _ = store.unfolded(10);
    let calls: Vec<u64> = store.unfolded(10).unwrap().iter().map(|row| row.call.unwrap().0).collect();
    assert_eq!((calls.first(), calls.last()), (Some(&1), Some(&3)));
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_a_connection_lost_within_a_change_leaves_nothing_of_it() {
    let schema = Schema::new();
    let store = PostgresStore::open(&schema.url()).unwrap();
    // The server ends the connection in the middle of the change.
    schema.run(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
         CREATE TRIGGER cut BEFORE INSERT ON setting FOR EACH ROW WHEN (NEW.key = 'cut') EXECUTE FUNCTION cut()",
    );
    let settings = ["before", "cut", "after"].map(|key| (key.to_owned(), "v".to_owned())).to_vec();
    let told = store.commit(&Change { settings, ..put(due_call(4, "customer:7")) }).unwrap_err();
    assert!(matches!(told, StoreError::Unreachable(_)), "{told:?}");
    assert_eq!(store.setting("before").unwrap(), None);
    assert_eq!(store.case(CaseId(4)).unwrap().map(|case| case.revision), None);
    store.commit(&put(due_call(4, "customer:7"))).unwrap();
    assert_eq!(store.case(CaseId(4)).unwrap().map(|case| case.revision), Some(1));
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_what_the_server_refuses_is_told_without_the_row() {
    let schema = Schema::new();
    let store = PostgresStore::open(&schema.url()).unwrap();
    schema.run("ALTER TABLE setting ADD CHECK (value NOT LIKE '+%')");
    let settings = vec![("first".to_owned(), "v".to_owned()), ("k".to_owned(), "+12025550104".to_owned())];
    let told = store.commit(&Change { settings, ..Change::at(at(0)) }).unwrap_err();
    assert!(matches!(told, StoreError::Refused(_)), "{told:?}");
    assert!(told.to_string().contains("check constraint") && !format!("{told:?}").contains("0104"), "{told}");
    assert_eq!(store.setting("first").unwrap(), None, "a change is whole or not at all");
    assert_eq!(store.receive(&[received(1)]).unwrap(), [Receipt::New], "the connection is as good as before");
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_it_is_used_within_a_runtime_whose_clock_stands_still() {
    let schema = Schema::new();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let store: Arc<dyn Store> = Arc::new(PostgresStore::open(&schema.url()).unwrap());
        let began = tokio::time::Instant::now();
        // More questions than a task of tokio may ask without a pause.
        for n in 0..300 {
            store.setting(&n.to_string()).unwrap();
        }
        store.receive(&[received(1)]).unwrap();
        assert_eq!(began.elapsed(), std::time::Duration::ZERO);
        drop(store);
    });
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_ids_of_pushed_events_are_seen_in_their_order_whoever_commits() {
    const EACH: i64 = 40;
    let schema = Schema::new();
    let reader = PostgresStore::open(&schema.url()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let store = PostgresStore::open(&schema.url()).unwrap();
                let health = serde_json::from_value(health()).unwrap();
                let event = sidetone_protocol::LiveEvent::Health(Box::new(health));
                for _ in 0..EACH {
                    store.commit(&Change { push: vec![event.clone()], ..Change::at(at(0)) }).unwrap();
                }
            });
        }
        let mut seen = 0;
        while seen < 3 * EACH {
            for pushed in reader.pushed_since(seen, 7).unwrap().unwrap() {
                seen += 1;
                assert_eq!(pushed.id, seen.to_string(), "none appears behind one that was seen already");
            }
        }
    });
    assert_eq!(reader.last_pushed().unwrap(), 3 * EACH);
}

fn health() -> serde_json::Value {
    json!({
        "state": "well", "mode": "live", "alerts": [], "connections": [], "budgets": [], "odd_events": 0,
        "outbox": {"calls": 0, "writes": 0, "oldest_seconds": 0, "held": 0, "parked": 0, "not_logged": 0},
        "source": {"kind": "webhook", "last_event_at": null}, "sandbox": null, "version": "1",
    })
}

#[test]
fn an_address_that_cannot_be_used_is_told_without_its_password() {
    for url in [
        "postgres://ada:geheim?1=2@127.0.0.1/db",
        "postgres://ada:geheim@127.0.0.1:port/db",
        "postgres://ada:geheim@127.0.0.1:1/db",
        "postgres://ada:geheim@127.0.0.1:1/db?sslmode=sometimes",
    ] {
        let told = PostgresStore::open(url).unwrap_err();
        assert!(!format!("{told} {told:?}").contains("geheim"), "{told}");
        assert!(told.to_string().contains("[hub] database"), "{told}");
    }
    let told = PostgresStore::open("postgres://ada:geheim@127.0.0.1:1/db").unwrap_err();
    assert!(matches!(told, StoreError::Unreachable(_)), "{told:?}");
}
