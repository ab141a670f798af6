//! The companion's window beside a bare Tauri window: what both take, and how long a ring takes to the eye.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sidetone_sandbox::{Options, Ports, Sandbox};

use crate::desktop::Desktop;
use crate::event::{self, Template};
use crate::failure::Failure;
use crate::figures::{median, megabytes, percentile, times};
use crate::hub::{self, Configured, Mode, WEBHOOK_TOKEN, Webhook};
use crate::process::{self, Memory, Process};
use crate::table::Table;
use crate::{card, program};

/// Rings of a round that find the window there, after the one for which it is built.
const RINGS_WITH_WINDOW: usize = 4;
/// Memory is read so long after the last thing that was to happen.
const SETTLED_AFTER: Duration = Duration::from_secs(4);
/// Between the end of a call and the next ring.
const PAUSE: Duration = Duration::from_millis(700);
/// What takes longer is a fault.
const WITHIN: Duration = Duration::from_secs(20);
/// The whole part, for each round.
const ROUND_WITHIN: Duration = Duration::from_secs(45);

/// What one round has measured.
struct Round {
    at_rest: Memory,
    open: Memory,
    bare: Memory,
    bare_page: Duration,
    built_first: Ring,
    window_there: Vec<Ring>,
}

/// One ring that reached the eye.
#[derive(Clone, Copy)]
struct Ring {
    /// From before `POST call.created`.
    whole: Duration,
    /// Of that: from the pushed event on, which is the desktop's part.
    desktop: Duration,
}

/// A ring that reached the eye, and what is still to be told of its call.
struct Call {
    ring: Ring,
    further: Vec<String>,
}

/// What all rounds share.
struct Stage {
    dir: PathBuf,
    desktop: Desktop,
    configured: Configured,
    paintings: PathBuf,
    client: reqwest::Client,
    template: Template,
    calls: u64,
}

/// Figures 6 and 7.
pub(crate) async fn measure(dir: &Path, rounds: usize) -> Result<[Table; 2], Failure> {
    let limit = ROUND_WITHIN * (rounds as u32 + 1);
    let late = |_| Failure::Late { what: "the measurement of the window".into(), seconds: limit.as_secs() };
    tokio::time::timeout(limit, Box::pin(all_rounds(dir, rounds))).await.map_err(late)?
}

async fn all_rounds(dir: &Path, rounds: usize) -> Result<[Table; 2], Failure> {
    let folder = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
    let sandbox = Sandbox::new(Options::default())?;
    hub::lift_limits(&sandbox);
    for index in 0..((rounds + 1) * (RINGS_WITH_WINDOW + 1)) as u64 {
        let gorgias = sandbox.control().gorgias().clone();
        let _ = gorgias.add_customer(&format!("Customer {index}"), None, &event::number(index));
    }
    let served = sandbox.serve(Ports::default()).await?;
    let dir = folder.path().to_owned();
    let mut stage = Stage {
        desktop: Desktop::start(&dir).await?,
        configured: hub::configure(&dir, &served, Mode::LiveCardsOnly, Webhook::ByHand)?,
        paintings: dir.join("paintings.jsonl"),
        client: program::http_client()?,
        template: Template::new(WEBHOOK_TOKEN),
        calls: 0,
        dir,
    };
    // The first start fills the system's caches.
    stage.round().await?;
    let mut measured = Vec::new();
    for _ in 0..rounds {
        measured.push(stage.round().await?);
    }
    served.shutdown().await;
    Ok([memory(&measured), rings(&measured)])
}

