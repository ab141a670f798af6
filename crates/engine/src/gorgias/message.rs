//! Text messages in Gorgias (rows M): which conversation takes one, what it holds, and what is missing. Pure.
//!
//! A conversation is a ticket on the channel SMS. The first message makes it, further ones are added. Gorgias sends an
//! outgoing message that has no `sent_datetime` to the customer (`reference/gorgias.md` §8.5); ours always has one.

use std::collections::BTreeSet;

use aircall::SignedUrl;
use chrono::{DateTime, Utc};
use gorgias::{
    Author, Body, Medium as Channel, NewMessage, NewTicket, Original, Party as End, TicketStatus,
    TicketUpdate,
};
use serde_json::json;
use sidetone_protocol::PartState;

use super::notes::escape;
use super::plan::{
    CUSTOMER, MADE_LATE, create_customer, create_tag, for_ticket, from, new_tag_key, tag_holding,
};
use super::record::{HABITS, author, customer_id, no_author, remark};
use super::{assess, ticket, ticket_marker, user_id};
use crate::assessing;
use crate::call::{Call, Medium, Message, MessageFile};
use crate::conversation::{Conversation, Place, Thread};
use crate::directory::Person;
use crate::files::{self, Accepts, Outcome, Source, Wanted};
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::ledger::{GONE, Holding, Ledger, SEEN, Write, WriteKind};
use crate::number::Party;
use crate::settings::Language;
use crate::store::Case;
use crate::texting::{announced_by, not_supported, sender};
use crate::whom::{Lacks, NewCustomer, Whom, frozen, whom};
use crate::words::{Words, words};

/// The entry of the message itself.
pub(super) const MESSAGE: &str = "message";
/// The entry of the remark that nobody had the number (G16).
const NOT_FOUND: &str = "not_found";
/// M7: the tag of every conversation; the same in all languages, so that it is known again.
pub(super) const TAG: &str = "Aircall SMS";
/// Nobody's id: stands where that of the customer goes who is made first.
const TO_BE_MADE: u64 = 0;

/// What Gorgias should hold of a message.
struct Record<'a> {
    message: Message<'a>,
    language: Language,
    whom: Whom,
    /// Gorgias' id of somebody whom it knows.
    customer: Option<u64>,
    /// The Gorgias user in whose name it was sent; none for a received one.
    sender: Option<Person>,
    /// To whom a new conversation goes.
    assignee: Option<u64>,
    /// G16, in the name of this person.
    remark: Option<(String, Person)>,
    sent_at: DateTime<Utc>,
}

