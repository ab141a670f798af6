//! One connection to the server: made when it is needed, used by one at a time, made anew when it was lost.
//!
//! [`Store`](crate::store::Store) blocks, and is called from inside and outside of asynchronous runtimes. So the sockets
//! live on a thread of their own, and whoever asks waits for the answer without a runtime.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use postgres_native_tls::MakeTlsConnector;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Statement};

use super::words;
use crate::search::Wanted;
use crate::store::StoreError;
use crate::store::sql::{EachRow, Row, Sql, Stretch, Value};

/// To reach the server and sign in.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// After a failure nobody tries again before this, so that those who wait are answered and do not queue.
const CONNECT_AGAIN: Duration = Duration::from_secs(1);
/// The server's own limits: a statement, a wait for a lock, and a transaction whose program is gone.
const LIMITS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'";
/// A commit is durable when it returns, whatever the server's default. (A stricter setting than `on` stays.)
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// An answer that takes longer than the server's own limit allows does not come any more.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);

/// Where the server is, and how it is spoken to.
#[derive(Clone)]
pub(super) struct Address {
    config: Config,
    tls: MakeTlsConnector,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

impl Address {
    /// The text is never repeated in an error: a part of a password could be in any part of a text that cannot be read.
    pub(super) fn parse(url: &str) -> Result<Address, StoreError> {
        let mut config = Config::from_str(url).map_err(|_| {
            StoreError::Unsuitable(
                "its address cannot be read. Write postgres://user:password@host/database, and other than letters and \
                 digits in the password as %XX"
                    .into(),
            )
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WITHIN);
        }
        if config.get_application_name().is_none() {
            config.application_name("sidetone");
        }
        // A server that is gone without a word is noticed within half a minute.
        config.keepalives_idle(Duration::from_secs(10));
        config.keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3);
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(20));
        }
        // As everywhere with PostgreSQL: `prefer`, which holds where nothing is said, encrypts where the server can, and
        // asks for no proof of who it is; `require` is the promise, so there the certificate must hold.
        let anybody = config.get_ssl_mode() != SslMode::Require;
        let tls = native_tls::TlsConnector::builder()
            .danger_accept_invalid_certs(anybody)
            .danger_accept_invalid_hostnames(anybody)
            .build()
            .map_err(|error| StoreError::Unsuitable(format!("encryption cannot be set up ({error})")))?;
        Ok(Address { config, tls: MakeTlsConnector::new(tls) })
    }
}

/// The thread on which the sockets live. It ends with the last clone.
#[derive(Clone, Debug)]
pub(super) struct Network {
    handle: Handle,
    _until_dropped: Arc<oneshot::Sender<()>>,
}

impl Network {
    pub(super) fn start() -> Result<Network, StoreError> {
        let unavailable = |error: std::io::Error| {
            StoreError::Refused(format!("a thread for it cannot be started ({error})"))
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(unavailable)?;
        let handle = runtime.handle().clone();
        let (until_dropped, dropped) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("postgres".into())
            .spawn(move || {
                // An error is the word that is waited for: the sender is gone.
                let _ = runtime.block_on(dropped);
            })
            .map_err(unavailable)?;
        Ok(Network { handle, _until_dropped: Arc::new(until_dropped) })
    }

    /// Waits for an answer, on whatever thread this is. Time runs on our own thread: a test's clock may stand still.
    fn wait<T>(
        &self,
        within: Duration,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let _inside = self.handle.enter();
        // Unconstrained: this may be within a task of the caller's runtime, and must not wait for that task to yield.
        let answer = tokio::task::unconstrained(tokio::time::timeout(within, answer));
        match futures_executor::block_on(answer) {
            Ok(answered) => answered.map_err(|error| told(&error)),
            Err(_) => Err(StoreError::Unreachable("the database server does not answer".into())),
        }
    }
}

/// One connection, or the intention to have one.
#[derive(Debug)]
pub(super) struct Connection {
    address: Address,
    network: Network,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    /// When connecting failed last, and why.
    failed: Option<(Instant, StoreError)>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("is_connected", &self.session.is_some()).finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(address: Address, network: Network) -> Connection {
        Connection { address, network, state: Mutex::default() }
    }

    /// Does something with the connection, which is made first if there is none.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out for the time of the work: a panic there loses the session, and with it the transaction it was in.
        let mut session = match state.session.take().filter(|session| !session.client.is_closed()) {
            Some(session) => session,
            None => self.connect(&mut state)?,
        };
        let result = work(&mut session);
        if !session.is_lost {
            state.session = Some(session);
        }
        result
    }

    fn connect(&self, state: &mut State) -> Result<Session, StoreError> {
        if let Some((at, why)) = &state.failed
            && at.elapsed() < CONNECT_AGAIN
        {
            return Err(why.clone());
        }
        let Address { config, tls } = self.address.clone();
        let connecting = async {
            let (client, connection) = config.connect(tls).await?;
            self.network.handle.spawn(async move {
                // Whoever asks for something next is told.
                let _ = connection.await;
            });
            client.batch_execute(LIMITS).await?;
            client.batch_execute(DURABLE).await?;
            Ok(client)
        };
        match self.network.wait(2 * CONNECT_WITHIN, connecting) {
            Ok(client) => {
                state.failed = None;
                let network = self.network.clone();
                Ok(Session { client, network, prepared: HashMap::new(), is_lost: false })
            }
            Err(why) => {
                // A refusal to let us in (a wrong password, no such database) is no answer to a question.
                let why = match why {
                    StoreError::Refused(text) => {
                        StoreError::Unreachable(format!("the database server does not let us in: {text}"))
                    }
                    other => other,
                };
                state.failed = Some((Instant::now(), why.clone()));
                Err(why)
            }
        }
    }
}

