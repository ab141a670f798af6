//! Messages of tickets (`reference/gorgias.md §6.3`). The trap that this stand-in watches: an outgoing message
//! without `sent_datetime` is really sent to the customer; here it is recorded as a [`SendAttempt`].

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    enums::{CHANNELS, SENDING, VIAS},
    errors,
    fields::{Fields, Reference},
    lists::{self, Listing, SortKey},
    objects::{Message, Moment, Party},
    state::State,
    uploads,
};
use crate::wire::{Answered, Asked};

/// A message that Gorgias would have sent to a customer. Sidetone must never cause one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SendAttempt {
    /// The ticket it stands in.
    pub ticket: u64,
    /// The message.
    pub message: u64,
    /// `sms`, `email` or `phone`.
    pub channel: &'static str,
}

/// A message as a body describes it, checked and not yet made.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) channel: &'static str,
    pub(crate) via: &'static str,
    pub(crate) from_agent: bool,
    public: bool,
    pub(crate) sender: Reference,
    pub(crate) receiver: Option<Reference>,
    source: Value,
    subject: Option<String>,
    body_text: Option<String>,
    body_html: Option<String>,
    attachments: Vec<Value>,
    pub(crate) external_id: Option<String>,
    meta: Value,
    sent_at: Option<Moment>,
    created_at: Option<Moment>,
}

/// Reads one message out of a body; problems stay with the fields.
pub(crate) fn read(fields: &mut Fields<'_>, state: &State) -> Option<Draft> {
    for name in ["channel", "via", "from_agent", "sender"] {
        fields.require(name);
    }
    let channel = fields.choice("channel", &CHANNELS);
    let via = fields.choice("via", &VIAS);
    let from_agent = fields.flag("from_agent");
    let sender = fields.reference("sender");
    let receiver = fields.reference("receiver");
    check_parties(fields, state, from_agent, sender.as_ref(), receiver.as_ref());
    let source = fields.value("source").cloned().unwrap_or_default();
    if channel.is_some_and(|channel| SENDING.contains(&channel)) && !source["from"].is_object() {
        fields.problem("source", "Missing data for required field.");
    }
    let attachments = fields.each("attachments", |attachment| {
        for name in ["url", "name", "content_type"] {
            attachment.require(name);
        }
        let url = attachment.text("url", 2048).flatten()?;
        if state.switches.own_attachments_only && !uploads::is_known(state, &url) {
            attachment.problem("url", "Not a file of this account.");
        }
        let name = attachment.text("name", 1024).flatten()?;
        let content_type = attachment.text("content_type", 255).flatten()?;
        let size = attachment.value("size").cloned().unwrap_or_default();
        attachment.pass(&["public", "extra"]);
        Some(json!({"url": url, "name": name, "content_type": content_type, "size": size}))
    });
    let draft = Draft {
        channel: channel.unwrap_or_default(),
        via: via.unwrap_or_default(),
        from_agent: from_agent.unwrap_or_default(),
        public: fields.flag("public").unwrap_or(true),
        sender: sender.unwrap_or_default(),
        receiver: receiver.filter(|receiver| *receiver != Reference::default()),
        source,
        subject: fields.text("subject", 998).flatten(),
        body_text: fields.text("body_text", 1_000_000).flatten(),
        body_html: fields.text("body_html", 1_000_000).flatten(),
        attachments: attachments.unwrap_or_default(),
        external_id: fields.text("external_id", 255).flatten(),
        meta: fields.value("meta").cloned().unwrap_or_default(),
        sent_at: fields.moment("sent_datetime").flatten(),
        created_at: fields.moment("created_datetime").flatten(),
    };
    fields.pass(&[
        "stripped_text",
        "stripped_html",
        "stripped_signature",
        "opened_datetime",
        "failed_datetime",
        "deleted_datetime",
        "message_id",
        "integration_id",
        "mention_ids",
        "actions",
        "macros",
        "headers",
        "last_sending_error",
    ]);
    Some(draft)
}

