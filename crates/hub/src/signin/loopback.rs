//! Listening for the browser on a desktop (RFC 8252 §7.3): on the loopback address itself, never on a name; one path; GET
//! only; little of everything; and no longer than the sign-in.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use sidetone_protocol::Vendor;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::back::path;
use super::begun::GOOD_FOR;
use super::signins::SignIns;
use super::{page, routes};

/// A browser sends a few kilobytes.
const REQUEST_BYTES: usize = 16 * 1024;
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// The vendor is asked for tokens within the answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
const CONNECTIONS: usize = 8;

/// A socket that is ours.
pub(super) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// As long as it lives, somebody listens. What is being answered when it is dropped is answered.
pub(super) struct Listening {
    _stop: watch::Sender<()>,
}

/// Takes the port; 0 is any.
pub(super) async fn bind(port: u16) -> io::Result<Bound> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Where the browser comes back to.
    pub(super) fn redirect(&self, vendor: Vendor) -> String {
        format!("http://{}{}", self.address, path(vendor))
    }

    /// Listens until the result is dropped, or for ten minutes.
    pub(super) fn listen(self, sign_ins: SignIns, vendor: Vendor) -> Listening {
        let (stop, mut stopped) = watch::channel(());
        let place = Place { sign_ins, vendor, host: self.address.to_string() };
        let routes = Router::new().fallback(answer).with_state(place);
        tokio::spawn(async move {
            let mut open = JoinSet::new();
            let life = GOOD_FOR.to_std().unwrap_or(Duration::ZERO);
            let mut over = pin!(tokio::time::sleep(life));
            loop {
                tokio::select! {
                    accepted = self.listener.accept(), if open.len() < CONNECTIONS => match accepted {
                        Ok((stream, _)) => { open.spawn(converse(stream, routes.clone())); }
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    },
                    Some(_) = open.join_next() => {}
                    // Its sender is gone.
                    _ = stopped.changed() => break,
                    () = &mut over => break,
                }
            }
            drop(self.listener);
            while open.join_next().await.is_some() {}
        });
        Listening { _stop: stop }
    }
}

async fn converse(stream: TcpStream, routes: Router) {
    let mut server = Builder::new(TokioExecutor::new()).http1_only();
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(REQUEST_BYTES)
        .keep_alive(false);
    let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    if let Ok(Err(error)) = timeout(ANSWERED_WITHIN, connection).await {
        tracing::debug!(%error, "a browser's connection ended early");
    }
}

#[derive(Clone)]
struct Place {
    sign_ins: SignIns,
    vendor: Vendor,
    host: String,
}

async fn answer(State(place): State<Place>, request: Request) -> Response {
    // A page elsewhere whose name leads here is no way in.
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host != Some(place.host.as_str()) || request.uri().path() != path(place.vendor) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if request.method() != Method::GET {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response();
    }
    let languages: &HeaderMap = request.headers();
    let language = page::language(languages);
    let query = request.uri().query().unwrap_or_default().to_owned();
    routes::told(place.sign_ins.came_back(place.vendor, &query).await, language)
}
