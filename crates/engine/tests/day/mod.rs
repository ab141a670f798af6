//! The simulated day of `tests/days`, under the name by which these tests know it.
#![allow(unused_imports)] // each test file uses its part

pub use sidetone_days::day::*;
