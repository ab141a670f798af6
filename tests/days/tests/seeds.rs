//! A few seeds of `script/chaos`, so that every run of the tests lives some troubled days. Seeds mean other days whenever
//! the script of a day changes; so what a seed ever found is a test of its own in `crates/engine/tests/engine/trouble.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use sidetone_days::chaos;
use sidetone_days::day::Desk;
use sidetone_days::stores::Stores;

fn end_as_their_quiet_days_do(seeds: std::ops::Range<u64>, desk: Desk, stores: &Stores) {
    for seed in seeds {
        let verdict = chaos::run(seed, desk, stores);
        assert!(verdict.is_equal(), "{}", verdict.report());
        assert!(
            !verdict.troubles.is_empty() && verdict.size.1 > 3,
            "seed {seed} shows something: {:?}",
            verdict.size
        );
    }
}

#[test]
fn troubled_days_end_as_their_quiet_days_do_first_half() {
    end_as_their_quiet_days_do(1..7, Desk::Gorgias, &Stores::Sqlite);
}

#[test]
fn troubled_days_end_as_their_quiet_days_do_second_half() {
    end_as_their_quiet_days_do(7..13, Desk::Gorgias, &Stores::Sqlite);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_troubled_days_end_as_their_quiet_days_do() {
    end_as_their_quiet_days_do(13..17, Desk::Gorgias, &Stores::Postgres);
}

#[test]
fn troubled_days_with_front_end_as_their_quiet_days_do_first_half() {
    end_as_their_quiet_days_do(1..5, Desk::Front, &Stores::Sqlite);
}

#[test]
fn troubled_days_with_front_end_as_their_quiet_days_do_second_half() {
    end_as_their_quiet_days_do(5..9, Desk::Front, &Stores::Sqlite);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_troubled_days_with_front_end_as_their_quiet_days_do() {
    end_as_their_quiet_days_do(9..11, Desk::Front, &Stores::Postgres);
}
