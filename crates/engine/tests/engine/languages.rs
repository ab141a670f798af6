//! A6: what is written is English, German or French as a whole, in the words of the glossary, and a language that is
//! changed later is the language of later calls only.

use serde_json::Value;
use sidetone_engine::settings::{Language, Logging};
use sidetone_sandbox::{Dial, Fault, FaultKind, HangUp, MissedReason, Ring, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, STRANGER, note, tags};

/// A contact of the sandbox's Aircall whom its Gorgias has never heard of.
const RUBEN: &str = "+12025550143";

async fn a_day_in(language: Language) -> Day {
    let logging = Logging { language, ..Plan::default().logging };
    Day::begin(Plan { logging, ..Plan::default() }).await
}

/// Starts again with another language, as a changed configuration does.
async fn restart_in(day: &mut Day, language: Language) {
    day.next_start().logging.language = language;
    day.kill_and_restart().await;
    day.pass(3).await;
}

/// All that a person reads on the ticket of a call: subject, notes in the order of their markers, tags.
fn read(day: &Day, call: u64) -> String {
    let ticket = day.ticket(call);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut notes: Vec<_> = ticket["messages"].as_array().unwrap().iter().collect();
    notes.sort_by_key(|note| text(&note["external_id"]));
    let mut parts = vec![text(&ticket["subject"])];
    parts.extend(notes.into_iter().map(|note| text(&note["body_text"])));
    parts.push(format!("[{}]", tags(&ticket).join("] [")));
    parts.join("\n\n").replace(&format!("/calls/{call}/"), "/calls/…/")
}