/// Record − ledger for a message, now.
pub(super) fn assess(case: &Case, message: Message<'_>, context: &Context<'_>) -> Assessment {
    let completeness = assess::completeness(case, context.settings, context.now);
    let mut assessment = assessing::early(case, context, completeness);
    let none = PartState::NotExpected;
    let part = |written: bool| if written { PartState::Written } else { PartState::Awaited };
    assessment.completeness.note = part(case.ledger.has(MESSAGE));
    assessment.completeness.tags = part(case.ledger.has(MESSAGE));
    (assessment.completeness.recording, assessment.completeness.voicemail) = (none, none);
    if message.medium() != Medium::Text {
        assessment.standing = Standing::NotLogged(not_supported(message.medium()));
        return assessing::not_logged(assessment);
    }
    if let Some(until) = announced_by(message).filter(|until| context.now < *until) {
        assessment.step = Step::Wait(until);
        return assessment;
    }
    let record = match record(case, message, context) {
        Ok(record) => record,
        Err(lacks) => return assessing::lacking(assessment, lacks),
    };
    assessment.standing = Standing::Logged;
    let Some(known_tags) = context.tags else {
        assessment.step = Step::Lists;
        return assessment;
    };
    let is_written = case.ledger.has(MESSAGE);
    if is_written && case.ledger.has(GONE) {
        // What was to follow it, follows into no conversation that was thrown away (G25).
        return assessment;
    }
    assessment.files = wanted_files(&record, &case.ledger);
    if let Some(step) =
        files::before_the_note(&assessment.files, context.under_way, context.now).filter(|_| !is_written)
    {
        // Before the conversation is looked at: what was seen of it holds for some seconds only.
        assessment.step = step;
        return assessment;
    }
    let conversation = match &record.whom {
        Whom::Known(customer) => {
            assessment.customer.get_or_insert_with(|| customer.clone());
            let seen = context.conversations.iter().find(|seen| seen.customer == customer.id);
            match seen.filter(|seen| case.ledger.has(MESSAGE) || seen.is_fresh(context.now)) {
                Some(seen) => seen.clone(),
                None if case.ledger.has(MESSAGE) => Conversation::none(&customer.id, context.now),
                None => {
                    assessment.step = Step::LookForConversation(customer.id.clone());
                    return assessment;
                }
            }
        }
        Whom::New(_) => Conversation::none("", context.now),
    };
    assessment.writes = plan(case, &record, &conversation, known_tags, context.now);
    assessment.step = match assessment.writes.first() {
        Some(write) if !assessing::is_parked(case, write) => {
            let seen =
                case.ledger.written_at(SEEN).is_some_and(|at| context.now - at < assess::SEEN_JUST_NOW);
            match is_written && write.kind == WriteKind::AddEntry && !seen {
                true => Step::LookAtTicket,
                false => Step::Write,
            }
        }
        _ if is_written => {
            files::after_the_note(&assessment.files, context.under_way, context.now).unwrap_or(Step::Rest)
        }
        _ => Step::Rest,
    };
    assessment
}

/// M6: the images and PDFs that Gorgias does not have yet.
fn wanted_files(record: &Record<'_>, ledger: &Ledger) -> Vec<Wanted> {
    let wanted = |(index, file): (usize, MessageFile)| {
        let key = file_key(index);
        let is_open = is_taken_over(&file) && !ledger.has(&key) && !is_spoken_of(ledger, index);
        let address = SignedUrl::new(&file.url).filter(|_| is_open)?;
        Some(Wanted {
            key,
            name: files::stem(&file.name).unwrap_or_else(|| format!("file-{}", index + 1)),
            content_type: file.content_type,
            accepts: Accepts::ImageOrPdf,
            source: Source::Fixed(address),
            until: record.sent_at + files::LATEST,
        })
    };
    record.message.files().into_iter().enumerate().filter_map(wanted).collect()
}

fn file_key(index: usize) -> String {
    format!("{}media:{index}", files::FILE)
}

/// The entry of a file that came after its message was written.
fn late_key(index: usize) -> String {
    format!("media:{index}")
}

/// By what Aircall says of it; what it says nothing of is looked at when it comes.
fn is_taken_over(file: &MessageFile) -> bool {
    let is_had = SignedUrl::new(&file.url).is_some();
    is_had && file.content_type.as_deref().is_none_or(|kind| Accepts::ImageOrPdf.takes(kind))
}

/// What is known of a message's file.
enum Enclosed {
    /// Gorgias has it.
    File(gorgias::File),
    /// It will not come.
    Without,
    /// It is on its way.
    Open,
}

fn enclosed(ledger: &Ledger, index: usize, file: &MessageFile) -> Enclosed {
    match files::outcome(ledger, &file_key(index)) {
        Some(Outcome::Uploaded(detail)) => {
            gorgias::File::from_value(detail).map_or(Enclosed::Without, Enclosed::File)
        }
        Some(Outcome::Without(_)) => Enclosed::Without,
        None if is_taken_over(file) => Enclosed::Open,
        None => Enclosed::Without,
    }
}

