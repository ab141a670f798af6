//! What Gorgias should hold for a call: rows G4 to G18, as a pure function of facts and settings.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use sidetone_protocol::Reason;

use super::customer_marker;
use super::notes::Pen;
use crate::call::{Agent, Call, CallTag};
use crate::directory::{Customer, People, Person};
use crate::helpdesk::{Context, Step};
use crate::ledger::{EMAIL_REFUSED, Ledger};
use crate::number::{E164, Party};
use crate::readiness::Kind;
use crate::settings::{Keep, Language, UnknownCallers};
use crate::words::words;

/// The shared customer of callers who withheld their number (G23).
pub(super) const ANONYMOUS_EXTERNAL_ID: &str = "sidetone-anonymous";
/// How placeholder customers are called (G5); kept as it is in every language.
const PLACEHOLDER_NAME: &str = "Aircall New Contact";

/// Who the record belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Whom {
    /// Somebody the helpdesk knows.
    Known(Customer),
    /// Somebody to be made (G4, G5, G23).
    New(NewCustomer),
}

/// A customer to be made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NewCustomer {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<E164>,
    pub(super) external_id: String,
    /// G16: the sentence for the ticket; none for withheld callers.
    pub(super) remark: Option<String>,
}

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
    /// When the call began, for a ticket that is made late.
    pub(super) began_at: DateTime<Utc>,
}

/// Why there is no record yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lacks {
    /// Do this first.
    First(Step),
    /// A person must decide.
    Held(Reason),
    /// It cannot be logged.
    NotLogged(Reason),
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
    let whom = whom(call, language, ledger, context)?;
    let people = context.people.ok_or(Lacks::First(Step::Lists))?;
    let agent = if kind == Kind::Missed { None } else { call.agent() };
    let first_agent = if kind == Kind::Missed { None } else { call.first_agent() };
    let author =
        |agent: Option<&Agent>| author(people, agent).ok_or_else(|| Lacks::NotLogged(no_author(agent)));

    let zone = context.settings.time_zone.or(call.line().and_then(|l| l.time_zone)).unwrap_or(Tz::UTC);
    let frozen_teams = frozen_teams(ledger);
    let teams_known = frozen_teams.is_some() || context.teams.is_some();
    let teams = frozen_teams.unwrap_or_else(|| teams(call, kind, context));
    let team_names: Vec<String> = teams.iter().map(|(_, name)| name.clone()).collect();
    let pen = Pen { words: w, zone, teams: &team_names };
    let end = call.ended_at().or_else(|| call.settled_at().and_then(|s| DateTime::from_timestamp(s, 0)));
    let end = end.unwrap_or(context.now);
    let began_at = call.started_at().unwrap_or(end);

    let mut entries = Vec::new();
    let mut add = |key: String, author: Person, at, note: super::notes::Note, links| {
        entries.push(Entry { key, author, at, text: note.text(), html: note.html(), links });
    };
    match kind {
        Kind::Answered => {
            let at = call.answered_at().unwrap_or(began_at);
            add("answered".into(), author(first_agent.as_ref())?, at, pen.answered(call), false);
            if ended {
                add("ended".into(), author(agent.as_ref())?, end, pen.ended(call), call.asset().is_some());
            }
        }
        Kind::Missed | Kind::OutboundUnanswered => {
            let note = pen.unanswered(call, kind);
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
        let by = author(comment.author.as_ref().or(agent.as_ref()))?;
        add(format!("comment:{}", comment.id), by, at, pen.comment(&comment), false);
    }
    let linked = ledger.detail("ended").and_then(|d| d.get("links")).and_then(serde_json::Value::as_bool);
    if linked == Some(false) && call.asset().is_some() {
        let key = if call.has_voicemail() { "voicemail" } else { "recording" };
        add(key.into(), author(agent.as_ref())?, end, pen.late_link(call), true);
    }

    Ok(Record {
        language,
        subject: subject(call, &whom, language),
        assignee: agent
            .as_ref()
            .and_then(|a| a.email.as_deref())
            .and_then(|e| people.by_email(e))
            .map(|p| p.id),
        agent: agent.as_ref().map(|a| a.id),
        entries,
        tags: tags(call, kind, &teams, language, context),
        teams,
        teams_known,
        status: (ended || kind != Kind::Answered).then_some(match keep {
            Keep::Closed => "closed",
            Keep::Open | Keep::Store => "open",
        }),
        whom,
        began_at,
    })
}

