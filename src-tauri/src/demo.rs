//! `sidetone demo`: the whole way of a call, against stand-ins for Aircall and a helpdesk inside this process.
//!
//! The real engine, the real clients, real sockets on this computer; only the vendors are invented.

use std::sync::Arc;

use sidetone_hub::config::Base;
use sidetone_hub::house::Opening;
use sidetone_hub::seal::Configured;
use sidetone_hub::transport::HttpTransport;
use sidetone_hub::vault::SealKey;
use sidetone_sandbox::{Options, Ports, Served, aircall_world, front_world, gorgias_world};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::args::Helpdesk;
use crate::compose::{ComposeError, Running};
use crate::own_engine::OwnEngine;

/// So many times faster than at the real service come the ends of calls: nobody wants to wait half a minute for a note.
const SCALE: f64 = 5.0;
/// The played day is the same each time.
const SEED: u64 = 7;

/// The stand-ins, and the folder that is gone with them.
pub struct Sandbox {
    stand_ins: sidetone_sandbox::Sandbox,
    served: Served,
    _folder: TempDir,
}

impl Sandbox {
    /// Ends the stand-ins.
    pub async fn stop(self) {
        self.stand_ins.control().stop_play();
        self.served.shutdown().await;
    }
}

/// Starts the stand-ins and an engine that writes into the one of this helpdesk.
///
/// # Errors
/// [`ComposeError::Start`].
pub async fn backend(helpdesk: Helpdesk) -> Result<Running, ComposeError> {
    let failed = |what: &str, error: &dyn std::fmt::Display| ComposeError::Start(format!("{what}: {error}"));
    let folder = tempfile::tempdir().map_err(|error| failed("The demo needs a temporary folder", &error))?;
    let stand_ins =
        sidetone_sandbox::Sandbox::new(Options { scale: SCALE, seed: SEED, ..Options::default() })
            .map_err(|error| failed("The sandbox cannot be made", &error))?;
    let served = stand_ins
        .serve(Ports::default())
        .await
        .map_err(|error| failed("The sandbox cannot be served", &error))?;
    let listener =
        TcpListener::bind("127.0.0.1:0").await.map_err(|error| failed("No port is free", &error))?;
    let address = listener.local_addr().map_err(|error| failed("No port is free", &error))?;
    let text = configuration(folder.path(), address, &served, helpdesk);
    let transport =
        HttpTransport::new().map_err(|error| failed("The network library cannot be used", &error))?;
    let opening = Opening {
        base: Base::new(text, std::iter::empty()),
        transport: Arc::new(transport),
        folder: None,
        sandbox: Some(format!("http://{}/_sandbox/", served.aircall)),
        // What is entered in a demo is invented and gone with it.
        keys: Some(Arc::new(Configured(Some(SealKey::random())))),
        has_window: true,
    };
    stand_ins.control().play(SEED);
    let sandbox = Sandbox { stand_ins, served, _folder: folder };
    let backend = OwnEngine::start(opening, Some(listener), Some(sandbox)).await?;
    let links = backend.links();
    Ok(Running { backend: Arc::new(backend), links })
}

fn configuration(
    folder: &std::path::Path,
    hub: std::net::SocketAddr,
    served: &Served,
    helpdesk: Helpdesk,
) -> String {
    format!(
        "[hub]\nlisten = \"{hub}\"\npublic_url = \"http://{hub}\"\ndata_dir = {folder:?}\n\
         [aircall]\napi_url = \"http://{aircall}\"\napi_id = \"{id}\"\napi_token = \"{token}\"\nnumbers = [{lines}]\n\
         {helpdesk}\
         [logging]\nmode = \"live\"\n",
        folder = folder.display().to_string(),
        aircall = served.aircall,
        id = aircall_world::API_ID,
        token = aircall_world::API_TOKEN,
        lines = [aircall_world::SUPPORT_FR, aircall_world::SUPPORT_DE, aircall_world::SALES_US]
            .map(|id| id.to_string())
            .join(", "),
        helpdesk = match helpdesk {
            Helpdesk::Gorgias => format!(
                "[gorgias]\napi_url = \"http://{}\"\nemail = \"{}\"\napi_key = \"{}\"\n",
                served.gorgias,
                gorgias_world::EMAIL,
                gorgias_world::API_KEY
            ),
            // The stand-in serves API and pages at one address.
            Helpdesk::Front => format!(
                "[front]\napi_url = \"http://{0}\"\noauth_url = \"http://{0}\"\napi_token = \"{1}\"\n",
                served.front,
                front_world::TOKEN
            ),
        },
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use sidetone_protocol::{CallState, CallView};

    use super::*;
    use crate::backend::CallQuery;

    /// The first call is over after half a minute.
    const AT_MOST: Duration = Duration::from_secs(120);

    fn is_complete_and_martas(call: &CallView) -> bool {
        let is_marta = call.customer.as_ref().is_some_and(|customer| customer.name == "Marta Ibáñez");
        is_marta && call.state == CallState::Complete
    }

    /// Marta's call, the demo's first, becomes complete, and the ledger has these keys. Which of the first calls is
    /// complete first is up to the machine.
    async fn the_first_call_is_written(helpdesk: Helpdesk, keys: &[&str]) {
        let running = backend(helpdesk).await.expect("the demo starts");
        let begun = Instant::now();
        let call = loop {
            let calls = running.backend.calls(CallQuery::default()).expect("the calls are told").calls;
            if let Some(call) = calls.iter().find(|call| is_complete_and_martas(call)) {
                break call.clone();
            }
            assert!(begun.elapsed() < AT_MOST, "no call was written: {calls:?}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        };
        let detail = running.backend.call(&call.id).expect("the call is told").expect("it is known");
        for key in keys {
            assert!(detail.ledger.iter().any(|line| line.key == *key), "{key} in {:?}", detail.ledger);
        }
        let url = call.ticket.and_then(|ticket| ticket.url).expect("the record has a page");
        running.links.check(&url).expect("which the window opens");
        let health = running.backend.now().expect("the health is told").health;
        assert!(health.sandbox.is_some(), "a demo is marked as one");
        running.backend.shutdown().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_first_call_of_the_demo_is_written_without_a_window() {
        the_first_call_is_written(Helpdesk::Gorgias, &["ticket", "answered", "ended"]).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_first_call_of_the_demo_is_written_into_front_too() {
        the_first_call_is_written(Helpdesk::Front, &["ticket", "main", "duration"]).await;
    }
}