impl Stage {
    /// The companion, then the bare window; never both at a time, because what they share would count half.
    async fn round(&mut self) -> Result<Round, Failure> {
        let icons = self.desktop.icons();
        let mut companion = self.start(&[
            "--config",
            &self.configured.file.display().to_string(),
            "--data-dir",
            &self.dir.display().to_string(),
        ])?;
        program::answers(&mut companion, self.configured.address).await?;
        let desktop = &self.desktop;
        companion.until("the tray icon", WITHIN, |_| (desktop.icons() > icons).then_some(())).await?;
        let at_rest = settled(&mut companion).await?;

        let first = self.ring(&mut companion).await?;
        let open = settled(&mut companion).await?;
        let built_first = first.ring;
        self.go_on(first).await?;
        let mut window_there = Vec::new();
        for _ in 0..RINGS_WITH_WINDOW {
            let call = self.ring(&mut companion).await?;
            window_there.push(call.ring);
            self.go_on(call).await?;
        }
        companion.end().await?;

        let mut command = process::built("sidetone-bare-window")?;
        self.desktop.around(&mut command);
        let mut bare = Process::start(command, &self.dir)?;
        let painted = bare.until("the bare window's painted page", WITHIN, Process::first_line).await?;
        let unreadable = |error: std::num::ParseIntError| Failure::Unreadable {
            whom: "the bare window".into(),
            error: error.to_string(),
        };
        let bare_page = Duration::from_millis(painted.parse().map_err(unreadable)?);
        let bare = settled(&mut bare).await?;
        Ok(Round { at_rest, open, bare, bare_page, built_first, window_there })
    }

    fn start(&self, arguments: &[&str]) -> Result<Process, Failure> {
        let mut command = process::built("sidetone")?;
        self.desktop.around(&mut command);
        command.args(arguments).env("SIDETONE_LOG", "warn").env("SIDETONE_MEASURE", &self.paintings);
        Process::start(command, &self.dir)
    }

    /// A call from a number of its own, up to its painted card.
    async fn ring(&mut self, companion: &mut Process) -> Result<Call, Failure> {
        let (id, number) = (event::FIRST_CALL + self.calls, event::number(self.calls));
        self.calls += 1;
        let begun_at = chrono::Utc::now().timestamp();
        let mut events = self.template.of_call(id, &number, begun_at).map(|(_, body)| body);
        let created = events.next().unwrap_or_default();
        let further = events.collect();
        let sent = unix_ms();
        self.tell(created).await?;
        let what = format!("the painted card of call {id}");
        let (event, painted) = companion.until(&what, WITHIN, |_| painting(&self.paintings, id)).await?;
        let since = |from: u64| Duration::from_millis(painted.saturating_sub(from));
        Ok(Call { ring: Ring { whole: since(sent), desktop: since(event) }, further })
    }

