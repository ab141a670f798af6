//! `POST /api/search` (`reference/gorgias.md §8.1`): answers 201 with short items; how numbers are compared and
//! whether the list comes in an envelope are switches, because nobody has shown it.

use http::Method;
use serde_json::{Value, json};

use super::{
    errors, fields::Fields, lists::envelope, objects::Customer, state::State, switches::PhoneMatching,
};
use crate::{
    numbers,
    wire::{Answered, Asked},
};

const TYPES: [&str; 9] = [
    "customers_by_phone",
    "customer_channel_phone",
    "customer_profile",
    "customer_channel",
    "agent",
    "customer",
    "integration",
    "team",
    "tag",
];

pub(crate) fn search(state: &State, asked: &Asked) -> Answered {
    const DOING: &str = "search";
    if asked.method != Method::POST {
        return errors::wrong_method();
    }
    let body = asked.json().unwrap_or_default();
    let read = Fields::of(&body, DOING).and_then(|mut fields| {
        fields.require("type");
        let kind = fields.choice("type", &TYPES);
        let query = fields.text("query", 320).flatten().unwrap_or_default();
        let size = fields.value("size").map_or(Some(10), Value::as_u64);
        if !size.is_some_and(|size| (1..=50).contains(&size)) {
            fields.problem("size", "Must be between 1 and 50.");
        }
        fields.finish(DOING)?;
        Ok((kind.unwrap_or_default(), query, size.unwrap_or(10) as usize))
    });
    let (kind, query, size) = match read {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let found: Vec<Value> = match kind {
        "customers_by_phone" | "customer_channel_phone" => {
            customers(state, |customer| has_number(state, customer, &query))
        }
        "customer" | "customer_profile" | "customer_channel" => {
            customers(state, |customer| mentions(customer, &query.to_lowercase()))
        }
        "agent" => state
            .users
            .iter()
            .filter(|user| user.name.contains(&query) || user.email.contains(&query))
            .map(|user| json!({"id": user.id, "name": user.name, "email": user.email}))
            .collect(),
        "tag" => state
            .tags
            .values()
            .filter(|tag| tag.name.contains(&query))
            .map(|tag| json!({"id": tag.id, "name": tag.name}))
            .collect(),
        "team" => state
            .teams
            .iter()
            .filter(|team| team.1.contains(&query))
            .map(|team| json!({"id": team.0, "name": team.1}))
            .collect(),
        _ => Vec::new(),
    };
    let found: Vec<Value> = found.into_iter().take(size).collect();
    if state.switches.search_bare_array {
        return Answered::json(201, &json!(found));
    }
    Answered::json(201, &envelope("/api/search", &found, None))
}

fn customers(state: &State, is_found: impl Fn(&Customer) -> bool) -> Vec<Value> {
    state
        .customers
        .values()
        .filter(|customer| state.is_listed(customer.made_at) && is_found(customer))
        .map(|customer| json!({"id": customer.id, "name": customer.name, "email": customer.email}))
        .collect()
}

fn has_number(state: &State, customer: &Customer, query: &str) -> bool {
    let wanted = numbers::digits(query);
    customer.channels.iter().filter(|channel| channel.kind == "phone").any(|channel| {
        match state.switches.phone_search {
            PhoneMatching::Exact => channel.address == query,
            PhoneMatching::Digits => numbers::digits(&channel.address) == wanted,
            PhoneMatching::Suffix => {
                !wanted.is_empty() && numbers::digits(&channel.address).ends_with(&wanted)
            }
        }
    })
}

fn mentions(customer: &Customer, text: &str) -> bool {
    let has = |value: &str| value.to_lowercase().contains(text);
    customer.name.as_deref().is_some_and(has)
        || customer.email.as_deref().is_some_and(has)
        || customer.channels.iter().any(|channel| has(&channel.address))
}
