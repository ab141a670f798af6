//! Calls in a contact's conversations that another integration logged. Two questions: which conversations were touched
//! since the call began, and what messages they hold of that time.
//!
//! Of which type those are, nobody tells (`reference/front.md §4.2`): all count that a telephone number can have. So a text
//! message of those minutes is taken for the call's record.

use chrono::DateTime;
use front::{Account, Conversation, ConversationId, Message, Status};

use super::answers::refusal;
use super::conversation::of_contact;
use crate::helpdesk::{Answer, Refusal, Request};
use crate::others::{Others, OthersRecord, Span};

const KINDS: [&str; 4] = ["call", "phone-call", "custom", "sms"];
/// Of conversations that were touched since so many are looked into.
const MOST: usize = 3;
/// The newest messages of a conversation are looked at: half an hour after the call its own are among them.
const MESSAGES: u32 = 50;

pub(super) fn ask(account: &Account, contact: &str) -> Option<Request> {
    (!contact.is_empty()).then(|| of_contact(contact).to_http(account))
}

pub(super) fn read(
    account: &Account,
    app_url: &str,
    contact: &str,
    span: Span,
    about: Option<&OthersRecord>,
    answer: &Answer,
) -> Result<Others, Refusal> {
    if let Some(about) = about {
        let listed = front::messages::of_conversation(&ConversationId::new(about.id.clone()), Some(MESSAGES));
        let messages = listed.parse(answer).map_err(refusal)?.items;
        let records = messages.into_iter().filter_map(|message| record(about, span, &message));
        return Ok(Others { records: records.collect(), further: Vec::new() });
    }
    let listed = of_contact(contact).parse(answer).map_err(refusal)?;
    let touched = listed
        .items
        .into_iter()
        .filter(|one| one.status != Some(Status::Deleted) && one.updated_at.is_none_or(|at| at >= span.from));
    let further = touched.take(MOST).map(|conversation| {
        let request = front::messages::of_conversation(&conversation.id, Some(MESSAGES)).to_http(account);
        (outline(app_url, contact, conversation), request)
    });
    Ok(Others { records: Vec::new(), further: further.collect() })
}

fn outline(app_url: &str, contact: &str, conversation: Conversation) -> OthersRecord {
    OthersRecord {
        url: Some(front::open_url(app_url, conversation.id.as_str())),
        id: conversation.id.to_string(),
        title: conversation.subject.unwrap_or_default(),
        customer: contact.to_owned(),
        agent: conversation.assignee.map(|teammate| teammate.id.to_string()),
        tags: conversation.tags.into_iter().filter_map(|tag| tag.name).collect(),
        at: DateTime::UNIX_EPOCH,
    }
}

fn record(about: &OthersRecord, span: Span, message: &Message) -> Option<OthersRecord> {
    let at = message.created_at.filter(|at| span.holds(*at))?;
    message.kind.as_deref().filter(|kind| KINDS.contains(kind))?;
    Some(OthersRecord { at, ..about.clone() })
}
