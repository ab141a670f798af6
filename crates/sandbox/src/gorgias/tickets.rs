//! Tickets (`reference/gorgias.md §6.2`): no ticket without a message, no filter by status, trashed ones are
//! listed unless asked not to, and a PUT of `tags` replaces them all.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{
    enums::{CHANNELS, PRIORITIES, STATUSES, VIAS},
    errors,
    fields::{Fields, Reference, only_params},
    lists::{self, Listing, SortKey},
    messages,
    objects::{Moment, Ticket},
    state::State,
};
use crate::wire::{Answered, Asked};

/// The most messages that a ticket can be created with.
const MOST_MESSAGES: usize = 500;

pub(crate) fn all(state: &mut State, asked: &Asked) -> Answered {
    match asked.method {
        Method::GET => list(state, asked),
        Method::POST => create(state, asked),
        _ => errors::wrong_method(),
    }
}

pub(crate) fn one(state: &mut State, asked: &Asked, id: u64) -> Answered {
    if !state.tickets.contains_key(&id) {
        return errors::not_found();
    }
    match asked.method {
        Method::GET => {
            if let Err(refusal) = only_params(asked, &["relationships"], "retrieve ticket") {
                return refusal;
            }
            let mut answered = Answered::json(200, &whole(state, id));
            answered.delay = Duration::try_from_secs_f64(state.switches.ticket_get_s).unwrap_or_default();
            answered
        }
        Method::PUT => update(state, asked, id),
        Method::DELETE => {
            state.tickets.remove(&id);
            for message in state.threads.remove(&id).unwrap_or_default() {
                state.messages.remove(&message);
            }
            Answered::empty(204)
        }
        _ => errors::wrong_method(),
    }
}

fn list(state: &mut State, asked: &Asked) -> Answered {
    const LISTING: Listing = Listing {
        doing: "list tickets",
        filters: &["customer_id", "external_id", "view_id", "rule_id", "ticket_ids", "trashed"],
        orders: &[
            "created_datetime:desc",
            "created_datetime:asc",
            "updated_datetime:desc",
            "updated_datetime:asc",
        ],
    };
    let number = |text: &str| text.parse::<u64>().ok();
    for name in ["customer_id", "ticket_ids"] {
        if asked.params(name).any(|id| number(id).is_none()) {
            return errors::invalid_field(LISTING.doing, name, "Not a valid integer.");
        }
    }
    let ids: Vec<u64> = asked.params("ticket_ids").filter_map(number).collect();
    let customer = asked.param("customer_id").and_then(number);
    let hides_trash = asked.param("trashed") == Some("false");
    let rows = |state: &State, field: &str| {
        state
            .tickets
            .values()
            .filter(|ticket| {
                state.is_listed(ticket.made_at)
                    && (customer.is_none() || ticket.customer == customer)
                    && asked
                        .param("external_id")
                        .is_none_or(|wanted| ticket.external_id.as_deref() == Some(wanted))
                    && (ids.is_empty() || ids.contains(&ticket.id))
                    && !(hides_trash && ticket.trashed_at.is_some())
            })
            .map(|ticket| {
                let at = if field == "updated_datetime" { ticket.updated_at } else { ticket.created_at };
                (SortKey::Number(at.timestamp_micros()), ticket.id)
            })
            .collect()
    };
    lists::list(state, asked, &LISTING, rows, |state, id| {
        state.tickets.get(&id).map(|ticket| ticket.listed(state))
    })
}

