//! The whole sandbox: all stand-ins on one clock, as routers for in-process use or on loopback ports.

use std::{fmt, io, path::PathBuf, sync::Arc};

use axum::Router;
use chrono::{DateTime, Utc};

use crate::{
    aircall::{
        delivery::{self, Deliver},
        service::Inner as Aircall,
    },
    clock::Clock,
    control::{Control, Neighbours, aircall_routes, front_routes, gorgias_routes},
    front::service::Inner as Front,
    gorgias::service::Inner as Gorgias,
    play::Play,
    record::Record,
    serve::{Bound, Ports, Served},
};

/// How the sandbox is made.
#[derive(Clone)]
pub struct Options {
    /// How many times faster than the real service the waits are (hung up to ended, retries, wrap-up).
    pub scale: f64,
    /// Ids, tokens and chance follow from it.
    pub seed: u64,
    /// The sandbox's time at its start.
    pub start: DateTime<Utc>,
    /// Where media addresses in events lead while nothing is served; [`Sandbox::serve`] puts the real address.
    pub aircall_origin: String,
    /// How webhooks are delivered; `None` = by a real HTTP POST.
    pub deliver: Option<Deliver>,
    /// A folder in which is kept what Front was asked and what it answered, a line of JSON for each kind of exchange.
    pub record: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: 1.0,
            seed: 1,
            start: Utc::now(),
            aircall_origin: "http://aircall.localhost".to_owned(),
            deliver: None,
            record: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("scale", &self.scale)
            .field("seed", &self.seed)
            .field("start", &self.start)
            .field("aircall_origin", &self.aircall_origin)
            .field("record", &self.record)
            .field("delivers_in_process", &self.deliver.is_some())
            .finish()
    }
}

/// Why the sandbox could not be made or served.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// What is asked and answered cannot be kept.
    #[error("what is asked and answered cannot be kept: {0}")]
    Record(#[source] std::io::Error),
    /// `scale` is not a usable factor.
    #[error("the scale must be a number above 0, e.g. 10 for ten times faster")]
    Scale,
    /// The client for webhook deliveries could not be made.
    #[error("webhooks cannot be delivered from this machine: {0}")]
    Client(#[from] reqwest::Error),
    /// A port could not be listened on.
    #[error("port {port} cannot be listened on ({source}); choose another, or 0 for any free one")]
    PortTaken {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// Local stand-ins for Aircall, Gorgias and Front. They end when the last of its handles is dropped.
#[derive(Clone)]
pub struct Sandbox {
    aircall: Arc<Aircall>,
    gorgias: Arc<Gorgias>,
    front: Arc<Front>,
    play: Play,
    neighbours: Neighbours,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Makes all stand-ins with the default world.
    ///
    /// # Errors
    /// [`SandboxError::Scale`] for a scale that is no factor; [`SandboxError::Record`] where nothing can be kept; [`SandboxError::Client`] when no HTTP client
    /// for deliveries can be made.
    pub fn new(options: Options) -> Result<Self, SandboxError> {
        if !(options.scale.is_finite() && options.scale > 0.0) {
            return Err(SandboxError::Scale);
        }
        let clock = Clock::starting_at(options.start);
        let deliver = match options.deliver {
            Some(deliver) => deliver,
            None => delivery::over_http()?,
        };
        let record = options.record.map(|folder| Record::in_folder(&folder)).transpose();
        let record = record.map_err(SandboxError::Record)?;
        Ok(Self {
            aircall: Aircall::new(clock, options.scale, options.seed, options.aircall_origin, deliver),
            gorgias: Gorgias::new(clock, options.seed),
            front: Front::new(clock, options.seed, record),
            play: Play::default(),
            neighbours: Neighbours::default(),
        })
    }

    /// Aircall's API at the root, its control under `/_sandbox/`.
    pub fn aircall_router(&self) -> Router {
        aircall_routes(self.control(), self.neighbours.clone()).merge(self.aircall.router())
    }

    /// Gorgias' API at the root, its pages under `/app/`, its control under `/_sandbox/`.
    pub fn gorgias_router(&self) -> Router {
        gorgias_routes(self.control(), self.neighbours.clone()).merge(self.gorgias.router())
    }

    /// Front's API and its token endpoint at the root, its pages under `/open/`, its control under `/_sandbox/`.
    pub fn front_router(&self) -> Router {
        front_routes(self.control(), self.neighbours.clone()).merge(self.front.router())
    }

    /// The control API as functions.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(&self.aircall, &self.gorgias, &self.front, self.play.clone(), self.neighbours.clone())
    }

    /// Answers on loopback ports until the result is dropped or shut down.
    ///
    /// # Errors
    /// [`SandboxError::PortTaken`] when a port is not free.
    pub async fn serve(&self, ports: Ports) -> Result<Served, SandboxError> {
        let aircall = Bound::loopback(ports.aircall).await?;
        let gorgias = Bound::loopback(ports.gorgias).await?;
        let front = Bound::loopback(ports.front).await?;
        self.neighbours.set([&aircall, &gorgias, &front].map(|bound| bound.address.port()));
        let origin = format!("http://{}", aircall.address);
        self.aircall.act(|state| state.origin = origin);
        Ok(Served::new(
            [aircall, gorgias, front],
            [self.aircall_router(), self.gorgias_router(), self.front_router()],
        ))
    }
}
