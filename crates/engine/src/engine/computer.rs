//! The computer that Sidetone runs on, as far as something there can stop it: its disk and keyring, of which whoever runs
//! the engine tells, and its clock, which Aircall's answers are held against (A4).

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Alert, ComputerView};

use super::Engine;
use crate::helpdesk::Answer;

/// Less is too little for a day's events and one recording.
pub const TOO_LITTLE_BYTES: u64 = 200 << 20;
/// A clock may be off by so much.
const OFF_SECONDS: i64 = 30;
/// It is judged by the middle one of so many answers.
const ANSWERS: usize = 5;
/// An answer that took longer may have been made at any time.
const TELLS_THE_TIME: TimeDelta = TimeDelta::seconds(5);

/// What is known of it.
#[derive(Debug, Default)]
pub(crate) struct Computer {
    told: Option<(Option<u64>, bool)>,
    /// By how many seconds our clock was ahead in the last answers.
    ahead: VecDeque<i64>,
}

impl Computer {
    fn clock_off_seconds(&self) -> Option<i64> {
        let mut sorted: Vec<i64> = self.ahead.iter().copied().collect();
        sorted.sort_unstable();
        (sorted.len() == ANSWERS).then(|| sorted[ANSWERS / 2])
    }

    /// Whether Aircall tells about the same time.
    pub(super) fn clock_is_right(&self) -> bool {
        self.clock_off_seconds().is_some_and(|off| off.abs() <= OFF_SECONDS)
    }

    /// The time that Aircall tells, as far as that is known to be another one.
    pub(super) fn aircalls_time(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let off = self.clock_off_seconds().filter(|off| off.abs() > OFF_SECONDS);
        now - TimeDelta::seconds(off.unwrap_or(0))
    }

    /// For windows.
    pub(super) fn view(&self) -> Option<ComputerView> {
        let clock_off_seconds = self.clock_off_seconds();
        if self.told.is_none() && clock_off_seconds.is_none() {
            return None;
        }
        let (disk_free_bytes, keyring_locked) = self.told.unwrap_or_default();
        Some(ComputerView { disk_free_bytes, clock_off_seconds, keyring_locked })
    }

    /// What a person has to do about it; `waiting`: calls with something to write.
    pub(super) fn alerts(&self, waiting: u32, now: DateTime<Utc>) -> Vec<Alert> {
        let alert = |code: &str, calls, what: String, mend: &str| Alert {
            code: code.into(),
            since: now.timestamp(),
            calls,
            what,
            mend: mend.into(),
        };
        let mut alerts = Vec::new();
        let (free, keyring_locked) = self.told.unwrap_or_default();
        if let Some(free) = free.filter(|free| *free < TOO_LITTLE_BYTES) {
            alerts.push(alert(
                "disk_full",
                waiting,
                format!("The disk that holds Sidetone's database is full: {} MB are left.", free / 1_000_000),
                "Make room on it. While nothing can be stored, Aircall keeps what it has to tell and delivers it again.",
            ));
        }
        if let Some(off) = self.clock_off_seconds().filter(|off| off.abs() > OFF_SECONDS) {
            let way = if off > 0 { "fast" } else { "slow" };
            alerts.push(alert(
                "clock_off",
                0,
                format!("This computer's clock is {} s {way}, by the time that Aircall tells.", off.abs()),
                "Have the computer set its clock over the network.",
            ));
        }
        if keyring_locked {
            alerts.push(alert(
                "keyring_locked",
                waiting,
                "The keyring that holds the keys does not open.".into(),
                "Unlock it: sign in to the computer, or open its password program.",
            ));
        }
        alerts
    }
}

impl Engine {
    /// Whoever runs the engine has looked at disk and keyring.
    pub(super) fn computer_is(
        &mut self,
        disk_free_bytes: Option<u64>,
        keyring_locked: bool,
        now: DateTime<Utc>,
    ) {
        let told = Some((disk_free_bytes, keyring_locked));
        let is_short = |free: Option<u64>| free.is_some_and(|free| free < TOO_LITTLE_BYTES);
        let (free_before, locked_before) = self.computer.told.unwrap_or_default();
        if is_short(free_before) != is_short(disk_free_bytes) || locked_before != keyring_locked {
            self.telling.at_once(now);
        }
        self.computer.told = told;
    }

    /// What an answer of Aircall's tells of the time.
    pub(super) fn compare_clocks(&mut self, answer: &Answer, sent_at: DateTime<Utc>, now: DateTime<Utc>) {
        let Some(theirs) = aircall::answered_at(answer.headers()) else { return };
        if now - sent_at > TELLS_THE_TIME {
            return;
        }
        let ahead = &mut self.computer.ahead;
        ahead.push_back(now.timestamp() - theirs);
        while ahead.len() > ANSWERS {
            ahead.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_by_what_most_answers_say() {
        let off = |ahead: &[i64]| Computer { told: None, ahead: ahead.iter().copied().collect() };
        assert_eq!(off(&[40, 41, 40, 41]).clock_off_seconds(), None, "four are too few");
        assert_eq!(off(&[0, 0, 9_999, 1, 0]).clock_off_seconds(), Some(0), "one answer out of a cache");
        let codes = |computer: &Computer| -> Vec<String> {
            computer.alerts(3, Utc::now()).into_iter().map(|alert| alert.code).collect()
        };
        assert!(codes(&off(&[30; 5])).is_empty());
        assert_eq!(codes(&off(&[-31; 5])), ["clock_off"]);
        let slow = off(&[-45; 5]).alerts(0, Utc::now());
        assert!(slow[0].what.contains("45 s slow"), "{slow:?}");
    }

    #[test]
    fn a_full_disk_and_a_locked_keyring_are_told_with_what_waits() {
        let mut computer = Computer::default();
        assert!(computer.view().is_none(), "nobody has looked");
        computer.told = Some((Some(TOO_LITTLE_BYTES), false));
        assert!(computer.alerts(1, Utc::now()).is_empty());
        computer.told = Some((Some(TOO_LITTLE_BYTES - 1), true));
        let told = computer.alerts(7, Utc::now());
        let codes: Vec<(&str, u32)> = told.iter().map(|alert| (alert.code.as_str(), alert.calls)).collect();
        assert_eq!(codes, [("disk_full", 7), ("keyring_locked", 7)]);
    }
}
