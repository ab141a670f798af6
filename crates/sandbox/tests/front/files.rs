//! Attachments: a form with the fields in brackets, 25 MB, and the same bytes when they are read back.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use sidetone_sandbox::{
    Sandbox,
    front_world::{CAMILLE, HELLO, TOKEN},
};
use tokio::time::{Duration, sleep};

use super::{LINE, MARTA, get, imported, missed, path_of, text};
use crate::common::{Answer, sandbox, send};

pub const SCENARIOS: &[fn()] = &[a_form_carries_a_file_and_its_fields_in_brackets, a_comment_carries_a_file];

/// Fields, and files with their names and contents.
async fn form(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)], files: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    for (index, (name, content)) in files.iter().enumerate() {
        body += &format!(
            "--x\r\nContent-Disposition: form-data; name=\"attachments[{index}]\"; filename=\"{name}\"\r\n\
             Content-Type: audio/mpeg\r\n\r\n{content}\r\n"
        );
    }
    let request = Request::post(path)
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(body + "--x--\r\n"))
        .unwrap();
    send(&sandbox.front_router(), request).await
}

const CALL: [(&str, &str); 11] = [
    ("sender[handle]", MARTA),
    ("sender[name]", "Marta Ibáñez"),
    ("to[0]", LINE),
    ("type", "sms"),
    ("subject", "Voicemail - Support FR"),
    ("body", "Voicemail"),
    ("external_id", "aircall:call:1:recording"),
    ("created_at", "1799999000"),
    ("metadata[is_inbound]", "true"),
    ("metadata[is_archived]", "false"),
    ("metadata[thread_ref]", "aircall:marta"),
];

#[tokio::test(start_paused = true)]
async fn a_form_carries_a_file_and_its_fields_in_brackets() {
    let (sandbox, _) = sandbox();
    let path = format!("/inboxes/{HELLO}/imported_messages");
    let accepted = form(&sandbox, &path, &CALL, &[("call 1.mp3", "sound")]).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    sleep(Duration::from_secs(2)).await;
    let message =
        get(&sandbox, &format!("/messages/alt:uid:{}", text(&accepted.body["message_uid"]))).await.body;
    assert_eq!((&message["is_inbound"], &message["created_at"]), (&json!(true), &json!(1_799_999_000)));
    let file = &message["attachments"][0];
    assert_eq!(
        (&file["filename"], &file["size"], &file["content_type"]),
        (&json!("call 1.mp3"), &json!(5), &json!("audio/mpeg"))
    );
    let url = text(&file["url"]);
    let download = url.strip_prefix("http://front.localhost").unwrap();
    assert_eq!(get(&sandbox, download).await.text, "sound");
    assert_eq!(get(&sandbox, "/download/fil_1").await.status, 404);
    // Of the five bytes "sound".
    let sha256 = "dd29442deca69f52c50006b831cb216edf78a7da33748f0a80ff19f2ebe57ecd";
    assert!(sandbox.control().front().dump().to_string().contains(sha256));
    let noted = &sandbox.control().front().journal(0)[0].body;
    assert_eq!(
        (&noted["files"][0]["size"], &noted["metadata[thread_ref]"]),
        (&json!(5), &json!("aircall:marta"))
    );

    // Nested data in any other way is a text.
    let nested: Vec<(&str, &str)> = CALL
        .iter()
        .map(|(name, value)| (if name.starts_with("sender[handle") { "sender" } else { *name }, *value))
        .collect();
    let refused = form(&sandbox, &path, &nested[..1], &[]).await;
    assert!(refused.text.contains("body.sender: should be an object"), "{}", refused.text);
    let misnamed = form(&sandbox, &path, &[CALL.as_slice(), &[("to", MARTA)]].concat(), &[]).await;
    assert!(misnamed.text.contains("body.to: should be an array"), "{}", misnamed.text);
    sandbox.control().front().switch(|switches| switches.upload_max_bytes = 4);
    assert_eq!(form(&sandbox, &path, &CALL, &[("call.mp3", "sound")]).await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn a_comment_carries_a_file() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/comments", path_of(&conversation));
    let fields = [("author_id", CAMILLE), ("body", "The recording"), ("is_pinned", "false")];
    let made = form(&sandbox, &path, &fields, &[("a.mp3", "one"), ("b.mp3", "two")]).await;
    assert_eq!((made.status, made.body["attachments"].as_array().unwrap().len()), (201, 2));
    let url = text(&made.body["attachments"][1]["url"]);
    assert_eq!(get(&sandbox, url.strip_prefix("http://front.localhost").unwrap()).await.text, "two");
    let stranger =
        Request::get(url.strip_prefix("http://front.localhost").unwrap()).body(Body::empty()).unwrap();
    assert_eq!(send(&sandbox.front_router(), stranger).await.status, 401);
    assert_eq!(get(&sandbox, &path).await.body["_results"][0]["attachments"], made.body["attachments"]);
    assert_ne!(made.body["attachments"], Value::Null);
}
