//! A request and its answer, as a stand-in keeps them.

use serde_json::Value;

use crate::{Breach, Description};

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The body's media type; `None` without a body.
    pub media: Option<String>,
    /// The body; null if there is none.
    pub asked: Value,
    /// What was answered.
    pub status: u16,
    /// The answer's body; null if there is none.
    pub answered: Value,
}

impl Exchange {
    /// Out of a line that the sandbox has kept.
    #[must_use]
    pub fn read(line: &str) -> Option<Exchange> {
        let kept: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| kept.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Exchange {
            method: text("method")?,
            target: text("target")?,
            media: text("media"),
            asked: kept.get("asked")?.clone(),
            status: kept.get("status")?.as_u64().and_then(|status| status.try_into().ok())?,
            answered: kept.get("answered")?.clone(),
        })
    }

    /// Where the request departs.
    #[must_use]
    pub fn breaches_of_request(&self, description: &Description) -> Vec<Breach> {
        let body = self.media.as_deref().map(|media| (media, &self.asked));
        description.request(&self.method, &self.target, body)
    }

    /// Where the answer departs.
    #[must_use]
    pub fn breaches_of_answer(&self, description: &Description) -> Vec<Breach> {
        let body = Some(&self.answered).filter(|body| !body.is_null());
        description.answer(&self.method, &self.target, self.status, body)
    }
}
