//! Durable webhook events a second, and memory: the hub beside the plain receiver, in turns on the same disk.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use sidetone_sandbox::{Options, Ports, Sandbox};

use crate::event;
use crate::failure::Failure;
use crate::figures::{median, megabytes, milliseconds, percentile, times};
use crate::hub::{self, Mode, Webhook};
use crate::kept;
use crate::load::{CONNECTIONS, load};
use crate::process::Memory;
use crate::program::{self, Program};
use crate::table::Table;

/// What was stored must be joined to its calls by then.
const FOLDED_WITHIN: Duration = Duration::from_secs(60);
/// A program is at rest this long after its last work.
const REST: Duration = Duration::from_secs(1);
/// The commit size of the plain receiver's second form; the hub's own.
const TOGETHER: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receiver {
    PlainEach,
    PlainTogether,
    HubOff,
    HubLive,
}

const RECEIVERS: [Receiver; 4] =
    [Receiver::PlainEach, Receiver::PlainTogether, Receiver::HubOff, Receiver::HubLive];

impl fmt::Display for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Receiver::PlainEach => "plain receiver, one commit per event",
            Receiver::PlainTogether => "plain receiver, group commit",
            Receiver::HubOff => "sidetone-hub, mode off",
            Receiver::HubLive => "sidetone-hub, mode live",
        })
    }
}

/// One load on one receiver.
struct Round {
    receiver: Receiver,
    events: usize,
    per_second: f64,
    p50: Duration,
    p99: Duration,
    at_rest: Memory,
    after: Memory,
    /// Microseconds on a processor and bytes written, for each event.
    for_each: (f64, f64),
    /// Events a second until the last was also joined to its call; the hub only.
    folded_per_second: Option<f64>,
}

/// All rounds.
pub(crate) struct Rounds(Vec<Round>);

/// Loads each receiver `rounds` times for `time`, in turns, so that a busy minute meets all of them.
pub(crate) async fn measure(dir: &Path, rounds: usize, time: Duration) -> Result<Rounds, Failure> {
    let mut all = Vec::new();
    for round in 0..rounds {
        let mut turn = RECEIVERS;
        turn.rotate_left(round % RECEIVERS.len());
        for receiver in turn {
            crate::progress(&format!("round {} of {rounds}: {receiver}", round + 1));
            let dir = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
            all.push(match receiver {
                Receiver::PlainEach => plain(receiver, dir.path(), 1, time).await?,
                Receiver::PlainTogether => plain(receiver, dir.path(), TOGETHER, time).await?,
                Receiver::HubOff => of_hub(receiver, dir.path(), Mode::Off, time).await?,
                Receiver::HubLive => of_hub(receiver, dir.path(), Mode::Live, time).await?,
            });
        }
    }
    Ok(Rounds(all))
}

async fn plain(receiver: Receiver, dir: &Path, together: usize, time: Duration) -> Result<Round, Failure> {
    let (address, database) = (program::free_address()?, dir.join("events.db"));
    let arguments = [
        format!("--listen={address}"),
        format!("--database={}", database.display()),
        format!("--token={}", hub::WEBHOOK_TOKEN),
        format!("--together={together}"),
    ];
    let program = Program::start("plain-receiver", &arguments, address, dir).await?;
    tokio::time::sleep(REST).await;
    let (at_rest, used) = (program.memory()?, program.used()?);
    let whom = receiver.to_string();
    let load = load(&whom, address, hub::WEBHOOK_TOKEN, time).await?;
    tokio::time::sleep(REST).await;
    let (after, used_after) = (program.memory()?, program.used()?);
    program.kill()?;
    kept::must_hold(&whom, &kept::by_plain(&database)?, &load.told)?;
    Ok(Round {
        receiver,
        events: load.told.len(),
        per_second: load.per_second,
        p50: median(&load.took),
        p99: percentile(&load.took, 0.99),
        at_rest,
        after,
        for_each: used_after.for_each(used, load.told.len()),
        folded_per_second: None,
    })
}

