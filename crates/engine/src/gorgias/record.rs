//! What Gorgias should hold for a call: rows G4 to G18, as a pure function of facts and settings.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sidetone_protocol::Reason;

use super::linked;
use super::notes::Pen;
use super::{naming, user_id};
use crate::call::{Agent, Call};
use crate::directory::{People, Person};
use crate::files::{self, Medium, Outcome, Why};
use crate::foresight::is_foreseen;
use crate::helpdesk::{Context, Step};
use crate::ledger::Ledger;
use crate::number::Party;
use crate::readiness::Kind;
use crate::settings::{Keep, Language, Recordings};
use crate::whom::{Habits, Lacks, Whom, frozen, whom};
use crate::words::{Words, words};

/// The shared customer of callers who withheld their number (G23).
pub(super) const ANONYMOUS_EXTERNAL_ID: &str = "sidetone-anonymous";

/// How customers are made in Gorgias whom nobody knows.
pub(super) const HABITS: Habits = Habits {
    helpdesk: "Gorgias",
    anonymous: ANONYMOUS_EXTERNAL_ID,
    placeholder_name: naming::placeholder_name,
    placeholder_email: |number| Some(naming::placeholder_email(number)),
    // A call from a ticket gets one of its own (G9).
    dialled_from_tells: false,
};

/// An internal note.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) author: Person,
    pub(super) at: DateTime<Utc>,
    pub(super) text: String,
    pub(super) html: String,
    /// Whether it carries the link to recording or voicemail.
    pub(super) links: bool,
    /// The files that it carries, or says are not attached.
    pub(super) files: Vec<Enclosed>,
}

/// A file of the call, in the note that has to do with it (G17).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Enclosed {
    pub(super) medium: Medium,
    /// What Gorgias gave for it, or why there is none.
    pub(super) file: Result<gorgias::File, Why>,
}

/// What Gorgias should hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) language: Language,
    pub(super) whom: Whom,
    pub(super) subject: String,
    /// The Gorgias user of the agent who has or had the call last.
    pub(super) assignee: Option<u64>,
    /// That agent's Aircall id.
    pub(super) agent: Option<u64>,
    pub(super) entries: Vec<Entry>,
    /// Tags by where they come from, so that a tag taken off is told from one that never was.
    pub(super) tags: Vec<(String, String)>,
    /// The teams among those tags, Aircall's ids beside the names; frozen with the status.
    pub(super) teams: Vec<(u64, String)>,
    /// Whether the teams may be frozen: not while Aircall's list of them was never read.
    pub(super) teams_known: bool,
    /// The status at the end; `None` while the call is up.
    pub(super) status: Option<&'static str>,
    /// What becomes of recordings: frozen with the ticket.
    pub(super) recordings: Recordings,
    /// When the call began, for a ticket that is made late.
    pub(super) began_at: DateTime<Utc>,
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
    customer_id(&whom)?;
    let people = context.people.ok_or(Lacks::First(Step::Lists))?;
    let of_call =
        |agent: Option<Agent>| agent.filter(|_| kind != Kind::Missed).map(|agent| context.completed(agent));
    let (agent, first_agent) = (of_call(call.agent()), of_call(call.first_agent()));
    let author =
        |agent: Option<&Agent>| author(people, agent).ok_or_else(|| Lacks::NotLogged(no_author(agent)));

    let zone = context.settings.time_zone.or(call.line().and_then(|l| l.time_zone)).unwrap_or(Tz::UTC);
    let frozen_teams = frozen_teams(ledger);
    let teams_known = frozen_teams.is_some() || context.teams.is_some();
    let teams = frozen_teams.unwrap_or_else(|| teams(call, kind, context));
    let team_names: Vec<String> = teams.iter().map(|(_, name)| name.clone()).collect();
    let recordings = files::mode(ledger, logging);
    let enclosed = enclosed(ledger);
    let not_attached: Vec<(Medium, Why)> =
        enclosed.iter().filter_map(|e| Some((e.medium, e.file.as_ref().err().copied()?))).collect();
    let assignee = agent.as_ref().map(|agent| agent.name.as_str()).unwrap_or_default();
    let pen = Pen { words: w, zone, teams: &team_names, assignee, not_attached: &not_attached };
    let end = call.ended_at().or_else(|| call.settled_at().and_then(|s| DateTime::from_timestamp(s, 0)));
    let end = end.unwrap_or(context.now);
    let began_at = call.started_at().unwrap_or(end);

    let mut entries = Vec::new();
    let mut add = |key: String, author: Person, at, note: super::notes::Note, links| {
        let files = Vec::new();
        entries.push(Entry { key, author, at, text: note.text(w), html: note.html(w), links, files });
    };
    match kind {
        Kind::Answered => {
            let at = call.answered_at().unwrap_or(began_at);
            let mut note = pen.answered(call);
            linked::name_old(&mut note, w, ledger);
            add("answered".into(), author(first_agent.as_ref())?, at, note, false);
            if ended {
                add("ended".into(), author(agent.as_ref())?, end, pen.ended(call), call.asset().is_some());
            }
        }
        Kind::Missed | Kind::OutboundUnanswered => {
            let mut note = pen.unanswered(call, kind);
            linked::name_old(&mut note, w, ledger);
            add("ended".into(), author(agent.as_ref())?, end, note, call.asset().is_some());
        }
    }
    if let Some(remark) = remark(&whom, ledger) {
        let mut note = super::notes::Note::new("");
        note.paragraph(&remark);
        add(
            "not_found".into(),
            author(first_agent.as_ref())?,
            call.answered_at().unwrap_or(end),
            note,
            false,
        );
    }
    for comment in call.comments() {
        let at = comment.posted_at.and_then(|s| DateTime::from_timestamp(s, 0)).unwrap_or(end);
        let by = comment.author.clone().map(|by| context.completed(by));
        let by = author(by.as_ref().or(agent.as_ref()))?;
        add(format!("comment:{}", comment.key), by, at, pen.comment(&comment), false);
    }
    let linked = ledger.detail("ended").and_then(|d| d.get("links")).and_then(serde_json::Value::as_bool);
    if recordings != Recordings::Attach && linked == Some(false) && call.asset().is_some() {
        let key = if call.has_voicemail() { "voicemail" } else { "recording" };
        add(key.into(), author(agent.as_ref())?, end, pen.late_link(call), true);
    }
    if ledger.has("ended") {
        // The note of the end went without: each file in a note of its own.
        for one in enclosed {
            let note = pen.late_file(call, one.medium, one.file.as_ref().err().copied());
            entries.push(Entry {
                key: one.medium.key().into(),
                author: author(agent.as_ref())?,
                at: end,
                text: note.text(w),
                html: note.html(w),
                links: call.asset().is_some(),
                files: vec![one],
            });
        }
    } else if let Some(entry) = entries.iter_mut().find(|entry| entry.key == "ended") {
        entry.files = enclosed;
    }

    Ok(Record {
        language,
        subject: subject(call, &whom, language),
        assignee: agent
            .as_ref()
            .and_then(|a| a.email.as_deref())
            .and_then(|e| people.by_email(e))
            .map(user_id),
        agent: agent.as_ref().map(|a| a.id),
        entries,
        tags: tags(call, kind, &teams, language, context),
        teams,
        recordings,
        teams_known,
        status: (ended || kind != Kind::Answered).then_some(match keep {
            Keep::Closed => "closed",
            Keep::Open | Keep::Store => "open",
        }),
        whom,
        began_at,
    })
}

