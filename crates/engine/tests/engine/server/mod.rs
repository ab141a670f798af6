//! The schema of a test's own on a real PostgreSQL, under the name by which these tests know it.

pub use sidetone_days::server::Schema;
