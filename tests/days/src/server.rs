//! A schema, or a database, of a test's own on a real PostgreSQL, dropped afterwards.
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

/// A database that nobody else uses: what is dumped, lost and restored as a whole.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// An empty one.
    ///
    /// # Panics
    /// If no server is named, or it refuses.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it changes a server")]
    pub fn new() -> Database {
        let name = format!("day_{}", Uuid::new_v4().simple());
        run(&server(), &format!("CREATE DATABASE {name} TEMPLATE template0"));
        Database { name }
    }

    /// Its address.
    ///
    /// # Panics
    /// If no server is named.
    #[must_use]
    pub fn url(&self) -> String {
        let server = server();
        let (address, options) = server.split_once('?').map_or((server.as_str(), ""), |(a, o)| (a, o));
        let (host, _) = address.rsplit_once('/').expect("an address that names a database");
        let sign = if options.is_empty() { "" } else { "&" };
        format!("{host}/{name}?{options}{sign}application_name={name}", name = self.name)
    }

    /// Cuts every connection that there is.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn cut_connections(&self) {
        let name = &self.name;
        run(
            &server(),
            &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
        );
    }

    /// From now on it takes no writes, as when a disk is full or a standby has taken its place; or it takes them again.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn take_no_writes(&self, so: bool) {
        run(&server(), &format!("ALTER DATABASE {} SET default_transaction_read_only = {so}", self.name));
        // Whoever is connected goes by what held when they came.
        self.cut_connections();
    }

    /// Loses everything.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn lose(&self) {
        self.become_copy_of("template0");
    }

    /// Keeps a copy of everything as it is now, in place of an earlier one. Nobody may be connected.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn back_up(&self) {
        let (name, kept) = (&self.name, self.kept());
        // Of a program that was killed the server may not have noticed yet that it is gone.
        let cut =
            format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
        while run(&server(), &cut).is_some_and(|connected| connected != "0") {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        run(&server(), &format!("DROP DATABASE IF EXISTS {kept}"));
        run(&server(), &format!("CREATE DATABASE {kept} TEMPLATE {name}"));
    }

    /// Puts the copy back, if there is one; else everything is lost.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn restore(&self) {
        let kept = self.kept();
        let found = run(&server(), &format!("SELECT datname FROM pg_database WHERE datname = '{kept}'"));
        self.become_copy_of(found.as_deref().unwrap_or("template0"));
    }

    fn become_copy_of(&self, template: &str) {
        run(&server(), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        run(&server(), &format!("CREATE DATABASE {} TEMPLATE {template}", self.name));
    }

    fn kept(&self) -> String {
        format!("{}_kept", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            for name in [self.name.clone(), self.kept()] {
                run(&server(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
        }
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
