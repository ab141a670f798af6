//! Record − ledger for Front: the writes that are still to come, in order. Each activity is an import of its own (F5).

use front::conversations::assign;
use front::{Assign, ConversationId, Direction, Import, InboxId, Medium, NewComment, TeammateRef, Thread};
use serde_json::{Value, json};

use super::arrival;
use super::handle::{contact, outer_end};
use super::naming;
use super::record::{By, DURATION, Entry, EntryKind, MAIN, RECORDING, Record, line_handle};
use crate::call::Call;
use crate::conversation::{Conversation, Thread as Known};
use crate::directory::Customer;
use crate::helpdesk::Context;
use crate::ledger::{AGAIN, Holding, Ledger, PLACE, SEEN, Write, WriteKind};
use crate::settings::Keep;
use crate::whom::{Whom, record_marker};

/// Stands for an id that only an earlier write of the plan will give.
const CUSTOMER: &str = "{customer}";
const CONVERSATION: &str = "{conversation}";
/// The tag that our conversations are known by; the same in all languages.
pub(super) const TAG: &str = "Aircall";

/// The writes that are still to come. `conversation`: the customer's, as long as the call is in none.
pub(super) fn plan(
    call: &Call,
    record: &Record,
    ledger: &Ledger,
    conversation: &Conversation,
    context: &Context<'_>,
) -> Vec<Write> {
    let mut writes: Vec<Write> = naming::plan(ledger).into_iter().collect();
    writes.extend(contact(call, record, ledger, context));
    let mut entries = record.entries.iter().filter(|entry| !ledger.has(&entry.key)).peekable();
    let placed = match ledger.id("ticket") {
        Some(id) => Placed::seen(id, ledger, context),
        None => {
            if let Some(main) = entries.next_if(|entry| entry.key == MAIN) {
                writes.push(begin(call, record, main, ledger, conversation, context));
            }
            Placed::planned(record, conversation, context)
        }
    };
    writes.extend(set_assignee(record, ledger));
    let end = outer_end(call, record, ledger, context);
    writes.extend(entries.map(|entry| add_entry(call, record, entry, &placed, &end, ledger)));
    writes
}

/// Where what follows the first activity goes.
struct Placed {
    thread: Thread,
    conversation: String,
    inbox: String,
    subject: String,
    /// A person has archived it: what follows does not open it again.
    is_archived: bool,
}

impl Placed {
    fn seen(id: &str, ledger: &Ledger, context: &Context<'_>) -> Placed {
        let seen = ledger.detail(SEEN);
        let text = |key: &str| seen.and_then(|seen| seen.get(key)?.as_str());
        let subject = ledger.detail("ticket").and_then(|ticket| ticket.get("subject")?.as_str());
        Placed {
            thread: Thread::Conversation(ConversationId::new(id)),
            conversation: id.to_owned(),
            inbox: text("inbox").or(context.place).unwrap_or(PLACE).to_owned(),
            subject: subject.unwrap_or_default().to_owned(),
            is_archived: is_archived(ledger) && !(is_to_open(ledger) && arrival::was_missed(ledger, MAIN)),
        }
    }

    /// For a plan that is shown: the conversation is not made yet.
    fn planned(record: &Record, conversation: &Conversation, context: &Context<'_>) -> Placed {
        let known = conversation.thread.as_ref();
        Placed {
            thread: thread(record, conversation),
            conversation: known.map_or(CONVERSATION, |known| &known.ticket).to_owned(),
            inbox: inbox(conversation, context),
            subject: subject(record, known),
            is_archived: false,
        }
    }
}

/// Whether the conversation was archived when it was looked at.
fn is_archived(ledger: &Ledger) -> bool {
    ledger.detail(SEEN).and_then(|seen| seen.get("archived")?.as_bool()).unwrap_or(false)
}

/// F2: whether the call opens a conversation that was archived before, and nothing of the call was seen in it yet.
fn is_to_open(ledger: &Ledger) -> bool {
    let opens = ledger.detail("ticket").and_then(|ticket| ticket.get("opens")?.as_bool()).unwrap_or(false);
    let is_seen = |key: &&str| ledger.has(key) && !arrival::is_unseen(ledger, key);
    opens && ![MAIN, DURATION, RECORDING].iter().any(is_seen)
}