async fn of_hub(receiver: Receiver, dir: &Path, mode: Mode, time: Duration) -> Result<Round, Failure> {
    let sandbox = Sandbox::new(Options::default())?;
    hub::lift_limits(&sandbox);
    for index in 0..1000 {
        let _ = sandbox.control().gorgias().add_customer(
            &format!("Customer {index}"),
            None,
            &event::number(index),
        );
    }
    let served = sandbox.serve(Ports::default()).await?;
    let mut hub = hub::start(dir, &served, mode, Webhook::ByHand).await?;
    tokio::time::sleep(REST).await;
    let (at_rest, used) = (hub.program.memory()?, hub.program.used()?);
    let whom = receiver.to_string();
    let load = load(&whom, hub.program.address, hub::WEBHOOK_TOKEN, time).await?;
    let ended = Instant::now();
    while kept::not_folded(&hub.database)? > 0 {
        hub.program.must_run()?;
        if ended.elapsed() > FOLDED_WITHIN {
            let left = kept::not_folded(&hub.database)?;
            let what =
                format!("{whom}: {left} of {} events were not joined to their calls; that", load.told.len());
            return Err(Failure::Late { what, seconds: FOLDED_WITHIN.as_secs() });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let folded_per_second = load.told.len() as f64 / load.began.elapsed().as_secs_f64();
    tokio::time::sleep(REST).await;
    let (after, used_after) = (hub.program.memory()?, hub.program.used()?);
    hub.program.kill()?;
    kept::must_hold(&whom, &kept::by_hub(&hub.database)?, &load.told)?;
    served.shutdown().await;
    Ok(Round {
        receiver,
        events: load.told.len(),
        per_second: load.per_second,
        p50: median(&load.took),
        p99: percentile(&load.took, 0.99),
        at_rest,
        after,
        for_each: used_after.for_each(used, load.told.len()),
        folded_per_second: Some(folded_per_second),
    })
}

impl Rounds {
    fn of<T: PartialOrd + Copy + Default>(&self, receiver: Receiver, figure: impl Fn(&Round) -> T) -> T {
        median(&self.0.iter().filter(|round| round.receiver == receiver).map(figure).collect::<Vec<_>>())
    }

    fn for_each(&self, receiver: Receiver) -> (f64, f64) {
        (self.of(receiver, |r| r.for_each.0), self.of(receiver, |r| r.for_each.1))
    }

    /// Figure 1.
    pub(crate) fn throughput(&self, disk_writes_per_second: f64) -> Table {
        let head = [
            "Receiver",
            "events/s",
            "of plain, each",
            "of plain, group",
            "p50",
            "p99",
            "folded/s",
            "CPU per event",
            "of plain, group",
            "written per event",
            "of plain, group",
            "events a round",
        ];
        let mut table = Table::new("Durable webhook events", &head);
        let each = self.of(Receiver::PlainEach, |r| r.per_second);
        let together = self.of(Receiver::PlainTogether, |r| r.per_second);
        let plain = self.for_each(Receiver::PlainTogether);
        for receiver in RECEIVERS {
            let (cpu, written) = self.for_each(receiver);
            let per_second = self.of(receiver, |r| r.per_second);
            let folded = self.of(receiver, |r| r.folded_per_second.unwrap_or_default());
            table.row(&[
                receiver.to_string(),
                format!("{per_second:.0}"),
                times(per_second, each),
                times(per_second, together),
                milliseconds(self.of(receiver, |r| r.p50)),
                milliseconds(self.of(receiver, |r| r.p99)),
                if folded > 0.0 { format!("{folded:.0}") } else { "–".into() },
                format!("{cpu:.0} µs"),
                times(cpu, plain.0),
                format!("{:.1} kB", written / 1000.0),
                times(written, plain.1),
                self.of(receiver, |r| r.events).to_string(),
            ]);
        }
        table.method(&format!(
            "{CONNECTIONS} keep-alive connections on loopback, each with its next event as soon as the last was answered; five \
             `call.*` events a call, about 3 kB, ids above 2^32, the token in each. SQLite with WAL and `synchronous = FULL` \
             for all four. The same load in turns, medians over the rounds; client and receiver share the processors."
        ));
        table.method(
            "After every round the receiver was killed (`kill -9`) and its file read: every event that was answered 200 was \
             in it. `folded/s`: until the hub had also joined the last event to its call. Mode live besides looks up every \
             caller, sends cards and writes tickets to the sandbox meanwhile. CPU and bytes written (database and log, from \
             `/proc`) include that; they hold on a busy machine as well.",
        );
        table.method(&format!(
            "The same disk makes {disk_writes_per_second:.0} writes of 4 kB durable a second, one after the other (a file of fixed \
             size, `fsync` each, as SQLite does)."
        ));
        table
    }

    /// Figure 4.
    pub(crate) fn memory(&self) -> Table {
        let head = [
            "Program",
            "at rest",
            "of plain",
            "after the load",
            "of plain",
            "anonymous, at rest",
            "anonymous, after",
        ];
        let mut table = Table::new("Memory (PSS)", &head);
        let plain = (
            self.of(Receiver::PlainTogether, |r| r.at_rest.pss) as f64,
            self.of(Receiver::PlainTogether, |r| r.after.pss) as f64,
        );
        for receiver in RECEIVERS {
            let (rest, after) = (self.of(receiver, |r| r.at_rest.pss), self.of(receiver, |r| r.after.pss));
            table.row(&[
                receiver.to_string(),
                megabytes(rest),
                times(rest as f64, plain.0),
                megabytes(after),
                times(after as f64, plain.1),
                megabytes(self.of(receiver, |r| r.at_rest.anonymous)),
                megabytes(self.of(receiver, |r| r.after.anonymous)),
            ]);
        }
        table.method(
            "`Pss` and `Pss_Anon` of `/proc/<pid>/smaps_rollup`, each program a process of its own: one second after it was \
             ready, and one second after the load of the table above (the hub: after the last event was joined to its call). \
             Medians over the rounds; \"of plain\" is the plain receiver with group commit.",
        );
        table
    }
}
