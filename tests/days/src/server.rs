//! A schema of a test's own on a real PostgreSQL, dropped afterwards.
//!
//! Which server, `SIDETONE_TEST_POSTGRES` says; `script/test` starts one and runs these tests, which are ignored otherwise.
use tokio_postgres::NoTls;
use uuid::Uuid;

/// A schema that nobody else uses.
#[derive(Debug)]
pub struct Schema {
    name: String,
}

fn server() -> String {
    std::env::var("SIDETONE_TEST_POSTGRES")
        .expect("SIDETONE_TEST_POSTGRES is unset: run script/test, or give the address of a server, postgres://user@host/db")
}

/// Runs a script and answers the first column of the last row, as text. On a thread of its own: a test may be in a runtime.
fn run(url: &str, sql: &str) -> Option<String> {
    let work = async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server answers");
        let connection = tokio::spawn(connection);
        let answer = client.simple_query(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        answer.into_iter().rev().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::scope(|scope| scope.spawn(|| runtime().block_on(work)).join().unwrap())
}

impl Schema {
    /// An empty one.
    ///
    /// # Panics
    /// If no server is named, or it refuses.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it changes a server")]
    pub fn new() -> Schema {
        let name = format!("test_{}", Uuid::new_v4().simple());
        run(&server(), &format!("CREATE SCHEMA {name}"));
        Schema { name }
    }

    /// The address of the server, with this schema as the only one that is searched.
    ///
    /// # Panics
    /// If no server is named.
    #[must_use]
    pub fn url(&self) -> String {
        let server = server();
        let sign = if server.contains('?') { '&' } else { '?' };
        // The name of the program is how a test finds its own connections.
        format!("{server}{sign}options=-csearch_path%3D{name}&application_name={name}", name = self.name)
    }

    /// Runs statements in the schema.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn run(&self, sql: &str) {
        run(&self.url(), sql);
    }

    /// The first column of the first row, as a number.
    ///
    /// # Panics
    /// If the server refuses, or answers something else.
    #[must_use]
    pub fn number(&self, sql: &str) -> i64 {
        run(&self.url(), sql).expect("a row").parse().unwrap()
    }

    /// Cuts every connection that this schema's stores have.
    ///
    /// # Panics
    /// If there is none.
    pub fn cut_connections(&self) {
        let others = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{}' AND pid <> pg_backend_pid()",
            self.name
        );
        assert!(self.number(&others) > 0, "a connection was there to be cut");
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // A test that fails has said so already; a second panic would hide it.
        if !std::thread::panicking() {
            run(&server(), &format!("DROP SCHEMA {} CASCADE", self.name));
        }
    }
}
