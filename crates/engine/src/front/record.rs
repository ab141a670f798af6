//! What Front should hold of a call (rows F4 to F7, F10): its activities and comments, as a pure function of facts and
//! settings.

use chrono::{DateTime, Utc};
use front::TeammateId;

use super::contacts::HABITS;
use super::markdown::escape;
use crate::call::{Agent, Call, Comment};
use crate::directory::{People, Person};
use crate::files;
use crate::helpdesk::{Context, Step};
use crate::ledger::Ledger;
use crate::number::{self, Party};
use crate::readiness::Kind;
use crate::settings::{Keep, Language, Recordings};
use crate::whom::{Lacks, Whom, frozen, whom};
use crate::words::{Words, words};

/// The key of the activity that a call's record begins with.
pub(super) const MAIN: &str = "main";
/// The key of the activity that says how long it took.
pub(super) const DURATION: &str = "duration";
/// The key of the activity with the link to recording or voicemail.
pub(super) const RECORDING: &str = "recording";

/// What Front should hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) language: Language,
    pub(super) whom: Whom,
    /// Call type and line: the subject of a conversation that it begins or reopens (F4).
    pub(super) heading: String,
    pub(super) by: By,
    /// The agent who has the call now, and whom the conversation is to go to (F7).
    pub(super) holder: Option<Holder>,
    /// The activities and comments, in order; the first is [`MAIN`].
    pub(super) entries: Vec<Entry>,
    pub(super) keep: Keep,
    /// What becomes of recordings: frozen with the first activity.
    pub(super) recordings: Recordings,
    /// Written back (C3): Front's rules do not run, and the conversation of today stays as it is.
    pub(super) is_old: bool,
}

/// In whose name activities are logged (F7).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum By {
    /// The other side's.
    Customer,
    /// The company's, and this teammate's where there is one.
    Company(Option<TeammateId>),
}

/// An agent with their counterpart in Front.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Holder {
    /// Aircall's id.
    pub(super) agent: u64,
    /// None: Front does not know the agent.
    pub(super) teammate: Option<TeammateId>,
}

/// An activity or a comment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) at: DateTime<Utc>,
    pub(super) body: String,
    pub(super) kind: EntryKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum EntryKind {
    Activity,
    /// In this teammate's name; of nobody in particular where Front does not know the agent.
    Comment(Option<TeammateId>),
}

/// Makes the record of a call of this kind.
pub(super) fn record(
    call: &Call,
    kind: Kind,
    ended: bool,
    keep: Keep,
    ledger: &Ledger,
    context: &Context<'_>,
) -> Result<Record, Lacks> {
    let logging = &context.settings.logging;
    // Frozen at the first write: what was begun in one language is finished in it.
    let language = frozen(ledger, "language").and_then(Language::from_code).unwrap_or(logging.language);
    let w = words(language);
    let whom = whom(call, language, ledger, context, &HABITS)?;
    let people = context.people.ok_or(Lacks::First(Step::Lists))?;
    let first = if kind == Kind::Missed { None } else { call.first_agent() };
    let agent = if kind == Kind::Missed { None } else { call.agent() };
    let recordings = files::mode(ledger, logging);
    let end = call.ended_at().or_else(|| call.settled_at().and_then(|s| DateTime::from_timestamp(s, 0)));
    let end = end.unwrap_or(context.now);
    let heading = heading(call, kind, w);

    let mut entries = vec![Entry {
        key: MAIN.into(),
        at: call.started_at().unwrap_or(end),
        body: main_body(call, kind, &heading, first.as_ref(), w),
        kind: EntryKind::Activity,
    }];
    let mut add = |key: String, at, body, kind| entries.push(Entry { key, at, body, kind });
    if ended {
        add(DURATION.into(), end, duration_body(call, w), EntryKind::Activity);
    }
    if let Some(link) = call.asset().filter(|_| recordings != Recordings::None && leaves_sound(call, kind)) {
        let label = if call.has_voicemail() { w.voicemail } else { w.recording };
        add(RECORDING.into(), end, w.labelled(label, link), EntryKind::Activity);
    }
    // F6: comments of answered calls only.
    for comment in call.comments().iter().filter(|_| kind == Kind::Answered) {
        let author = comment.author.as_ref().or(agent.as_ref());
        let teammate = author.and_then(|author| teammate(people, author));
        let at = comment.posted_at.and_then(|s| DateTime::from_timestamp(s, 0)).unwrap_or(end);
        let body = comment_body(comment, author.filter(|_| teammate.is_none()), w);
        add(format!("comment:{}", comment.key), at, body, EntryKind::Comment(teammate));
    }
    Ok(Record {
        language,
        whom,
        by: by(kind, first.as_ref().and_then(|agent| teammate(people, agent))),
        heading,
        holder: agent
            .filter(|_| kind == Kind::Answered)
            .map(|agent| Holder { agent: agent.id, teammate: teammate(people, &agent) }),
        entries,
        keep,
        recordings,
        is_old: false,
    })
}

