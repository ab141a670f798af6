//! The routers on real sockets, on loopback only. Written on hyper rather than `axum::serve`, because an
//! injected fault must be able to close a connection without an answer.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use axum::{Router, body::Body, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tower::ServiceExt as _;

use crate::{desk::FAULT_HEADER, sandbox::SandboxError};

/// Where the services listen; 0 = any free port. Always on 127.0.0.1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// The port of the Aircall stand-in, its control API and the control page.
    pub aircall: u16,
    /// The port of the Gorgias stand-in, its control API and the ticket pages.
    pub gorgias: u16,
    /// The port of the Front stand-in, its control API and the conversation pages.
    pub front: u16,
}

/// Running services. They stop when this is dropped, or in order with [`Served::shutdown`].
#[derive(Debug)]
pub struct Served {
    /// Where the Aircall stand-in listens.
    pub aircall: SocketAddr,
    /// Where the Gorgias stand-in listens.
    pub gorgias: SocketAddr,
    /// Where the Front stand-in listens.
    pub front: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Served {
    /// Aircall, Gorgias and Front, in this order.
    pub(crate) fn new(bound: [Bound; 3], routers: [Router; 3]) -> Self {
        let (stop, stopped) = watch::channel(false);
        let [aircall, gorgias, front] = [&bound[0], &bound[1], &bound[2]].map(|bound| bound.address);
        let tasks = bound
            .into_iter()
            .zip(routers)
            .map(|(bound, router)| tokio::spawn(accept(bound.listener, router, stopped.clone())))
            .collect();
        Self { aircall, gorgias, front, stop, tasks }
    }

    /// Stops listening and closes what is open.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for task in self.tasks.drain(..) {
            // A task that panicked has stopped as well, which is all that is asked for here.
            let _ = task.await;
        }
    }
}

/// A port that is taken but not yet answered on.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Bound {
    pub(crate) async fn loopback(port: u16) -> Result<Self, SandboxError> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bind = async {
            let listener = TcpListener::bind(wanted).await?;
            let address = listener.local_addr()?;
            io::Result::Ok(Self { listener, address })
        };
        bind.await.map_err(|source| SandboxError::PortTaken { port, source })
    }
}

async fn accept(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, router.clone()));
                }
                Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
            },
            Some(_) = connections.join_next() => {}
            // An error means that `Served` was dropped: stop as well.
            _ = stopped.changed() => break,
        }
    }
}

/// The connection ends without an answer: what a client sees as a reset or an early end.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut by an injected fault")]
struct Cut;

async fn converse(stream: TcpStream, router: Router) {
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move { answer(router, request.map(Body::new)).await }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(router: Router, request: Request) -> Result<Response, Cut> {
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match response.headers().get(FAULT_HEADER).map(|mark| mark.as_bytes()) {
        Some(b"cut") => Err(Cut),
        // hyper drops this future when the client gives up, and so does a shutdown.
        Some(b"hang") => std::future::pending().await,
        _ => Ok(response),
    }
}