/// A connection that stands.
pub(super) struct Session {
    client: Client,
    network: Network,
    prepared: HashMap<String, Statement>,
    /// Something happened after which nobody knows in which state it is.
    is_lost: bool,
}

impl Session {
    /// All that `work` does, or nothing.
    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.execute_script("BEGIN")?;
        match work(self) {
            Ok(done) => {
                self.execute_script("COMMIT").map_err(|error| match error {
                    StoreError::Unreachable(why) => StoreError::Unreachable(format!(
                        "{why}, just when a change was to be stored: whether it is stored is not known"
                    )),
                    other => other,
                })?;
                Ok(done)
            }
            Err(error) => {
                // What is left open must not be mixed with the next transaction.
                self.is_lost |= self.execute_script("ROLLBACK").is_err();
                Err(error)
            }
        }
    }

    /// Statements without values and without rows, one after the other.
    pub(super) fn execute_script(&mut self, script: &str) -> Result<(), StoreError> {
        let answered = self.network.wait(ANSWER_WITHIN, self.client.batch_execute(script));
        self.noted(answered)
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(known) = self.prepared.get(sql) {
            return Ok(known.clone());
        }
        let answered = self.network.wait(ANSWER_WITHIN, self.client.prepare(sql));
        let statement = self.noted(answered)?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noted<T>(&mut self, answered: Result<T, StoreError>) -> Result<T, StoreError> {
        self.is_lost |= matches!(answered, Err(StoreError::Unreachable(_)));
        answered
    }
}

impl Sql for Session {
    fn query(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        let statement = self.statement(sql)?;
        let answered =
            self.network.wait(ANSWER_WITHIN, self.client.query(&statement, &as_parameters(values)));
        self.noted(answered)?.iter().try_for_each(|row| each(&Row::Postgres(row)))
    }

    fn execute_for_each<'v>(
        &mut self,
        sql: &str,
        sets: &mut dyn Iterator<Item = Vec<Value<'v>>>,
    ) -> Result<Vec<u64>, StoreError> {
        let sets: Vec<Vec<Value<'_>>> = sets.collect();
        if sets.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.statement(sql)?;
        // All are on their way before the first answer is back; the server takes them in order.
        let (client, statement) = (&self.client, &statement);
        let answers =
            sets.iter().map(|values| async move { client.execute(statement, &as_parameters(values)).await });
        let answered = self.network.wait(ANSWER_WITHIN, try_join_all(answers));
        self.noted(answered)
    }

    fn last_pushed(&mut self) -> Result<i64, StoreError> {
        let last = <dyn Sql>::row(self, "SELECT id FROM pushed_last", &[], |row| row.get(0))?;
        Ok(last.unwrap_or_default())
    }

    fn put_words(&mut self, place: i64, id: i64, words: &str) -> Result<(), StoreError> {
        words::put(self, place, id, words)
    }

    fn take_words(&mut self, _: i64, id: i64) -> Result<(), StoreError> {
        words::take(self, id)
    }

    fn free_place(&mut self, first: i64, _: i64) -> Result<i64, StoreError> {
        // Calls of the same second may share a place: their ids part them.
        Ok(first)
    }

    fn calls_with(
        &mut self,
        columns: &str,
        wanted: &Wanted,
        stretch: &Stretch,
        limit: usize,
        each: EachRow<'_>,
    ) -> Result<(), StoreError> {
        words::calls(self, columns, wanted, stretch, limit, each)
    }

    fn count_with(&mut self, wanted: &Wanted, stretch: &Stretch, most: u32) -> Result<u32, StoreError> {
        words::count(self, wanted, stretch, most)
    }

    fn take_push_ids(&mut self, count: i64) -> Result<i64, StoreError> {
        // The row stays locked until the commit, so ids become visible in their order.
        let last = <dyn Sql>::row(
            self,
            "UPDATE pushed_last SET id = id + $1 RETURNING id - $1",
            &[Value::from(count)],
            |row| row.get(0),
        )?;
        last.ok_or_else(|| StoreError::Damaged("table pushed_last has no row".into()))
    }
}

fn as_parameters<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Number(number) => number.to_sql(kind, out),
            // The one character that PostgreSQL keeps in no text; in JSON it is written as an escape and stays.
            Value::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Every column is BIGINT, TEXT or BYTEA, and the server checks.
        true
    }

    to_sql_checked!();
}

/// What happened, in words for a person. Never the server's details: they may quote a row, and rows hold numbers.
fn told(error: &tokio_postgres::Error) -> StoreError {
    if let Some(refusal) = error.as_db_error() {
        let code = refusal.code().code();
        let text = format!("{} ({code})", refusal.message());
        // 57P: the server is shut down or starts; 08: connection exceptions.
        return if code.starts_with("57P") || code.starts_with("08") {
            StoreError::Unreachable(format!("the database server says: {text}"))
        } else {
            StoreError::Refused(text)
        };
    }
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    StoreError::Unreachable(format!("no connection to the database server ({error}{cause})"))
}