/// F7: by the agent, if Front knows the agent; else by the customer, and the text names the agent.
fn by(kind: Kind, agent: Option<TeammateId>) -> By {
    match (kind, agent) {
        (Kind::Missed, _) | (_, None) => By::Customer,
        (_, agent) => By::Company(agent),
    }
}

/// The agent's counterpart: whoever has the same e-mail address, letter case ignored.
pub(super) fn teammate(people: &People, agent: &Agent) -> Option<TeammateId> {
    people.by_email(agent.email.as_deref()?).map(id_of)
}

fn id_of(person: &Person) -> TeammateId {
    TeammateId::new(person.id.clone())
}

/// Whether there is, or will be, something to listen to.
pub(super) fn leaves_sound(call: &Call, kind: Kind) -> bool {
    match kind {
        Kind::Answered => call.has_recording(),
        Kind::Missed => call.has_voicemail(),
        Kind::OutboundUnanswered => false,
    }
}

/// F4: call type and line. *Voicemail* stays in all languages: teams have rules on that subject (F9).
pub(super) fn heading(call: &Call, kind: Kind, w: &Words) -> String {
    let form = match kind {
        Kind::Missed if call.has_voicemail() => w.heading_voicemail,
        Kind::Missed => w.heading_missed,
        Kind::OutboundUnanswered => w.heading_outbound,
        Kind::Answered if call.is_outbound() => w.heading_outbound,
        Kind::Answered => w.heading_inbound,
    };
    w.heading(form, &line_name(call))
}

/// The line as agents call it.
pub(super) fn line_name(call: &Call) -> String {
    let line = call.line();
    let name = line.as_ref().map(|line| line.name.trim()).filter(|name| !name.is_empty());
    let digits = line.as_ref().map(|line| line.digits.trim()).filter(|digits| !digits.is_empty());
    name.or(digits).unwrap_or("Aircall").to_owned()
}

/// The line's own number, as a handle.
pub(super) fn line_handle(call: &Call) -> String {
    let line = call.line();
    let digits = line.as_ref().map(|line| line.digits.trim()).unwrap_or_default();
    let country = line.as_ref().and_then(|line| line.country.as_deref());
    match number::parse(digits, country) {
        Some(number) => number.as_str().to_owned(),
        None if digits.is_empty() => line_name(call),
        None => digits.to_owned(),
    }
}

/// F5: qualification and line, line, customer number, agent.
fn main_body(call: &Call, kind: Kind, heading: &str, agent: Option<&Agent>, w: &Words) -> String {
    let line = call.line();
    let digits = line.as_ref().map(|line| line.digits.trim()).filter(|digits| !digits.is_empty());
    let line = match digits {
        Some(digits) => format!("{} ({digits})", line_name(call)),
        None => line_name(call),
    };
    let number = match call.party() {
        Party::Withheld => w.anonymous_caller.to_owned(),
        party => party.display(),
    };
    let mut lines =
        vec![heading.to_owned(), w.labelled(w.aircall_number, &line), w.labelled(w.customer_number, &number)];
    if let Some(agent) = agent.filter(|agent| !agent.name.trim().is_empty()) {
        lines.push(w.labelled(w.agent, agent.name.trim()));
    }
    if kind == Kind::Missed {
        lines.push(w.labelled(w.missed_reason, &w.reason(call.missed_reason(), call.total_seconds())));
    }
    lines.join("\n")
}

/// F5: how long it took.
pub(super) fn duration_body(call: &Call, w: &Words) -> String {
    let mut lines = vec![w.labelled(w.total_duration, &w.duration(call.total_seconds().unwrap_or_default()))];
    if let Some(talk) = call.talk_seconds() {
        lines.push(w.labelled(w.in_call_duration, &w.duration(talk)));
    }
    lines.join("\n")
}

fn comment_body(comment: &Comment, named: Option<&Agent>, w: &Words) -> String {
    let text = escape(comment.content.trim());
    match named.map(|agent| agent.name.trim()).filter(|name| !name.is_empty()) {
        Some(name) => w.labelled(&escape(name), &text),
        None => text,
    }
}
