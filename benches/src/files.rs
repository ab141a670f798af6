//! What a large recording costs the hub in memory on its way from Aircall to the helpdesk, beside the file's own size.

use std::path::Path;
use std::time::{Duration, Instant};

use sidetone_sandbox::{HangUp, Options, Ports, Ring, Sandbox, aircall_world as world};

use crate::failure::Failure;
use crate::figures::megabytes;
use crate::hub::{self, Hub, Mode, Webhook};
use crate::table::Table;

/// Hung up to ended takes 1 s instead of 30 s.
const SCALE: f64 = 30.0;
/// The first one warms up: connections, allocator, lists.
const SIZES: [u64; 3] = [1_000_000, 20_000_000, 200_000_000];
/// A file of the largest size takes longer than this on no machine that is worth measuring on.
const DONE_WITHIN: Duration = Duration::from_secs(120);

/// Figure 5.
pub(crate) async fn measure(dir: &Path) -> Result<Table, Failure> {
    let dir = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
    let sandbox = Sandbox::new(Options { scale: SCALE, ..Options::default() })?;
    hub::lift_limits(&sandbox);
    let served = sandbox.serve(Ports::default()).await?;
    let mut hub = hub::start(dir.path(), &served, Mode::Live, Webhook::FromSandbox).await?;
    wait(&mut hub, "the hub's webhook", || !sandbox.control().aircall().webhooks().is_empty()).await?;
    let mut table = Table::new(
        "A recording on its way",
        &["File", "peak memory more", "of the file", "from end to attached"],
    );
    for (index, size) in SIZES.into_iter().enumerate() {
        let control = sandbox.control();
        let aircall = control.aircall();
        aircall.switch(|switches| switches.media_bytes = size);
        let call = aircall.ring(&Ring {
            line: world::SUPPORT_FR,
            from: Some(format!("+3319900530{index}")),
            ..Ring::default()
        })?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        aircall.answer(call, Some(world::CAMILLE))?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = hub.program.begin_peak()?;
        let begun = Instant::now();
        aircall.hang_up(call, &HangUp::default())?;
        let name = format!("\"recording-{call}.mp3\"");
        wait(&mut hub, "the recording in its note", || {
            sandbox.control().gorgias().dump()["tickets"].to_string().contains(&name)
        })
        .await?;
        let took = begun.elapsed();
        let grown = hub.program.peak()?.saturating_sub(before);
        table.row(&[
            megabytes(size),
            megabytes(grown),
            format!("× {:.3}", grown as f64 / size as f64),
            format!("{:.1} s", took.as_secs_f64()),
        ]);
    }
    table.method(
        "`VmHWM` of `/proc/<pid>/status`, set back just before the call was hung up, less `VmRSS` at that moment: the most \
         that the hub held at any time while it fetched the file from the sandbox and uploaded it there. The first row is \
         the first file at all, so it holds what is needed once. The time includes one second until Aircall has the file.",
    );
    served.shutdown().await;
    Ok(table)
}

async fn wait(hub: &mut Hub, what: &str, is_so: impl Fn() -> bool) -> Result<(), Failure> {
    let begun = Instant::now();
    while !is_so() {
        hub.program.must_run()?;
        if begun.elapsed() > DONE_WITHIN {
            return Err(Failure::Late { what: what.into(), seconds: DONE_WITHIN.as_secs() });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