/// G17: the files that the helpdesk has by now, or will not have, and that no note has carried yet.
fn enclosed(ledger: &Ledger) -> Vec<Enclosed> {
    let open = Medium::ALL.into_iter().filter(|medium| !ledger.has(medium.key()));
    let read = |medium: Medium| {
        let file = match files::outcome(ledger, &medium.file_key())? {
            Outcome::Uploaded(detail) => gorgias::File::from_value(detail).ok_or(Why::Missing),
            Outcome::Without(why) => Err(why),
        };
        Some(Enclosed { medium, file })
    };
    open.filter_map(read).collect()
}

/// G16: that nobody had the number, where a customer was or will be made for this call.
pub(super) fn remark(whom: &Whom, ledger: &Ledger) -> Option<String> {
    match whom {
        Whom::New(new) => new.remark.clone(),
        Whom::Known(_) => ledger.detail("customer")?.get("remark")?.as_str().map(str::to_owned),
    }
}

/// The other party in a subject: name, else number.
pub(super) fn who(call: &Call, whom: &Whom, w: &Words) -> String {
    let name = match whom {
        Whom::Known(customer) => customer.name.as_str(),
        Whom::New(new) => new.name.as_str(),
    };
    let named = !naming::is_placeholder(name);
    match call.party() {
        Party::Phone(_) if named => name.trim().to_owned(),
        Party::Phone(number) => number.as_str().to_owned(),
        Party::Other(text) => text,
        Party::Withheld => w.anonymous_caller.to_owned(),
    }
}

/// G6: name, else number.
fn subject(call: &Call, whom: &Whom, language: Language) -> String {
    let w = words(language);
    let who = who(call, whom, w);
    // `reference/gorgias.md` §6.2: at most 998 characters.
    w.subject(call.is_outbound(), &who).chars().take(998).collect()
}

/// G14: the agent's counterpart, else the first active admin.
pub(super) fn author(people: &People, agent: Option<&Agent>) -> Option<Person> {
    let own = agent.and_then(|a| a.email.as_deref()).and_then(|email| people.by_email(email));
    own.or_else(|| people.fallback_author()).cloned()
}

/// The id of a customer whom Gorgias knows; `None`: one is made first, or would be, where it is only foreseen.
pub(super) fn customer_id(whom: &Whom) -> Result<Option<u64>, Lacks> {
    let Whom::Known(customer) = whom else { return Ok(None) };
    if is_foreseen(&customer.id) {
        return Ok(None);
    }
    let odd = || Reason {
        code: "odd_customer".into(),
        text: format!(
            "{} has an id that is none of Gorgias'. Choose the customer again; it is then logged by itself.",
            customer.name
        ),
    };
    customer.id.parse().map(Some).map_err(|_| Lacks::Held(odd()))
}

