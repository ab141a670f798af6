//! The directory of a large account: how long it takes to be read, how much it takes up, and how fast a ring is answered
//! from it, beside a bare look-up in the same file.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Utc;
use rusqlite::{Connection, OpenFlags};
use sidetone_engine::number::{self, E164};
use sidetone_engine::store::Store;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_protocol::{DirectoryState, Health};
use sidetone_sandbox::{Fault, FaultKind, GorgiasControl, Options, Ports, Sandbox};

use crate::card::{card_of, tell};
use crate::event::{self, Template};
use crate::failure::Failure;
use crate::figures::{median, megabytes, percentile, times};
use crate::hub::{self, ADMIN_TOKEN, Hub, Mode, WEBHOOK_TOKEN, Webhook};
use crate::process::Memory;
use crate::table::Table;
use crate::{program, stream};

/// Customers of a large shop.
const CUSTOMERS: u32 = 160_000;
/// On one page of the list.
const PAGE: usize = 100;
/// Nothing takes longer.
const READ_WITHIN: Duration = Duration::from_secs(600);
/// Between two looks at progress and memory.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Look-ups in the file, each of another customer.
const LOOK_UPS: u32 = 2000;
/// Calls that ring.
const CALLS: u32 = 40;
/// The helpdesk's own answer takes so long: what comes before is the directory's.
const SLOW_MS: u64 = 3000;

/// What reading all customers took.
struct Read {
    took: Duration,
    cpu: Duration,
    at_rest: Memory,
    most: Memory,
    file_bytes: u64,
}

/// Figure 5.
pub(crate) async fn measure(dir: &Path) -> Result<Table, Failure> {
    let dir = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
    let bare = bare_rows(&dir.path().join("bare.db"))?;
    let sandbox = Sandbox::new(Options::default())?;
    hub::lift_limits(&sandbox);
    sandbox.control().gorgias().add_customers(CUSTOMERS);
    let served = sandbox.serve(Ports::default()).await?;
    let mut hub = hub::start(dir.path(), &served, Mode::LiveCardsOnly, Webhook::ByHand).await?;
    let read = read(&mut hub).await?;
    let rings = rings(&mut hub, &sandbox).await?;
    let database = hub.database.clone();
    hub.program.kill()?;
    served.shutdown().await;
    let (by_key, by_number) = look_ups(&database)?;
    Ok(table(bare, &read, &by_key, &by_number, &rings))
}

/// The same number of rows, a page in each commit, into a table with a primary key.
fn bare_rows(path: &Path) -> Result<Duration, Failure> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE customer (id TEXT PRIMARY KEY, name TEXT, number TEXT) WITHOUT ROWID;",
    )?;
    let begun = Instant::now();
    let all: Vec<u32> = (0..CUSTOMERS).collect();
    for page in all.chunks(PAGE) {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO customer VALUES (?1, ?2, ?3)")?;
            for index in page {
                let number = GorgiasControl::number_of(*index).unwrap_or_default();
                insert.execute((index.to_string(), format!("Customer {index}"), number))?;
            }
        }
        transaction.commit()?;
    }
    Ok(begun.elapsed())
}