/// Whether nobody can tell yet if a person archived the conversation after the call, or if the call has not opened it yet:
/// then it is looked for before anything says that it stays archived.
pub(super) fn may_be_opened_yet(ledger: &Ledger, next: &Write) -> bool {
    let is_import = next.kind == WriteKind::AddEntry && next.marker.is_some();
    is_import
        && is_archived(ledger)
        && is_to_open(ledger)
        && arrival::is_unseen(ledger, MAIN)
        && !arrival::was_missed(ledger, MAIN)
}

/// F2: where an agent has moved the conversation, else the inbox of calls.
fn inbox(conversation: &Conversation, context: &Context<'_>) -> String {
    let moved = conversation.thread.as_ref().and_then(|thread| thread.place.as_deref());
    moved.or(context.place).unwrap_or(PLACE).to_owned()
}

/// F3: the customer's conversation, whichever of their numbers calls; else the one that every installation derives from
/// the contact. After one that a person threw away, nothing leads into that any more.
fn thread(record: &Record, conversation: &Conversation) -> Thread {
    if let Some(known) = &conversation.thread {
        return Thread::Conversation(ConversationId::new(known.ticket.clone()));
    }
    let contact = match &record.whom {
        Whom::Known(customer) => customer.id.as_str(),
        Whom::New(_) => CUSTOMER,
    };
    Thread::Reference(match &conversation.thrown_away {
        Some(old) => format!("{REFERENCE}{contact}:after:{old}"),
        None => format!("{REFERENCE}{contact}"),
    })
}

/// A thread reference begins so; the contact's id follows.
const REFERENCE: &str = "aircall:";

/// The contact whose thread an import belongs to, by its reference.
pub(super) fn contact_of(write: &Write) -> Option<&str> {
    let reference = write.body.pointer("/metadata/thread_ref")?.as_str()?;
    reference.strip_prefix(REFERENCE)?.split(':').next()
}

/// F4: as it is, while the conversation is not archived. What is written back gives no conversation another one.
fn subject(record: &Record, known: Option<&Known>) -> String {
    let is_kept = |known: &&Known| known.closed_at.is_none() || record.is_old;
    let kept = known.filter(is_kept).and_then(|known| known.subject.clone());
    kept.filter(|subject| !subject.trim().is_empty()).unwrap_or_else(|| record.heading.clone())
}