pub(super) fn no_author(agent: Option<&Agent>) -> Reason {
    let who = agent.map(|a| a.name.as_str()).filter(|n| !n.is_empty()).unwrap_or("this call");
    Reason {
        code: "no_author".into(),
        text: format!(
            "Gorgias has no active user with the Aircall e-mail of {who}, and no active admin to write in their place. \
             Give the agent the same e-mail in both, or activate an admin in Gorgias; the call is then logged by itself."
        ),
    }
}

/// Once the status of the end is written, the teams are those of that time: a team that is renamed later, or an agent who
/// changes teams, is about later calls. Where that was not remembered, they are those whose tags were written; where
/// Aircall's list of them had not been read, they are still open.
fn frozen_teams(ledger: &Ledger) -> Option<Vec<(u64, String)>> {
    let teams = ledger.detail("status")?.get("teams");
    if teams.is_some_and(serde_json::Value::is_null) {
        return None;
    }
    let remembered = teams.and_then(serde_json::Value::as_object);
    let named = |(id, name): (&str, Option<&str>)| Some((id.parse().ok()?, name?.to_owned()));
    Some(match remembered {
        Some(teams) => teams.iter().filter_map(|(id, name)| named((id, name.as_str()))).collect(),
        None => ledger
            .under("tag:team:")
            .filter_map(|(id, row)| named((id, row.holding.detail.get("name")?.as_str())))
            .collect(),
    })
}

/// G15, the team: inbound answered the answering agent's among those that rang; missed all; outbound the agent's only one.
fn teams(call: &Call, kind: Kind, context: &Context<'_>) -> Vec<(u64, String)> {
    let rang = call.teams();
    let member = |team: u64, user: u64, nested: Option<&Vec<u64>>| {
        context
            .teams
            .and_then(|teams| teams.get(&team))
            .map(|t| t.users.contains(&user))
            .or_else(|| nested.map(|users| users.contains(&user)))
    };
    match (kind, call.is_outbound()) {
        (Kind::Missed, _) => rang.into_iter().map(|t| (t.id, t.name)).collect(),
        (_, false) => {
            let agent = call.first_agent().map(|a| a.id);
            let answered = |t: &&crate::call::Team| {
                agent.is_some_and(|a| member(t.id, a, t.users.as_ref()).unwrap_or(rang.len() == 1))
            };
            rang.iter().filter(answered).map(|t| (t.id, t.name.clone())).collect()
        }
        // Aircall lists no teams on outbound calls (`reference/aircall.md` §4.1): that of the agent who dialled, if there
        // is just one.
        (_, true) => {
            let agent = call.first_agent().map(|a| a.id);
            let all = context.teams.into_iter().flatten();
            let mut own = all.filter(|(_, t)| agent.is_some_and(|a| t.users.contains(&a)));
            match (own.next(), own.next()) {
                (Some((id, only)), None) => vec![(*id, only.name.clone())],
                _ => Vec::new(),
            }
        }
    }
}

/// G15. Names that mean the same, or differ in capitals only, are written once: in our spelling where we have one.
fn tags(
    call: &Call,
    kind: Kind,
    teams: &[(u64, String)],
    language: Language,
    context: &Context<'_>,
) -> Vec<(String, String)> {
    let w = words(language);
    let mut tags: Vec<(String, String)> = vec![
        ("aircall".into(), w.tag_aircall.into()),
        ("direction".into(), if call.is_outbound() { w.outbound_call } else { w.inbound_call }.into()),
    ];
    if let Some(line) = call.line().filter(|l| !l.name.trim().is_empty()) {
        tags.push(("line".into(), line.name.trim().into()));
    }
    tags.extend(teams.iter().map(|(id, name)| (format!("team:{id}"), name.trim().to_owned())));
    if call.has_voicemail() {
        tags.push(("voicemail".into(), w.voicemail_tag.into()));
    }
    if kind == Kind::Missed {
        tags.push(("missed".into(), w.missed_call.into()));
    }
    for tag in call.tags() {
        let name = match tag.built_in(context.slugs).as_deref() {
            Some("queue_callback") => w.tag_callback_request.to_owned(),
            Some("queue_called_back") => w.tag_called_back.to_owned(),
            _ => tag.name,
        };
        tags.push((format!("call:{}", tag.id), name));
    }
    // `reference/gorgias.md` §6.4: a tag's name has at most 256 characters.
    tags.iter_mut().for_each(|(_, name)| *name = name.chars().take(256).collect());
    // Two of the same name both stand here, in one spelling, and one is written: each is known by its key, whatever it is
    // called later.
    tags.retain(|(_, name)| !name.is_empty());
    for index in 1..tags.len() {
        let (before, rest) = tags.split_at_mut(index);
        let same = |known: &&(String, String)| known.1.to_lowercase() == rest[0].1.to_lowercase();
        if let Some((_, spelling)) = before.iter().find(same).cloned() {
            rest[0].1 = spelling;
        }
    }
    tags
}