fn record<'a>(case: &'a Case, message: Message<'a>, context: &Context<'_>) -> Result<Record<'a>, Lacks> {
    let (call, ledger) = (&case.call, &case.ledger);
    let logging = &context.settings.logging;
    let language = frozen(ledger, "language").and_then(Language::from_code).unwrap_or(logging.language);
    let whom = whom(call, language, ledger, context, &HABITS)?;
    let customer = customer_id(&whom)?;
    let people = context.people.ok_or(Lacks::First(Step::Lists))?;
    let (sender, assignee) = if call.is_outbound() {
        let agent = sender(call, message, context)?;
        let person =
            author(people, agent.as_ref()).ok_or_else(|| Lacks::NotLogged(no_author(agent.as_ref())))?;
        let own = agent.and_then(|a| a.email).and_then(|email| people.by_email(&email)).map(user_id);
        (Some(person), own)
    } else {
        (None, None)
    };
    let remark = remark(&whom, ledger).zip(sender.clone().or_else(|| author(people, None)));
    let sent_at = message.sent_at().unwrap_or(context.now);
    Ok(Record { message, language, whom, customer, sender, assignee, remark, sent_at })
}

fn plan(
    case: &Case,
    record: &Record<'_>,
    conversation: &Conversation,
    known_tags: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Vec<Write> {
    let (call, ledger) = (&case.call, &case.ledger);
    let mut writes = Vec::new();
    if let Whom::New(new) = &record.whom {
        writes.push(create_customer(new, record.language));
    }
    let place = match ledger.id("ticket") {
        // Written: only its tags may still be missing.
        Some(ticket) => {
            let thread = conversation.thread.as_ref().filter(|thread| thread.ticket == ticket);
            thread.map_or(Place::New, Place::Open)
        }
        None => conversation.place(record.sent_at),
    };
    let wanted = wanted_tags(call, ledger, &place);
    let make = |writes: &mut Vec<Write>| {
        let missing =
            wanted.iter().filter(|(_, name)| !known_tags.contains(name) && !ledger.has(&new_tag_key(name)));
        writes.extend(missing.map(|(_, name)| create_tag(name)));
    };
    match (&place, ledger.id("ticket")) {
        (Place::New, None) => {
            make(&mut writes);
            writes.push(begin(case, record, &wanted, now));
        }
        (Place::Open(thread) | Place::Reopened(thread), None) => {
            if matches!(place, Place::Reopened(_)) {
                writes.push(reopen(thread, &conversation.customer));
            }
            writes.extend(go_on(case, record, thread));
            writes.extend(late_remark(case, record, &thread.ticket));
            make(&mut writes);
            writes.extend(tag(&thread.ticket, &wanted));
        }
        (_, Some(ticket)) => {
            writes.extend(late_files(case, record, ticket));
            writes.extend(late_remark(case, record, ticket));
            make(&mut writes);
            writes.extend(tag(ticket, &wanted));
        }
    }
    writes
}

/// M7: tags that are not on the conversation, and that we have not put there before: what a person took off stays off.
fn wanted_tags(call: &Call, ledger: &Ledger, place: &Place<'_>) -> Vec<(String, String)> {
    let line = call.line().map(|line| line.name.trim().chars().take(256).collect::<String>());
    let all = [("sms".to_owned(), Some(TAG.to_owned())), ("line".to_owned(), line)];
    let there = |name: &str| match place {
        Place::Open(thread) | Place::Reopened(thread) => {
            thread.tags.iter().chain(&thread.tagged).any(|known| known == name)
        }
        Place::New => false,
    };
    let all = all.into_iter().filter_map(|(key, name)| Some((key, name.filter(|name| !name.is_empty())?)));
    // Where the conversation is not known (any more), its first message has put them there.
    let is_over = matches!(place, Place::New) && ledger.has(MESSAGE);
    all.filter(|(key, name)| !is_over && !ledger.has(&format!("tag:{key}")) && !there(name)).collect()
}

/// The first message makes the conversation.
fn begin(case: &Case, record: &Record<'_>, tags: &[(String, String)], now: DateTime<Utc>) -> Write {
    let (call, w) = (&case.call, words(record.language));
    let marker = ticket_marker(call);
    let customer = match &record.whom {
        Whom::Known(customer) => Some(customer),
        Whom::New(_) => None,
    };
    let customer_id = record.customer.unwrap_or(TO_BE_MADE);
    let mut ticket = NewTicket::new(Channel::Sms, message(case, record, customer_id));
    let mut entries = vec![message_entry(case, record)];
    if let Some((note, by)) = remark_note(case, record) {
        ticket.push(note);
        entries.push(entry(NOT_FOUND, Some(by)));
    }
    ticket.customer_id = Some(customer_id);
    ticket.from_agent = Some(call.is_outbound());
    ticket.subject = Some(subject(call, &record.whom, w));
    ticket.assignee_user_id = record.assignee;
    ticket.tags = tags.iter().map(|(_, name)| name.clone()).collect();
    ticket.external_id = Some(marker.clone());
    ticket.status = Some(TicketStatus::Open);
    ticket.created_datetime = (now - record.sent_at > MADE_LATE).then_some(record.sent_at);

    let mut write = from(WriteKind::CreateTicket, &gorgias::tickets::create(&ticket));
    let frozen = json!({
        "subject": subject(call, &record.whom, w),
        "language": record.language.code(),
        "name": customer.map(|c| c.name.as_str()),
        "assignee": record.assignee,
    });
    write.holdings.push(Holding { key: "ticket".into(), helpdesk_id: String::new(), detail: frozen });
    match customer {
        Some(known) => write.holdings.extend(customer_holding(case, &known.id, &known.name, record.language)),
        None => {
            write.body["customer"] = json!({ "id": CUSTOMER });
            for message in write.body["messages"].as_array_mut().into_iter().flatten() {
                for end in ["sender", "receiver"] {
                    if message.pointer(&format!("/{end}/id")) == Some(&json!(TO_BE_MADE)) {
                        message[end] = json!({ "id": CUSTOMER });
                    }
                }
            }
        }
    }
    write.holdings.extend(entries);
    write.holdings.extend(tags.iter().map(|(key, name)| tag_holding(key, name)));
    write.marker = Some(marker);
    write.rule = "The customer has no conversation that takes it, so one is made (M1, M3, M4)".into();
    write
}

/// G16: that nobody had the number, in the name of this person.
fn remark_note<'a>(case: &Case, record: &'a Record<'_>) -> Option<(NewMessage, &'a Person)> {
    let (text, by) = record.remark.as_ref()?;
    let author = Author { user_id: user_id(by), name: by.name.clone(), email: by.email.clone() };
    let body = Body { text: text.clone(), html: html(text) };
    let marker = format!("{}:{NOT_FOUND}", ticket_marker(&case.call));
    Some((NewMessage::internal_note(&author, body, marker, record.sent_at), by))
}