/// G16: that nobody had the number, where a customer was or will be made for this call.
fn remark(whom: &Whom, ledger: &Ledger) -> Option<String> {
    match whom {
        Whom::New(new) => new.remark.clone(),
        Whom::Known(_) => ledger.detail("customer")?.get("remark")?.as_str().map(str::to_owned),
    }
}

fn frozen<'a>(ledger: &'a Ledger, what: &str) -> Option<&'a str> {
    ["ticket", "customer"].iter().filter_map(|key| ledger.detail(key)?.get(what)?.as_str()).next()
}

/// G3, G4, G5, G23, B7: the customer, or why there is none yet.
fn whom(call: &Call, language: Language, ledger: &Ledger, context: &Context<'_>) -> Result<Whom, Lacks> {
    if let Some(id) = ledger.id("customer") {
        let name = frozen(ledger, "name").unwrap_or_default().to_owned();
        return Ok(Whom::Known(Customer {
            id: id.to_owned(),
            name,
            email: None,
            note: None,
            updated_at: None,
        }));
    }
    let logging = &context.settings.logging;
    match call.party() {
        Party::Phone(number) => {
            let matched = context.matched.filter(|m| m.is_fresh(context.now));
            let matched = matched.ok_or(Lacks::First(Step::LookUp(number.clone())))?;
            match matched.customers.as_slice() {
                [one] => Ok(Whom::Known(one.clone())),
                [recent, ..] if logging.several_take_recent => Ok(Whom::Known(recent.clone())),
                [_, ..] => Err(Lacks::Held(several(matched.customers.len()))),
                [] if logging.unknown_callers == UnknownCallers::Hold => Err(Lacks::Held(unknown())),
                [] => Ok(Whom::New(unknown_customer(call, &number, language, logging.unknown_callers, ledger))),
            }
        }
        Party::Withheld | Party::Other(_) if !logging.log_anonymous => Err(Lacks::NotLogged(Reason {
            code: "anonymous_stored".into(),
            text: "The caller withheld the number; such calls are kept in the call log only (logging.anonymous_callers).".into(),
        })),
        Party::Withheld | Party::Other(_) => {
            let matched = context.anonymous.ok_or(Lacks::First(Step::LookUpAnonymous))?;
            Ok(match matched.customers.first() {
                Some(shared) => Whom::Known(shared.clone()),
                None => Whom::New(NewCustomer {
                    name: words(language).anonymous_caller.into(),
                    email: None,
                    phone: None,
                    external_id: ANONYMOUS_EXTERNAL_ID.into(),
                    remark: None,
                }),
            })
        }
    }
}

/// G4 where Aircall knows a contact, else G5.
fn unknown_customer(
    call: &Call,
    number: &E164,
    language: Language,
    mode: UnknownCallers,
    ledger: &Ledger,
) -> NewCustomer {
    let w = words(language);
    let contact = call.contact();
    let name = contact.as_ref().and_then(|c| c.first_name.clone().or_else(|| c.display()));
    let refused = ledger.detail(EMAIL_REFUSED).and_then(|d| d.get("email")?.as_str());
    let email = contact.as_ref().and_then(|c| c.email.clone()).filter(|_| refused.is_none());
    let mut remark = if contact.is_some() { w.not_found_but_contact } else { w.not_found }.to_owned();
    if let Some(refused) = refused {
        remark = format!("{remark}\n{}", w.email_refused.replace("{email}", refused));
    }
    NewCustomer {
        remark: Some(remark),
        name: name.unwrap_or_else(|| format!("{PLACEHOLDER_NAME} {}", number.as_str())),
        email: email.or_else(|| (mode == UnknownCallers::Placeholder).then(|| placeholder_email(number))),
        phone: Some(number.clone()),
        external_id: customer_marker(call),
    }
}

