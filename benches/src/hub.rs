//! `sidetone-hub serve` against the sandbox, with limits so high that no budget interferes.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sidetone_sandbox::{AircallControl, GorgiasControl, Sandbox, Served, aircall_world, gorgias_world};

use crate::failure::Failure;
use crate::program::{self, Program};

/// The token of the webhook made by hand.
pub(crate) const WEBHOOK_TOKEN: &str = "bench-webhook-token";
/// Bearer for `/api/*`.
pub(crate) const ADMIN_TOKEN: &str = "bench-admin-token";

/// A hub and its database.
pub(crate) struct Hub {
    /// The program.
    pub(crate) program: Program,
    /// Its SQLite file.
    pub(crate) database: PathBuf,
}

/// Where the hub's events come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Webhook {
    /// From us, with [`WEBHOOK_TOKEN`].
    ByHand,
    /// From the sandbox, which the hub asks for a webhook of its own.
    FromSandbox,
}

/// What the hub makes of calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Events are stored, nothing else.
    Off,
    /// Cards and records.
    Live,
    /// Cards; every kind of call is kept in the call log only.
    LiveCardsOnly,
}

/// A configuration that was written, for the hub and for the companion.
pub(crate) struct Configured {
    /// The file.
    pub(crate) file: PathBuf,
    /// Where whoever reads it listens.
    pub(crate) address: SocketAddr,
    database: PathBuf,
}

/// Starts a hub in `dir`.
pub(crate) async fn start(dir: &Path, served: &Served, mode: Mode, webhook: Webhook) -> Result<Hub, Failure> {
    let Configured { file, address, database } = configure(dir, served, mode, webhook)?;
    let arguments = ["serve".to_owned(), "--config".to_owned(), file.display().to_string()];
    let program = Program::start("sidetone-hub", &arguments, address, dir).await?;
    Ok(Hub { program, database })
}

/// Writes a configuration into `dir`, with a port that is free.
pub(crate) fn configure(
    dir: &Path,
    served: &Served,
    mode: Mode,
    webhook: Webhook,
) -> Result<Configured, Failure> {
    let address = program::free_address()?;
    let database = dir.join("sidetone.db");
    let webhook = match webhook {
        Webhook::ByHand => format!("webhook = \"manual\"\nwebhook_token = \"{WEBHOOK_TOKEN}\""),
        Webhook::FromSandbox => "webhook = \"auto\"".to_owned(),
    };
    let logging = match mode {
        Mode::Off => "mode = \"off\"",
        Mode::Live => "mode = \"live\"",
        Mode::LiveCardsOnly => "mode = \"live\"\nanswered = \"store\"\nmissed = \"store\"",
    };
    let text = format!(
        r#"[hub]
listen = "{address}"
public_url = "http://{address}"
data_dir = "{dir}"
database = "sqlite://{database}"
admin_token = "{ADMIN_TOKEN}"
[aircall]
api_url = "http://{aircall}"
api_id = "{id}"
api_token = "{token}"
numbers = [{line}]
rate_per_minute = 10000
share = 1.0
{webhook}
[gorgias]
account = "{account}"
api_url = "http://{gorgias}"
email = "{email}"
api_key = "{key}"
rate = "100000/1s"
[logging]
{logging}
from = "2020-01-01T00:00:00Z"
"#,
        dir = dir.display(),
        database = database.display(),
        aircall = served.aircall,
        id = aircall_world::API_ID,
        token = aircall_world::API_TOKEN,
        line = aircall_world::SUPPORT_FR,
        account = gorgias_world::ACCOUNT,
        gorgias = served.gorgias,
        email = gorgias_world::EMAIL,
        key = gorgias_world::API_KEY,
    );
    let file = dir.join("hub.toml");
    fs::write(&file, text).map_err(Failure::file(&file))?;
    Ok(Configured { file, address, database })
}

/// Lifts the vendors' limits, which are not what is measured here.
pub(crate) fn lift_limits(sandbox: &Sandbox) {
    let control = sandbox.control();
    let (aircall, gorgias): (&AircallControl, &GorgiasControl) = (control.aircall(), control.gorgias());
    let mut window = aircall.limits();
    window.per_minute = 10_000_000;
    aircall.set_limits(window);
    let mut bucket = gorgias.limits();
    bucket.rate.requests = 10_000_000;
    bucket.rate.window_s = 1;
    gorgias.set_limits(bucket);
}