    /// The call's further events, so that there is never more than one up.
    async fn go_on(&self, call: Call) -> Result<(), Failure> {
        for body in call.further {
            self.tell(body).await?;
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    async fn tell(&self, body: String) -> Result<(), Failure> {
        let url = format!("http://{}/webhooks/aircall", self.configured.address);
        card::tell(&self.client, "sidetone", &url, body).await
    }
}

/// What a program takes when nothing happens any more.
async fn settled(process: &mut Process) -> Result<Memory, Failure> {
    tokio::time::sleep(SETTLED_AFTER).await;
    process.must_run()?;
    process.memory()
}

/// When the desktop got a call's event and when the card was painted, as the companion noted it (`SIDETONE_MEASURE`).
fn painting(file: &Path, call: u64) -> Option<(u64, u64)> {
    let (call, text) = (call.to_string(), fs::read_to_string(file).ok()?);
    text.lines().find_map(|line| {
        let noted: Value = serde_json::from_str(line).ok()?;
        (noted["call_id"] == call.as_str())
            .then_some((noted["event_ms"].as_u64()?, noted["painted_ms"].as_u64()?))
    })
}

fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// As exact as the companion notes it.
fn whole_milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

fn memory(rounds: &[Round]) -> Table {
    let mut table = Table::new(
        "The window's memory",
        &["What", "processes", "PSS, median", "from", "to", "of it anonymous", "of the bare window"],
    );
    let figures = |of: fn(&Round) -> Memory| rounds.iter().map(of).collect::<Vec<_>>();
    let bare = figures(|round| round.bare);
    let reference = median(&bare.iter().map(|memory| memory.pss).collect::<Vec<_>>());
    let rows = [
        ("a bare Tauri window, its empty page painted", bare),
        ("the companion at rest: in the tray, no window", figures(|round| round.at_rest)),
        ("the companion with its window, a call's card painted", figures(|round| round.open)),
    ];
    for (name, memories) in rows {
        let pss: Vec<u64> = memories.iter().map(|memory| memory.pss).collect();
        let anonymous: Vec<u64> = memories.iter().map(|memory| memory.anonymous).collect();
        table.row(&[
            name.to_owned(),
            memories.iter().map(|memory| memory.processes).max().unwrap_or(0).to_string(),
            megabytes(median(&pss)),
            megabytes(percentile(&pss, 0.0)),
            megabytes(percentile(&pss, 1.0)),
            megabytes(median(&anonymous)),
            times(median(&pss) as f64, reference as f64),
        ]);
    }
    table.method(&format!(
        "{} rounds after one for warm-up: the companion (its own engine, the sandbox as its vendors) and then the bare window, one \
         after the other, each started anew under Xvfb with openbox and a panel for the tray, and read {} s after it had done \
         what its row says. PSS of all processes together, from `smaps_rollup`.",
        rounds.len(),
        SETTLED_AFTER.as_secs()
    ));
    table
}

fn rings(rounds: &[Round]) -> Table {
    let mut table = Table::new(
        "From the ring to the painted card",
        &["What", "rings", "median", "longest", "of it in the desktop", "of the bare window's page"],
    );
    let bare: Vec<Duration> = rounds.iter().map(|round| round.bare_page).collect();
    let reference = median(&bare).as_secs_f64();
    table.row(&[
        "a bare Tauri window, from asking for it to its painted empty page".into(),
        "–".into(),
        whole_milliseconds(median(&bare)),
        whole_milliseconds(percentile(&bare, 1.0)),
        "–".into(),
        times(1.0, 1.0),
    ]);
    let built_first: Vec<Ring> = rounds.iter().map(|round| round.built_first).collect();
    let window_there: Vec<Ring> = rounds.iter().flat_map(|round| round.window_there.clone()).collect();
    for (name, rings) in [
        ("a ring at rest: the window is built for it", built_first),
        ("a ring with the window there", window_there),
    ] {
        let whole: Vec<Duration> = rings.iter().map(|ring| ring.whole).collect();
        let desktop: Vec<Duration> = rings.iter().map(|ring| ring.desktop).collect();
        let middle = median(&whole);
        table.row(&[
            name.to_owned(),
            rings.len().to_string(),
            whole_milliseconds(middle),
            whole_milliseconds(percentile(&whole, 1.0)),
            whole_milliseconds(median(&desktop)),
            times(middle.as_secs_f64(), reference),
        ]);
    }
    table.method(
        "In the same rounds. From before `POST call.created` (received, stored, told to the window) to the second frame with the \
         call's card, which the page reports, as the bare one does; the customer's name follows with the look-up. In the desktop: from the pushed \
         event on. Without a graphics card, everything is drawn by the processor.",
    );
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_painting_is_found_by_its_call_and_only_when_its_line_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("paintings.jsonl");
        assert_eq!(painting(&file, 7), None);
        let lines = "{\"call_id\":\"70\",\"event_ms\":1,\"painted_ms\":2}\n{\"call_id\":\"7\",\"event_ms\":1000,\"painted_ms\":1250}\n\
                     {\"call_id\":\"8\",\"event";
        fs::write(&file, lines).expect("is written");
        assert_eq!(painting(&file, 7), Some((1000, 1250)));
        assert_eq!(painting(&file, 8), None);
    }
}
