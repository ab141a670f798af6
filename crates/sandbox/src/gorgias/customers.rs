//! Customers (`reference/gorgias.md §6.1`): one e-mail belongs to one customer, a merged one answers 301.

use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    fields::{Fields, only_params},
    lists::{self, Listing, SortKey},
    objects::{Channel, Customer, Party},
    state::State,
    switches::PhoneFilter,
};
use crate::{
    numbers,
    wire::{Answered, Asked},
};

const CHANNEL_TYPES: [&str; 8] =
    ["email", "phone", "chat", "twitter", "facebook", "instagram", "instagram-direct-message", "whatsapp"];

pub(crate) fn all(state: &mut State, asked: &Asked) -> Answered {
    match asked.method {
        Method::GET => list(state, asked),
        Method::POST => create(state, asked),
        _ => errors::wrong_method(),
    }
}

pub(crate) fn one(state: &mut State, asked: &Asked, id: u64) -> Answered {
    if let Some(survivor) = state.merged.get(&id) {
        return Answered::empty(301).with("location", format!("/api/customers/{survivor}/"));
    }
    if !state.customers.contains_key(&id) {
        return errors::not_found();
    }
    match asked.method {
        Method::GET => get(state, asked, id),
        Method::PUT => update(state, asked, id),
        Method::DELETE => {
            state.customers.remove(&id);
            Answered::empty(204)
        }
        _ => errors::wrong_method(),
    }
}

fn get(state: &State, asked: &Asked, id: u64) -> Answered {
    if let Err(refusal) = only_params(asked, &["relationships"], "retrieve customer") {
        return refusal;
    }
    let mut written = state.customers.get(&id).map_or(Value::Null, Customer::written);
    written["integrations"] = json!({});
    written["customer"] = Value::Null;
    Answered::json(200, &written)
}

fn list(state: &mut State, asked: &Asked) -> Answered {
    const LISTING: Listing = Listing {
        doing: "list customers",
        filters: &[
            "email",
            "external_id",
            "name",
            "language",
            "timezone",
            "view_id",
            "channel_type",
            "channel_address",
        ],
        orders: &[
            "created_datetime:desc",
            "created_datetime:asc",
            "updated_datetime:desc",
            "updated_datetime:asc",
        ],
    };
    let same =
        |param: &str, value: Option<&str>| asked.param(param).is_none_or(|wanted| value == Some(wanted));
    let phone_filter = state.switches.phone_filter;
    let has_channel = |customer: &Customer| {
        let (kind, address) = (asked.param("channel_type"), asked.param("channel_address"));
        (kind.is_none() && address.is_none())
            || customer.channels.iter().any(|channel| {
                kind.is_none_or(|kind| channel.kind == kind)
                    && address.is_none_or(|address| is_at(channel, kind, address, phone_filter))
            })
    };
    let rows = |state: &State, field: &str| {
        state
            .customers
            .values()
            .filter(|customer| {
                state.is_listed(customer.made_at)
                    && same("email", customer.email.as_deref())
                    && same("external_id", customer.external_id.as_deref())
                    && same("name", customer.name.as_deref())
                    && same("language", customer.language.as_deref())
                    && same("timezone", customer.timezone.as_deref())
                    && has_channel(customer)
            })
            .map(|customer| {
                let at = if field == "updated_datetime" { customer.updated_at } else { customer.made_at };
                (SortKey::Number(at.timestamp_micros()), customer.id)
            })
            .collect()
    };
    lists::list(state, asked, &LISTING, rows, |state, id| state.customers.get(&id).map(Customer::written))
}

/// Whether the filter on channels takes this one for the address that was asked for.
fn is_at(channel: &Channel, kind: Option<&str>, address: &str, by_phone: PhoneFilter) -> bool {
    match (kind, by_phone) {
        (Some("phone"), PhoneFilter::Digits) => numbers::same(&channel.address, address),
        (Some("phone"), PhoneFilter::Nothing) => false,
        _ => channel.address == address,
    }
}