fn check_parties(
    fields: &mut Fields<'_>,
    state: &State,
    from_agent: Option<bool>,
    sender: Option<&Reference>,
    receiver: Option<&Reference>,
) {
    let is_user = |who: &Reference| match (who.id, &who.email) {
        (Some(id), _) => state.users.iter().any(|user| user.id == id),
        (None, Some(email)) => state.user_by_email(email).is_some(),
        (None, None) => false,
    };
    let is_customer = |who: &Reference| match who.id {
        Some(id) => state.customers.contains_key(&id) || state.merged.contains_key(&id),
        None => who.email.is_some(),
    };
    match (from_agent, sender) {
        (Some(true), Some(sender)) if !is_user(sender) => {
            fields.problem("sender", "Not a user of this account.");
        }
        (Some(false), Some(sender)) if !is_customer(sender) => {
            fields.problem("sender", "Not a customer of this account.");
        }
        _ => {}
    }
    match (from_agent, receiver) {
        (Some(false), Some(receiver)) if *receiver != Reference::default() => {
            fields.problem("receiver", "Must not be set on an incoming message.");
        }
        (Some(true), Some(receiver)) if *receiver != Reference::default() && !is_customer(receiver) => {
            fields.problem("receiver", "Not a customer of this account.");
        }
        _ => {}
    }
}

/// Who a checked reference means. An unknown e-mail makes a customer; fields beside an id change that
/// customer (`reference/gorgias.md §5`).
pub(crate) fn customer_meant(state: &mut State, who: &Reference) -> Option<u64> {
    if let Some(id) = who.id {
        let id = state.merged.get(&id).copied().unwrap_or(id);
        let customer = state.customers.get_mut(&id)?;
        if who.name.is_some() {
            customer.name.clone_from(&who.name);
        }
        if who.email.is_some() {
            customer.email.clone_from(&who.email);
        }
        return Some(id);
    }
    let email = who.email.as_deref()?;
    if let Some(known) = state.customer_by_email(email) {
        return Some(known.id);
    }
    Some(state.add_customer(who.name.clone(), who.email.clone()).id)
}

/// Puts a checked draft into a ticket and brings the ticket's dates up to it.
pub(crate) fn add(state: &mut State, ticket: u64, draft: Draft) -> u64 {
    let sender = if draft.from_agent {
        let by_email = draft.sender.email.as_deref().and_then(|email| state.user_by_email(email));
        Party::User(draft.sender.id.or(by_email.map(|user| user.id)).unwrap_or_default())
    } else {
        Party::Customer(customer_meant(state, &draft.sender).unwrap_or_default())
    };
    let receiver = draft.receiver.as_ref().and_then(|who| customer_meant(state, who)).map(Party::Customer);
    let (id, now) = (state.next_id(), state.now());
    let is_sent_by_gorgias =
        draft.from_agent && draft.public && draft.sent_at.is_none() && SENDING.contains(&draft.channel);
    if is_sent_by_gorgias {
        state.send_attempts.push(SendAttempt { ticket, message: id, channel: draft.channel });
    }
    let created_at = draft.created_at.unwrap_or(now);
    let reopens = state.switches.reopen_on_incoming && !draft.from_agent;
    state.messages.insert(
        id,
        Message {
            id,
            ticket,
            channel: draft.channel,
            via: draft.via,
            from_agent: draft.from_agent,
            public: draft.public,
            sender,
            receiver,
            source: draft.source,
            subject: draft.subject,
            body_text: draft.body_text,
            body_html: draft.body_html,
            attachments: draft.attachments,
            external_id: draft.external_id,
            meta: draft.meta,
            sent_at: draft.sent_at,
            created_at,
            made_at: now,
        },
    );
    state.threads.entry(ticket).or_default().push(id);
    if let Some(ticket) = state.tickets.get_mut(&ticket) {
        let at = draft.sent_at.unwrap_or(created_at);
        ticket.last_message_at = ticket.last_message_at.max(Some(at));
        if !draft.from_agent {
            ticket.last_received_at = ticket.last_received_at.max(Some(at));
        }
        if reopens && ticket.status == "closed" {
            ticket.status = "open";
            ticket.closed_at = None;
        }
        ticket.updated_at = now;
    }
    id
}

