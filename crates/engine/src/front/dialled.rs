//! The conversation that a call was dialled from (F8): of several contacts who share the number, the one whose conversation
//! it is was meant, and the call goes into it.

use front::conversations::get;
use front::{Account, ConversationId, ErrorKind};
use serde_json::json;

use super::answers::refusal;
use crate::helpdesk::{Answer, Probed, Refusal, Request};
use crate::ledger::{FROM_TICKET, Holding, Ledger};
use crate::whom::WHOSE;

/// Asks for it.
pub(super) fn look(account: &Account, ledger: &Ledger) -> Option<Request> {
    Some(get(&ConversationId::new(ledger.id(FROM_TICKET)?)).to_http(account))
}

/// Reads that answer: whose it is. One that is gone, or with nobody whom Front knows, tells nothing.
pub(super) fn seen(account: &Account, ledger: &Ledger, answer: &Answer) -> Result<Probed, Refusal> {
    let Some(from) = ledger.id(FROM_TICKET) else { return Ok(Probed::Nothing) };
    let request = get(&ConversationId::new(from));
    let contact = match request.parse(answer) {
        Ok(found) => found.recipient.and_then(|recipient| recipient.contact),
        Err(error) => match request.moved(&error, account) {
            Some(survivor) => return Ok(Probed::Ask(Box::new(survivor.to_http(account)))),
            None if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => None,
            None => return Err(refusal(error)),
        },
    };
    let mut detail = ledger.detail(FROM_TICKET).cloned().unwrap_or_default();
    detail[WHOSE] = json!(contact.as_ref().map(|contact| contact.as_str()));
    Ok(Probed::Done(vec![Holding { key: FROM_TICKET.into(), helpdesk_id: from.to_owned(), detail }]))
}