/// Waits until all customers were read.
async fn read(hub: &mut Hub) -> Result<Read, Failure> {
    let client = program::http_client()?;
    let (begun, used) = (Instant::now(), hub.program.used()?);
    let at_rest = hub.program.memory()?;
    let mut most = at_rest;
    loop {
        hub.program.must_run()?;
        let now = hub.program.memory()?;
        if now.pss > most.pss {
            most = now;
        }
        let directory = health(&client, hub).await?.directory.unwrap_or_default();
        if directory.state == DirectoryState::Complete && directory.customers >= CUSTOMERS {
            break;
        }
        if begun.elapsed() > READ_WITHIN {
            let what = format!("the reading of {CUSTOMERS} customers");
            return Err(Failure::Late { what, seconds: READ_WITHIN.as_secs() });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let took = begun.elapsed();
    let cpu = hub.program.used()?.cpu.saturating_sub(used.cpu);
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    Ok(Read { took, cpu, at_rest, most, file_bytes: size(&hub.database) })
}

async fn health(client: &reqwest::Client, hub: &Hub) -> Result<Health, Failure> {
    let whom = "sidetone-hub";
    let request = client.get(format!("http://{}/api/health", hub.program.address));
    let request = request.header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    let answer = request.send().await.map_err(Failure::request(whom))?;
    let body = answer.bytes().await.map_err(Failure::request(whom))?;
    serde_json::from_slice(&body)
        .map_err(|error| Failure::Unreadable { whom: whom.into(), error: error.to_string() })
}

/// From the event to the card with the customer, while the helpdesk itself is slow.
async fn rings(hub: &mut Hub, sandbox: &Sandbox) -> Result<Vec<Duration>, Failure> {
    let slow = Fault::next(u32::MAX, FaultKind::Slow { ms: SLOW_MS }).on("GET", "/api/customers");
    sandbox.control().gorgias().add_fault(slow);
    let client = program::http_client()?;
    let mut cards = stream::cards(hub.program.address).await?;
    let template = Template::new(WEBHOOK_TOKEN);
    let url = format!("http://{}/webhooks/aircall", hub.program.address);
    let mut all = Vec::new();
    for index in 0..CALLS {
        let Some(number) = GorgiasControl::number_of(with_country(index)) else { continue };
        let id = event::FIRST_CALL + u64::from(index);
        let mut events = template
            .of_call(id, &number, Utc::now().timestamp())
            .map(|(_, body)| tell(&client, "sidetone-hub", &url, body));
        let Some(created) = events.next() else { continue };
        let sent = Instant::now();
        created.await?;
        let (_, known) = card_of(&mut cards, id).await?;
        hub.program.must_run()?;
        let took = known - sent;
        if took > Duration::from_millis(SLOW_MS) {
            return Err(Failure::Late {
                what: "the directory's answer to a ring".into(),
                seconds: SLOW_MS / 1000,
            });
        }
        all.push(took);
        for event in events {
            event.await?;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(all)
}

/// Who has a number, and beside it one row by its key: each of another customer, in turns, in the same file.
fn look_ups(database: &Path) -> Result<(Vec<Duration>, Vec<Duration>), Failure> {
    let unreadable = |error: String| Failure::Unreadable { whom: "the hub's database".into(), error };
    let store = SqliteStore::open(database).map_err(|error| unreadable(error.to_string()))?;
    let bare = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let ids: Vec<String> = bare
        .prepare("SELECT customer FROM directory ORDER BY customer")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut by_id = bare.prepare("SELECT name FROM directory WHERE customer = ?1")?;
    let numbers: Vec<E164> = (0..LOOK_UPS)
        .filter_map(|turn| number::parse(&GorgiasControl::number_of(with_country(turn))?, None))
        .collect();
    let (mut by_key, mut by_number) = (Vec::new(), Vec::new());
    for (turn, number) in numbers.iter().enumerate() {
        let id = &ids[turn * 7919 % ids.len()];
        let asked = Instant::now();
        let _: String = by_id.query_row([id], |row| row.get(0))?;
        by_key.push(asked.elapsed());
        let asked = Instant::now();
        let found = store.listed(number).map_err(|error| unreadable(error.to_string()))?;
        by_number.push(asked.elapsed());
        if found.is_empty() {
            return Err(unreadable("a number that the helpdesk holds is not in the directory".into()));
        }
    }
    Ok((by_key, by_number))
}

/// A customer here and there whose spelling names the country: the first two of four do, and the line is in another one.
fn with_country(turn: u32) -> u32 {
    (turn * 1932 + turn % 2) % 79_700
}

fn table(
    bare: Duration,
    read: &Read,
    by_key: &[Duration],
    by_number: &[Duration],
    rings: &[Duration],
) -> Table {
    let title = format!("A directory of {CUSTOMERS} customers");
    let mut table = Table::new(&title, &["Step", "median", "p90", "of the bare one"]);
    let micros = |duration: Duration| format!("{:.1} µs", duration.as_secs_f64() * 1e6);
    let key = median(by_key).as_secs_f64();
    for (step, all) in [
        ("bare SQLite: one row by its primary key", by_key),
        ("who has a number, in whatever spelling", by_number),
        ("ring: `call.created` sent to card with the customer", rings),
    ] {
        let middle = median(all);
        table.row(&[
            step.into(),
            micros(middle),
            micros(percentile(all, 0.9)),
            times(middle.as_secs_f64(), key),
        ]);
    }
    table.row(&[
        "bare SQLite: as many rows, a page in each commit".into(),
        format!("{:.1} s", bare.as_secs_f64()),
        "–".into(),
        times(1.0, 1.0),
    ]);
    table.row(&[
        "all customers read, from the hub's start".into(),
        format!("{:.1} s", read.took.as_secs_f64()),
        "–".into(),
        times(read.took.as_secs_f64(), bare.as_secs_f64()),
    ]);
    table.method(&format!(
        "The hub reads the sandbox's list, {PAGE} customers in a request and a commit, limits lifted, one request after the other; \
         half of the customers have a number, in four spellings, of which two name the country. {:.1} s of the processor are the hub's, the rest is the \
         sandbox's list and the disk. At the one to two requests a second of a real account the same takes 15 to 30 minutes.",
        read.cpu.as_secs_f64()
    ));
    table.method(&format!(
        "Memory (PSS) {} before and {} at most while reading; the database's file is {} afterwards.",
        megabytes(read.at_rest.pss),
        megabytes(read.most.pss),
        megabytes(read.file_bytes)
    ));
    table.method(&format!(
        "{LOOK_UPS} look-ups of either kind in turns in the hub's own file, the hub not running. {} rings, each from another \
         number, while the helpdesk takes {:.0} s for its own answer; each time begins before the event is sent and holds its \
         durable commit.",
        rings.len(),
        SLOW_MS as f64 / 1000.0
    ));
    table
}
