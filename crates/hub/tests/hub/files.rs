//! G17 over real sockets: a recording that is cut in the middle of its download and of its upload.

use std::time::Duration;

use serde_json::Value;
use sidetone_sandbox::{Fault, FaultKind, HangUp, Ring, aircall_world as world};

use crate::program::Program;

#[tokio::test]
async fn a_recording_comes_whole_through_cut_connections_and_leaves_nothing_behind() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let (aircall, gorgias) =
        (hub.sandbox.control().aircall().clone(), hub.sandbox.control().gorgias().clone());
    aircall.switch(|s| s.media_bytes = 5_000_000);
    aircall.add_fault(Fault::next(1, FaultKind::CutInBody { after: 2_000_000 }).on("GET", "/media/"));
    gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", "/api/upload"));
    let ring = Ring { line: world::SUPPORT_FR, from: Some("+34666444555".into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let attached = || -> Vec<Value> {
        let tickets = hub.call_tickets();
        let notes = tickets.iter().flat_map(|ticket| ticket["messages"].as_array().unwrap());
        notes.flat_map(|note| note["attachments"].as_array().unwrap().clone()).collect()
    };
    hub.until("the recording is attached", Duration::from_secs(60), async || !attached().is_empty()).await;
    let files = attached();
    assert_eq!((files.len(), &files[0]["content_type"]), (1, &"audio/mpeg".into()));

    let media = aircall.journal(0).into_iter().filter(|entry| entry.path.starts_with("/media/"));
    let statuses: Vec<u16> = media.map(|entry| entry.status).collect();
    assert_eq!(statuses, [200, 206], "carried on, not begun anew");
    let uploads = gorgias.journal(0).into_iter().filter(|entry| entry.path.starts_with("/api/upload"));
    let sizes: Vec<u64> = uploads.map(|entry| entry.body["files"][0]["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [5_000_000 / 417 * 417; 2], "whole each time");
    let folder = hub.dir.path().join("data/files");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert!(hub.terminate().success());
    assert!(!hub.log().contains("X-Amz-Signature"), "a signed address is a credential: {}", hub.log());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_file() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    aircall.add_fault(Fault::next(1, FaultKind::HangInBody { after: 1_000 }).on("GET", "/media/"));
    let ring = Ring { line: world::SUPPORT_FR, from: Some("+34666444555".into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let folder = hub.dir.path().join("data/files");
    let is_on_its_way = || std::fs::read_dir(&folder).is_ok_and(|files| files.count() == 1);
    hub.until("the file is on its way", Duration::from_secs(30), async || is_on_its_way()).await;
    let asked = std::time::Instant::now();
    assert!(hub.terminate().success(), "SIGTERM: exit 0");
    assert!(asked.elapsed() < Duration::from_secs(25), "less than the 30 s after which it would be given up");
}
