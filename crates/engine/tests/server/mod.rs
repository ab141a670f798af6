//! A schema of a test's own on a real PostgreSQL, dropped afterwards.
//!
//! Which server, `SIDETONE_TEST_POSTGRES` says; `script/test` starts one and runs these tests, which are ignored otherwise.
#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::OnceLock;

use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

pub struct Schema {
    name: String,
}

fn server() -> String {
    std::env::var("SIDETONE_TEST_POSTGRES")
        .expect("SIDETONE_TEST_POSTGRES is unset: run script/test, or give the address of a server, postgres://user@host/db")
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    })
}

fn client(url: &str) -> Client {
    runtime().block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        client
    })
}

impl Schema {
    pub fn new() -> Schema {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let client = client(&server());
        runtime().block_on(client.batch_execute(&format!("CREATE SCHEMA {name}"))).unwrap();
        Schema { name }
    }

    /// The address of the server, with this schema as the only one that is searched.
    pub fn url(&self) -> String {
        let server = server();
        let sign = if server.contains('?') { '&' } else { '?' };
        // The name of the program is how a test finds its own connections.
        format!("{server}{sign}options=-csearch_path%3D{name}&application_name={name}", name = self.name)
    }

    /// Runs statements in the schema.
    pub fn run(&self, sql: &str) {
        runtime().block_on(client(&self.url()).batch_execute(sql)).unwrap();
    }

    /// The first column of the first row, as a number.
    pub fn number(&self, sql: &str) -> i64 {
        runtime().block_on(client(&self.url()).query_one(sql, &[])).unwrap().get(0)
    }

    /// Cuts every connection that this schema's stores have.
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
        let client = client(&server());
        let dropped = runtime().block_on(client.batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name)));
        if let Err(error) = dropped {
            eprintln!("schema {} is left over: {error}", self.name);
        }
    }
}
