//! An OpenAPI 3.0 description in JSON, and where a request or an answer departs from it.
//!
//! Bodies are held against their schemas (draft 4, of which OpenAPI 3.0 is a dialect), and a request may hold no field
//! that its schema does not name: the schemas forbid none, but a misspelt field would be lost without a word.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fmt, fs,
    path::Path,
};

use boon::{Compiler, Draft, SchemaIndex, Schemas, ValidationError};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

const DOCUMENT: &str = "https://description.invalid/openapi.json";

/// One departure from the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The operation, such as `PUT /conversations/{conversation_id}/assignee`.
    pub operation: String,
    /// Where: `path`, `query`, `body`, `answer`.
    pub part: &'static str,
    /// Which value: a parameter's name, or a pointer into the body.
    pub at: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}: {}", self.operation, self.part, self.at, self.what)
    }
}

/// The description, and what of it was made ready for use.
pub struct Description {
    document: Value,
    compiled: RefCell<Compiled>,
}

struct Compiled {
    compiler: Compiler,
    schemas: Schemas,
    /// By location.
    ready: HashMap<String, SchemaIndex>,
}

impl Description {
    /// Reads a file.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::of(serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{error}")))
    }

    fn of(mut document: Value) -> Self {
        allow_nulls(&mut document);
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V4);
        compiler.add_resource(DOCUMENT, document.clone()).unwrap_or_else(|error| panic!("{error}"));
        let compiled = Compiled { compiler, schemas: Schemas::new(), ready: HashMap::new() };
        Self { document, compiled: RefCell::new(compiled) }
    }

    /// Where a request departs; `target` is path and query, a body comes with its media type. The fields of a form are
    /// given as the JSON that they stand for.
    #[must_use]
    pub fn request(&self, method: &str, target: &str, body: Option<(&str, &Value)>) -> Vec<Breach> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(operation) = self.operation(method, path) else {
            return vec![nowhere(method, path)];
        };
        let mut breaches = operation.query(query);
        let described = self.document.pointer(&operation.at("/requestBody"));
        match (body, described) {
            (None, Some(wanted)) if wanted["required"] == true => {
                breaches.push(operation.breach("body", "", "is missing"));
            }
            (None, _) => {}
            (Some(_), None) => breaches.push(operation.breach("body", "", "is not described")),
            (Some((media, body)), Some(described)) => {
                if described["content"].get(media).is_none() {
                    breaches.push(operation.breach("body", "", format!("{media} is not described")));
                }
                let schema = operation.at("/requestBody/content/application~1json/schema");
                breaches.extend(operation.value("body", &schema, body));
                let mut unknown = Vec::new();
                self.undescribed(&schema, body, String::new(), &mut unknown);
                breaches.extend(unknown.iter().map(|at| operation.breach("body", at, "is not described")));
            }
        }
        breaches
    }

    /// Where an answer departs; no body at all is `None`.
    #[must_use]
    pub fn answer(&self, method: &str, target: &str, status: u16, body: Option<&Value>) -> Vec<Breach> {
        let path = target.split('?').next().unwrap_or_default();
        let Some(operation) = self.operation(method, path) else {
            return vec![nowhere(method, path)];
        };
        let answer = self.resolved(&operation.at(&format!("/responses/{status}")));
        let Some(described) = self.document.pointer(&answer) else {
            return vec![operation.breach("answer", &status.to_string(), "is not described")];
        };
        match (body, described.get("content")) {
            (None, None) => Vec::new(),
            (None, Some(_)) => vec![operation.breach("answer", "", "is missing")],
            (Some(_), None) => vec![operation.breach("answer", &status.to_string(), "is not described")],
            (Some(body), Some(_)) => {
                operation.value("answer", &format!("{answer}/content/application~1json/schema"), body)
            }
        }
    }

    /// The described operation that a request is of, such as `PUT /conversations/{conversation_id}/assignee`.
    #[must_use]
    pub fn route(&self, method: &str, target: &str) -> Option<String> {
        let path = target.split('?').next().unwrap_or_default();
        let operation = self.operation(method, path)?;
        Some(format!("{} {}", method.to_ascii_uppercase(), operation.template))
    }

    /// The first scope that a request needs.
    #[must_use]
    pub fn scope(&self, method: &str, target: &str) -> Option<&str> {
        let path = target.split('?').next().unwrap_or_default();
        let operation = self.operation(method, path)?;
        self.document.pointer(&operation.at("/x-required-scopes/0"))?.as_str()
    }

    fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let method = method.to_ascii_lowercase();
        let paths = self.document["paths"].as_object()?;
        let fitting = paths
            .iter()
            .filter(|(template, operations)| operations.get(&method).is_some() && fits(template, path));
        // `/contacts/merge` is no contact: of several, the one with the fewest placeholders is meant.
        let (template, _) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        Some(Operation { of: self, template: template.clone(), method })
    }

    /// The pointer that a `$ref` at `pointer` leads to, or `pointer` itself.
    fn resolved(&self, pointer: &str) -> String {
        let reference = self.document.pointer(pointer).and_then(|value| value.get("$ref")?.as_str());
        match reference.and_then(|reference| reference.strip_prefix('#')) {
            Some(target) => self.resolved(target),
            None => pointer.to_owned(),
        }
    }

    /// Fields of `value` that no schema names, as pointers. Objects whose schema names no field are free.
    fn undescribed(&self, schema: &str, value: &Value, at: String, unknown: &mut Vec<String>) {
        let schema = self.resolved(schema);
        match value {
            Value::Object(fields) => {
                let places = self.properties(&schema);
                if places.is_empty() {
                    return;
                }
                for (name, value) in fields {
                    let place = places.iter().find(|place| place.ends_with(&format!("/properties/{name}")));
                    let at = format!("{at}/{name}");
                    match place {
                        Some(place) => self.undescribed(place, value, at, unknown),
                        None => unknown.push(at),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.undescribed(&format!("{schema}/items"), item, format!("{at}/{index}"), unknown);
                }
            }
            _ => {}
        }
    }

    /// Where the fields of an object are described, over all parts of an `allOf`.
    fn properties(&self, schema: &str) -> BTreeSet<String> {
        let schema = self.resolved(schema);
        let described = self.document.pointer(&schema).unwrap_or(&Value::Null);
        let own = described["properties"].as_object().into_iter().flat_map(|properties| properties.keys());
        let mut places: BTreeSet<String> = own.map(|name| format!("{schema}/properties/{name}")).collect();
        for part in 0..described["allOf"].as_array().map_or(0, Vec::len) {
            places.extend(self.properties(&format!("{schema}/allOf/{part}")));
        }
        places
    }
}

