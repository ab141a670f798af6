//! Tables for spreadsheets (RFC 4180): how a line is written, and the words for what stands in many of them.

use chrono::{DateTime, SecondsFormat};
use sidetone_protocol::{CallState, Direction, Outcome};

/// UTC (RFC 3339); empty where there is no such moment.
pub(crate) fn moment(seconds: i64) -> String {
    let at = DateTime::from_timestamp(seconds, 0).filter(|_| seconds > 0);
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Missed => "missed",
        Outcome::Voicemail => "voicemail",
        Outcome::Unanswered => "unanswered",
    }
}

pub(crate) fn state(state: CallState) -> &'static str {
    match state {
        CallState::Complete => "complete",
        CallState::Pending => "pending",
        CallState::Held => "held",
        CallState::Parked => "parked",
        CallState::NotLogged => "not_logged",
    }
}

/// One line of a table.
pub(crate) fn line(table: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    table.push_str(&cells.join(","));
    table.push_str("\r\n");
}

/// A cell that a spreadsheet takes for a formula gets an apostrophe first: names, notes and numbers come from strangers.
fn quoted(cell: &str) -> String {
    let is_formula = cell.trim_start_matches([' ', '\u{a0}']).starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_wrote_is_no_formula_and_ends_no_cell() {
        for (cell, written) in [
            ("=HYPERLINK(\"http://example.com\")", "\"'=HYPERLINK(\"\"http://example.com\"\")\""),
            ("+33199005599", "\"'+33199005599\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("  -2+3", "\"'  -2+3\""),
            ("\tx", "\"'\tx\""),
            ("Marta, \"the\" one\nand more", "\"Marta, \"\"the\"\" one\nand more\""),
            ("a = b", "\"a = b\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
