//! Messages that are accepted and come to be later (`reference/front.md §2.4, §4.3`): imports into an inbox, and messages of
//! a custom channel. Here only their payload is checked; `arrivals.rs` lets them appear.

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    arrivals::Arriving,
    errors,
    fields::{Body, Fields},
    files,
    ids::{Kind, read},
    merges,
    objects::Moment,
    state::State,
    switches::{DuplicateExternalId, ExternalIdScope, GoneConversation},
    threads::Thread,
};
use crate::wire::{Answered, Asked};

/// One import that Front accepted, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrontImport {
    /// The key against doing it twice.
    pub external_id: String,
    /// What the 202 answered.
    pub message_uid: String,
    /// The inbox of the address, by its name.
    pub inbox: String,
    /// Whether it said that the company's rules are to run on it.
    pub runs_rules: bool,
    /// The rules that did something, by their names; once it has arrived.
    pub rules: Vec<String>,
    /// What became of it.
    pub fate: ImportFate,
    /// The id of the conversation it came into, once it has arrived.
    pub conversation: Option<String>,
}

/// What became of an accepted import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFate {
    /// Accepted, and not to be seen yet.
    UnderWay,
    /// It is a message.
    Arrived,
    /// Its `external_id` was imported before: nothing was done.
    Duplicate,
    /// It will never be seen.
    Lost,
}

/// A message as a body describes it, checked and not yet there.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) sender: String,
    pub(crate) sender_name: Option<String>,
    pub(crate) author: Option<u64>,
    /// Role and handle of the other ends.
    pub(crate) others: Vec<(&'static str, String)>,
    pub(crate) subject: Option<String>,
    pub(crate) body: String,
    pub(crate) kind: &'static str,
    pub(crate) created_at: Moment,
    pub(crate) external_id: Option<String>,
    pub(crate) assignee: Option<u64>,
    pub(crate) tags: Vec<String>,
    pub(crate) conversation: Option<u64>,
    pub(crate) thread: Option<Thread>,
    pub(crate) is_inbound: bool,
    pub(crate) is_archived: bool,
    pub(crate) runs_rules: bool,
    pub(crate) metadata: Value,
    pub(crate) files: Vec<u64>,
}

