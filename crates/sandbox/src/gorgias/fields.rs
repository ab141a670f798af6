//! Strict reading of a JSON body: every field that is not asked for is an error, as is a required one that
//! is missing (`reference/gorgias.md §4`). Problems are gathered, so that one answer names them all.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value, json};

use super::errors;
use crate::wire::{Answered, Asked};

/// A reference to another object: `{"id": n}`, or an e-mail with whatever stands beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) id: Option<u64>,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
}

/// A body under inspection. Readers return `None` for an absent or unusable field.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    prefix: String,
    known: Vec<&'a str>,
    problems: Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// # Errors
    /// The answer for a body that is no object.
    pub(crate) fn of(body: &'a Value, doing: &str) -> Result<Self, Answered> {
        match body.as_object() {
            Some(object) => Ok(Self::inside(object, String::new())),
            None => Err(errors::invalid_field(doing, "body", "Not a valid JSON object.")),
        }
    }

    fn inside(object: &'a Map<String, Value>, prefix: String) -> Self {
        Self { object, prefix, known: Vec::new(), problems: Map::new() }
    }

    /// Objects in a list, each read by `read`, with problems named `list.0.field`.
    pub(crate) fn each<T>(
        &mut self,
        name: &'a str,
        mut read: impl FnMut(&mut Fields<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(list) = self.value(name)?.as_array() else {
            self.problem(name, "Not a valid list.");
            return None;
        };
        let mut all = Vec::new();
        for (index, item) in list.iter().enumerate() {
            let Some(object) = item.as_object() else {
                self.problem(name, "Not a valid list of objects.");
                return None;
            };
            let mut inner = Fields::inside(object, format!("{}{name}.{index}.", self.prefix));
            all.extend(read(&mut inner));
            inner.note_unknown();
            self.problems.extend(inner.problems);
        }
        Some(all)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// The field as it came.
    pub(crate) fn value(&mut self, name: &'a str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name)
    }

    /// Fields that are taken and not looked at.
    pub(crate) fn pass(&mut self, names: &[&'a str]) {
        self.known.extend(names);
    }

    pub(crate) fn require(&mut self, name: &'a str) {
        if self.object.get(name).is_none_or(Value::is_null) {
            self.problem(name, "Missing data for required field.");
        }
    }

    /// `Some(None)` for an explicit `null`.
    pub(crate) fn text(&mut self, name: &'a str, longest: usize) -> Option<Option<String>> {
        match self.value(name)? {
            Value::Null => Some(None),
            Value::String(text) if text.chars().count() <= longest => Some(Some(text.clone())),
            Value::String(_) => {
                self.problem(name, &format!("Longer than maximum length {longest}."));
                None
            }
            _ => {
                self.problem(name, "Not a valid string.");
                None
            }
        }
    }

    pub(crate) fn flag(&mut self, name: &'a str) -> Option<bool> {
        let value = self.value(name)?;
        if !value.is_boolean() && !value.is_null() {
            self.problem(name, "Not a valid boolean.");
        }
        value.as_bool()
    }

    pub(crate) fn choice(&mut self, name: &'a str, choices: &[&'static str]) -> Option<&'static str> {
        let value = self.value(name)?;
        let chosen = choices.iter().find(|choice| value.as_str() == Some(**choice)).copied();
        if chosen.is_none() && !value.is_null() {
            self.problem(name, "Not a valid choice.");
        }
        chosen
    }

    /// ISO 8601; without an offset it is read as UTC.
    pub(crate) fn moment(&mut self, name: &'a str) -> Option<Option<DateTime<Utc>>> {
        let value = self.value(name)?;
        if value.is_null() {
            return Some(None);
        }
        let text = value.as_str().unwrap_or_default();
        let moment = DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc()));
        if moment.is_err() {
            self.problem(name, "Not a valid datetime.");
        }
        moment.ok().map(Some)
    }

    /// A reference; an explicit `null`, or `{"id": null}`, refers to nothing.
    pub(crate) fn reference(&mut self, name: &'a str) -> Option<Reference> {
        let value = self.value(name)?;
        if value.is_null() {
            return Some(Reference::default());
        }
        let Some(object) = value.as_object() else {
            self.problem(name, "Not a valid reference.");
            return None;
        };
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let reference = Reference {
            id: object.get("id").and_then(Value::as_u64),
            email: text("email"),
            name: text("name"),
        };
        if reference == Reference::default() && object.get("id").is_none_or(|id| !id.is_null()) {
            self.problem(name, "Neither an id nor an email.");
            return None;
        }
        Some(reference)
    }

    pub(crate) fn problem(&mut self, name: &str, text: &str) {
        self.problems.insert(format!("{}{name}", self.prefix), json!([text]));
    }

    fn note_unknown(&mut self) {
        let unknown: Vec<&String> =
            self.object.keys().filter(|key| !self.known.contains(&key.as_str())).collect();
        for key in unknown {
            self.problems.insert(format!("{}{key}", self.prefix), json!(["Unknown field."]));
        }
    }

    /// # Errors
    /// The answer that names everything wrong.
    pub(crate) fn finish(mut self, doing: &str) -> Result<(), Answered> {
        self.note_unknown();
        if self.problems.is_empty() { Ok(()) } else { Err(errors::invalid(doing, self.problems)) }
    }
}

/// # Errors
/// 400 when the query holds a parameter that is not among `allowed`.
pub(crate) fn only_params(asked: &Asked, allowed: &[&str], doing: &str) -> Result<(), Answered> {
    let mut problems = Map::new();
    for (key, _) in &asked.query {
        if !allowed.contains(&key.as_str()) {
            problems.insert(key.clone(), json!(["Unknown field."]));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(errors::invalid(doing, problems)) }
}