/// The message for which the customer was made does not begin the conversation where another one was quicker: then the
/// remark follows by itself.
fn late_remark(case: &Case, record: &Record<'_>, ticket: &str) -> Option<Write> {
    let (note, by) = remark_note(case, record).filter(|_| !case.ledger.has(NOT_FOUND))?;
    Some(Write {
        holdings: vec![entry(NOT_FOUND, Some(by))],
        marker: Some(format!("{}:{NOT_FOUND}", ticket_marker(&case.call))),
        rule: "The customer was made for this message, and another message began the conversation (G16)"
            .into(),
        ..for_ticket(WriteKind::AddEntry, ticket, |id| gorgias::messages::create(id, &note))
    })
}

/// A further message goes into the conversation, which only a customer whom Gorgias knows has.
fn go_on(case: &Case, record: &Record<'_>, thread: &Thread) -> Option<Write> {
    let Whom::Known(customer) = &record.whom else { return None };
    let new = message(case, record, record.customer?);
    let mut write = for_ticket(WriteKind::AddEntry, &thread.ticket, |id| gorgias::messages::create(id, &new));
    write.holdings.push(message_entry(case, record));
    let detail = json!({ "language": record.language.code(), "joined": true });
    write.holdings.push(Holding { key: "ticket".into(), helpdesk_id: thread.ticket.clone(), detail });
    write.holdings.extend(customer_holding(case, &customer.id, &customer.name, record.language));
    write.marker = Some(ticket_marker(&case.call));
    write.rule = "The customer's conversation is open, so the message is added to it (M2, M3)".into();
    Some(write)
}

