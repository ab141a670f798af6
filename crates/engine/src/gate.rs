//! Which calls are not written at all, whatever the helpdesk: selection, go-live line, mode, internal calls.

use chrono::{DateTime, Utc};
use sidetone_protocol::{Mode, Reason};

use crate::backfill::BACKFILLED;
use crate::call::Call;
use crate::erasing::{Erased, is_private};
use crate::helpdesk::{Assessment, Standing};
use crate::number::{E164, Party};
use crate::settings::Settings;
use crate::store::Case;
use crate::view;

/// When writing became allowed, and the times in which it was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoLive {
    /// Changes of the mode, oldest first, as remembered by the store.
    pub changes: Vec<(DateTime<Utc>, Mode)>,
}

impl GoLive {
    /// Reads what the store remembers: `2026-11-21T09:00:00Z live;…`.
    #[must_use]
    pub fn parse(text: &str) -> GoLive {
        let change = |entry: &str| {
            let (at, mode) = entry.split_once(' ')?;
            let mode = match mode {
                "live" => Mode::Live,
                "shadow" => Mode::Shadow,
                "off" => Mode::Off,
                _ => return None,
            };
            Some((DateTime::parse_from_rfc3339(at).ok()?.to_utc(), mode))
        };
        GoLive { changes: text.split(';').filter_map(change).collect() }
    }

    /// The form that the store remembers.
    #[must_use]
    pub fn text(&self) -> String {
        let entries: Vec<String> = self
            .changes
            .iter()
            .map(|(at, mode)| format!("{} {}", at.to_rfc3339(), mode_word(*mode)))
            .collect();
        entries.join(";")
    }

    /// Notes the mode that holds from now on. Returns whether that is a change.
    pub fn note(&mut self, now: DateTime<Utc>, mode: Mode) -> bool {
        if self.changes.last().map(|(_, last)| *last) == Some(mode) {
            return false;
        }
        self.changes.push((now, mode));
        true
    }

    /// B15: why a call that started then is never written by itself.
    #[must_use]
    pub fn bars(&self, started_at: DateTime<Utc>, from: Option<DateTime<Utc>>) -> Option<&'static str> {
        // Aircall tells whole seconds: a call of the very second in which logging went live is not from before.
        let second = started_at.timestamp();
        let mode_then =
            self.changes.iter().rev().find(|(at, _)| at.timestamp() <= second).map(|(_, mode)| *mode);
        match from {
            Some(from) if started_at < from => Some("before_go_live"),
            // Before the first change nothing is known of a mode: the line alone decides.
            Some(_) => match mode_then {
                Some(Mode::Shadow) => Some("mode_shadow"),
                Some(Mode::Off) => Some("mode_off"),
                Some(Mode::Live) | None => None,
            },
            None => match mode_then {
                Some(Mode::Live) => None,
                Some(Mode::Shadow) => Some("mode_shadow"),
                Some(Mode::Off) => Some("mode_off"),
                None => Some("before_go_live"),
            },
        }
    }
}

fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Shadow => "shadow",
        Mode::Off => "off",
    }
}

/// The sentence for a code of this gate.
#[must_use]
pub fn reason(code: &str) -> Reason {
    let text = match code {
        "before_go_live" => {
            "The call started before logging went live; only a backfill with writing crosses that line."
        }
        BACKFILLED => "A backfill has read the call; only a backfill with writing writes it.",
        "mode_shadow" => "The call started in shadow mode, in which nothing is written.",
        "mode_off" => "The call started while logging was off.",
        "never_log" => "Calls of this number are never logged, by the set-up; nothing of the call is kept.",
        "forgotten" => "The number was forgotten at a person's request; nothing of the call is kept.",
        "expired" => "The call is older than the set-up keeps calls; its content was erased.",
        "internal_call" => {
            "A call between two own lines is kept in the call log only (logging.internal_calls)."
        }
        "by_setting" => "Calls of this kind are kept in the call log only, by the set-up.",
        _ => "The call is kept in the call log only.",
    };
    Reason { code: code.to_owned(), text: text.to_owned() }
}

/// Whether the call began on a line that is shown and logged (G18, G24); `None` while the line is unknown.
#[must_use]
pub fn selected(call: &Call, settings: &Settings) -> Option<bool> {
    let lines = call.lines_at_start();
    (!lines.is_empty()).then(|| lines.iter().any(|line| settings.lines.contains(line)))
}

/// The assessment, unless the gate is closed for this call.
#[must_use]
pub fn apply(case: &Case, assessment: Assessment, settings: &Settings, own: &[E164]) -> Assessment {
    let bars = |_: &&String| case.written_back.is_none() || is_private(case.barred.as_deref());
    if let Some(code) = case.barred.as_ref().filter(bars) {
        view::barred(assessment, code)
    } else if is_unfinished(&assessment) && settings.privacy.never_logs(&case.call) {
        view::barred(assessment, Erased::NeverLog.code())
    } else if !settings.logging.log_internal && case.ledger.is_empty() && is_internal(&case.call, own) {
        view::barred(assessment, "internal_call")
    } else {
        assessment
    }
}

/// Whether anything would still be written.
fn is_unfinished(assessment: &Assessment) -> bool {
    assessment.standing != Standing::Logged || !assessment.writes.is_empty()
}

/// Whether both ends are own lines (G23).
#[must_use]
pub fn is_internal(call: &Call, own: &[E164]) -> bool {
    matches!(call.party(), Party::Phone(number) if own.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + s, 0).expect("in range")
    }

    #[test]
    fn calls_from_before_the_first_live_moment_are_barred_for_ever() {
        // B15
        let mut line = GoLive::default();
        assert!(line.note(at(100), Mode::Shadow));
        assert!(line.note(at(200), Mode::Live));
        assert!(!line.note(at(300), Mode::Live));
        assert_eq!(line.bars(at(50), None), Some("before_go_live"));
        assert_eq!(line.bars(at(150), None), Some("mode_shadow"));
        assert_eq!(line.bars(at(250), None), None);
        assert!(line.note(at(400), Mode::Off));
        assert_eq!(line.bars(at(250), None), None, "a later off does not reach back");
        assert_eq!(line.bars(at(450), None), Some("mode_off"));
    }

    #[test]
    fn a_call_of_the_second_in_which_logging_went_live_is_not_from_before() {
        let mut line = GoLive::default();
        line.note(at(100) + chrono::TimeDelta::milliseconds(700), Mode::Live);
        assert_eq!(line.bars(at(100), None), None);
        assert_eq!(line.bars(at(99), None), Some("before_go_live"));
    }

    #[test]
    fn a_configured_line_reaches_back_before_the_first_start() {
        let mut line = GoLive::default();
        line.note(at(500), Mode::Live);
        assert_eq!(line.bars(at(100), Some(at(50))), None);
        assert_eq!(line.bars(at(100), Some(at(150))), Some("before_go_live"));
    }

    #[test]
    fn what_the_store_remembers_reads_back() {
        let mut line = GoLive::default();
        line.note(at(1), Mode::Live);
        line.note(at(2), Mode::Off);
        assert_eq!(GoLive::parse(&line.text()), line);
    }
}
