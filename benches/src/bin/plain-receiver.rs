//! What Sidetone's receiver is measured against: the least that a durable webhook receiver must do.
//!
//! Parse the JSON, compare the token, insert the body into SQLite with Sidetone's own durability (WAL,
//! `synchronous = FULL`), answer 200 after the commit. It knows no repeats, no calls, nothing of what it keeps.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc as threads;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use clap::Parser;
use rusqlite::Connection;
use serde_json::Value;
use tokio::sync::oneshot;

/// A plain durable webhook receiver, to compare with.
#[derive(Parser)]
struct Arguments {
    /// Where it listens.
    #[arg(long)]
    listen: SocketAddr,
    /// The SQLite file.
    #[arg(long)]
    database: PathBuf,
    /// The token that bodies must carry.
    #[arg(long)]
    token: String,
    /// So many waiting events are stored in one commit at most; 1 = a transaction for each.
    #[arg(long, default_value_t = 1)]
    together: usize,
}

type Waiting = (Bytes, oneshot::Sender<bool>);

#[derive(Clone)]
struct Receiver {
    token: String,
    queue: threads::Sender<Waiting>,
}

fn main() -> ExitCode {
    use std::io::Write;
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "plain-receiver: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let connection = Connection::open(&arguments.database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )?;
    let (queue, waiting) = threads::channel();
    let together = arguments.together.max(1);
    std::thread::Builder::new().name("inbox".into()).spawn(move || store(connection, &waiting, together))?;
    let routes = Router::new()
        .route("/webhooks/aircall", post(receive))
        .route("/healthz", get(|| async { "alive" }))
        .with_state(Receiver { token: arguments.token, queue });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        axum::serve(listener, routes).await
    })?;
    Ok(())
}

async fn receive(State(receiver): State<Receiver>, body: Bytes) -> StatusCode {
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    if event.get("token").and_then(Value::as_str) != Some(receiver.token.as_str()) {
        return StatusCode::UNAUTHORIZED;
    }
    let (stored, durable) = oneshot::channel();
    if receiver.queue.send((body, stored)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if durable.await.unwrap_or(false) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn store(mut connection: Connection, waiting: &threads::Receiver<Waiting>, together: usize) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(together - 1));
        let is_stored = insert(&mut connection, &batch).is_ok();
        for (_, answer) in batch {
            // Whoever waited may have hung up.
            let _ = answer.send(is_stored);
        }
    }
}

fn insert(connection: &mut Connection, batch: &[Waiting]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for (body, _) in batch {
        let text = String::from_utf8_lossy(body);
        transaction.prepare_cached("INSERT INTO event (body) VALUES (?)")?.execute([text.as_ref()])?;
    }
    transaction.commit()
}
