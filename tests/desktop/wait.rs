//! Waiting for something to become true, with a limit.

use std::time::{Duration, Instant};

/// Generous: two cores are shared with whatever else is built.
const LIMIT: Duration = Duration::from_secs(60);

/// What `probe` finds; fails with `what` when it has found nothing for too long.
pub(crate) fn until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Fails when `probe` finds something within a time that is long enough for it to happen.
pub(crate) fn never<T: std::fmt::Debug>(what: &str, mut probe: impl FnMut() -> Option<T>) {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        if let Some(found) = probe() {
            panic!("{what}: {found:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