/// Whether another message has this `external_id`, where the switch makes that a conflict.
pub(crate) fn is_taken(state: &State, external_id: Option<&str>) -> bool {
    state.switches.unique_external_id
        && external_id.is_some()
        && state.messages.values().any(|message| message.external_id.as_deref() == external_id)
}

/// `…/tickets/{id}/messages`: POST; the deprecated GET is still answered.
pub(crate) fn of_ticket(state: &mut State, asked: &Asked, ticket: u64) -> Answered {
    const DOING: &str = "create message";
    if !state.tickets.contains_key(&ticket) {
        return errors::not_found();
    }
    match asked.method {
        Method::GET => {
            let data: Vec<Value> = state.messages_of(ticket).map(|message| message.written(state)).collect();
            Answered::json(200, &lists::envelope(&asked.path, &data, None))
        }
        Method::POST => {
            if let Err(refusal) = super::fields::only_params(asked, &["action"], DOING) {
                return refusal;
            }
            match draft_of(state, asked, DOING) {
                Ok(draft) if is_taken(state, draft.external_id.as_deref()) => errors::conflict(),
                Ok(draft) => {
                    let id = add(state, ticket, draft);
                    Answered::json(201, &written(state, id))
                }
                Err(refusal) => refusal,
            }
        }
        _ => errors::wrong_method(),
    }
}

/// One message. PUT wants channel, via and from_agent again and answers 202.
pub(crate) fn one(state: &mut State, asked: &Asked, ticket: u64, id: u64) -> Answered {
    if state.messages.get(&id).is_none_or(|message| message.ticket != ticket) {
        return errors::not_found();
    }
    match asked.method {
        Method::GET => Answered::json(200, &written(state, id)),
        Method::PUT => match draft_of(state, asked, "update message") {
            Ok(draft) => {
                if let Some(message) = state.messages.get_mut(&id) {
                    message.subject = draft.subject.or(message.subject.take());
                    message.body_text = draft.body_text.or(message.body_text.take());
                    message.body_html = draft.body_html.or(message.body_html.take());
                    message.external_id = draft.external_id.or(message.external_id.take());
                    if !draft.attachments.is_empty() {
                        message.attachments = draft.attachments;
                    }
                }
                Answered::json(202, &written(state, id))
            }
            Err(refusal) => refusal,
        },
        Method::DELETE => {
            state.messages.remove(&id);
            if let Some(thread) = state.threads.get_mut(&ticket) {
                thread.retain(|message| *message != id);
            }
            Answered::empty(200)
        }
        _ => errors::wrong_method(),
    }
}

/// `GET /api/messages`: no filter by `external_id`.
pub(crate) fn list(state: &mut State, asked: &Asked) -> Answered {
    const LISTING: Listing = Listing {
        doing: "list messages",
        filters: &["ticket_id"],
        orders: &["created_datetime:desc", "created_datetime:asc"],
    };
    let ticket = match asked.param("ticket_id").map(str::parse::<u64>) {
        None => None,
        Some(Ok(ticket)) => Some(ticket),
        Some(Err(_)) => return errors::invalid_field(LISTING.doing, "ticket_id", "Not a valid integer."),
    };
    let row = |message: &Message| (SortKey::Number(message.created_at.timestamp_micros()), message.id);
    let rows = |state: &State, _: &str| match ticket {
        Some(ticket) => {
            state.messages_of(ticket).filter(|message| state.is_listed(message.made_at)).map(row).collect()
        }
        None => state.messages.values().filter(|message| state.is_listed(message.made_at)).map(row).collect(),
    };
    lists::list(state, asked, &LISTING, rows, |state, id| {
        state.messages.get(&id).map(|message| message.written(state))
    })
}

fn draft_of(state: &State, asked: &Asked, doing: &str) -> Result<Draft, Answered> {
    let body = asked.json().unwrap_or_default();
    let mut fields = Fields::of(&body, doing)?;
    let draft = read(&mut fields, state);
    fields.finish(doing)?;
    draft.ok_or_else(errors::not_found)
}

fn written(state: &State, id: u64) -> Value {
    state.messages.get(&id).map_or(Value::Null, |message| message.written(state))
}
