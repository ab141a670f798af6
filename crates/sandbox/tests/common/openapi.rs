//! A small check of requests and answers against an OpenAPI 3.0 file: types, `required`, `enum`, `nullable`, `items` and the
//! combinations. A problem is told as `Schema.field: what`, so that a known fault of the file can be named.

use serde_json::{Map, Value};

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub asked: Value,
    pub status: u16,
    pub answered: Value,
}

pub struct Description(pub Value);

impl Description {
    /// The described route of a path: its template and its operation.
    pub fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let mut found: Vec<(usize, &str, &Value)> = self.0["paths"]
            .as_object()?
            .iter()
            .filter_map(|(template, route)| {
                let wanted: Vec<&str> = template.trim_matches('/').split('/').collect();
                let fits = |(part, wanted): (&&str, &&str)| wanted.starts_with('{') || part == wanted;
                let is_it = wanted.len() == parts.len() && parts.iter().zip(&wanted).all(fits);
                let operation = route.get(method).filter(|_| is_it)?;
                let holes = wanted.iter().filter(|part| part.starts_with('{')).count();
                Some((holes, template.as_str(), operation))
            })
            .collect();
        found.sort_by_key(|(holes, template, _)| (*holes, *template));
        found.first().map(|(_, template, operation)| (*template, *operation))
    }

    /// What is wrong with an exchange.
    pub fn problems(&self, exchange: &Exchange) -> Vec<String> {
        let Exchange { method, path, asked, status, answered } = exchange;
        let Some((template, operation)) = self.operation(method, path) else {
            return vec![format!("{method} {path}: no such route")];
        };
        let mut problems = Vec::new();
        if *status < 400 {
            match self.resolved(&operation["responses"][status.to_string()]) {
                Value::Null => problems.push(format!("{method} {template}: {status} is not described")),
                response => {
                    let schema = &response["content"]["application/json"]["schema"];
                    if !schema.is_null() {
                        self.check(schema, answered, &format!("{method} {template}"), &mut problems);
                    }
                }
            }
        }
        // What was taken must be what the file allows.
        if *status < 300 {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !schema.is_null() && !asked.is_null() {
                self.check(schema, asked, &format!("{method} {template} body"), &mut problems);
            }
            let known: Vec<&str> =
                self.parameters(operation).iter().filter_map(|known| known["name"].as_str()).collect();
            for (name, _) in
                url::form_urlencoded::parse(path.split('?').nth(1).unwrap_or_default().as_bytes())
            {
                let name = name.split('[').next().unwrap_or_default().to_owned();
                if !known.contains(&name.as_str()) {
                    problems.push(format!("{method} {template}: parameter {name} is not described"));
                }
            }
        }
        problems
    }

    fn parameters<'a>(&'a self, operation: &'a Value) -> Vec<&'a Value> {
        operation["parameters"].as_array().into_iter().flatten().map(|one| self.resolved(one)).collect()
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.resolved(self.0.pointer(&reference[1..]).unwrap_or(&Value::Null)),
            None => value,
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let schema = self.resolved(schema);
        if value.is_null() {
            if schema["nullable"] != true && !schema.as_object().is_none_or(Map::is_empty) {
                problems.push(format!("{at}: null"));
            }
            return;
        }
        // A referred schema begins a name of its own.
        let at = name.unwrap_or(at);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at, problems);
        }
        for choice in ["oneOf", "anyOf"] {
            let Some(parts) = schema[choice].as_array() else { continue };
            let fits = |part: &&Value| {
                let mut inside = Vec::new();
                self.check(part, value, at, &mut inside);
                // Only what is wrong besides missing nulls tells one choice from another.
                inside.iter().all(|problem| problem.ends_with(": null"))
            };
            if !parts.iter().any(|part| fits(&part)) {
                problems.push(format!("{at}: none of the choices"));
            }
        }
        if schema["enum"].as_array().is_some_and(|choices| !choices.contains(value)) {
            problems.push(format!("{at}: {value} is not in the enum"));
        }
        let is_right = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            _ => true,
        };
        if !is_right {
            problems.push(format!("{at}: not of type {}", schema["type"]));
            return;
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.is_object() && value.get(name).is_none() {
                problems.push(format!("{at}.{name}: missing"));
            }
        }
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(inner) = value.get(name) {
                self.check(part, inner, &format!("{at}.{name}"), problems);
            }
        }
        for item in value.as_array().into_iter().flatten().filter(|_| !schema["items"].is_null()) {
            self.check(&schema["items"], item, &format!("{at}[]"), problems);
        }
    }
}
