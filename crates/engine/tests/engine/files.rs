//! Row G17 and what B4, B6, B10, B15 and B17 say of files: recordings and voicemails on their way into notes, on
//! simulated days.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sidetone_engine::settings::{Logging, Mode, ModeSetting, Recordings};
use sidetone_protocol::{CallState, PartState};
use sidetone_sandbox::{Dial, Fault, FaultKind, HangUp, JournalEntry, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, note};

const TOO_LARGE: &str = "not attached, larger than 500 MB";
const HOUR: u64 = 3600;

fn with_files() -> Plan {
    Plan::default().with_files()
}

/// Tags exist, people are known, and recordings are attached.
async fn a_quiet_day(plan: Plan) -> Day {
    let day = Day::begin(plan).await;
    day.answered("+33199001144").await;
    missed(&day, "+33199001144", true).await;
    day
}

async fn missed(day: &Day, from: &str, voicemail: bool) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp { voicemail, ..HangUp::default() }).unwrap();
    day.pass(90).await;
    call
}

/// Key of the note, name and hash of each file on a ticket.
fn files(ticket: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let notes = ticket["messages"].as_array().unwrap().iter();
    let of = |note: &Value| {
        let key = text(&note["external_id"]).rsplit(':').next().unwrap().to_owned();
        let files = note["attachments"].as_array().unwrap();
        files.iter().map(|file| (key.clone(), text(&file["name"]), text(&file["sha256"]))).collect::<Vec<_>>()
    };
    notes.flat_map(of).collect()
}

async fn hash_at_aircall(day: &Day, call: u64, medium: &str) -> String {
    let link = day.aircall.call(call).unwrap()[medium].as_str().unwrap().to_owned();
    let hash = Sha256::digest(day.behind(&link).await);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The one file of a call is in the note with this key, and it is the one that Aircall has.
async fn one_file_in(day: &Day, call: u64, key: &str, medium: &str) -> Value {
    let ticket = day.ticket(call);
    let found = files(&ticket);
    let name = format!("{medium}-{call}.mp3");
    assert_eq!(found, [(key.into(), name, hash_at_aircall(day, call, medium).await)], "{ticket:#}");
    let parts = day.detail(call).completeness;
    let part = if medium == "recording" { parts.recording } else { parts.voicemail };
    assert_eq!(part, PartState::Written, "B10");
    assert_eq!(day.files_on_their_way().1, Vec::<String>::new(), "nothing is left on the disk");
    ticket
}

fn no_file(day: &Day, call: u64) -> Value {
    let ticket = day.ticket(call);
    assert_eq!(files(&ticket), []);
    ticket
}

fn text<'a>(ticket: &'a Value, key: &str) -> &'a str {
    note(ticket, key)["body_text"].as_str().unwrap()
}

fn uploads(entries: &[JournalEntry]) -> usize {
    entries.iter().filter(|entry| entry.path.starts_with("/api/upload")).count()
}

/// Requests to the addresses of files: their statuses.
fn downloads(day: &Day) -> Vec<u16> {
    let journal = day.aircall.journal(0).into_iter();
    journal.filter(|entry| entry.path.starts_with("/media/")).map(|entry| entry.status).collect()
}

fn reads_of(day: &Day, call: u64) -> usize {
    let path = format!("/v1/calls/{call}");
    day.aircall
        .journal(0)
        .iter()
        .filter(|entry| entry.method == "GET" && entry.path.starts_with(&path))
        .count()
}

fn fault(day: &Day, times: u32, kind: FaultKind) {
    day.aircall.add_fault(Fault::next(times, kind).on("GET", "/media/"));
}

