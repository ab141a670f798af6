//! Every request that this crate can build, at its least and at its fullest, with what it must be on the wire.

mod contacts;
mod lists;
mod messages;

use chrono::{DateTime, Utc};
use front::{
    ConversationId, Direction, FilePart, Import, Medium, Party, Request, TeammateId, Thread, Upload,
};
use serde_json::Value;

/// One request, by the name of the function that builds it.
pub struct Entry {
    pub function: &'static str,
    pub method: String,
    pub path: String,
    #[allow(dead_code, reason = "not every test asks")]
    pub media: &'static str,
    pub body: Option<Value>,
    pub expected: &'static str,
}

fn entry<T>(function: &'static str, request: &Request<T>, expected: &'static str) -> Entry {
    Entry {
        function,
        method: request.method().to_string(),
        path: request.path().to_owned(),
        media: "application/json",
        body: request.body().cloned(),
        expected,
    }
}

fn with_file<T>(function: &'static str, upload: &Upload<T>, expected: &'static str) -> Entry {
    Entry { media: "multipart/form-data", ..entry(function, upload.request(), expected) }
}

pub fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_790_766_251_204).unwrap_or_default()
}

pub fn missed_call() -> Import {
    Import {
        direction: Direction::Inbound,
        from: Party { handle: "+34666444555".into(), name: None },
        to: vec!["+12025550142".into()],
        medium: Medium::Sms,
        subject: None,
        body: "Missed call".into(),
        external_id: "call:1".into(),
        created_at: moment(),
        thread: Thread::Sender,
        assignee: None,
        tags: Vec::new(),
        archive: false,
        run_rules: true,
    }
}

pub fn answered_call() -> Import {
    Import {
        direction: Direction::Outbound { author: Some(TeammateId::new("tea_1")) },
        from: Party { handle: "+12025550142".into(), name: Some("Support".into()) },
        to: vec!["+34666444555".into()],
        subject: Some("Answered call - Support".into()),
        body: "Answered by Ada".into(),
        external_id: "call:2".into(),
        thread: Thread::Conversation(ConversationId::new("cnv_1")),
        assignee: Some(TeammateId::new("tea_1")),
        tags: vec!["phone".into()],
        ..missed_call()
    }
}

pub fn recording() -> FilePart {
    FilePart::new("call.mp3", "audio/mpeg", "3f2a")
}

pub fn every_request() -> Vec<Entry> {
    [contacts::every_request(), messages::every_request(), lists::every_request()]
        .into_iter()
        .flatten()
        .collect()
}
