//! A few seeds of `script/chaos`, so that every run of the tests lives some troubled days. A seed that ever failed gets
//! a test of its own in `regressions.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use sidetone_days::chaos;
use sidetone_days::stores::Stores;

fn end_as_their_quiet_days_do(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let verdict = chaos::run(seed, &Stores::Sqlite);
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
    end_as_their_quiet_days_do(1..7);
}

#[test]
fn troubled_days_end_as_their_quiet_days_do_second_half() {
    end_as_their_quiet_days_do(7..13);
}