fn create(state: &mut State, asked: &Asked) -> Answered {
    const DOING: &str = "create customer";
    let body = asked.json().unwrap_or_default();
    let draft = match Draft::read(&body, DOING, &state.switches, true) {
        Ok(draft) => draft,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = draft.conflict(state, None) {
        return refusal;
    }
    let id = state.add_customer(None, None).id;
    apply(state, id, draft);
    Answered::json(201, &state.customers.get(&id).map_or(Value::Null, Customer::written))
}

fn update(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let body = asked.json().unwrap_or_default();
    let draft = match Draft::read(&body, "update customer", &state.switches, false) {
        Ok(draft) => draft,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = draft.conflict(state, Some(id)) {
        return refusal;
    }
    apply(state, id, draft);
    let status = state.switches.put_status;
    Answered::json(status, &state.customers.get(&id).map_or(Value::Null, Customer::written))
}

/// What a body says about a customer; `None` = says nothing.
#[derive(Default)]
struct Draft {
    name: Option<Option<String>>,
    email: Option<Option<String>>,
    external_id: Option<Option<String>>,
    language: Option<Option<String>>,
    timezone: Option<Option<String>>,
    note: Option<Option<String>>,
    /// Replaces all.
    channels: Option<Vec<(String, String, bool)>>,
}

impl Draft {
    fn read(
        body: &Value,
        doing: &str,
        switches: &super::switches::GorgiasSwitches,
        is_new: bool,
    ) -> Result<Self, Answered> {
        let mut fields = Fields::of(body, doing)?;
        let mut draft = Self {
            name: fields.text("name", 255),
            email: fields.text("email", 320),
            external_id: fields.text("external_id", 255),
            language: fields.text("language", 10),
            timezone: fields.text("timezone", 64),
            ..Self::default()
        };
        if !is_new || switches.note_on_create {
            draft.note = fields.text("note", 65_535);
        }
        if switches.names_on_create || !is_new {
            let (first, last) = (fields.text("firstname", 255), fields.text("lastname", 255));
            if let (None, Some(Some(first))) = (&draft.name, first) {
                let last = last.flatten().unwrap_or_default();
                draft.name = Some(Some(format!("{first} {last}").trim_end().to_owned()));
            }
        }
        if is_new {
            fields.require("channels");
        }
        draft.channels = fields.each("channels", |channel| {
            let kind = channel.choice("type", &CHANNEL_TYPES);
            let address = channel.text("address", 320).flatten();
            let preferred = channel.flag("preferred");
            for name in ["type", "address", "preferred"] {
                channel.require(name);
            }
            // What answers carry beside these may be sent back.
            channel.pass(&[
                "id",
                "created_datetime",
                "updated_datetime",
                "deleted_datetime",
                "customer",
                "user",
            ]);
            Some((kind?.to_owned(), address?, preferred?))
        });
        fields.finish(doing)?;
        Ok(draft)
    }

    fn emails(&self) -> impl Iterator<Item = &str> {
        let channels = self.channels.iter().flatten().filter(|(kind, _, _)| kind == "email");
        self.email
            .iter()
            .flatten()
            .map(String::as_str)
            .chain(channels.map(|(_, address, _)| address.as_str()))
    }

    fn conflict(&self, state: &State, myself: Option<u64>) -> Option<Answered> {
        let is_other = |customer: &Customer| Some(customer.id) != myself;
        let email_taken = self.emails().any(|email| state.customer_by_email(email).is_some_and(is_other));
        let external_taken = state.switches.unique_external_id
            && self.external_id.iter().flatten().any(|wanted| {
                state
                    .customers
                    .values()
                    .any(|known| known.external_id.as_deref() == Some(wanted) && is_other(known))
            });
        let phone_taken = state.switches.unique_phone
            && self.channels.iter().flatten().any(|(kind, address, _)| {
                kind == "phone"
                    && state.customers.values().any(|known| {
                        is_other(known) && known.channels.iter().any(|channel| channel.address == *address)
                    })
            });
        (email_taken || external_taken || phone_taken).then(errors::conflict)
    }
}

fn apply(state: &mut State, id: u64, draft: Draft) {
    let now = state.now();
    let new_channels = draft.channels.map(|channels| {
        let known = state.customers.get(&id).map(|known| known.channels.clone()).unwrap_or_default();
        channels
            .into_iter()
            .map(|(kind, address, preferred)| {
                let old = known.iter().find(|old| old.kind == kind && old.address == address);
                let id = old.map_or_else(|| state.next_id(), |old| old.id);
                Channel { id, kind, address, preferred }
            })
            .collect::<Vec<_>>()
    });
    let email_channel = state.next_id();
    let Some(customer) = state.customers.get_mut(&id) else { return };
    let set = |field: &mut Option<String>, value: Option<Option<String>>| {
        if let Some(value) = value {
            *field = value;
        }
    };
    set(&mut customer.name, draft.name);
    set(&mut customer.email, draft.email);
    set(&mut customer.external_id, draft.external_id);
    set(&mut customer.language, draft.language);
    set(&mut customer.timezone, draft.timezone);
    set(&mut customer.note, draft.note);
    if let Some(channels) = new_channels {
        customer.channels = channels;
    }
    let first_email = customer.channels.iter().find(|channel| channel.kind == "email");
    match (&customer.email, first_email) {
        (None, Some(channel)) => customer.email = Some(channel.address.clone()),
        (Some(email), None) => customer.channels.push(Channel {
            id: email_channel,
            kind: "email".to_owned(),
            address: email.clone(),
            preferred: true,
        }),
        _ => {}
    }
    customer.updated_at = now;
}

/// `PUT /api/customers/{id}/data`: 202 and nothing else.
pub(crate) fn data(state: &mut State, asked: &Asked, id: u64) -> Answered {
    if asked.method != Method::PUT {
        return errors::wrong_method();
    }
    let body = asked.json().unwrap_or_default();
    let read = Fields::of(&body, "update customer data").and_then(|mut fields| {
        let data = fields.value("data").cloned();
        fields.require("data");
        fields.pass(&["version"]);
        fields.finish("update customer data").map(|()| data.unwrap_or_default())
    });
    match (read, state.customers.get_mut(&id)) {
        (Err(refusal), _) => refusal,
        (_, None) => errors::not_found(),
        (Ok(data), Some(customer)) => {
            customer.data = data;
            Answered::empty(202)
        }
    }
}

/// `PUT /api/customers/merge?source_id=&target_id=`.
pub(crate) fn merge(state: &mut State, asked: &Asked) -> Answered {
    if asked.method != Method::PUT {
        return errors::wrong_method();
    }
    if let Err(refusal) = only_params(asked, &["source_id", "target_id"], "merge customers") {
        return refusal;
    }
    let id = |name| asked.param(name).and_then(|id| id.parse::<u64>().ok());
    match (id("source_id"), id("target_id")) {
        (Some(source), Some(target)) => match merge_into(state, source, target) {
            true => Answered::json(200, &state.customers.get(&target).map_or(Value::Null, Customer::written)),
            false => errors::not_found(),
        },
        _ => errors::invalid_field("merge customers", "source_id", "Missing data for required field."),
    }
}

/// Everything of `source` becomes `target`'s; `false` when one of them is not there.
pub(crate) fn merge_into(state: &mut State, source: u64, target: u64) -> bool {
    if source == target || !state.customers.contains_key(&target) {
        return false;
    }
    let Some(gone) = state.customers.remove(&source) else { return false };
    let now = state.now();
    if let Some(survivor) = state.customers.get_mut(&target) {
        for channel in gone.channels {
            let has = |known: &Channel| known.kind == channel.kind && known.address == channel.address;
            if !survivor.channels.iter().any(has) {
                survivor.channels.push(channel);
            }
        }
        survivor.note = survivor.note.take().or(gone.note);
        survivor.updated_at = now;
    }
    for ticket in state.tickets.values_mut().filter(|ticket| ticket.customer == Some(source)) {
        ticket.customer = Some(target);
    }
    for message in state.messages.values_mut() {
        if message.sender == Party::Customer(source) {
            message.sender = Party::Customer(target);
        }
        if message.receiver == Some(Party::Customer(source)) {
            message.receiver = Some(Party::Customer(target));
        }
    }
    for survivor in state.merged.values_mut().filter(|survivor| **survivor == source) {
        *survivor = target;
    }
    state.merged.insert(source, target);
    true
}