#[tokio::test(start_paused = true)]
async fn a_recording_at_hand_is_attached_to_the_note_of_the_end_for_one_request_more() {
    let day = a_quiet_day(with_files()).await;
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    let (writes, _) = day.requests(before);
    assert_eq!((writes.len(), uploads(&writes)), (4, 1), "B6: answered 3, a file +1");
    let ticket = one_file_in(&day, call, "ended", "recording").await;
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 2, "G17: packed");
    assert!(text(&ticket, "ended").contains("/recording"), "G11: the link stands there, too");
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.plan.requests), (CallState::Complete, 0));
    let id = |key: &str| detail.ledger.iter().find(|row| row.key == key).unwrap().helpdesk_id.clone();
    assert_eq!(id("recording"), id("ended"), "an entry of its own key, in the note that carries it");
    assert!(detail.ledger.iter().all(|row| !row.key.starts_with("file:")), "how it came there is our affair");
    let uploaded = detail.explanation.iter().find(|line| line.request.contains("/api/upload")).unwrap();
    assert_eq!(uploaded.answer, "201", "B11");
    assert_ne!(files(&ticket)[0].2, files(&day.ticket(day.answered("+33199001144").await))[0].2);
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_is_attached_to_the_note_of_the_missed_call() {
    let day = a_quiet_day(with_files()).await;
    let before = day.last_seq();
    let call = missed(&day, MARTA, true).await;
    let (writes, _) = day.requests(before);
    assert_eq!((writes.len(), uploads(&writes)), (2, 1), "B6: missed 1, a file +1");
    one_file_in(&day, call, "ended", "voicemail").await;
    let detail = day.detail(call);
    let id = |key: &str| detail.ledger.iter().find(|row| row.key == key).unwrap().helpdesk_id.clone();
    assert_eq!(id("voicemail"), id("ended"));
    assert_eq!(detail.completeness.recording, PartState::NotExpected);
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_comes_late_follows_in_a_note_of_its_own() {
    let day = a_quiet_day(with_files()).await;
    day.aircall.switch(|s| s.recording_after_s = 300.0);
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    no_file(&day, call);
    assert_eq!(day.requests(before).0.len(), 3, "B6: nothing is waited for that is not there");
    assert_eq!(day.detail(call).completeness.recording, PartState::Awaited, "B10");
    day.pass(400).await;
    let (writes, _) = day.requests(before);
    assert_eq!((writes.len(), uploads(&writes)), (5, 1), "B6: a file +2");
    let ticket = one_file_in(&day, call, "recording", "recording").await;
    assert_eq!(note(&ticket, "recording")["sender"], "Camille Roux");
    assert!(text(&ticket, "recording").contains("/recording"), "and the link");
}

#[tokio::test(start_paused = true)]
async fn the_recording_of_an_outbound_call_is_attached_too() {
    let day = a_quiet_day(with_files()).await;
    let dial = Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None };
    let call = day.aircall.dial(&dial).unwrap();
    day.pass(6).await;
    day.aircall.answer(call, None).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    one_file_in(&day, call, "ended", "recording").await;
}