/// M4: closed less than 72 hours before the message.
fn reopen(thread: &Thread, customer: &str) -> Write {
    let update = TicketUpdate { status: Some(TicketStatus::Open), ..TicketUpdate::default() };
    let detail = json!({
        "ticket": thread.ticket, "customer": customer, // By this it is told whether an unclear request was carried out.
        "closed_before": ticket::closed_at(thread.closed_at),
    });
    let mut write =
        for_ticket(WriteKind::SetStatus, &thread.ticket, |id| gorgias::tickets::update(id, &update));
    write.holdings.push(Holding { key: "reopened".into(), helpdesk_id: String::new(), detail });
    write.rule =
        "The conversation was closed less than 72 hours before the message, so it is opened again (M4)"
            .into();
    write
}

fn tag(ticket: &str, wanted: &[(String, String)]) -> Option<Write> {
    let names: Vec<&str> = wanted.iter().map(|(_, name)| name.as_str()).collect();
    (!names.is_empty()).then(|| Write {
        holdings: wanted.iter().map(|(key, name)| tag_holding(key, name)).collect(),
        rule: "A conversation carries the tag of messages and the name of each number it went over (M7)"
            .into(),
        ..for_ticket(WriteKind::AddTags, ticket, |id| gorgias::tickets::add_tags(id, &names))
    })
}

fn customer_holding(case: &Case, id: &str, name: &str, language: Language) -> Option<Holding> {
    let detail = json!({ "name": name, "language": language.code() });
    (!case.ledger.has("customer")).then(|| Holding {
        key: "customer".into(),
        helpdesk_id: id.to_owned(),
        detail,
    })
}

fn message_entry(case: &Case, record: &Record<'_>) -> Holding {
    let mut holding = entry(MESSAGE, record.sender.as_ref());
    if !record.message.files().is_empty() {
        holding.detail["files"] = settled_files(case, record).into();
    }
    holding
}

fn entry(key: &str, by: Option<&Person>) -> Holding {
    let detail = json!({ "author": by.map(user_id) });
    Holding { key: key.into(), helpdesk_id: String::new(), detail }
}

/// The message as a copy: from the customer, or from the user who sent it by Aircall (M5).
fn message(case: &Case, record: &Record<'_>, customer: u64) -> NewMessage {
    let (call, w) = (&case.call, words(record.language));
    let files = record.message.files();
    let files: Vec<Enclosed> =
        files.iter().enumerate().map(|(index, file)| enclosed(&case.ledger, index, file)).collect();
    let text = text(record.message, &files, w);
    copy(case, record, customer, ticket_marker(call), text, &files)
}

/// M6: a file that was on its way when its message was written follows by itself, from the same sender.
fn late_files(case: &Case, record: &Record<'_>, ticket: &str) -> Vec<Write> {
    let w = words(record.language);
    let customer = case.ledger.id("customer").and_then(|id| id.parse().ok()).or(record.customer);
    let Some(customer) = customer else { return Vec::new() };
    let late = |(index, file): (usize, MessageFile)| {
        let is_late = !is_spoken_of(&case.ledger, index) && !case.ledger.has(&late_key(index));
        let one = enclosed(&case.ledger, index, &file);
        let text = match &one {
            Enclosed::File(kept) => kept.name.clone(),
            Enclosed::Without => w.file_not_kept(&file.name),
            Enclosed::Open => return None,
        };
        let marker = format!("{}:{}", ticket_marker(&case.call), late_key(index));
        let new = is_late.then(|| copy(case, record, customer, marker.clone(), text, &[one]))?;
        Some(Write {
            holdings: vec![entry(&late_key(index), record.sender.as_ref())],
            marker: Some(marker),
            rule: "A file of the message came after it was written, or will not come (M6)".into(),
            ..for_ticket(WriteKind::AddEntry, ticket, |id| gorgias::messages::create(id, &new))
        })
    };
    record.message.files().into_iter().enumerate().filter_map(late).collect()
}