/// One method of one path.
struct Operation<'a> {
    of: &'a Description,
    template: String,
    method: String,
}

impl Operation<'_> {
    fn at(&self, rest: &str) -> String {
        let template = self.template.replace('~', "~0").replace('/', "~1");
        format!("/paths/{template}/{}{rest}", self.method)
    }

    fn breach(&self, part: &'static str, at: &str, what: impl Into<String>) -> Breach {
        let operation = format!("{} {}", self.method.to_ascii_uppercase(), self.template);
        Breach { operation, part, at: at.to_owned(), what: what.into() }
    }

    fn query(&self, query: &str) -> Vec<Breach> {
        let count =
            self.of.document.pointer(&self.at("/parameters")).and_then(Value::as_array).map_or(0, Vec::len);
        let parameters: Vec<String> =
            (0..count).map(|index| self.of.resolved(&self.at(&format!("/parameters/{index}")))).collect();
        let of_query: Vec<(&str, &String, &Value)> = parameters
            .iter()
            .filter_map(|parameter| {
                let described = self.of.document.pointer(parameter).filter(|it| it["in"] == "query")?;
                Some((described["name"].as_str()?, parameter, described))
            })
            .collect();
        // A name without `=` has the empty text as its value.
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let given: Vec<(Cow<'_, str>, Cow<'_, str>)> = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let mut breaches = Vec::new();
        for (name, value) in &given {
            match of_query.iter().find(|(described, ..)| described == name) {
                None => breaches.push(self.breach("query", name, "is not described")),
                Some((_, parameter, described)) => {
                    let value = match described.pointer("/schema/type").and_then(Value::as_str) {
                        Some("string") => json!(value),
                        _ => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
                    };
                    let wrong = self.value("query", &format!("{parameter}/schema"), &value);
                    breaches
                        .extend(wrong.into_iter().map(|breach| Breach { at: (*name).to_string(), ..breach }));
                }
            }
        }
        let is_missing = |wanted: &str| !given.iter().any(|(name, _)| name == wanted);
        let missing =
            of_query.iter().filter(|(name, _, described)| described["required"] == true && is_missing(name));
        breaches.extend(missing.map(|(name, ..)| self.breach("query", name, "is missing")));
        breaches
    }

    fn value(&self, part: &'static str, schema: &str, value: &Value) -> Vec<Breach> {
        let location = format!("{DOCUMENT}#{}", schema.replace('{', "%7B").replace('}', "%7D"));
        let Compiled { compiler, schemas, ready } = &mut *self.of.compiled.borrow_mut();
        let schema = *ready.entry(location).or_insert_with_key(|location| {
            compiler.compile(location, schemas).unwrap_or_else(|error| panic!("{location}: {error:#}"))
        });
        match schemas.validate(value, schema) {
            Ok(()) => Vec::new(),
            Err(error) => {
                let mut breaches = Vec::new();
                self.leaves(part, &error, &mut breaches);
                breaches
            }
        }
    }

    fn leaves(&self, part: &'static str, error: &ValidationError<'_, '_>, breaches: &mut Vec<Breach>) {
        let what = error.kind.to_string();
        // Only `allow_nulls` makes a schema of null alone, beside one that says what is wrong.
        if error.causes.is_empty() && !what.starts_with("want null,") {
            breaches.push(self.breach(part, &error.instance_location.to_string(), what));
        }
        error.causes.iter().for_each(|cause| self.leaves(part, cause, breaches));
    }
}

