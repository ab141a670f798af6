use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::ledger::{AttemptState, WriteKind};

fn front() -> Front {
    let account = Account::new("http://127.0.0.1:3", ::front::Credential::bearer("token"));
    Front::new(account.expect("an address"), "Aircall Phone")
}

/// An import that Front took and has not made, late enough that what was corrected is looked for, too.
fn taken_import(body: &str, at: i64) -> Attempt {
    let bare = |key: &str, detail| Holding { key: key.into(), helpdesk_id: String::new(), detail };
    Attempt {
        write: Write {
            kind: WriteKind::CreateTicket,
            holdings: vec![bare("ticket", json!({})), bare("main", json!({ "taken": true }))],
            removes: Vec::new(),
            method: "POST".into(),
            path: "/inboxes/inb_1/imported_messages".into(),
            body: json!({ "body": body, "created_at": at, "metadata": { "thread_ref": "aircall:crd_1" } }),
            marker: Some("aircall:call:1".into()),
            rule: String::new(),
        },
        state: AttemptState::Unclear,
        begun_at: DateTime::from_timestamp(at + 60, 0).expect("in range"),
        probes: 8,
        next_at: None,
        reason: None,
    }
}

/// Messages as Front lists them: uid, text and time.
fn list(messages: &[(&str, &str, i64)]) -> Answer {
    let message = |(uid, text, at): &(&str, &str, i64)| {
        let links = json!({ "related": { "conversation": "http://127.0.0.1:3/conversations/cnv_1" } });
        json!({ "id": format!("msg_{uid}"), "message_uid": uid, "text": text, "created_at": at, "_links": links })
    };
    let body = json!({ "_results": messages.iter().map(message).collect::<Vec<_>>() });
    http::Response::new(Bytes::from(body.to_string()))
}

/// The uid of the message that an import is found as.
fn found(import: &Attempt, taken: &[&str], messages: &[(&str, &str, i64)]) -> Option<String> {
    let taken = taken.iter().map(|uid| (*uid).to_owned()).collect();
    match front().probed(import, &taken, &list(messages)).expect("a list") {
        Probed::Done(held) => held.into_iter().find(|held| held.key == "main").map(|main| main.helpdesk_id),
        _ => None,
    }
}

#[test]
fn an_import_is_not_found_as_another_calls_of_the_same_second() {
    const AT: i64 = 1_795_248_000;
    let import = taken_import("Missed call - Support FR\nCustomer number: withheld", AT);
    let of_another_line = ("a", "Missed call - Sales US\nCustomer number: withheld", AT);
    assert_eq!(found(&import, &[], &[of_another_line]), None);
    let same = ("b", "Missed call - Support FR\nCustomer number: withheld", AT);
    let corrected = ("c", "Appel manqué - Support FR", AT + 1);
    assert_eq!(found(&import, &[], &[of_another_line, corrected, same]).as_deref(), Some("b"));
    assert_eq!(found(&import, &["b"], &[of_another_line, corrected, same]).as_deref(), Some("c"));
    assert_eq!(found(&import, &["b", "c"], &[of_another_line, corrected, same]), None);
}
