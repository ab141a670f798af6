//! The conversation that a call was dialled from (F8): of several contacts who share the number, the one whose conversation
//! it is was meant, and the call goes into it.

use front::conversations::get;
use front::{Account, ConversationId, ErrorKind};
use serde_json::json;

use super::answers::refusal;
use crate::helpdesk::{Answer, Probed, Refusal, Request};
use crate::ledger::{FROM_TICKET, Holding, Ledger};
use crate::whom::WHOSE;

/// The conversation of an address: there it may stand as a number, which is the id's end in base 36
/// (`reference/front.md §3`).
pub(super) fn conversation(given: &str) -> Option<String> {
    let is_id = |end: &str| !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if given.strip_prefix("cnv_").is_some_and(is_id) {
        return Some(given.to_owned());
    }
    let mut number = given.parse::<u64>().ok().filter(|number| *number > 0)?;
    let mut end = Vec::new();
    while number > 0 {
        end.extend(char::from_digit((number % 36) as u32, 36));
        number /= 36;
    }
    Some(format!("cnv_{}", end.into_iter().rev().collect::<String>()))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_named_by_its_id_or_the_number_of_its_address() {
        let of = |given: &str| conversation(given);
        assert_eq!(of("1234").as_deref(), Some("cnv_ya"));
        assert_eq!(of("cnv_ya").as_deref(), Some("cnv_ya"));
        for none in ["", "0", "-1", "cnv_", "cnv_1/2", "msg_ya", "https://app.frontapp.com/open/cnv_ya"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
