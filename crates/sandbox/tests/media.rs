//! Files at both stand-ins: signed addresses with ranges, made files of any size, uploads and what they are attached to.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

mod common;

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
};
use bytes::Bytes;
use common::{gorgias, sandbox};
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use sidetone_sandbox::{
    Fault, FaultKind, HangUp, Ring, Sandbox, aircall_world as world, gorgias_world::BEARER,
};
use tokio::time::sleep;
use tower::ServiceExt;

async fn get(router: &Router, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, Bytes) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    (head.status.as_u16(), head.headers, to_bytes(body, usize::MAX).await.unwrap())
}

/// The path of a call's recording.
async fn recorded(sandbox: &Sandbox, from: &str) -> String {
    let control = sandbox.control().aircall().clone();
    let ring = Ring { line: world::SUPPORT_FR, from: Some(from.into()), ..Ring::default() };
    let call = control.ring(&ring).unwrap();
    control.answer(call, Some(world::CAMILLE)).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(60)).await;
    let link = control.call(call).unwrap()["recording"].as_str().unwrap().to_owned();
    link[link.find("/media/").unwrap()..].to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_file_is_answered_in_parts_that_make_up_the_whole() {
    let (sandbox, _) = sandbox();
    sandbox.control().aircall().switch(|s| s.media_bytes = 300_000);
    let path = recorded(&sandbox, "+34666444555").await;
    let router = sandbox.aircall_router();
    let (status, headers, whole) = get(&router, &path, &[]).await;
    assert_eq!(
        (status, headers["content-length"].to_str().unwrap()),
        (200, whole.len().to_string().as_str())
    );
    let (status, headers, rest) = get(&router, &path, &[("range", "bytes=100001-")]).await;
    assert_eq!(status, 206);
    let last = whole.len() - 1;
    assert_eq!(headers["content-range"], format!("bytes 100001-{last}/{}", whole.len()).as_str());
    assert!(whole[100_001..] == rest);
    let beyond = format!("bytes={}-", whole.len());
    assert_eq!(get(&router, &path, &[("range", &beyond)]).await.0, 416);

    let etag = headers["etag"].to_str().unwrap().to_owned();
    let asked = |etag| vec![("range", "bytes=5-"), ("if-range", etag)];
    assert_eq!(get(&router, &path, &asked(etag.as_str())).await.0, 206);
    assert_eq!(get(&router, &path, &asked("\"another\"")).await.0, 200, "another file is not carried on");
    sandbox.control().aircall().switch(|s| (s.media_ranges, s.media_length) = (false, false));
    let (status, headers, again) = get(&router, &path, &[("range", "bytes=100001-")]).await;
    assert_eq!((status, headers.get("content-length"), again), (200, None, whole));
}

#[tokio::test(start_paused = true)]
async fn two_calls_do_not_have_the_same_file() {
    let (sandbox, _) = sandbox();
    let paths = [recorded(&sandbox, "+34666444555").await, recorded(&sandbox, "+12025550117").await];
    let router = sandbox.aircall_router();
    let (_, _, one) = get(&router, &paths[0], &[]).await;
    assert!(one == get(&router, &paths[0], &[]).await.2 && one != get(&router, &paths[1], &[]).await.2);
}

#[tokio::test(start_paused = true)]
async fn a_body_can_break_off_in_the_middle() {
    let (sandbox, _) = sandbox();
    let path = recorded(&sandbox, "+34666444555").await;
    let fault = |kind| sandbox.control().aircall().add_fault(Fault::next(1, kind).on("GET", "/media/"));
    fault(FaultKind::CutInBody { after: 1_000 });
    let request = Request::get(&path).body(Body::empty()).unwrap();
    let answer = sandbox.aircall_router().oneshot(request).await.unwrap();
    assert!(answer.status() == 200 && to_bytes(answer.into_body(), usize::MAX).await.is_err());
    fault(FaultKind::HangInBody { after: 1_000 });
    let request = Request::get(&path).body(Body::empty()).unwrap();
    let body = sandbox.aircall_router().oneshot(request).await.unwrap().into_body();
    assert!(tokio::time::timeout(Duration::from_secs(600), to_bytes(body, usize::MAX)).await.is_err());
}

fn upload(content_type: &str, content: &[u8]) -> Request<Body> {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"a.mp3\"; filename=\"a.mp3\"\r\nContent-Type: {content_type}\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    Request::post("/api/upload?type=attachment")
        .header("authorization", format!("Bearer {BEARER}"))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .unwrap()
}

async fn uploaded(sandbox: &Sandbox, request: Request<Body>) -> (u16, Value) {
    let answer = sandbox.gorgias_router().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_large_upload_is_hashed_and_not_kept() {
    let (sandbox, _) = sandbox();
    let (status, files) = uploaded(&sandbox, upload("audio/mpeg", &vec![7; 12_000_000])).await;
    assert_eq!((status, &files[0]["size"]), (201, &json!(12_000_000)));
    let path = files[0]["url"].as_str().unwrap().strip_prefix("http://gorgias.localhost").unwrap().to_owned();
    assert_eq!(gorgias(&sandbox, "GET", &path, Value::Null).await.status, 410);
}

#[tokio::test(start_paused = true)]
async fn content_types_can_be_refused() {
    let (sandbox, _) = sandbox();
    sandbox.control().gorgias().switch(|s| s.upload_refused_types = vec!["audio/mpeg".into()]);
    assert_eq!(uploaded(&sandbox, upload("audio/mpeg", b"sound")).await.0, 400);
    assert_eq!(uploaded(&sandbox, upload("audio/wav", b"sound")).await.0, 201);
}

#[tokio::test(start_paused = true)]
async fn only_what_was_uploaded_can_be_attached() {
    let (sandbox, _) = sandbox();
    let (_, files) = uploaded(&sandbox, upload("audio/mpeg", b"sound")).await;
    let made = |attachment: Value| {
        json!({"channel": "phone", "via": "api", "messages": [{
            "channel": "internal-note", "via": "api", "from_agent": true, "public": false,
            "sender": {"id": sidetone_sandbox::gorgias_world::ADMIN}, "body_text": "x",
            "source": {"type": "internal-note", "from": {"name": "a", "address": "a@example.com"}, "to": []},
            "attachments": [attachment],
        }]})
    };
    assert_eq!(gorgias(&sandbox, "POST", "/api/tickets", made(files[0].clone())).await.status, 201);
    let strange =
        json!({"url": "https://files.example.com/a.mp3", "name": "a", "content_type": "audio/mpeg"});
    assert_eq!(gorgias(&sandbox, "POST", "/api/tickets", made(strange.clone())).await.status, 400);
    sandbox.control().gorgias().switch(|s| s.own_attachments_only = false);
    assert_eq!(gorgias(&sandbox, "POST", "/api/tickets", made(strange)).await.status, 201);
}