fn create(state: &mut State, asked: &Asked) -> Answered {
    const DOING: &str = "create ticket";
    let body = asked.json().unwrap_or_default();
    let (draft, drafts) = match read_new(state, &body, DOING) {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    if is_taken(state, draft.external_id.as_ref())
        || drafts.iter().any(|message| messages::is_taken(state, message.external_id.as_deref()))
    {
        return errors::conflict();
    }
    let (id, now) = (state.next_id(), state.now());
    let first = drafts.first();
    // Without a customer the ticket belongs to the customer of its first message, if that names one.
    let of_first = first
        .and_then(|first| if first.from_agent { first.receiver.clone() } else { Some(first.sender.clone()) });
    let customer = draft.customer.clone().or(of_first);
    let customer = customer.and_then(|who| messages::customer_meant(state, &who));
    let channel = draft.channel.or(first.map(|first| first.channel)).unwrap_or("api");
    let from_agent = draft.from_agent.or(first.map(|first| first.from_agent)).unwrap_or_default();
    let created_at = draft.created_at.unwrap_or(now);
    state.tickets.insert(
        id,
        Ticket {
            id,
            external_id: None,
            status: "open",
            priority: "normal",
            channel,
            via: draft.via.unwrap_or("api"),
            from_agent,
            customer,
            assignee_user: None,
            assignee_team: None,
            subject: None,
            tags: Vec::new(),
            custom_fields: json!({}),
            meta: Value::Null,
            language: None,
            spam: false,
            is_unread: true,
            created_at,
            updated_at: now,
            opened_at: None,
            closed_at: None,
            snoozed_until: None,
            trashed_at: None,
            last_message_at: None,
            last_received_at: None,
            made_at: now,
        },
    );
    for message in drafts {
        messages::add(state, id, message);
    }
    apply(state, id, draft);
    Answered::json(201, &whole(state, id))
}

fn is_taken(state: &State, external_id: Option<&Option<String>>) -> bool {
    let Some(Some(wanted)) = external_id else { return false };
    state.switches.unique_external_id
        && state.tickets.values().any(|ticket| ticket.external_id.as_deref() == Some(wanted))
}

fn read_new(state: &State, body: &Value, doing: &str) -> Result<(Draft, Vec<messages::Draft>), Answered> {
    let mut fields = Fields::of(body, doing)?;
    fields.require("via");
    fields.require("messages");
    let drafts = fields.each("messages", |message| messages::read(message, state));
    let count = drafts.as_ref().map_or(1, Vec::len);
    if !(1..=MOST_MESSAGES).contains(&count) {
        fields.problem("messages", "Must hold 1 to 500 messages.");
    }
    let mut draft = Draft::read(&mut fields, state);
    draft.created_at = fields.moment("created_datetime").flatten();
    fields.finish(doing)?;
    Ok((draft, drafts.unwrap_or_default()))
}

fn update(state: &mut State, asked: &Asked, id: u64) -> Answered {
    const DOING: &str = "update ticket";
    let body = asked.json().unwrap_or_default();
    let read = Fields::of(&body, DOING).and_then(|mut fields| {
        let draft = Draft::read(&mut fields, state);
        fields.pass(&["is_unread"]);
        fields.finish(DOING).map(|()| draft)
    });
    match read {
        Ok(draft) => {
            let customer = draft.customer.clone().and_then(|who| messages::customer_meant(state, &who));
            let is_unread = body["is_unread"].as_bool();
            if let Some(ticket) = state.tickets.get_mut(&id) {
                ticket.customer = customer.or(ticket.customer);
                ticket.is_unread = is_unread.unwrap_or(ticket.is_unread);
                ticket.via = draft.via.unwrap_or(ticket.via);
                ticket.channel = draft.channel.unwrap_or(ticket.channel);
                ticket.from_agent = draft.from_agent.unwrap_or(ticket.from_agent);
            }
            apply(state, id, draft);
            Answered::json(state.switches.put_status, &whole(state, id))
        }
        Err(refusal) => refusal,
    }
}

/// What a body says about a ticket; `None` = says nothing.
#[derive(Default)]
struct Draft {
    via: Option<&'static str>,
    channel: Option<&'static str>,
    from_agent: Option<bool>,
    status: Option<&'static str>,
    priority: Option<&'static str>,
    subject: Option<Option<String>>,
    customer: Option<Reference>,
    assignee_user: Option<Reference>,
    assignee_team: Option<Reference>,
    tags: Option<Vec<(String, Value)>>,
    custom_fields: Option<Value>,
    external_id: Option<Option<String>>,
    meta: Option<Value>,
    spam: Option<bool>,
    language: Option<Option<String>>,
    created_at: Option<Moment>,
    closed_at: Option<Option<Moment>>,
    opened_at: Option<Option<Moment>>,
    snoozed_until: Option<Option<Moment>>,
    trashed_at: Option<Option<Moment>>,
    updated_at: Option<Option<Moment>>,
    last_message_at: Option<Option<Moment>>,
    last_received_at: Option<Option<Moment>>,
}

impl Draft {
    fn read(fields: &mut Fields<'_>, state: &State) -> Self {
        let draft = Self {
            via: fields.choice("via", &VIAS),
            channel: fields.choice("channel", &CHANNELS),
            from_agent: fields.flag("from_agent"),
            status: fields.choice("status", &STATUSES),
            priority: fields.choice("priority", &PRIORITIES),
            subject: fields.text("subject", 998),
            customer: fields.reference("customer"),
            assignee_user: fields.reference("assignee_user"),
            assignee_team: fields.reference("assignee_team"),
            tags: fields.each("tags", |tag| {
                tag.require("name");
                let decoration = tag.value("decoration").cloned().unwrap_or_default();
                Some((tag.text("name", 256).flatten()?, decoration))
            }),
            custom_fields: fields.value("custom_fields").cloned(),
            external_id: fields.text("external_id", 255),
            meta: fields.value("meta").cloned(),
            spam: fields.flag("spam"),
            language: fields.text("language", 10),
            created_at: None,
            closed_at: fields.moment("closed_datetime"),
            opened_at: fields.moment("opened_datetime"),
            snoozed_until: fields.moment("snooze_datetime"),
            trashed_at: fields.moment("trashed_datetime"),
            updated_at: fields.moment("updated_datetime"),
            last_message_at: fields.moment("last_message_datetime"),
            last_received_at: fields.moment("last_received_message_datetime"),
        };
        let no_user =
            |who: &Reference| who.id.is_some_and(|id| !state.users.iter().any(|user| user.id == id));
        if draft.assignee_user.as_ref().is_some_and(no_user) {
            fields.problem("assignee_user", "Not a user of this account.");
        }
        let no_team = |who: &Reference| who.id.is_some_and(|id| !state.teams.iter().any(|team| team.0 == id));
        if draft.assignee_team.as_ref().is_some_and(no_team) {
            fields.problem("assignee_team", "Not a team of this account.");
        }
        let no_customer = |who: &Reference| {
            let follows = !state.switches.refuse_merged_customers;
            let lives_on = |id: u64| follows && state.merged.contains_key(&id);
            who.id.is_some_and(|id| !state.customers.contains_key(&id) && !lives_on(id))
        };
        if draft.customer.as_ref().is_some_and(no_customer) {
            fields.problem("customer", "Not a customer of this account.");
        }
        draft
    }
}

fn apply(state: &mut State, id: u64, draft: Draft) {
    let now = state.now();
    let tags = draft.tags.map(|tags| {
        let mut ids: Vec<u64> = Vec::new();
        for (name, decoration) in tags {
            let tag = state.tag_named(&name, decoration);
            if !ids.contains(&tag) {
                ids.push(tag);
            }
        }
        ids
    });
    let Some(ticket) = state.tickets.get_mut(&id) else { return };
    if let Some(status) = draft.status.filter(|status| *status != ticket.status) {
        ticket.status = status;
        ticket.closed_at = (status == "closed").then_some(now);
    }
    ticket.priority = draft.priority.unwrap_or(ticket.priority);
    ticket.spam = draft.spam.unwrap_or(ticket.spam);
    if let Some(who) = draft.assignee_user {
        ticket.assignee_user = who.id;
    }
    if let Some(who) = draft.assignee_team {
        ticket.assignee_team = who.id;
    }
    replace(&mut ticket.tags, tags);
    replace(&mut ticket.subject, draft.subject);
    replace(&mut ticket.external_id, draft.external_id);
    replace(&mut ticket.language, draft.language);
    replace(&mut ticket.custom_fields, draft.custom_fields);
    replace(&mut ticket.meta, draft.meta);
    replace(&mut ticket.closed_at, draft.closed_at);
    replace(&mut ticket.opened_at, draft.opened_at);
    replace(&mut ticket.snoozed_until, draft.snoozed_until);
    replace(&mut ticket.trashed_at, draft.trashed_at);
    replace(&mut ticket.last_message_at, draft.last_message_at);
    replace(&mut ticket.last_received_at, draft.last_received_at);
    ticket.updated_at = draft.updated_at.flatten().unwrap_or(now);
}

fn replace<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn whole(state: &State, id: u64) -> Value {
    state.tickets.get(&id).map_or(Value::Null, |ticket| ticket.whole(state))
}
