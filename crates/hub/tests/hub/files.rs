//! G17 over real sockets: a recording that is cut in the middle of its download and of its upload. C6: one that goes into a
//! folder, and a program that is killed meanwhile.

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
async fn a_recording_goes_into_the_folder_through_a_kill_in_the_middle() {
    // C6
    let folder = tempfile::tempdir().unwrap();
    let set = format!("recordings = \"none\"\nrecordings_dir = {:?}\n", folder.path());
    let mut hub = Program::start(20.0, &set).await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    aircall.switch(|s| s.media_bytes = 5_000_000);
    aircall.add_fault(Fault::next(1, FaultKind::HangInBody { after: 2_000_000 }).on("GET", "/media/"));
    let ring = Ring { line: world::SUPPORT_FR, from: Some("+34666444555".into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let files = || -> Vec<(String, u64)> {
        let mut found = Vec::new();
        let mut open = vec![folder.path().to_owned()];
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
                match entry.metadata() {
                    Ok(is) if is.is_dir() => open.push(entry.path()),
                    Ok(is) => found.push((entry.file_name().to_string_lossy().into_owned(), is.len())),
                    Err(_) => {}
                }
            }
        }
        found
    };
    let is_half_there = || files().iter().any(|(name, bytes)| name.ends_with(".part") && *bytes > 1_000_000);
    hub.until("half of it lies there", Duration::from_secs(60), async || is_half_there()).await;
    hub.kill();
    hub.run().await;
    hub.until_listening().await;
    let whole = 5_000_000 / 417 * 417;
    let is_there = || {
        files()
            .iter()
            .any(|(name, bytes)| name.ends_with(&format!("Z {call} recording.mp3")) && *bytes == whole)
    };
    hub.until("the recording is kept", Duration::from_secs(60), async || is_there()).await;
    let media = aircall.journal(0).into_iter().filter(|entry| entry.path.starts_with("/media/"));
    let statuses: Vec<u16> = media.map(|entry| entry.status).collect();
    assert_eq!(statuses, [200, 206], "carried on by the next program, not begun anew");
    let is_told = async || hub.get(&format!("/api/calls/{call}")).await["kept"][0]["state"] == "kept";
    hub.until("its page says so", Duration::from_secs(20), is_told).await;
    let told = hub.get("/api/recordings").await;
    assert_eq!(told["folder"], folder.path().to_string_lossy().as_ref());
    let (status, problem) = hub.post("/api/recordings", serde_json::json!({"keep_days": 40_000})).await;
    assert_eq!((status, &problem["code"]), (422, &"wrong_value".into()));
    assert!(hub.terminate().success());
    let besides: Vec<_> = files().into_iter().filter(|(name, _)| name != ".sidetone").collect();
    assert_eq!(besides.len(), 1, "one file beside the folder's own mark: {besides:?}");
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