/// The activity that a record begins with: it opens the conversation, and only for it Front's rules run.
pub(super) fn begin(
    call: &Call,
    record: &Record,
    entry: &Entry,
    ledger: &Ledger,
    conversation: &Conversation,
    context: &Context<'_>,
) -> Write {
    let known = conversation.thread.as_ref();
    let inbox = inbox(conversation, context);
    let subject = subject(record, known);
    let is_open = known.is_some_and(|known| known.closed_at.is_none());
    let target = record.holder.as_ref().and_then(|holder| holder.teammate.as_ref());
    let end = outer_end(call, record, ledger, context);
    let mut import = import(call, record, entry, thread(record, conversation), &subject, end);
    import.external_id = marker(call, ledger);
    import.archive = record.keep == Keep::Closed && !is_open;
    import.run_rules = !record.is_old;
    if known.is_none() {
        import.tags = vec![TAG.to_owned()];
        import.assignee = target.cloned();
    }
    let mut write = import_write(WriteKind::CreateTicket, &inbox, &import);
    let customer = match &record.whom {
        Whom::Known(customer) => Some(customer),
        Whom::New(_) => None,
    };
    let had = known.and_then(|known| known.assignee.as_deref());
    // Whoever has it by a person's hand keeps it, also when the call is handed on (G24). Who took an old call has nothing to
    // do with the conversation of today.
    let is_ours_to_give = may_assign(known) && (known.is_none() || !record.is_old);
    let by = match &record.by {
        By::Customer => None,
        By::Company(teammate) => teammate.as_ref().map(|teammate| teammate.as_str()),
    };
    let ticket = json!({
        "subject": subject,
        "language": record.language.code(),
        "name": customer.map(|customer| customer.name.as_str()),
        "by": by,
        "recordings": record.recordings.code(),
        "had": had,
        "may_assign": is_ours_to_give,
        "opens": known.is_some() && !is_open && !import.archive,
        "closed": import.archive,
        "instead_of": ledger.detail(AGAIN).and_then(|d| d.get("instead_of")),
    });
    let id = known.map(|known| known.ticket.clone()).unwrap_or_default();
    write.holdings.push(Holding { key: "ticket".into(), helpdesk_id: id, detail: ticket });
    write.holdings.extend(customer_holding(customer, ledger, record));
    write.holdings.push(bare(&entry.key, json!({ "at": entry.at.timestamp() })));
    let has_it = target.map(|target| target.as_str());
    if let Some(holder) = record
        .holder
        .as_ref()
        .filter(|_| is_ours_to_give && (known.is_none() || had.is_some() && had == has_it))
    {
        let detail = json!({ "assignee": has_it, "agent": holder.agent });
        write.holdings.push(bare("assignee", detail));
    }
    // As it is once this is there: what follows at once needs no look of its own.
    let assignee = if known.is_none() { has_it } else { had };
    let mut seen = json!({ "assignee": assignee, "archived": import_is_archived(&write), "inbox": inbox });
    if known.is_some() {
        // Whose it is was seen before, and is not the import's doing.
        seen["as_of"] = conversation.seen_at.timestamp().into();
    }
    write.holdings.push(bare(SEEN, seen));
    write.rule = match known {
        Some(_) => "The call is a new activity in the contact's conversation (F2, F3)".into(),
        None => "The first call of this contact: the conversation begins (F1, F3)".into(),
    };
    write
}

fn import_is_archived(write: &Write) -> bool {
    write.body.pointer("/metadata/is_archived").and_then(Value::as_bool).unwrap_or(false)
}

fn customer_holding(customer: Option<&Customer>, ledger: &Ledger, record: &Record) -> Option<Holding> {
    let known = customer.filter(|_| !ledger.has("customer"))?;
    let detail = json!({ "name": known.name, "language": record.language.code() });
    Some(Holding { key: "customer".into(), helpdesk_id: known.id.clone(), detail })
}

fn bare(key: &str, detail: Value) -> Holding {
    Holding { key: key.into(), helpdesk_id: String::new(), detail }
}

/// F7: whether the agent of an answered call gets the conversation: if nobody has it, if it was archived, or if it was us
/// who gave it to whoever has it. From nobody else it is taken away.
fn may_assign(known: Option<&Known>) -> bool {
    known.is_none_or(|known| {
        let has_it = known.assignee.as_ref();
        known.closed_at.is_some() || has_it.is_none() || has_it == known.assigned.as_ref()
    })
}

/// F7, and G24 where the call was handed on: as long as nobody has changed it since.
fn set_assignee(record: &Record, ledger: &Ledger) -> Option<Write> {
    let id = ledger.id("ticket")?;
    let holder = record.holder.as_ref()?;
    let target = holder.teammate.as_ref().map(|teammate| teammate.as_str());
    let seen = ledger.detail(SEEN).and_then(|seen| seen.get("assignee")?.as_str());
    let (before, wanted) = match ledger.detail("assignee") {
        Some(wrote) => {
            let was_handed_on = wrote.get("agent")?.as_u64()? != holder.agent;
            (wrote.get("assignee").and_then(Value::as_str), was_handed_on)
        }
        None => {
            let ticket = ledger.detail("ticket")?;
            let may = ticket.get("may_assign").and_then(Value::as_bool).unwrap_or(false);
            (ticket.get("had").and_then(Value::as_str), may && target.is_some())
        }
    };
    if !wanted || seen != before || before == target {
        return None;
    }
    let to = holder.teammate.clone().map_or(Assign::Nobody, Assign::To);
    let request = assign(&ConversationId::new(id), &to);
    let detail = json!({ "assignee": target, "agent": holder.agent, "from": before });
    Some(Write {
        holdings: vec![bare("assignee", detail)],
        rule: "The conversation goes to the agent of the answered call, and nobody else has taken it (F7)"
            .into(),
        ..from(WriteKind::SetAssignee, &request)
    })
}

