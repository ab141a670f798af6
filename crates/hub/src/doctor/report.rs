//! A report as text: for a terminal, and for copying into a mail. No secrets stand in checks, and numbers are masked there.

use std::fmt::Write as _;
use std::io;

use chrono::DateTime;
use sidetone_protocol::{CheckView, DoctorReport, Finding};

/// Prints it for a terminal, in the order of the checks.
///
/// # Errors
/// If it cannot be written.
pub fn write(out: &mut impl io::Write, report: &DoctorReport) -> io::Result<()> {
    for check in &report.checks {
        out.write_all(lines(check).as_bytes())?;
    }
    writeln!(out, "{}", summary(report))
}

/// The report for copying.
#[must_use]
pub fn text(report: &DoctorReport) -> String {
    let at = DateTime::from_timestamp(report.checked_at, 0).map(|at| at.to_rfc3339()).unwrap_or_default();
    let mut text = format!("Sidetone {}, checked {at}\n{}\n\n", env!("CARGO_PKG_VERSION"), summary(report));
    for check in &report.checks {
        text.push_str(&lines(check));
    }
    text
}

/// `2 faults, 1 hint, 16 checks passed`.
fn summary(report: &DoctorReport) -> String {
    let plural = |n: u32, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let passed = report.checks.iter().filter(|check| check.finding == Finding::Passed).count();
    format!(
        "{}, {}, {} passed",
        plural(report.faults, "fault", "faults"),
        plural(report.hints, "hint", "hints"),
        plural(u32::try_from(passed).unwrap_or(u32::MAX), "check", "checks"),
    )
}

fn lines(check: &CheckView) -> String {
    let mark = match check.finding {
        Finding::Passed => "ok   ",
        Finding::Hint => "hint ",
        Finding::Fault => "FAULT",
    };
    let mut text = format!("{mark} {} [{}]", check.what, check.code);
    if let Some(value) = &check.value {
        let _ = write!(text, " ({value})");
    }
    text.push('\n');
    for (name, said) in [("Why: ", &check.why), ("To mend: ", &check.mend)] {
        if !said.is_empty() {
            let _ = writeln!(text, "      {name}{said}");
        }
    }
    text
}