/// Whether the message's own entry carries this file, or says that it will not come. One that was found in the helpdesk
/// has what it has.
fn is_spoken_of(ledger: &Ledger, index: usize) -> bool {
    ledger.detail(MESSAGE).is_some_and(|detail| {
        let spoken_of = detail.get("files").and_then(serde_json::Value::as_u64).unwrap_or(u64::MAX);
        spoken_of & (1 << index.min(63)) != 0
    })
}

/// Which files the message's own entry speaks of, a bit each.
fn settled_files(case: &Case, record: &Record<'_>) -> u64 {
    let files = record.message.files();
    let settled = files
        .iter()
        .enumerate()
        .filter(|(index, file)| !matches!(enclosed(&case.ledger, *index, file), Enclosed::Open));
    settled.fold(0, |bits, (index, _)| bits | 1 << index.min(63))
}

fn copy(
    case: &Case,
    record: &Record<'_>,
    customer: u64,
    marker: String,
    text: String,
    files: &[Enclosed],
) -> NewMessage {
    let call = &case.call;
    let name = match &record.whom {
        Whom::Known(customer) => customer.name.clone(),
        Whom::New(NewCustomer { name, .. }) => name.clone(),
    };
    let address = match call.party() {
        Party::Phone(number) => number.as_str().to_owned(),
        Party::Other(text) => text,
        Party::Withheld => String::new(),
    };
    let theirs = End { name, address };
    let line = call.line();
    let digits = line.as_ref().map(|line| line.digits.as_str()).unwrap_or_default();
    let own = crate::number::parse(digits, line.as_ref().and_then(|line| line.country.as_deref()));
    let ours = End {
        name: line.as_ref().map(|line| line.name.clone()).unwrap_or_default(),
        address: own.map_or_else(|| digits.to_owned(), |number| number.as_str().to_owned()),
    };
    let (from, to) = if call.is_outbound() { (ours, theirs) } else { (theirs, ours) };
    let original = Original {
        medium: Channel::Sms,
        from,
        to,
        body: Body { html: html(&text), text },
        external_id: marker,
        sent_datetime: record.sent_at,
    };
    let new = match &record.sender {
        Some(sender) => NewMessage::sent_elsewhere(user_id(sender), customer, original),
        None => NewMessage::received(customer, original),
    };
    files.iter().fold(new, |new, file| match file {
        Enclosed::File(file) => new.attach(file),
        Enclosed::Without | Enclosed::Open => new,
    })
}

/// What it says, and which of its files are not taken over.
fn text(message: Message<'_>, files: &[Enclosed], w: &Words) -> String {
    let without = message.files().into_iter().zip(files).filter(|(_, one)| matches!(one, Enclosed::Without));
    let mut lines = vec![message.text().to_owned()];
    lines.extend(without.map(|(file, _)| w.file_not_kept(&file.name)));
    lines.extend(files.iter().filter_map(|one| match one {
        Enclosed::File(file) if message.text().trim().is_empty() => Some(file.name.clone()),
        Enclosed::File(_) | Enclosed::Without | Enclosed::Open => None,
    }));
    lines.retain(|line| !line.trim().is_empty());
    if lines.is_empty() { w.message_without_text.to_owned() } else { lines.join("\n") }
}

fn html(text: &str) -> String {
    format!("<p>{}</p>", escape(text).replace('\n', "<br>"))
}

/// M1.
fn subject(call: &Call, whom: &Whom, w: &Words) -> String {
    w.sms_subject(&super::record::who(call, whom, w)).chars().take(998).collect()
}
