//! A dry run as a table for a spreadsheet (RFC 4180): one line for each call, newest first.

use sidetone_protocol::{DryRun, DryRunCall, RecordPreview};

use crate::csv::{direction, line, moment, outcome, state};

/// The columns. Moments are UTC (RFC 3339); a list within a cell has one item on each line. The columns from `title` on are
/// empty where nothing would be written.
pub const COLUMNS: [&str; 19] = [
    "call_id",      // Aircall's
    "started_at",   // when it began
    "direction",    // inbound, outbound
    "line",         // the line's name
    "number",       // the other side's, in E.164; empty where it was withheld
    "agent",        // Aircall's name of who had it
    "outcome",      // answered, missed, voicemail, unanswered; empty while it goes on
    "state",        // pending: it would be written; held, not_logged, parked, complete
    "reason",       // code of why it would not be written, or waits
    "reason_text",  // the same in English
    "title",        // the subject
    "customer",     // whose the record would be
    "matched",      // how that was found, in English
    "new_customer", // yes, no
    "assignee",     // who would have it
    "status",       // open, closed, archived
    "tags",         // the tags
    "notes",        // notes or activities: moment, author, text
    "requests",     // verb, path and rule of each request that would write
];

/// The whole table, header included.
#[must_use]
pub fn csv(run: &DryRun) -> String {
    let mut table = String::new();
    line(&mut table, &COLUMNS.map(str::to_owned));
    for call in &run.calls {
        line(&mut table, &cells(call));
    }
    table
}

fn cells(DryRunCall { call, record }: &DryRunCall) -> [String; 19] {
    let of = |read: fn(&RecordPreview) -> String| record.as_ref().map(read).unwrap_or_default();
    let reason = call.reason.as_ref();
    [
        call.id.clone(),
        moment(call.started_at),
        direction(call.direction).into(),
        call.line.name.clone(),
        call.number.e164.clone().unwrap_or_default(),
        call.agent.as_ref().map(|agent| agent.name.clone()).unwrap_or_default(),
        call.outcome.map_or("", outcome).into(),
        state(call.state).into(),
        reason.map(|reason| reason.code.clone()).unwrap_or_default(),
        reason.map(|reason| reason.text.clone()).unwrap_or_default(),
        of(|record| record.title.clone()),
        of(|record| record.customer.clone()),
        of(|record| record.matched.clone()),
        of(|record| if record.is_new_customer { "yes" } else { "no" }.into()),
        of(|record| record.assignee.clone().unwrap_or_default()),
        of(|record| record.status.clone()),
        of(|record| record.tags.join("\n")),
        of(notes),
        of(requests),
    ]
}

fn notes(record: &RecordPreview) -> String {
    let note = |note: &sidetone_protocol::NotePreview| {
        let author = note.author.as_deref().unwrap_or("–");
        format!("{} {author}: {}", moment(note.at), note.text)
    };
    record.notes.iter().map(note).collect::<Vec<_>>().join("\n")
}

fn requests(record: &RecordPreview) -> String {
    let request =
        |one: &sidetone_protocol::RequestPreview| format!("{} {}: {}", one.method, one.path, one.rule);
    record.requests.iter().map(request).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_calls_is_its_header() {
        let table = csv(&DryRun::default());
        assert_eq!(table.lines().count(), 1);
        assert_eq!(table.matches("\",\"").count(), COLUMNS.len() - 1);
    }
}