#[tokio::test(start_paused = true)]
async fn with_link_or_none_nothing_is_fetched() {
    for (recordings, part) in
        [(Recordings::Link, PartState::Written), (Recordings::None, PartState::NotExpected)]
    {
        let logging = Logging { recordings, ..Plan::default().logging };
        let day = a_quiet_day(Plan { logging, ..Plan::default() }).await;
        let before = day.last_seq();
        let calls = [day.answered(MARTA).await, missed(&day, MARTA, true).await];
        assert_eq!(day.requests(before).0.len(), 3 + 1, "B6");
        calls.iter().for_each(|call| drop(no_file(&day, *call)));
        assert_eq!(day.detail(calls[0]).completeness.recording, part, "B10: {recordings:?}");
        assert_eq!(day.detail(calls[1]).completeness.voicemail, part, "B10: {recordings:?}");
        assert!(downloads(&day).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_is_finished_as_it_was_begun_whatever_is_set_since() {
    for (first, then, is_attached) in
        [(Recordings::Attach, Recordings::Link, true), (Recordings::Link, Recordings::Attach, false)]
    {
        let logging = Logging { recordings: first, ..Plan::default().logging };
        let mut day = a_quiet_day(Plan { logging, ..Plan::default() }).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(10).await;
        day.next_start().logging.recordings = then;
        day.kill_and_restart().await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(60).await;
        assert_eq!(files(&day.ticket(call)).len(), usize::from(is_attached), "{first:?}, then {then:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_expired_is_renewed_by_a_read_of_the_call() {
    let day = a_quiet_day(with_files()).await;
    day.aircall.switch(|s| s.media_lifetime_s = 3);
    // The first try fails; at the second the link has expired.
    fault(&day, 1, FaultKind::Status { status: 503, retry_after: None });
    let call = day.answered(MARTA).await;
    one_file_in(&day, call, "ended", "recording").await;
    assert_eq!(downloads(&day)[2..], [503, 403, 200, 200], "the last one is this test's own");
    assert_eq!(reads_of(&day, call), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_older_than_ten_minutes_is_not_even_tried() {
    let day = a_quiet_day(with_files()).await;
    // The calls of the last day are read again every quarter of an hour, and with them their links.
    day.pass(680).await;
    day.handle.pause().await.unwrap();
    let call = day.answered(MARTA).await;
    day.pass(700).await;
    assert_eq!((downloads(&day).len(), reads_of(&day, call)), (2, 0), "nothing is fetched while paused");
    day.handle.resume().await.unwrap();
    day.pass(30).await;
    one_file_in(&day, call, "ended", "recording").await;
    assert_eq!(downloads(&day)[2..], [200, 200]);
    assert_eq!(reads_of(&day, call), 1, "a fresh link was asked for");
}

#[tokio::test(start_paused = true)]
async fn what_was_cut_in_the_middle_is_carried_on_from_there_and_still_packed() {
    for kind in [FaultKind::CutInBody { after: 300_000 }, FaultKind::HangInBody { after: 300_000 }] {
        let day = a_quiet_day(with_files()).await;
        day.aircall.switch(|s| s.media_bytes = 1_000_000);
        let before = day.last_seq();
        fault(&day, 1, kind.clone());
        let call = day.answered(MARTA).await;
        day.pass(30).await;
        one_file_in(&day, call, "ended", "recording").await;
        assert_eq!(downloads(&day)[2..], [200, 206, 200], "{kind:?}: by range, not from zero");
        assert_eq!(day.requests(before).0.len(), 4, "B6: {kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_without_ranges_or_lengths_is_put_up_with() {
    for (ranges, length) in [(false, true), (true, false), (false, false)] {
        let day = a_quiet_day(with_files()).await;
        day.aircall.switch(|s| (s.media_ranges, s.media_length) = (ranges, length));
        fault(&day, 1, FaultKind::CutInBody { after: 7_000 });
        let call = day.answered(MARTA).await;
        one_file_in(&day, call, "ended", "recording").await;
    }
}

#[tokio::test(start_paused = true)]
async fn downloads_that_fail_in_every_way_end_in_one_file() {
    for kind in [
        FaultKind::Status { status: 500, retry_after: None },
        FaultKind::Status { status: 404, retry_after: None },
        FaultKind::Status { status: 302, retry_after: None },
        FaultKind::Html { status: 200 },
        FaultKind::CutBefore,
        FaultKind::HangBefore,
        FaultKind::CutInBody { after: 0 },
        FaultKind::Slow { ms: 20_000 },
    ] {
        let day = a_quiet_day(with_files()).await;
        fault(&day, 2, kind.clone());
        let call = day.answered(MARTA).await;
        day.pass(300).await;
        let ticket = day.ticket(call);
        assert_eq!(files(&ticket).len(), 1, "{kind:?}: {ticket:#}");
        assert_eq!(day.detail(call).completeness.recording, PartState::Written, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_unclear_is_repeated_whole_and_attached_once() {
    for kind in [
        FaultKind::CutAfter,
        FaultKind::CutBefore,
        FaultKind::HangAfter,
        FaultKind::HangBefore,
        FaultKind::Malformed,
        FaultKind::Html { status: 502 },
        FaultKind::Status { status: 500, retry_after: None },
        FaultKind::Status { status: 429, retry_after: Some(20) },
    ] {
        let day = a_quiet_day(with_files()).await;
        let before = day.last_seq();
        day.gorgias.add_fault(Fault::next(1, kind.clone()).on("POST", "/api/upload"));
        let call = day.answered(MARTA).await;
        day.pass(300).await;
        assert_eq!(uploads(&day.requests(before).0), 2, "{kind:?}");
        let ticket = day.ticket(call);
        assert_eq!(files(&ticket).len(), 1, "B4: {kind:?}: {ticket:#}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_note_goes_first_where_the_file_takes_longer_than_two_minutes() {
    let day = a_quiet_day(with_files()).await;
    fault(&day, 5, FaultKind::HangInBody { after: 1_000 });
    let call = day.answered(MARTA).await;
    day.pass(60).await;
    let has_ended = |day: &Day| day.detail(call).ledger.iter().any(|row| row.key == "ended");
    assert!(!has_ended(&day), "it is waited for");
    day.pass(60).await;
    assert!(has_ended(&day), "and not for long");
    day.pass(900).await;
    let ticket = one_file_in(&day, call, "recording", "recording").await;
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_file_on_its_way_holds_up_neither_its_customer_nor_anybody_else() {
    let day = a_quiet_day(with_files()).await;
    fault(&day, 2, FaultKind::HangInBody { after: 1_000 });
    day.aircall.switch(|s| s.media_bytes = 50_000);
    let slow = [day.answered(MARTA).await, day.answered("+33199001144").await];
    let other = day.ring(world::SUPPORT_DE, Some("+493023125044"));
    let same = day.ring(world::SALES_US, Some(MARTA));
    day.pass(3).await;
    day.aircall.answer(other, Some(world::JONAS)).unwrap();
    day.aircall.answer(same, Some(world::AMELIA)).unwrap();
    day.pass(3).await;
    for call in [other, same] {
        assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 1, "written at once");
    }
    day.pass(300).await;
    for call in slow {
        assert_eq!(files(&day.ticket(call)).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn two_files_at_a_time_are_fetched_and_all_of_them_come() {
    let day = a_quiet_day(with_files()).await;
    fault(&day, 6, FaultKind::Slow { ms: 4_000 });
    let lines = [world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US];
    let calls: Vec<u64> = (0..6).map(|n| day.ring(lines[n % 3], Some(&format!("+3319900123{n}")))).collect();
    day.pass(10).await;
    for call in &calls {
        day.aircall.hang_up(*call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    }
    day.pass(120).await;
    let begun: Vec<_> = day
        .aircall
        .journal(0)
        .into_iter()
        .filter(|entry| entry.path.starts_with("/media/"))
        .skip(2)
        .map(|entry| entry.at)
        .collect();
    assert_eq!(begun.len(), 6);
    for three in begun.windows(3) {
        assert!((three[2] - three[0]).num_seconds() >= 4, "two at a time: {begun:?}");
    }
    for call in calls {
        one_file_in(&day, call, "ended", "voicemail").await;
    }
}

#[tokio::test(start_paused = true)]
async fn above_500_mb_nothing_is_uploaded_and_the_note_says_so() {
    let day = a_quiet_day(with_files()).await;
    // Made while it is sent: nobody here holds so much.
    day.aircall.switch(|s| s.media_bytes = 500 * 1024 * 1024 + 417);
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    let ticket = no_file(&day, call);
    let ended = text(&ticket, "ended");
    assert!(ended.contains(&format!("Recording: {TOO_LARGE}")), "{ended}");
    assert!(ended.contains(&format!("/calls/{call}/recording")), "and links asset: {ended}");
    let (writes, _) = day.requests(before);
    assert_eq!((writes.len(), uploads(&writes)), (3, 0));
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.completeness.recording), (CallState::Complete, PartState::NotExpected));
    day.pass(30 * HOUR).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2, "said once");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_turns_out_too_large_is_given_up_and_removed_from_the_disk() {
    let day = a_quiet_day(Plan { largest_file_bytes: 100_000, ..with_files() }).await;
    day.aircall.switch(|s| (s.media_bytes, s.media_length) = (200_000, false));
    let call = day.answered(MARTA).await;
    assert!(text(&no_file(&day, call), "ended").contains(TOO_LARGE));
    assert_eq!(day.files_on_their_way().1, Vec::<String>::new());
    day.aircall.switch(|s| s.media_bytes = 90_000);
    let smaller = day.answered(MARTA).await;
    one_file_in(&day, smaller, "ended", "recording").await;
}

#[tokio::test(start_paused = true)]
async fn what_the_helpdesk_does_not_take_is_linked_and_said() {
    for (says, is_refused) in [
        ("Voicemail: not attached, Gorgias does not take a file of this size", false),
        ("Voicemail: not attached, Gorgias does not take this kind of file", true),
    ] {
        let day = a_quiet_day(with_files()).await;
        day.gorgias.switch(|s| match is_refused {
            true => s.upload_refused_types = vec!["audio/mpeg".into()],
            false => s.upload_max_bytes = 1_000,
        });
        let call = missed(&day, MARTA, true).await;
        let ticket = no_file(&day, call);
        let ended = text(&ticket, "ended");
        assert!(ended.contains(says) && ended.contains("/voicemail"), "{ended}");
        let detail = day.detail(call);
        assert_eq!(
            (detail.state, detail.completeness.voicemail),
            (CallState::Complete, PartState::NotExpected)
        );
        assert!(detail.explanation.iter().any(|line| line.rule.contains("G17")), "B11");
    }
}

#[tokio::test(start_paused = true)]
async fn a_note_that_is_refused_with_its_file_goes_without_it() {
    let day = a_quiet_day(with_files()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    let refused = FaultKind::Status { status: 400, retry_after: None };
    day.gorgias.add_fault(Fault::next(1, refused).on("POST", "/api/tickets/"));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let ticket = no_file(&day, call);
    assert!(text(&ticket, "ended").contains("Recording: not attached, Gorgias does not take this kind"));
    assert_eq!(day.detail(call).state, CallState::Complete, "nothing is parked because of a file");
}

#[tokio::test(start_paused = true)]
async fn what_never_comes_is_said_once_after_a_day() {
    let day = a_quiet_day(with_files()).await;
    day.aircall.switch(|s| s.recording_after_s = 1_000_000.0);
    let call = day.answered(MARTA).await;
    day.pass(23 * HOUR).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
    assert_eq!((reads_of(&day, call), day.detail(call).completeness.recording), (0, PartState::Awaited));
    day.pass(2 * HOUR).await;
    let ticket = no_file(&day, call);
    let says = "Recording: not attached, Aircall did not provide it within 24 hours";
    assert_eq!(text(&ticket, "recording"), says);
    assert_eq!(reads_of(&day, call), 1, "Aircall was asked before that was said");
    assert_eq!(day.detail(call).completeness.recording, PartState::NotExpected, "B10");
    day.pass(5 * HOUR).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 3, "once");
}

#[tokio::test(start_paused = true)]
async fn a_recording_whose_event_got_lost_is_found_when_the_calls_of_the_day_are_read_again() {
    let day = a_quiet_day(with_files()).await;
    day.aircall.switch(|s| s.recording_after_s = 3_000.0);
    let call = day.answered(MARTA).await;
    day.aircall.switch(|s| s.drop_share = 1.0);
    day.pass(2_800).await;
    no_file(&day, call);
    day.pass(1_200).await;
    one_file_in(&day, call, "recording", "recording").await;
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_the_sound_is_not_attached() {
    let day = a_quiet_day(with_files()).await;
    day.aircall.switch(|s| s.media_type = "text/html".into());
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    day.pass(600).await;
    no_file(&day, call);
    assert_eq!(uploads(&day.requests(before).0), 0);
    day.aircall.switch(|s| s.media_type = "audio/mpeg".into());
    day.pass(2 * HOUR).await;
    one_file_in(&day, call, "recording", "recording").await;
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_was_thrown_away_gets_no_file() {
    let day = a_quiet_day(with_files()).await;
    day.aircall.switch(|s| s.recording_after_s = 300.0);
    let call = day.answered(MARTA).await;
    let detail = day.detail(call);
    let id = &detail.ledger.iter().find(|row| row.key == "ticket").unwrap().helpdesk_id;
    let trash = json!({"trashed_datetime": "2026-11-21T09:00:00Z"});
    day.gorgias.by_a_person("PUT", &format!("/api/tickets/{id}"), &trash).unwrap();
    day.pass(400).await;
    let ticket = no_file(&day, call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 2, "G25");
    assert_eq!(day.detail(call).reason.unwrap().code, "ticket_trashed");
    assert_eq!(day.files_on_their_way().1, Vec::<String>::new());

    day.handle.retry(sidetone_engine::call::CaseId(call));
    day.pass(60).await;
    let tickets = day.tickets_of(&format!("aircall:call:{call}"));
    assert_eq!(
        tickets.iter().map(|ticket| files(ticket).len()).sum::<usize>(),
        1,
        "created again, with its file"
    );
}

#[tokio::test(start_paused = true)]
async fn where_the_disk_takes_nothing_notes_go_without_and_the_files_follow() {
    let day = a_quiet_day(with_files()).await;
    let (folder, _) = day.files_on_their_way();
    std::fs::remove_dir(&folder).unwrap();
    // A file where the folder should be: nothing can be written there, whoever runs this.
    std::fs::write(&folder, "").unwrap();
    let call = day.answered(MARTA).await;
    let ticket = no_file(&day, call);
    assert!(ticket["messages"].as_array().unwrap().len() == 2, "not held up at all: {ticket:#}");
    let alerts = day.handle.health().alerts;
    let alert = alerts.iter().find(|alert| alert.code == "files_not_kept").expect("it is told");
    assert!(alert.what.contains(&*folder.to_string_lossy()) && alert.mend.contains("room"), "{alert:?}");
    std::fs::remove_file(&folder).unwrap();
    day.pass(600).await;
    one_file_in(&day, call, "recording", "recording").await;
    assert!(day.handle.health().alerts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_program_left_on_the_disk_is_removed_and_fetched_again() {
    let mut day = a_quiet_day(with_files()).await;
    let call = day.answered(MARTA).await;
    let (folder, _) = day.files_on_their_way();
    day.kill().await;
    std::fs::write(folder.join(format!("{call}-file-recording-9")), "half").unwrap();
    std::fs::write(folder.join("notes.txt"), "a person's").unwrap();
    day.start().unwrap();
    assert_eq!(day.files_on_their_way().1, ["notes.txt"]);
    std::fs::remove_file(folder.join("notes.txt")).unwrap();

    fault(&day, 1, FaultKind::HangInBody { after: 10_000 });
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(8).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(40).await;
    assert_eq!(day.files_on_their_way().1.len(), 1, "half of it lies there");
    day.kill_and_restart().await;
    day.pass(30).await;
    one_file_in(&day, call, "ended", "recording").await;
}

#[tokio::test(start_paused = true)]
async fn files_that_are_there_already_are_adopted_and_not_attached_again() {
    let mut day = a_quiet_day(Plan {
        logging: Logging { from: Some(day::morning()), ..with_files().logging },
        ..Plan::default()
    })
    .await;
    let packed = day.answered(MARTA).await;
    let voicemail = missed(&day, MARTA, true).await;
    day.aircall.switch(|s| s.recording_after_s = 100.0);
    let late = day.answered(MARTA).await;
    day.pass(200).await;
    let before = [packed, voicemail, late].map(|call| day.ticket(call));
    day.kill().await;
    day.shelf.lose();
    day.start().unwrap();
    day.pass(60).await;
    for call in [packed, voicemail, late] {
        day.aircall.comment(call, world::THEO, "One more thing").unwrap();
    }
    day.pass(120).await;
    for (call, before) in [packed, voicemail, late].into_iter().zip(before) {
        let after = day.ticket(call);
        assert_eq!(files(&after), files(&before), "B17");
        let count = |ticket: &Value| ticket["messages"].as_array().unwrap().len();
        assert_eq!(count(&after), count(&before) + 1, "the comment: {after:#}");
    }
    assert_eq!(day.detail(packed).completeness.recording, PartState::Written, "B10");
    assert_eq!(day.detail(voicemail).completeness.voicemail, PartState::Written, "B10");
    assert_eq!(day.detail(late).completeness.recording, PartState::Written, "B10");
}

#[tokio::test(start_paused = true)]
async fn in_shadow_mode_nothing_is_fetched_and_the_plan_counts_the_upload() {
    let logging = Logging { mode: ModeSetting(Mode::Shadow), ..with_files().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let call = day.answered(MARTA).await;
    assert!(downloads(&day).is_empty(), "B5");
    let plan = day.detail(call).plan;
    let paths: Vec<_> = plan.writes.iter().map(|write| write.path.as_str()).collect();
    assert!(paths.contains(&"/api/upload?type=attachment") && paths.contains(&"/api/tickets"), "{paths:?}");
    assert_eq!(plan.requests as usize, paths.len());
}
