//! What others use of a limit of which all drains at one moment (Front, `reference/front.md §2.1`). It is told with our own
//! answers only; in between it is guessed from the minutes before.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::in_seconds;

/// What others do not use until then, they will hardly use in this last part of a window.
const LAST_PART: f64 = 0.25;

#[derive(Debug, Default)]
pub(super) struct Others {
    /// So many in a window; unknown until one is over.
    usual: Option<f64>,
    /// So many of this window, as told last.
    seen: f64,
    seen_at: Option<DateTime<Utc>>,
}

/// A window: from when to when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    pub(super) end: DateTime<Utc>,
    pub(super) length: Duration,
}

impl Until {
    /// Which part of it is left at that moment.
    fn left(self, at: DateTime<Utc>) -> f64 {
        (in_seconds(self.end - at) / self.length.as_secs_f64().max(1.0)).clamp(0.0, 1.0)
    }
}

impl Others {
    /// So many of this window are theirs.
    pub(super) fn saw(&mut self, theirs: f64, now: DateTime<Utc>) {
        self.seen = theirs;
        self.seen_at = Some(now);
    }

    /// How many more than those they will use until its end.
    pub(super) fn to_come(&self, window: Until, now: DateTime<Utc>) -> f64 {
        let usual = self.usual.unwrap_or_else(|| {
            // Nothing is known of them but what this window shows: they go on like that.
            let passed = 1.0 - self.seen_at.map_or(0.0, |at| window.left(at));
            self.seen / passed.max(LAST_PART)
        });
        let more = (usual - self.seen).max(0.0);
        more.min(usual * window.left(now) / LAST_PART)
    }

    /// How many of these they will have used by now, if they go on evenly.
    pub(super) fn since_seen(&self, window: Until, now: DateTime<Utc>) -> f64 {
        let Some(seen_at) = self.seen_at else { return 0.0 };
        let (left_then, left) = (window.left(seen_at), window.left(now));
        if left_then <= 0.0 {
            0.0
        } else {
            self.to_come(window, seen_at) * (left_then - left).max(0.0) / left_then
        }
    }

    /// All of it drained. More than usual is believed at once, less by and by: one quiet minute says little.
    pub(super) fn window_is_over(&mut self, window: Until) {
        let Some(seen_at) = self.seen_at else { return };
        let all = self.seen + self.to_come(window, seen_at) * window.left(seen_at);
        self.usual = Some(match self.usual {
            Some(usual) if all < usual => f64::midpoint(usual, all),
            _ => all,
        });
        self.seen = 0.0;
        self.seen_at = None;
    }

    /// Nothing that was seen of them holds: the clock was changed.
    pub(super) fn forget(&mut self) {
        *self = Others::default();
    }
}
