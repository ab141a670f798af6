//! Strict reading of a body, from JSON or from a form. What is wrong is gathered, so that one answer names it all, in
//! the words that Front's own details have: `body.tag_ids: should be an array`.

use chrono::DateTime;
use serde_json::{Map, Value};

use super::{errors, objects::Moment, parts, switches::FrontSwitches};
use crate::wire::{Answered, Asked, Part};

/// A body that could be read at all.
pub(crate) struct Body<'a> {
    fields: Map<String, Value>,
    /// The files of a form; JSON has none.
    pub(crate) files: Vec<&'a Part>,
    is_form: bool,
}

impl<'a> Body<'a> {
    /// # Errors
    /// The answer to a body that is no JSON, or no object.
    pub(crate) fn of(asked: &'a Asked, switches: &FrontSwitches) -> Result<Self, Answered> {
        if !asked.parts.is_empty() {
            let (fields, files) = parts::read(asked);
            return Ok(Self { fields, files, is_form: true });
        }
        // A body that does not say that it is JSON is not read: every field is missing.
        let value = if asked.sends_json() { asked.json() } else { Some(Value::Null) };
        match value {
            Some(Value::Object(fields)) => Ok(Self { fields, files: Vec::new(), is_form: false }),
            Some(Value::Null) => Ok(Self { fields: Map::new(), files: Vec::new(), is_form: false }),
            Some(_) => {
                Err(errors::invalid(switches.invalid_status, &["body: should be an object".to_owned()]))
            }
            None => Err(errors::syntax(asked.body.len().saturating_sub(1))),
        }
    }

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            object: &self.fields,
            path: "body".to_owned(),
            known: Vec::new(),
            problems: Vec::new(),
            is_form: self.is_form,
        }
    }
}

/// An object under inspection. Readers return `None` for an absent or unusable field.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
    known: Vec<&'a str>,
    problems: Vec<String>,
    is_form: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// The field as it came.
    pub(crate) fn value(&mut self, name: &'a str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name)
    }

    /// Notes that a field must be there; the reader that follows says what it must be.
    pub(crate) fn require(&mut self, name: &str) {
        if !self.has(name) {
            self.problem(name, "missing");
        }
    }

    pub(crate) fn text(&mut self, name: &'a str) -> Option<String> {
        let value = self.value(name)?;
        let text = value.as_str();
        if text.is_none() {
            self.problem(name, "should be a string");
        }
        text.map(str::to_owned)
    }

    /// `Some(None)` for an explicit `null`.
    pub(crate) fn text_or_null(&mut self, name: &'a str) -> Option<Option<String>> {
        match self.object.get(name) {
            Some(Value::Null) => {
                self.known.push(name);
                Some(None)
            }
            _ => self.text(name).map(Some),
        }
    }

    pub(crate) fn flag(&mut self, name: &'a str) -> Option<bool> {
        let value = self.value(name)?;
        let flag = match value {
            Value::String(text) if self.is_form => text.parse().ok(),
            value => value.as_bool(),
        };
        if flag.is_none() {
            self.problem(name, "should be a boolean");
        }
        flag
    }

    /// Whole Unix seconds.
    pub(crate) fn moment(&mut self, name: &'a str) -> Option<Moment> {
        let value = self.value(name)?;
        let seconds = match value {
            Value::String(text) if self.is_form => text.parse().ok(),
            value => value.as_i64(),
        };
        let moment = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        if moment.is_none() {
            self.problem(name, "should be an integer");
        }
        moment
    }

    pub(crate) fn texts(&mut self, name: &'a str) -> Option<Vec<String>> {
        let Some(list) = self.value(name)?.as_array() else {
            self.problem(name, "should be an array");
            return None;
        };
        let texts: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if texts.len() != list.len() {
            self.problem(name, "should be an array of strings");
            return None;
        }
        Some(texts)
    }

    pub(crate) fn choice(&mut self, name: &'a str, choices: &[&'static str]) -> Option<&'static str> {
        let value = self.value(name)?;
        let chosen = choices.iter().find(|choice| value.as_str() == Some(**choice)).copied();
        if chosen.is_none() {
            self.problem(name, &format!("should be one of {}", choices.join(", ")));
        }
        chosen
    }

    /// Any object, kept as it is.
    pub(crate) fn map(&mut self, name: &'a str) -> Option<Value> {
        let value = self.value(name)?;
        if !value.is_object() {
            self.problem(name, "should be an object");
            return None;
        }
        Some(value.clone())
    }

    /// An object inside, read by `read`.
    pub(crate) fn inside<T>(&mut self, name: &'a str, read: impl FnOnce(&mut Fields<'a>) -> T) -> Option<T> {
        let Some(object) = self.value(name)?.as_object() else {
            self.problem(name, "should be an object");
            return None;
        };
        Some(self.look_into(object, name, read))
    }

    /// Objects in a list, each read by `read`.
    pub(crate) fn each<T>(
        &mut self,
        name: &'a str,
        read: impl Fn(&mut Fields<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.value(name)?.as_array();
        let Some(objects) = list.map(|list| list.iter().filter_map(Value::as_object).collect::<Vec<_>>())
        else {
            self.problem(name, "should be an array");
            return None;
        };
        if Some(objects.len()) != list.map(Vec::len) {
            self.problem(name, "should be an array of objects");
            return None;
        }
        let mut all = Vec::new();
        for (index, object) in objects.into_iter().enumerate() {
            all.extend(self.look_into(object, &format!("{name}[{index}]"), &read));
        }
        Some(all)
    }

    fn look_into<T>(
        &mut self,
        object: &'a Map<String, Value>,
        name: &str,
        read: impl FnOnce(&mut Fields<'a>) -> T,
    ) -> T {
        let mut inner = Fields {
            object,
            path: format!("{}.{name}", self.path),
            known: Vec::new(),
            problems: Vec::new(),
            is_form: self.is_form,
        };
        let found = read(&mut inner);
        let unknown = inner.unknown();
        self.problems.extend(inner.problems);
        self.problems.extend(unknown);
        found
    }

    pub(crate) fn problem(&mut self, name: &str, text: &str) {
        self.problems.push(format!("{}.{name}: {text}", self.path));
    }

    fn unknown(&self) -> Vec<String> {
        let is_unknown = |key: &&String| !self.known.contains(&key.as_str());
        self.object.keys().filter(is_unknown).map(|key| format!("{}.{key}{UNKNOWN}", self.path)).collect()
    }

    /// # Errors
    /// The answer that names everything wrong.
    pub(crate) fn finish(mut self, switches: &FrontSwitches) -> Result<(), Answered> {
        self.problems.extend(self.unknown());
        if !switches.refuse_unknown_fields {
            self.problems.retain(|problem| !problem.ends_with(UNKNOWN));
        }
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(errors::invalid(switches.invalid_status, &self.problems))
        }
    }
}

const UNKNOWN: &str = ": unknown field";
