//! One call as a line of an export: what its columns mean, and what stands there.

use serde_json::{Value, json};
use sidetone_engine::store::FullCall;
use sidetone_protocol::PartState;

use crate::csv::{direction, moment, outcome, state};

/// The columns. Moments are UTC (RFC 3339), lengths are seconds. In CSV a list has one item on each line of its cell; in JSON
/// Lines it is a list, and what is unknown is null. New ones are added at the end.
pub const COLUMNS: [&str; 34] = [
    "call_id",        // Aircall's
    "started_at",     // when it began to ring
    "answered_at",    // when it was answered
    "ended_at",       // when it was hung up
    "direction",      // inbound, outbound
    "outcome",        // answered, missed, voicemail, unanswered; empty while it goes on
    "missed_reason",  // Aircall's, verbatim
    "line_id",        // Aircall's id of the line
    "line",           // its name
    "number", // the other side's, in E.164; what Aircall sent where it is no number; empty where it was withheld
    "customer_id", // the helpdesk's id of the customer whom the call is logged to, or would be
    "customer", // that customer's name
    "customer_email", // and e-mail address
    "contact", // the name that Aircall knows
    "company", // the company that Aircall knows
    "agent_id", // Aircall's id of who had the call last
    "agent",  // that agent's name
    "agent_email", // and e-mail address
    "teams",  // the teams that rang
    "ivr",    // what was chosen in the menu: key, title
    "tags",   // Aircall's tags on the call
    "comments", // comments: moment, author, text
    "talk_seconds", // from answered to ended
    "total_seconds", // from started to ended
    "asset",  // the call's page in Aircall
    "state",  // complete, pending, held, parked, not_logged: what became of the record
    "reason", // code of why
    "reason_text", // the same in English
    "note",   // written, awaited, not_expected
    "tags_written", // written, awaited, not_expected
    "recording", // written, awaited, not_expected
    "voicemail", // written, awaited, not_expected
    "ticket_id", // the helpdesk's id of the ticket or conversation
    "ticket_url", // its address
];

/// A call's values, in the order of [`COLUMNS`].
pub(super) struct Row([Value; 34]);

impl Row {
    pub(super) fn of(FullCall { view, call }: &FullCall) -> Row {
        let at = |seconds: Option<i64>| match seconds.map(moment).unwrap_or_default() {
            none if none.is_empty() => Value::Null,
            at => json!(at),
        };
        let number =
            view.number.e164.clone().or_else(|| Some(view.number.received.clone()).filter(|n| !n.is_empty()));
        let customer = view.customer.as_ref();
        let (contact, agent) = (call.contact(), call.agent());
        let agent =
            agent.filter(|agent| view.agent.as_ref().is_some_and(|shown| shown.id == agent.id.to_string()));
        let names = |all: Vec<String>| json!(all);
        let comment = |comment: sidetone_engine::call::Comment| {
            let author = comment.author.map(|author| author.name).unwrap_or_default();
            let at = comment.posted_at.map(moment).unwrap_or_default();
            let head = [at, author].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            format!("{head}: {}", comment.content)
        };
        let part = |state: PartState| {
            json!(match state {
                PartState::Written => "written",
                PartState::Awaited => "awaited",
                PartState::NotExpected => "not_expected",
            })
        };
        let (reason, ticket) = (view.reason.as_ref(), view.ticket.as_ref());
        Row([
            json!(view.id),
            at(Some(view.started_at)),
            at(view.answered_at),
            at(view.ended_at),
            json!(direction(view.direction)),
            json!(view.outcome.map(outcome)),
            json!(view.missed_reason),
            json!(view.line.id),
            json!(view.line.name),
            json!(number),
            json!(customer.map(|customer| &customer.id)),
            json!(customer.map(|customer| &customer.name)),
            json!(customer.and_then(|customer| customer.email.as_ref())),
            json!(contact.as_ref().and_then(|contact| contact.display())),
            json!(contact.and_then(|contact| contact.company)),
            json!(view.agent.as_ref().map(|agent| &agent.id)),
            json!(view.agent.as_ref().map(|agent| &agent.name)),
            json!(agent.and_then(|agent| agent.email)),
            names(call.teams().into_iter().map(|team| team.name).collect()),
            names(call.ivr_options()),
            names(call.tags().into_iter().map(|tag| tag.name).collect()),
            names(call.comments().into_iter().map(comment).collect()),
            json!(call.talk_seconds()),
            json!(call.total_seconds()),
            json!(call.asset()),
            json!(state(view.state)),
            json!(reason.map(|reason| &reason.code)),
            json!(reason.map(|reason| &reason.text)),
            part(view.completeness.note),
            part(view.completeness.tags),
            part(view.completeness.recording),
            part(view.completeness.voicemail),
            json!(ticket.map(|ticket| &ticket.id)),
            json!(ticket.and_then(|ticket| ticket.url.as_ref())),
        ])
    }

    /// As cells of a table.
    pub(super) fn cells(self) -> Vec<String> {
        let text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let cell = |value: Value| match value {
            Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("\n"),
            other => text(&other),
        };
        self.0.into_iter().map(cell).collect()
    }

    /// As one object.
    pub(super) fn json(self) -> Value {
        COLUMNS.into_iter().map(str::to_owned).zip(self.0).collect()
    }
}
