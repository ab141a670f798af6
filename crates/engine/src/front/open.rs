//! What a contact has open in Front, for whoever looks at the contact.

use front::{Account, Conversation, ErrorKind, List, Status, Teammate};
use sidetone_protocol::{OpenRecord, OpenRecords};

use super::answers::refusal;
use super::conversation::of_contact;
use crate::helpdesk::{Answer, Refusal, Request};
use crate::open_records::MOST;

pub(super) fn ask(account: &Account, contact: &str) -> Option<Request> {
    (!contact.is_empty()).then(|| of_contact(contact).to_http(account))
}

/// Reads that answer. Front's lists do not tell what was said last, only when something happened.
pub(super) fn read(app_url: &str, contact: &str, answer: &Answer) -> Result<OpenRecords, Refusal> {
    let listed = match of_contact(contact).parse(answer) {
        Ok(listed) => listed,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => {
            return Err(Refusal::Missing(error.to_string()));
        }
        Err(error) => return Err(refusal(error)),
    };
    let List { items: mut conversations, next, .. } = listed;
    let url = |conversation: &Conversation| front::open_url(app_url, conversation.id.as_str());
    conversations.retain(|conversation| conversation.status != Some(Status::Deleted));
    conversations.sort_by_key(|conversation| std::cmp::Reverse(conversation.updated_at));
    let open = || conversations.iter().filter(|one| one.is_open());
    let shown = |conversation: &Conversation| OpenRecord {
        id: conversation.id.to_string(),
        subject: conversation.subject.clone().unwrap_or_default(),
        last_text: None,
        last_at: conversation.updated_at.map(|at| at.timestamp()),
        assignee: conversation.assignee.as_ref().map(|teammate: &Teammate| teammate.id.to_string()),
        url: Some(url(conversation)),
    };
    Ok(OpenRecords {
        customer_id: contact.to_owned(),
        records: open().take(MOST).map(shown).collect(),
        total: u32::try_from(open().count()).unwrap_or(u32::MAX),
        more: next.is_some(),
        latest_url: conversations.first().map(url),
    })
}