fn nowhere(method: &str, path: &str) -> Breach {
    let operation = format!("{method} {path}");
    Breach { operation, part: "path", at: String::new(), what: "is not described".to_owned() }
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted.iter().zip(given).all(|(wanted, given)| {
            wanted == &given || (wanted.starts_with('{') && wanted.ends_with('}') && !given.is_empty())
        })
}

/// OpenAPI's `nullable` is no word of JSON Schema: what bears it may be null as well. Beside a `$ref`, where both
/// ignore it strictly speaking, it is taken for what was meant.
fn allow_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(allow_nulls),
        Value::Object(fields) => {
            fields.values_mut().for_each(allow_nulls);
            if fields.get("nullable") != Some(&Value::Bool(true)) {
                return;
            }
            if let Some(reference) = fields.remove("$ref") {
                fields.insert("anyOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
            }
            if let Some(kind) = fields.get("type").cloned() {
                fields.insert("type".to_owned(), json!([kind, "null"]));
            }
            if let Some(Value::Array(values)) = fields.get_mut("enum") {
                values.push(Value::Null);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One route with a parameter that is required, one that is a number, and one by reference.
    fn description() -> Description {
        let parameter = |name: &str, kind: &str, required: bool| json!({"in": "query", "name": name, "required": required, "schema": {"type": kind}});
        let in_path = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string"}});
        Description::of(json!({
            "openapi": "3.0.0",
            "paths": {"/things/{id}": {"get": {"parameters": [
                in_path,
                parameter("kind", "string", true),
                parameter("limit", "integer", false),
                {"$ref": "#/components/parameters/token"},
            ]}}},
            "components": {"parameters": {"token": parameter("page_token", "string", true)}},
        }))
    }

    /// What is wrong with a query, as parameter and sentence.
    fn wrong(query: &str) -> Vec<(String, String)> {
        let breaches = description().request("GET", &format!("/things/1?{query}"), None);
        assert!(breaches.iter().all(|breach| breach.part == "query"), "{breaches:?}");
        breaches.into_iter().map(|breach| (breach.at, breach.what)).collect()
    }

    #[test]
    fn a_parameter_that_has_to_be_there_is_asked_for() {
        let missing = |name: &str| (name.to_owned(), "is missing".to_owned());
        assert_eq!(wrong("kind=a&page_token=b&limit=3"), []);
        assert_eq!(wrong("limit=3"), [missing("kind"), missing("page_token")]);
        assert_eq!(wrong("kind=a"), [missing("page_token")]);
        // One of the path is told by the path.
        assert_eq!(wrong("id=1").len(), 3);
    }

    #[test]
    fn a_parameter_without_a_value_is_looked_at() {
        let undescribed = ("archived".to_owned(), "is not described".to_owned());
        assert_eq!(wrong("kind=a&page_token&archived"), [undescribed]);
        let limit = wrong("kind=a&page_token=b&limit");
        assert_eq!((limit.len(), limit[0].0.as_str()), (1, "limit"), "the empty text is no number");
    }

    #[test]
    fn names_and_values_may_be_percent_encoded() {
        assert_eq!(wrong("%6Bind=a%20b&page_token=c&li%6Dit=%33"), []);
        let undescribed = ("q[statuses][]".to_owned(), "is not described".to_owned());
        assert_eq!(wrong("kind=a&page_token=b&q%5Bstatuses%5D%5B%5D=assigned"), [undescribed]);
    }
}