fn add_entry(
    call: &Call,
    record: &Record,
    entry: &Entry,
    placed: &Placed,
    end: &(Medium, front::Party),
    ledger: &Ledger,
) -> Write {
    if let EntryKind::Comment(author) = &entry.kind {
        let comment = NewComment { author: author.clone().map(TeammateRef::Id), body: entry.body.clone() };
        let request = front::comments::create(&ConversationId::new(placed.conversation.clone()), &comment);
        // Comments have no marker: one of the same author and text that is known already is another one.
        let others: Vec<&str> =
            ledger.under("comment:").map(|(_, row)| row.holding.helpdesk_id.as_str()).collect();
        let detail = json!({ "author": author.as_ref().map(|id| id.as_str()), "others": others });
        return Write {
            holdings: vec![bare(&entry.key, detail)],
            rule: "A comment becomes a comment in its author's name (F6)".into(),
            ..from(WriteKind::AddEntry, &request)
        };
    }
    let mut import = import(call, record, entry, placed.thread.clone(), &placed.subject, end.clone());
    // Lost, the call itself is sent once more.
    import.run_rules = entry.key == MAIN && !record.is_old;
    import.external_id = match entry.key.as_str() {
        MAIN => marker(call, ledger),
        key => format!("{}:{key}", marker(call, ledger)),
    };
    import.archive = placed.is_archived;
    let mut write = import_write(WriteKind::AddEntry, &placed.inbox, &import);
    write.holdings.push(bare(&entry.key, json!({})));
    write.rule = match entry.key.as_str() {
        MAIN => "Front took the call and never showed it: it is sent once more (B4)".into(),
        DURATION => "The call is over: its duration is an activity of its own (F5)".into(),
        _ => "What the call left is linked in an activity of its own, as soon as there is a link (F5, F10)"
            .into(),
    };
    write
}

/// The key of the record's first activity; others begin with it. Front takes a key once and for all, so a record that is
/// made again has another.
fn marker(call: &Call, ledger: &Ledger) -> String {
    let before = ledger.detail(AGAIN).and_then(|d| d.get("instead_of")?.as_array()).map_or(0, Vec::len);
    match before {
        0 => record_marker(call),
        n => format!("{}:again-{n}", record_marker(call)),
    }
}

fn import(
    call: &Call,
    record: &Record,
    entry: &Entry,
    thread: Thread,
    subject: &str,
    (medium, theirs): (Medium, front::Party),
) -> Import {
    let ours = front::Party { handle: line_handle(call), name: None };
    let (direction, from, to) = match &record.by {
        By::Customer => (Direction::Inbound, theirs, ours),
        By::Company(author) => (Direction::Outbound { author: author.clone() }, ours, theirs),
    };
    Import {
        direction,
        from,
        to: vec![to.handle],
        medium,
        subject: Some(subject.to_owned()),
        body: entry.body.clone(),
        external_id: String::new(),
        created_at: entry.at,
        thread,
        assignee: None,
        tags: Vec::new(),
        archive: false,
        run_rules: false,
    }
}

fn import_write(kind: WriteKind, inbox: &str, import: &Import) -> Write {
    let mut write = from(kind, &front::messages::import(&InboxId::new(inbox), import));
    write.marker = Some(import.external_id.clone());
    write
}

pub(super) fn from<T>(kind: WriteKind, request: &front::Request<T>) -> Write {
    Write {
        kind,
        holdings: Vec::new(),
        removes: Vec::new(),
        method: request.method().to_string(),
        // What only an earlier write will give stands there in braces, which no id of Front has.
        path: request.path().replace("%7B", "{").replace("%7D", "}"),
        body: request.body().cloned().unwrap_or(Value::Null),
        marker: None,
        rule: String::new(),
    }
}
