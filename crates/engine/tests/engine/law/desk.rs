//! A desk that stands for Gorgias: it carries out writes, shows its ticket, and refuses what must never be asked of it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Value, json};
use sidetone_engine::helpdesk::Answer;
use sidetone_engine::ledger::{Write, WriteKind};

/// The id of the first ticket.
const TICKET: u64 = 9_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticket {
    pub subject: Value,
    pub customer: Value,
    pub assignee: Option<u64>,
    pub status: String,
    pub tags: BTreeSet<String>,
    /// Text by marker.
    pub notes: BTreeMap<String, String>,
    /// Names of the files in them.
    pub files: BTreeSet<String>,
    pub trashed: bool,
    pub deleted: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    pub tickets: Vec<Ticket>,
    pub requests: usize,
    pub next_id: u64,
}

pub fn answer(status: u16, body: &Value) -> Answer {
    http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
}

impl Desk {
    pub fn shown(&self) -> Value {
        let ticket = self.tickets.last().unwrap();
        json!({
            "id": TICKET - 1 + self.tickets.len() as u64, "status": ticket.status,
            "assignee_user": ticket.assignee.map(|id| json!({"id": id})),
            "tags": ticket.tags.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
            "trashed_datetime": ticket.trashed.then_some("2026-11-21T09:00:00Z"), "spam": false, "messages": [],
        })
    }

    fn add_note(&mut self, message: &Value) {
        let (marker, text) =
            (message["external_id"].as_str().unwrap(), message["body_text"].as_str().unwrap());
        let ticket = self.tickets.last_mut().unwrap();
        let old = ticket.notes.insert(marker.into(), text.into());
        assert_eq!(old, None, "{marker} is written once");
        for file in message["attachments"].as_array().into_iter().flatten() {
            let name = file["name"].as_str().unwrap();
            assert!(ticket.files.insert(name.into()), "{name} is attached once");
        }
    }

    pub fn carry_out(&mut self, write: &Write) -> Answer {
        self.requests += 1;
        self.next_id += 1;
        let body = &write.body;
        let names = || body["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        match write.kind {
            WriteKind::CreateCustomer
            | WriteKind::CreateTag
            | WriteKind::AddNumber
            | WriteKind::NameCustomer => {
                return answer(201, &json!({"id": self.next_id}));
            }
            WriteKind::CreateTicket => {
                assert!(body["customer"]["id"].is_u64(), "{body}");
                let tags = body["tags"].as_array().into_iter().flatten();
                self.tickets.push(Ticket {
                    subject: body["subject"].clone(),
                    customer: body["customer"]["id"].clone(),
                    assignee: body["assignee_user"]["id"].as_u64(),
                    status: body["status"].as_str().unwrap().into(),
                    tags: tags.map(|tag| tag["name"].as_str().unwrap().to_owned()).collect(),
                    ..Ticket::default()
                });
                body["messages"].as_array().unwrap().iter().for_each(|message| self.add_note(message));
                return answer(201, &self.shown());
            }
            _ => {}
        }
        let ticket = self.tickets.last_mut().unwrap();
        assert!(!ticket.deleted && !ticket.trashed, "{write:?}");
        if ticket.deleted {
            return answer(404, &json!({"error": {"msg": "Resource not found."}}));
        }
        match write.kind {
            WriteKind::AddEntry => {
                self.add_note(body);
                return answer(201, &json!({"id": self.next_id}));
            }
            WriteKind::AddTags => ticket.tags.extend(names()),
            WriteKind::RemoveTags => ticket.tags.retain(|tag| !names().any(|name| name == *tag)),
            WriteKind::SetStatus => {
                ticket.status = body["status"].as_str().unwrap().into();
                return answer(202, &self.shown());
            }
            WriteKind::SetAssignee => {
                ticket.assignee = body["assignee_user"]["id"].as_u64();
                return answer(202, &self.shown());
            }
            WriteKind::CreateCustomer
            | WriteKind::CreateTag
            | WriteKind::AddNumber
            | WriteKind::AddLink
            | WriteKind::GiveTicket
            | WriteKind::TakeBack
            | WriteKind::NameCustomer
            | WriteKind::CreateTicket => {}
        }
        answer(201, &Value::Null)
    }
}
