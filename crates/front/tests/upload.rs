//! Requests with a file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[allow(dead_code, reason = "other tests use the rest")]
mod catalogue;

use catalogue::{answered_call, recording};
use front::{API_URL, Account, Credential, FilePart, InboxId, messages};

fn account() -> Account {
    Account::new(API_URL, Credential::bearer("t")).unwrap()
}

#[test]
fn an_import_with_a_file_has_a_part_for_each_field_and_never_holds_the_file() {
    let content = "RIFF\r\nrest";
    let upload = messages::import_with_file(&InboxId::new("inb_1"), &answered_call(), &recording());
    let head = upload.to_http(&account(), content.len() as u64);
    assert_eq!(head.method(), "POST");
    assert_eq!(head.uri(), "https://api2.frontapp.com/inboxes/inb_1/imported_messages");
    assert!(head.headers().contains_key("authorization"));
    assert_eq!(head.headers()["content-type"], "multipart/form-data; boundary=----file-3f2a");

    let body = [&upload.before()[..], content.as_bytes(), &upload.after()].concat();
    assert_eq!(head.headers()["content-length"], body.len().to_string().as_str());
    let field = |name: &str, value: &str| {
        format!("------file-3f2a\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let expected = [
        field("assignee_id", "tea_1"),
        field("body", "Answered by Ada"),
        field("conversation_id", "cnv_1"),
        field("created_at", "1790766251"),
        field("external_id", "call:2"),
        field("metadata[is_archived]", "false"),
        field("metadata[is_inbound]", "false"),
        field("metadata[should_skip_rules]", "false"),
        field("sender[author_id]", "tea_1"),
        field("sender[handle]", "+12025550142"),
        field("sender[name]", "Support"),
        field("subject", "Answered call - Support"),
        field("tags[0]", "phone"),
        field("to[0]", "+34666444555"),
        field("type", "sms"),
        format!(
            "------file-3f2a\r\nContent-Disposition: form-data; name=\"attachments[0]\"; filename=\"call.mp3\"\r\n\
             Content-Type: audio/mpeg\r\n\r\n{content}\r\n------file-3f2a--\r\n"
        ),
    ]
    .concat();
    assert_eq!(String::from_utf8_lossy(&body), expected);
}

#[test]
fn nothing_in_a_file_s_name_type_or_boundary_breaks_out() {
    let file = FilePart::new("a \"b\"\r\n.mp3", "audio/mpeg\r\nX: y", "3f2a-\r\n 9 ;c1");
    let upload = messages::import_with_file(&InboxId::new("inb_1"), &answered_call(), &file);
    let head = upload.to_http(&account(), 0);
    assert_eq!(head.headers()["content-type"], "multipart/form-data; boundary=----file-3f2a-9c1");
    let before = String::from_utf8_lossy(&upload.before()).into_owned();
    assert!(
        before.ends_with(
            "; filename=\"a %22b%22%0D%0A.mp3\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
    );
}