/// An answered call with a note and a tag of the agent, a missed and withheld one, a voicemail behind an IVR, a caller
/// whom nobody knows, and one whom we called and only Aircall knows.
async fn what_a_day_leaves(day: &Day) -> String {
    let answered = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(answered, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    day.aircall.comment(answered, world::CAMILLE, "Sends a photo").unwrap();
    day.aircall.tag(answered, Some(world::CAMILLE), "Callback Request").unwrap();
    day.pass(40).await;
    day.aircall.hang_up(answered, &HangUp::default()).unwrap();
    day.pass(60).await;

    let missed = day.ring(world::SUPPORT_DE, None);
    day.pass(4).await;
    let early = HangUp { reason: Some(MissedReason::ShortAbandoned), ..HangUp::default() };
    day.aircall.hang_up(missed, &early).unwrap();
    day.pass(60).await;

    let ring = Ring { line: world::RECEPTION, from: Some("+33199001144".into()), ..Ring::default() };
    let voicemail = day.aircall.ring(&ring).unwrap();
    day.pass(3).await;
    day.aircall.choose(voicemail, "1").unwrap();
    day.pass(17).await;
    day.aircall.hang_up(voicemail, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(60).await;

    let unknown = day.answered(STRANGER).await;

    let dial = Dial { agent: world::AMELIA, to: RUBEN.into(), line: None };
    let dialled = day.aircall.dial(&dial).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(dialled, &HangUp::default()).unwrap();
    day.pass(60).await;

    let records = [answered, missed, voicemail, unknown, dialled].map(|call| read(day, call));
    records.join("\n\n----\n\n") + "\n"
}

#[tokio::test(start_paused = true)]
async fn records_are_written_in_the_words_of_the_glossary() {
    for (language, expected) in [
        (Language::En, include_str!("languages/en.txt")),
        (Language::De, include_str!("languages/de.txt")),
        (Language::Fr, include_str!("languages/fr.txt")),
    ] {
        let day = a_day_in(language).await;
        let written = what_a_day_leaves(&day).await;
        assert_eq!(written, expected, "{language:?}:\n{written}");
    }
}

/// Words that only a German record has, and only a French one.
const GERMAN: [&str; 6] = ["Anruf", "Eingehend", "Startzeit", "Rückruf", "Verpasst", "Dieser Kunde"];
const FRENCH: [&str; 6] = ["Appel ", "entrant", "Heure de", "Demande", "Messagerie", "Ce client"];

/// The record of a call is German, all of it.
fn assert_german(day: &Day, call: u64) {
    let text = read(day, call);
    assert!(text.starts_with("Eingehender Anruf: ") && text.contains("[Eingehender Anruf]"), "{text}");
    let foreign: Vec<_> = FRENCH.iter().filter(|word| text.contains(**word)).collect();
    assert!(foreign.is_empty(), "{foreign:?} in {text}");
}

fn assert_french(day: &Day, call: u64) {
    let text = read(day, call);
    assert!(text.starts_with("Appel entrant : ") && text.contains("[Appel entrant]"), "{text}");
    let foreign: Vec<_> = GERMAN.iter().filter(|word| text.contains(**word)).collect();
    assert!(foreign.is_empty(), "{foreign:?} in {text}");
}

fn entries(day: &Day, call: u64) -> usize {
    day.ticket(call)["messages"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_begun_in_one_language_is_finished_in_it() {
    let mut day = a_day_in(Language::De).await;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    restart_in(&mut day, Language::Fr).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let end = note(&day.ticket(call), "ended")["body_text"].as_str().unwrap().to_owned();
    assert!(end.starts_with("Anruf beendet\nEndzeit: "), "{end}");
    assert_eq!(entries(&day, call), 3, "G10, G11 and G16 once each");
    assert_german(&day, call);

    let later = day.answered(MARTA).await;
    assert_french(&day, later);
}

#[tokio::test(start_paused = true)]
async fn what_comes_late_to_a_record_is_in_its_language() {
    let mut day = a_day_in(Language::De).await;
    let call = day.answered(MARTA).await;
    day.aircall.tag(call, Some(world::CAMILLE), "Callback Request").unwrap();
    day.pass(30).await;
    let before = day.last_seq();
    restart_in(&mut day, Language::Fr).await;
    day.pass(300).await;
    assert!(day.requests(before).0.is_empty(), "another language alone writes nothing");

    let comment = day.aircall.comment(call, world::CAMILLE, "Sends a photo").unwrap();
    day.aircall.tag(call, Some(world::CAMILLE), "Called Back").unwrap();
    day.pass(60).await;
    let late = note(&day.ticket(call), &format!("comment:{comment}"))["body_text"].clone();
    assert_eq!(late, "Anruf kommentiert\nSends a photo", "G13");
    let expected = ["Aircall", "Care", "Eingehender Anruf", "Rückgerufen", "Rückrufanfrage", "Support FR"];
    assert_eq!(tags(&day.ticket(call)), expected, "G15");

    day.aircall.untag(call, "Callback Request").unwrap();
    day.pass(60).await;
    let expected = ["Aircall", "Care", "Eingehender Anruf", "Rückgerufen", "Support FR"];
    assert_eq!(tags(&day.ticket(call)), expected, "G15: taken off under the name it was put on");
    assert_eq!(entries(&day, call), 3);
    assert_german(&day, call);
    let next = day.answered(MARTA).await;
    day.aircall.tag(next, Some(world::CAMILLE), "Callback Request").unwrap();
    day.pass(60).await;
    let expected = ["Aircall", "Appel entrant", "Care", "Demande de rappel", "Support FR"];
    assert_eq!(tags(&day.ticket(next)), expected, "a new call has the new language's");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_language_while_a_write_is_unclear_leaves_one_record_in_one_language() {
    for (caller, kind) in [
        (MARTA, FaultKind::HangAfter),
        (MARTA, FaultKind::HangBefore),
        (STRANGER, FaultKind::HangAfter),
        (STRANGER, FaultKind::HangBefore),
    ] {
        let mut day = a_day_in(Language::De).await;
        let call = day.ring(world::SUPPORT_FR, Some(caller));
        day.pass(8).await;
        day.gorgias.add_fault(Fault::next(1, kind.clone()).on("POST", "/api/tickets"));
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(10).await;
        restart_in(&mut day, Language::Fr).await;
        day.pass(200).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        // Where nothing had reached the helpdesk, the call was not begun in German.
        if caller == MARTA && matches!(kind, FaultKind::HangBefore) {
            assert_french(&day, call);
        } else {
            assert_german(&day, call);
        }
        let notes = if caller == MARTA { 2 } else { 3 };
        assert_eq!(entries(&day, call), notes, "{caller} {}", kind.name());
        let made = day.gorgias.customers().iter().filter(|c| c.to_string().contains(caller)).count();
        assert_eq!(made, 1, "{caller} {}", kind.name());
    }
}

#[tokio::test(start_paused = true)]
async fn withheld_callers_share_one_customer_whatever_the_language() {
    let mut day = a_day_in(Language::De).await;
    let withheld = async |day: &Day| {
        let call = day.ring(world::SUPPORT_FR, None);
        day.pass(5).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(60).await;
        day.ticket(call)
    };
    let first = withheld(&day).await;
    restart_in(&mut day, Language::Fr).await;
    let second = withheld(&day).await;
    assert_eq!(first["subject"], "Eingehender Anruf: Anonymer Anrufer");
    assert_eq!(second["subject"], "Appel entrant : Appelant anonyme");
    assert_eq!(
        (&first["customer"], &second["customer"]),
        (&"Anonymer Anrufer".into(), &first["customer"]),
        "G23"
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_that_nobody_remembers_tells_its_language_itself() {
    for renamed in [false, true] {
        let mut day = a_day_in(Language::De).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(5).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(60).await;
        if renamed {
            let ticket = day.detail(call).ledger.into_iter().find(|l| l.key == "ticket").unwrap().helpdesk_id;
            let subject = serde_json::json!({ "subject": "Where is my order?" });
            day.gorgias.by_a_person("PUT", &format!("/api/tickets/{ticket}"), &subject).unwrap();
        }
        day.kill().await;
        day.shelf.lose();
        day.set_from(Some(day::morning()));
        day.next_start().logging.language = Language::Fr;
        day.start().unwrap();
        day.pass(5).await;
        let comment = day.aircall.comment(call, world::CAMILLE, "Much later").unwrap();
        day.aircall.tag(call, Some(world::CAMILLE), "Callback Request").unwrap();
        day.pass(120).await;
        let ticket = day.ticket(call);
        let late = &note(&ticket, &format!("comment:{comment}"))["body_text"];
        assert_eq!(late, "Anruf kommentiert\nMuch later", "renamed: {renamed}");
        let expected =
            ["Aircall", "Care", "Eingehender Anruf", "Rückrufanfrage", "Support FR", "Verpasster Anruf"];
        assert_eq!(tags(&ticket), expected, "renamed: {renamed}");
    }
}
