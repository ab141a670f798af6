//! The simulated day of `tests/days`, under the name by which these tests know it.

pub use sidetone_days::day::*;