/// `POST /inboxes/{id}/imported_messages`.
pub(crate) fn import(state: &mut State, asked: &Asked, inbox: &str) -> Answered {
    let answer = |state: &mut State| {
        let inbox = state.inbox_id(inbox).ok_or_else(|| errors::unknown("inbox", inbox))?;
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        let draft = read_import(state, &mut fields);
        fields.finish(&state.switches)?;
        let mut draft = draft.ok_or_else(|| errors::plain(400))?;
        files::check(state, &body.files)?;
        let gone = draft.conversation.is_some_and(|id| merges::survivor(state, id).is_none());
        if gone && state.switches.import_into_gone_conversation == GoneConversation::Refused {
            return Err(errors::not_found());
        }
        let key = (
            (state.switches.external_id_scope == ExternalIdScope::Inbox).then_some(inbox),
            draft.external_id.clone().unwrap_or_default(),
        );
        if let Some(first) = state.external_ids.get(&key).cloned() {
            return again(state, &draft, inbox, first);
        }
        draft.files = files::keep(state, &body.files);
        let is_lost = state.switches.lose_imports > 0
            || (gone && state.switches.import_into_gone_conversation == GoneConversation::Lost);
        state.switches.lose_imports = state.switches.lose_imports.saturating_sub(1);
        let uid = state.dice.hex();
        if !is_lost {
            state.external_ids.insert(key, uid.clone());
        }
        let fate = if is_lost { ImportFate::Lost } else { ImportFate::UnderWay };
        note(state, &draft, inbox, &uid, fate);
        if !is_lost {
            accept(state, inbox, draft, uid.clone(), true);
        }
        Ok(accepted(&uid))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

/// The same `external_id` once more.
fn again(state: &mut State, draft: &Draft, inbox: u64, first: String) -> Result<Answered, Answered> {
    let uid = match state.switches.duplicate_external_id {
        DuplicateExternalId::Conflict => return Err(errors::imported_already()),
        DuplicateExternalId::AcceptAndIgnore => first,
        DuplicateExternalId::AcceptWithNewUid => state.dice.hex(),
    };
    note(state, draft, inbox, &uid, ImportFate::Duplicate);
    Ok(accepted(&uid))
}

fn note(state: &mut State, draft: &Draft, inbox: u64, uid: &str, fate: ImportFate) {
    let name = state.inboxes.get(&inbox).map(|inbox| inbox.name.clone()).unwrap_or_default();
    state.imports.push(FrontImport {
        external_id: draft.external_id.clone().unwrap_or_default(),
        message_uid: uid.to_owned(),
        inbox: name,
        runs_rules: draft.runs_rules,
        rules: Vec::new(),
        fate,
        conversation: None,
    });
}

/// `POST /channels/{id}/incoming_messages`, of custom channels only. There is no key: twice is twice.
pub(crate) fn incoming(state: &mut State, asked: &Asked, channel: &str) -> Answered {
    let answer = |state: &mut State| {
        let unknown = || errors::unknown("channel", channel);
        let id = read(Kind::Channel, channel).ok_or_else(unknown)?;
        let known = state.channels.iter().find(|known| known.id == id).ok_or_else(unknown)?;
        if known.kind != "custom" {
            return Err(errors::bad_request("The channel is not a custom channel"));
        }
        let (inbox, address) = (known.inbox, known.address.to_owned());
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        let draft = read_incoming(&mut fields, id, &address, state.now());
        fields.finish(&state.switches)?;
        let mut draft = draft.ok_or_else(|| errors::plain(400))?;
        files::check(state, &body.files)?;
        draft.files = files::keep(state, &body.files);
        let uid = state.dice.hex();
        accept(state, inbox, draft, uid.clone(), false);
        Ok(accepted(&uid))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

fn accept(state: &mut State, inbox: u64, draft: Draft, uid: String, is_import: bool) {
    let lag_ms = (state.switches.import_lag_s.max(0.0) * 1000.0) as i64;
    let due = state.now() + TimeDelta::milliseconds(lag_ms);
    let actor = state.actor;
    state.arriving.push(Arriving { due, actor, inbox, draft, uid, is_import });
}

fn accepted(uid: &str) -> Answered {
    Answered::json(202, &json!({"status": "accepted", "message_uid": uid}))
}

const TYPES: [&str; 4] = ["email", "sms", "intercom", "custom"];

fn read_import<'a>(state: &State, fields: &mut Fields<'a>) -> Option<Draft> {
    for name in ["sender", "to", "body", "external_id", "created_at", "metadata"] {
        fields.require(name);
    }
    let sender = fields.inside("sender", |sender| {
        sender.require("handle");
        let author = sender.text("author_id");
        let author = author.map(|id| teammate(state, sender, "author_id", &id));
        (sender.text("handle"), sender.text("name"), author.flatten())
    });
    let metadata = fields.inside("metadata", |metadata| {
        metadata.require("is_inbound");
        (
            metadata.flag("is_inbound").unwrap_or(false),
            // Both are true unless they are said to be false (`reference/front.md §10`, 1).
            metadata.flag("is_archived").unwrap_or(true),
            metadata.flag("should_skip_rules").unwrap_or(true),
            metadata.text("thread_ref"),
        )
    });
    let kind = fields.choice("type", &TYPES).unwrap_or("email");
    if fields.choice("body_format", &["html", "markdown"]).is_some() && kind != "email" {
        fields.problem("body_format", "can only be specified for email");
    }
    let to = fields.texts("to").unwrap_or_default();
    if fields.has("to") && to.is_empty() {
        fields.problem("to", "should have at least one item");
    }
    let (cc, bcc) = (fields.texts("cc").unwrap_or_default(), fields.texts("bcc").unwrap_or_default());
    let role =
        |role: &'static str, handles: Vec<String>| handles.into_iter().map(move |handle| (role, handle));
    let assignee = fields.text("assignee_id");
    let assignee = assignee.and_then(|id| teammate(state, fields, "assignee_id", &id));
    let conversation = fields.text("conversation_id");
    let number = conversation.as_ref().and_then(|id| read(Kind::Conversation, id));
    if conversation.is_some() && number.is_none() {
        fields.problem("conversation_id", "should be a conversation ID");
    }
    // Only a form can carry files; what stands in JSON is none.
    if fields.value("attachments").is_some() {
        fields.problem("attachments", "should be sent as multipart/form-data");
    }
    let (subject, tags) = (fields.text("subject"), fields.texts("tags").unwrap_or_default());
    let (body, external_id) = (fields.text("body"), fields.text("external_id"));
    let created_at = fields.moment("created_at");
    let (handle, sender_name, author) = sender?;
    let (is_inbound, is_archived, skips_rules, thread_ref) = metadata?;
    Some(Draft {
        sender: handle?,
        sender_name,
        // Whoever writes to the company is no teammate of it.
        author: author.filter(|_| !is_inbound),
        others: role("to", to).chain(role("cc", cc)).chain(role("bcc", bcc)).collect(),
        subject,
        body: body?,
        kind,
        created_at: created_at?,
        external_id: Some(external_id?),
        assignee,
        tags,
        conversation: number,
        // A named conversation makes the reference count for nothing.
        thread: thread_ref.filter(|_| conversation.is_none()).map(Thread::Imported),
        is_inbound,
        is_archived,
        runs_rules: !skips_rules,
        metadata: json!({}),
        files: Vec::new(),
    })
}

/// A teammate by id; an alias is not taken here.
fn teammate(state: &State, fields: &mut Fields<'_>, name: &str, id: &str) -> Option<u64> {
    let known = read(Kind::Teammate, id).filter(|number| state.teammates.contains_key(number));
    if known.is_none() {
        fields.problem(name, "should be a teammate ID");
    }
    known
}

fn read_incoming(fields: &mut Fields<'_>, channel: u64, address: &str, now: Moment) -> Option<Draft> {
    fields.require("sender");
    fields.require("body");
    let sender = fields.inside("sender", |sender| {
        sender.require("handle");
        sender.text("contact_id");
        (sender.text("handle"), sender.text("name"))
    });
    let metadata =
        fields.inside("metadata", |metadata| (metadata.text("thread_ref"), metadata.map("headers")));
    fields.choice("body_format", &["html", "markdown"]);
    let (subject, body) = (fields.text("subject"), fields.text("body"));
    let (handle, sender_name) = sender?;
    let (thread_ref, headers) = metadata.unwrap_or_default();
    let mut shown = json!({});
    if let Some(thread_ref) = &thread_ref {
        shown["thread_ref"] = json!(thread_ref);
    }
    if let Some(headers) = headers {
        shown["headers"] = headers;
    }
    Some(Draft {
        sender: handle?,
        sender_name,
        author: None,
        others: vec![("to", address.to_owned())],
        subject,
        body: body?,
        kind: "custom",
        created_at: now,
        external_id: None,
        assignee: None,
        tags: Vec::new(),
        conversation: None,
        thread: thread_ref.map(|text| Thread::Channel(channel, text)),
        is_inbound: true,
        is_archived: false,
        runs_rules: true,
        metadata: shown,
        files: Vec::new(),
    })
}
