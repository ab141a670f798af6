//! Many connections that each tell one call after the other, the next event as soon as the last was answered.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::event::{self, Template};
use crate::failure::Failure;

/// Keep-alive connections that are open at once.
pub(crate) const CONNECTIONS: u64 = 32;
/// Answers of this first time count as warm-up: they must be in the store, they are in no figure.
const WARM_UP: Duration = Duration::from_millis(500);

/// An event by what makes it the only one: call and kind.
pub(crate) type Told = (u64, &'static str);

/// What came of a load.
pub(crate) struct Load {
    /// When the first event was sent.
    pub(crate) began: Instant,
    /// Events answered 200 a second, after the warm-up.
    pub(crate) per_second: f64,
    /// How long each answer took, after the warm-up.
    pub(crate) took: Vec<Duration>,
    /// Every event that was answered 200.
    pub(crate) told: HashSet<Told>,
}

/// Tells calls to `address` for `time`. Every event sent has its answer on return.
pub(crate) async fn load(
    whom: &str,
    address: SocketAddr,
    token: &str,
    time: Duration,
) -> Result<Load, Failure> {
    let template = Arc::new(Template::new(token));
    let began = Instant::now();
    let mut connections = JoinSet::new();
    for index in 0..CONNECTIONS {
        let (whom, template) = (whom.to_owned(), Arc::clone(&template));
        connections.spawn(async move { tell(&whom, address, &template, index, began + time).await });
    }
    let mut answers = Vec::new();
    while let Some(told) = connections.join_next().await {
        answers.extend(told.map_err(Failure::request(whom))??);
    }
    let counted: Vec<&Answer> = answers.iter().filter(|answer| answer.at >= began + WARM_UP).collect();
    let last = counted.iter().map(|answer| answer.at).max().unwrap_or(began);
    let seconds = last.saturating_duration_since(began + WARM_UP).as_secs_f64();
    if seconds <= 0.0 {
        return Err(Failure::Late {
            what: format!("an answer of {whom} after the warm-up"),
            seconds: time.as_secs(),
        });
    }
    Ok(Load {
        began,
        per_second: counted.len() as f64 / seconds,
        took: counted.iter().map(|answer| answer.took).collect(),
        told: answers.iter().map(|answer| answer.told).collect(),
    })
}

struct Answer {
    told: Told,
    at: Instant,
    took: Duration,
}

async fn tell(
    whom: &str,
    address: SocketAddr,
    template: &Template,
    connection: u64,
    until: Instant,
) -> Result<Vec<Answer>, Failure> {
    let mut sender = connect(whom, address).await?;
    let mut answers = Vec::new();
    let mut call = connection;
    while Instant::now() < until {
        let id = event::FIRST_CALL + call;
        for (event, body) in template.of_call(id, &event::number(call), Utc::now().timestamp()) {
            let (at, took) = post(whom, &mut sender, address, body.into()).await?;
            answers.push(Answer { told: (id, event), at, took });
        }
        call += CONNECTIONS;
    }
    Ok(answers)
}

async fn connect(whom: &str, address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(address).await.map_err(Failure::request(whom))?;
    stream.set_nodelay(true).map_err(Failure::request(whom))?;
    let (sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(Failure::request(whom))?;
    // An error of the connection is told by the request that it breaks.
    tokio::spawn(connection);
    Ok(sender)
}

/// Posts one body on a connection that is kept; returns when it was answered 200, and how long that took.
async fn post(
    whom: &str,
    sender: &mut SendRequest<Full<Bytes>>,
    address: SocketAddr,
    body: Bytes,
) -> Result<(Instant, Duration), Failure> {
    let request = Request::post("/webhooks/aircall")
        .header(header::HOST, address.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(Failure::request(whom))?;
    sender.ready().await.map_err(Failure::request(whom))?;
    let sent = Instant::now();
    let answer = sender.send_request(request).await.map_err(Failure::request(whom))?;
    let status = answer.status();
    answer.into_body().collect().await.map_err(Failure::request(whom))?;
    let at = Instant::now();
    if status.as_u16() != 200 {
        return Err(Failure::Answer { whom: whom.into(), what: "an event".into(), status: status.as_u16() });
    }
    Ok((at, at - sent))
}
