//! Row C6: recordings and voicemails in a folder, on simulated days: named by call, verified by size, resumed, each once,
//! and gone when their time is over.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use sidetone_days::stores::Stores;
use sidetone_engine::backfill::BackfillAsk;
use sidetone_engine::call::CaseId;
use sidetone_engine::erasing::Erased;
use sidetone_engine::keep::{KeptFile, KeptState, removal};
use sidetone_engine::settings::{Logging, Mode, ModeSetting, Privacy, Recordings};
use sidetone_engine::store::{Change, Store};
use sidetone_protocol::{KeptFileState, KeptFileView, WrittenAs};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan};

const HOUR: u64 = 3600;

/// A day with a folder that recordings are kept in; nothing of them goes into the helpdesk unless `recordings` says so.
async fn a_day(folder: &Path, recordings: Recordings) -> Day {
    a_day_with(folder, recordings, |_| {}).await
}

async fn a_day_with(folder: &Path, recordings: Recordings, more: impl FnOnce(&mut Logging)) -> Day {
    let mut plan = Plan::default();
    (plan.logging.recordings, plan.logging.recordings_dir) = (recordings, Some(folder.to_owned()));
    more(&mut plan.logging);
    Day::begin(plan).await
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// All files below a folder, by their place in it.
fn files(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else if entry.file_name() != ".sidetone" {
                found.push(entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn kept(day: &Day, call: u64) -> KeptFileView {
    let mut kept = day.detail(call).kept;
    assert_eq!(kept.len(), 1, "{kept:?}");
    kept.remove(0)
}

/// The one file of a call lies in the folder, and is what Aircall has.
async fn is_kept(day: &Day, folder: &Path, call: u64, medium: &str) -> PathBuf {
    let file = kept(day, call);
    assert_eq!(file.state, KeptFileState::Kept, "{file:?}");
    let link = day.aircall.call(call).unwrap()[medium].as_str().unwrap().to_owned();
    let hash: String = Sha256::digest(day.behind(&link).await).iter().map(|b| format!("{b:02x}")).collect();
    let path = PathBuf::from(file.path.unwrap());
    let bytes = std::fs::read(&path).unwrap();
    let found: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!((&found, file.sha256.as_ref()), (&hash, Some(&hash)));
    assert_eq!(file.bytes, Some(bytes.len() as u64));
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.ends_with(&format!("Z {call} {medium}.mp3")), "{name}");
    assert!(!files(folder).iter().any(|file| file.ends_with(".part")));
    path
}

fn downloads(day: &Day) -> usize {
    day.aircall.journal(0).iter().filter(|entry| entry.path.starts_with("/media/")).count()
}

/// Requests for a file or a part of it, by status.
fn statuses(day: &Day) -> Vec<u16> {
    let journal = day.aircall.journal(0).into_iter();
    journal.filter(|entry| entry.path.starts_with("/media/")).map(|entry| entry.status).collect()
}

fn fault(day: &Day, times: u32, kind: FaultKind) {
    day.aircall.add_fault(Fault::next(times, kind).on("GET", "/media/"));
}

fn alert(day: &Day) -> Option<sidetone_protocol::Alert> {
    day.handle.health().alerts.into_iter().find(|alert| alert.code == "recordings_not_kept")
}

/// What is on a thread of its own comes to its end.
async fn settle(day: &Day, seconds: u64) {
    for _ in 0..seconds.div_ceil(5) {
        day.pass(5).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_recording_and_a_voicemail_are_kept_by_call_whatever_goes_into_the_helpdesk() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    let call = day.answered(MARTA).await;
    let missed = day.ring(world::SUPPORT_FR, Some("+33199001144"));
    day.pass(20).await;
    day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    settle(&day, 120).await;
    assert_eq!(downloads(&day), 2, "each once");
    is_kept(&day, root.path(), call, "recording").await;
    is_kept(&day, root.path(), missed, "voicemail").await;
    let names = files(root.path());
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("2026/11/2026-11-")), "{names:?}");
    assert!(!names.concat().contains("33199001144"), "no number in a name");
    assert!(alert(&day).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_goes_into_a_note_and_the_folder_is_fetched_once() {
    let root = folder();
    let day = a_day(root.path(), Recordings::Attach).await;
    let call = day.answered(MARTA).await;
    settle(&day, 600).await;
    let note = crate::day::note(&day.ticket(call), "ended")["attachments"].as_array().unwrap().len();
    assert_eq!((note, downloads(&day)), (1, 1), "G17 and C6 in one");
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_before_the_note_may_go_is_not_fetched_again_for_it() {
    let root = folder();
    let day = a_day(root.path(), Recordings::Attach).await;
    day.handle.pause().await.unwrap();
    let call = day.answered(MARTA).await;
    settle(&day, 600).await;
    assert_eq!(
        (kept(&day, call).state, downloads(&day)),
        (KeptFileState::Kept, 1),
        "a pause is one of writing"
    );
    day.handle.resume().await.unwrap();
    settle(&day, 300).await;
    let ticket = day.ticket(call);
    let files: usize = ticket["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["attachments"].as_array().unwrap().len())
        .sum();
    assert_eq!((files, downloads(&day)), (1, 1), "{ticket:#}");
}

#[tokio::test(start_paused = true)]
async fn in_shadow_mode_and_on_other_lines_it_is_the_line_that_decides() {
    // B5 is about the helpdesk; G18 about everything.
    let root = folder();
    let mut plan = Plan::default();
    (plan.logging.mode, plan.logging.recordings_dir) =
        (ModeSetting(Mode::Shadow), Some(root.path().to_owned()));
    plan.lines = vec![world::SUPPORT_FR];
    let day = Day::begin(plan).await;
    let call = day.answered(MARTA).await;
    let other = day.ring(world::SALES_US, Some("+33199001144"));
    day.pass(8).await;
    day.aircall.answer(other, Some(world::THEO)).unwrap();
    day.pass(8).await;
    day.aircall.hang_up(other, &HangUp::default()).unwrap();
    settle(&day, 120).await;
    is_kept(&day, root.path(), call, "recording").await;
    assert_eq!(files(root.path()).len(), 1);
    assert!(day.shelf.open().unwrap().store.kept_files(CaseId(other)).unwrap().is_empty(), "G18");
}

#[tokio::test(start_paused = true)]
async fn a_cut_connection_is_gone_on_from_where_it_ended() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| s.media_bytes = 900_000);
    fault(&day, 1, FaultKind::CutInBody { after: 500_000 });
    let call = day.answered(MARTA).await;
    settle(&day, 60).await;
    assert_eq!(statuses(&day), [200, 206], "with a Range");
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn a_server_without_ranges_is_asked_for_all_of_it_again() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| (s.media_bytes, s.media_ranges, s.media_length) = (900_000, false, false));
    fault(&day, 1, FaultKind::CutInBody { after: 500_000 });
    let call = day.answered(MARTA).await;
    settle(&day, 60).await;
    assert_eq!(statuses(&day), [200, 200]);
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn another_version_of_a_file_is_begun_anew() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| s.media_bytes = 900_000);
    fault(&day, 1, FaultKind::HangInBody { after: 500_000 });
    let call = day.answered(MARTA).await;
    day.aircall.switch(|s| s.media_bytes = 700_000);
    settle(&day, 120).await;
    let path = is_kept(&day, root.path(), call, "recording").await;
    assert!(path.metadata().unwrap().len() < 700_001);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_as_long_as_it_should_be_is_not_kept_for_one() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| s.media_claims_more = 1_000);
    let call = day.answered(MARTA).await;
    settle(&day, 600).await;
    assert_eq!(kept(&day, call).state, KeptFileState::Awaited);
    assert!(files(root.path()).iter().all(|name| name.ends_with(".part")), "nothing has its name");
    day.aircall.switch(|s| s.media_claims_more = 0);
    settle(&day, 2 * HOUR).await;
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn when_a_link_is_over_a_fresh_one_is_asked_for() {
    let root = folder();
    let place = root.path().join("recordings");
    let day = a_day(&place, Recordings::None).await;
    day.aircall.switch(|s| s.media_lifetime_s = 1);
    let call = day.answered(MARTA).await;
    day.aircall.switch(|s| s.media_lifetime_s = 600);
    settle(&day, 60).await;
    std::fs::create_dir(&place).unwrap();
    settle(&day, 600).await;
    assert_eq!(statuses(&day), [403, 200]);
    is_kept(&day, &place, call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn a_killed_program_goes_on_where_it_was() {
    let root = folder();
    let mut day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| s.media_bytes = 900_000);
    fault(&day, 1, FaultKind::HangInBody { after: 600_000 });
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(8).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    for _ in 0..100 {
        if !files(root.path()).is_empty() {
            break;
        }
        day.pass(1).await;
    }
    day.pass(3).await;
    let names = files(root.path());
    assert!(names.len() == 1 && names[0].ends_with(&format!("{call} recording.part")), "{names:?}");
    let size = |name: &str| root.path().join(name).metadata().unwrap().len();
    assert!(size(&names[0]) > 0, "some of it lies there");
    day.kill_and_restart().await;
    settle(&day, 60).await;
    assert_eq!(statuses(&day), [200, 206]);
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_a_person_removed_is_not_fetched_again() {
    let root = folder();
    let mut day = a_day(root.path(), Recordings::None).await;
    let call = day.answered(MARTA).await;
    settle(&day, 60).await;
    let path = kept(&day, call).path.unwrap();
    std::fs::remove_file(path).unwrap();
    day.aircall.comment(call, world::THEO, "One more thing").unwrap();
    day.kill_and_restart().await;
    settle(&day, 600).await;
    assert_eq!((kept(&day, call).state, downloads(&day)), (KeptFileState::Gone, 1));
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_gone_is_told_holds_nothing_up_and_what_waited_follows() {
    let root = folder();
    let place = root.path().join("recordings");
    let day = a_day(&place, Recordings::Attach).await;
    settle(&day, 30).await;
    assert!(alert(&day).is_some(), "before there is a recording");
    let call = day.answered(MARTA).await;
    settle(&day, 600).await;
    assert_eq!(
        crate::day::note(&day.ticket(call), "ended")["attachments"].as_array().unwrap().len(),
        1,
        "G17"
    );
    let told = alert(&day).unwrap();
    assert!(told.what.contains(&*place.to_string_lossy()) && told.mend.contains("disk"), "{told:?}");
    assert_eq!(told.calls, 1);
    assert!(!place.exists(), "where a disk is not mounted, none is made in its place");
    std::fs::create_dir(&place).unwrap();
    settle(&day, 1_200).await;
    is_kept(&day, &place, call, "recording").await;
    assert!(alert(&day).is_none(), "{:?}", alert(&day));
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn a_full_disk_is_told_and_half_a_file_is_not_left_in_everybodys_way() {
    // The system's own full disk takes no folder; a file in the way of the month's folder refuses as surely.
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    settle(&day, 30).await;
    std::fs::write(root.path().join("2026"), "").unwrap();
    let call = day.answered(MARTA).await;
    settle(&day, 60).await;
    assert!(alert(&day).unwrap().what.contains("in the way"));
    assert_eq!(kept(&day, call).state, KeptFileState::Awaited);
    std::fs::remove_file(root.path().join("2026")).unwrap();
    settle(&day, 1_200).await;
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_old_enough_is_taken_away_and_nothing_else() {
    let root = folder();
    let day = a_day_with(root.path(), Recordings::None, |logging| logging.recordings_keep_days = 2).await;
    let call = day.answered(MARTA).await;
    settle(&day, 60).await;
    is_kept(&day, root.path(), call, "recording").await;
    std::fs::write(root.path().join("2026/11/mine.mp3"), "a person's").unwrap();
    day.pass(47 * HOUR).await;
    assert_eq!(files(root.path()).len(), 2);
    let young = day.answered(MARTA).await;
    settle(&day, 60).await;
    day.pass(3 * HOUR).await;
    settle(&day, 60).await;
    assert_eq!(kept(&day, call).state, KeptFileState::Removed);
    is_kept(&day, root.path(), young, "recording").await;
    let names = files(root.path());
    assert!(names.len() == 2 && names.contains(&"2026/11/mine.mp3".to_owned()), "{names:?}");
    day.aircall.comment(call, world::THEO, "One more thing").unwrap();
    settle(&day, 600).await;
    assert_eq!(kept(&day, call).state, KeptFileState::Removed, "it is not fetched again");
}

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_of_two_hubs_one_fetches() {
    let root = folder();
    let mut plan = Plan { stores: Stores::Postgres, ..Plan::default() };
    (plan.logging.recordings, plan.logging.recordings_dir) = (Recordings::None, Some(root.path().to_owned()));
    let mut day = Day::begin(plan).await;
    let (_other, running) = day.start_another();
    settle(&day, 30).await;
    let call = day.answered(MARTA).await;
    settle(&day, 120).await;
    assert_eq!(statuses(&day), [200]);
    is_kept(&day, root.path(), call, "recording").await;

    // One is lost in the middle: the other goes on with what lies there.
    day.aircall.switch(|s| s.media_bytes = 900_000);
    fault(&day, 1, FaultKind::HangInBody { after: 600_000 });
    let before = statuses(&day).len();
    let call = day.answered("+33199001144").await;
    day.kill().await;
    running.abort();
    day.start().unwrap();
    settle(&day, 300).await;
    assert_eq!(kept(&day, call).state, KeptFileState::Kept, "{:?}", &statuses(&day)[before..]);
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn old_calls_that_are_read_have_their_recordings_kept_and_those_that_nobody_asked_for_do_not() {
    // C3
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    let old = day.aircall.add_past_calls(12, 600);
    settle(&day, 600).await;
    assert!(files(root.path()).is_empty(), "nobody asked for them");
    let ask = BackfillAsk {
        since: day.now() - TimeDelta::days(150),
        until: None,
        write: false,
        status: WrittenAs::Closed,
    };
    day.handle.backfill(ask).await.unwrap();
    settle(&day, 1_800).await;
    let has_one = |call: &&u64| !day.aircall.call(**call).unwrap()["recording"].is_null();
    let recorded: Vec<u64> = old.iter().filter(has_one).copied().collect();
    assert!(!recorded.is_empty());
    let ours = recorded.into_iter().filter(|call| day.handle.call(CaseId(*call)).unwrap().is_some());
    let ours: Vec<u64> = ours.collect();
    for call in &ours {
        is_kept(&day, root.path(), *call, "recording").await;
    }
    let recordings = files(root.path()).into_iter().filter(|name| name.ends_with("recording.mp3"));
    assert_eq!(recordings.count(), ours.len(), "and none on lines that are not selected (G18)");
}

#[tokio::test(start_paused = true)]
async fn the_files_of_a_call_that_is_forgotten_go_and_do_not_come_back() {
    // B12
    let root = folder();
    let mut day = a_day(root.path(), Recordings::None).await;
    let [here, away] = [day.answered(MARTA).await, day.answered("+33199001144").await];
    settle(&day, 60).await;
    is_kept(&day, root.path(), here, "recording").await;
    is_kept(&day, root.path(), away, "recording").await;
    let now = day.now();
    let forget = |store: &dyn Store, call| store.erase(&[CaseId(call)], Erased::Forgotten, now).map(drop);
    let opened = day.shelf.open().unwrap();
    forget(opened.store.as_ref(), here).unwrap();
    settle(&day, 60).await;
    let row = |call| opened.store.kept_files(CaseId(call)).unwrap().remove(0);
    assert_eq!((row(here).state, files(root.path()).len()), (KeptState::Removed, 1));

    // While no engine runs, too.
    let store = &opened.store;
    day.kill().await;
    forget(store.as_ref(), away).unwrap();
    let cleared = removal::clear(store.as_ref(), now).unwrap();
    assert_eq!((cleared.removed, cleared.left), (1, vec![]));
    assert!(files(root.path()).is_empty());
    let row = row(away);
    assert_eq!((row.state, row.path, row.folder, row.sha256), (KeptState::Removed, None, None, None));
}

/// The disk of a folder is away, and an empty folder of its name is in its place.
fn unmounted(place: &Path) -> PathBuf {
    let away = place.with_extension("away");
    std::fs::rename(place, &away).unwrap();
    std::fs::create_dir(place).unwrap();
    away
}

fn mounted(place: &Path, away: &Path) {
    std::fs::remove_dir(place).unwrap();
    std::fs::rename(away, place).unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_empty_folder_in_place_of_a_disk_is_not_taken_for_it() {
    let root = folder();
    let place = root.path().join("recordings");
    std::fs::create_dir(&place).unwrap();
    let day = a_day(&place, Recordings::None).await;
    let call = day.answered(MARTA).await;
    settle(&day, 60).await;
    is_kept(&day, &place, call, "recording").await;
    let away = unmounted(&place);
    let second = day.answered("+33199001144").await;
    settle(&day, 60).await;
    assert!(alert(&day).unwrap().what.contains(".sidetone"), "{:?}", alert(&day));
    assert!(files(&place).is_empty());
    let opened = day.shelf.open().unwrap();
    opened.store.erase(&[CaseId(call)], Erased::Forgotten, day.now()).unwrap();
    settle(&day, 120).await;
    let row = || opened.store.kept_files(CaseId(call)).unwrap().remove(0);
    assert!(row().state == KeptState::Removing && row().tries > 0, "{:?}", row());
    mounted(&place, &away);
    settle(&day, 2 * HOUR).await;
    assert_eq!(row().state, KeptState::Removed);
    assert!(files(&place).iter().all(|name| !name.contains(&call.to_string())), "{:?}", files(&place));
    assert!(alert(&day).is_none(), "{second}: {:?}", alert(&day));
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_call_is_not_known_yet_is_waited_for() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    let opened = day.shelf.open().unwrap();
    let now = day.now();
    let unknown = CaseId(4_999_999_999);
    let mut change = sidetone_engine::store::Change::at(now);
    change.to_keep.push(sidetone_engine::keep::KeptFile::wanted(
        unknown,
        sidetone_engine::files::Medium::Recording,
        now,
        now,
        now,
    ));
    opened.store.commit(&change).unwrap();
    settle(&day, 120).await;
    let row = opened.store.kept_files(unknown).unwrap().remove(0);
    assert!(row.state == KeptState::Wanted && row.tries > 0, "{row:?}");
}

/// The one row of a call's file.
fn row(day: &Day, call: u64) -> KeptFile {
    let mut rows = day.shelf.open().unwrap().store.kept_files(CaseId(call)).unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

fn ends_so(change: &Change) -> bool {
    change.kept.iter().any(|(_, file)| file.state == KeptState::Kept)
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_killed_before_it_notes_a_copy_has_noted_where_it_went() {
    for is_forgotten in [false, true] {
        let root = folder();
        let mut day = a_day(root.path(), Recordings::Attach).await;
        day.lifeline.before_each_commit(ends_so);
        let call = day.answered(MARTA).await;
        settle(&day, 120).await;
        let lies = files(root.path());
        assert!(lies.len() == 1 && lies[0].ends_with(" recording.mp3"), "{lies:?}");
        let begun = row(&day, call);
        assert_eq!((begun.state, &begun.path), (KeptState::Wanted, &None));
        assert_eq!(begun.folder.as_deref(), Some(&*root.path().to_string_lossy()));
        day.kill().await;
        if is_forgotten {
            // B12
            let (store, now) = (day.shelf.open().unwrap().store, day.now());
            store.erase(&[CaseId(call)], Erased::Forgotten, now).unwrap();
            assert_eq!(removal::clear(store.as_ref(), now).unwrap().removed, 1);
            assert_eq!(files(root.path()), [""; 0]);
        } else {
            let before = downloads(&day);
            day.aircall.switch(|s| s.media_lifetime_s = 3_600);
            day.start().unwrap();
            settle(&day, 900).await;
            let noted = crate::day::note(&day.ticket(call), "ended")["attachments"].as_array().unwrap().len();
            assert!(downloads(&day) - before <= noted, "none for the folder");
            is_kept(&day, root.path(), call, "recording").await;
            assert_eq!(files(root.path()).len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_hub_keeps_is_not_taken_away_by_one_that_was_held_up() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    let other = day.shelf.open().unwrap().store;
    let mut times = 0;
    // The other one went on with it when the first one's time was over, and is done just before it.
    day.lifeline.before_each_commit(move |change| {
        if ends_so(change) {
            times += 1;
            assert_eq!(times, 1, "once");
            other.commit(&Change { kept: change.kept.clone(), ..Change::at(change.at) }).unwrap();
        }
        false
    });
    let call = day.answered(MARTA).await;
    settle(&day, 120).await;
    assert_eq!(downloads(&day), 1);
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_placed_in_the_moment_in_which_its_call_is_forgotten_goes() {
    // B12
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    let other = day.shelf.open().unwrap().store;
    day.lifeline.before_each_commit(move |change| {
        if ends_so(change) {
            let calls = [change.kept[0].1.call];
            other.erase(&calls, Erased::Forgotten, change.at).unwrap();
        }
        false
    });
    let call = day.answered(MARTA).await;
    settle(&day, 120).await;
    assert_eq!(row(&day, call).state, KeptState::Removed);
    assert_eq!(files(root.path()), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn of_a_file_that_is_given_up_no_part_stays() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| s.media_bytes = 900_000);
    fault(&day, 1, FaultKind::CutInBody { after: 500_000 });
    fault(&day, 10_000, FaultKind::Status { status: 403, retry_after: None });
    let call = day.answered(MARTA).await;
    let is_not_known = FaultKind::Status { status: 404, retry_after: None };
    day.aircall.add_fault(Fault::next(10_000, is_not_known).on("GET", &format!("/v1/calls/{call}")));
    settle(&day, 60).await;
    let lies = files(root.path());
    assert!(lies.len() == 1 && lies[0].ends_with(".part"), "{lies:?}");
    for _ in 0..60 {
        day.pass(HOUR).await;
    }
    assert_eq!(row(&day, call).state, KeptState::Missing);
    assert_eq!(files(root.path()), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_a_weak_name_stands_for_may_have_other_bytes_and_is_begun_anew() {
    let root = folder();
    let day = a_day(root.path(), Recordings::None).await;
    day.aircall.switch(|s| (s.media_bytes, s.media_weak) = (900_000, true));
    fault(&day, 1, FaultKind::CutInBody { after: 500_000 });
    let call = day.answered(MARTA).await;
    settle(&day, 120).await;
    assert_eq!(statuses(&day), [200, 200], "no Range");
    is_kept(&day, root.path(), call, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn recordings_of_a_number_that_is_never_logged_from_now_on_do_not_come_any_more() {
    // B12
    let root = folder();
    let place = root.path().join("recordings");
    let mut day = a_day(&place, Recordings::None).await;
    let call = day.answered(MARTA).await;
    let other = day.answered("+33199001144").await;
    settle(&day, 60).await;
    assert_eq!((row(&day, call).state, row(&day, other).state), (KeptState::Wanted, KeptState::Wanted));
    let never_log = sidetone_engine::number::parse(MARTA, None).into_iter().collect();
    day.set_privacy(Privacy { never_log, ..Privacy::default() });
    day.kill_and_restart().await;
    std::fs::create_dir(&place).unwrap();
    settle(&day, 1_200).await;
    assert_eq!((downloads(&day), files(&place).len()), (1, 1));
    assert_eq!(row(&day, call).state, KeptState::Removed);
    is_kept(&day, &place, other, "recording").await;
}

#[tokio::test(start_paused = true)]
async fn a_folder_without_a_mark_in_which_our_recordings_lie_is_ours() {
    let root = folder();
    let mark = root.path().join(".sidetone");
    let mut day = a_day(root.path(), Recordings::None).await;
    let first = day.answered(MARTA).await;
    settle(&day, 60).await;
    let path = is_kept(&day, root.path(), first, "recording").await;

    // Somebody tidied up while it ran; and before it was started.
    std::fs::remove_file(&mark).unwrap();
    let second = day.answered("+33199001144").await;
    settle(&day, 60).await;
    is_kept(&day, root.path(), second, "recording").await;
    assert!(mark.exists() && alert(&day).is_none(), "{:?}", alert(&day));
    std::fs::remove_file(&mark).unwrap();
    day.kill_and_restart().await;
    settle(&day, 60).await;
    assert!(mark.exists() && alert(&day).is_none(), "{:?}", alert(&day));

    // Also where files only go.
    std::fs::remove_file(&mark).unwrap();
    day.shelf.open().unwrap().store.erase(&[CaseId(first)], Erased::Forgotten, day.now()).unwrap();
    settle(&day, 60).await;
    assert_eq!(row(&day, first).state, KeptState::Removed);
    assert!(!path.exists());
}