/// G5: `<random digits>@aircall.io`. The digits are a hash of the number: no second address when a write is repeated.
fn placeholder_email(number: &E164) -> String {
    let hash = Sha256::digest(number.as_str().as_bytes());
    let digits = hash.iter().take(8).fold(0u64, |n, byte| (n << 8) | u64::from(*byte)) % 1_000_000_000_000;
    format!("{digits:012}@aircall.io")
}

/// G6: name, else number.
fn subject(call: &Call, whom: &Whom, language: Language) -> String {
    let w = words(language);
    let name = match whom {
        Whom::Known(customer) => customer.name.as_str(),
        Whom::New(new) => new.name.as_str(),
    };
    let named = !name.trim().is_empty() && !name.starts_with(PLACEHOLDER_NAME);
    let who = match call.party() {
        Party::Phone(_) if named => name.trim().to_owned(),
        Party::Phone(number) => number.as_str().to_owned(),
        Party::Other(text) => text,
        Party::Withheld => w.anonymous_caller.to_owned(),
    };
    let subject = format!("{}{who}", if call.is_outbound() { w.subject_outbound } else { w.subject_inbound });
    // `reference/gorgias.md` §6.2: at most 998 characters.
    subject.chars().take(998).collect()
}

/// G14: the agent's counterpart, else the first active admin.
fn author(people: &People, agent: Option<&Agent>) -> Option<Person> {
    let own = agent.and_then(|a| a.email.as_deref()).and_then(|email| people.by_email(email));
    own.or_else(|| people.fallback_author()).cloned()
}

fn no_author(agent: Option<&Agent>) -> Reason {
    let who = agent.map(|a| a.name.as_str()).filter(|n| !n.is_empty()).unwrap_or("this call");
    Reason {
        code: "no_author".into(),
        text: format!(
            "Gorgias has no active user with the Aircall e-mail of {who}, and no active admin to write in their place. \
             Give the agent the same e-mail in both, or activate an admin in Gorgias; the call is then logged by itself."
        ),
    }
}

fn several(count: usize) -> Reason {
    Reason {
        code: "several_matches".into(),
        text: format!(
            "{count} customers share this number; nothing is written until a person chooses, or logging.several_matches allows it."
        ),
    }
}

fn unknown() -> Reason {
    Reason {
        code: "unknown_caller".into(),
        text: "Nobody in Gorgias has this number; the call waits until a person names the caller.".into(),
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

/// G15. Names that mean the same are written once.
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
        ("direction".into(), if call.is_outbound() { w.tag_outbound } else { w.tag_inbound }.into()),
    ];
    if let Some(line) = call.line().filter(|l| !l.name.trim().is_empty()) {
        tags.push(("line".into(), line.name.trim().into()));
    }
    tags.extend(teams.iter().map(|(id, name)| (format!("team:{id}"), name.trim().to_owned())));
    if call.has_voicemail() {
        tags.push(("voicemail".into(), w.tag_voicemail.into()));
    }
    if kind == Kind::Missed {
        tags.push(("missed".into(), w.tag_missed.into()));
    }
    for tag in call.tags() {
        let name = match slug(&tag, context).as_deref() {
            Some("queue_callback") => w.tag_callback_request.to_owned(),
            Some("queue_called_back") => w.tag_called_back.to_owned(),
            _ => tag.name,
        };
        tags.push((format!("call:{}", tag.id), name));
    }
    // `reference/gorgias.md` §6.4: a tag's name has at most 256 characters.
    tags.iter_mut().for_each(|(_, name)| *name = name.chars().take(256).collect());
    let mut names = BTreeSet::new();
    tags.retain(|(_, name)| !name.is_empty() && names.insert(name.clone()));
    tags
}

/// Built-in tags are known by a fixed slug in their description, which an event may leave out.
fn slug(tag: &CallTag, context: &Context<'_>) -> Option<String> {
    tag.slug.clone().or_else(|| context.slugs?.get(&tag.id).cloned()).or_else(|| {
        let name = tag.name.to_lowercase();
        match name.as_str() {
            "callback request" => Some("queue_callback".into()),
            "called back" => Some("queue_called_back".into()),
            _ => None,
        }
    })
}
