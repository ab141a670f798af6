//! What stands in the internal notes, whole (G10, G11, G12, G13), in English.

use serde_json::Value;
use sidetone_sandbox::{Dial, HangUp, MissedReason, Ring, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note};

fn text<'a>(ticket: &'a Value, key: &str) -> &'a str {
    note(ticket, key)["body_text"].as_str().unwrap()
}

fn asset(call: u64, kind: &str) -> String {
    format!("https://assets.aircall.io/calls/{call}/{kind}")
}

/// Marta calls Support FR at 08:00:03 UTC, Camille talks for a minute and comments during the call.
async fn answered(day: &Day) -> (u64, u64) {
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    let comment = day.aircall.comment(call, world::CAMILLE, "Swap <agreed>\nin Madrid").unwrap();
    day.pass(40).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    (call, comment)
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_leaves_two_notes_and_one_for_the_comment() {
    let day = Day::begin(Plan::default()).await;
    let (call, comment) = answered(&day).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 3);
    assert_eq!(
        text(&ticket, "answered"),
        "Call answered\n\
         Start time: 2026-11-21 09:00:03 (Europe/Paris)\n\
         Answer time: 2026-11-21 09:00:11 (Europe/Paris)\n\
         Direction: inbound\n\
         Customer number: +34 666 44 45 55\n\
         Aircall number: Support FR (+33 1 99 00 10 10)\n\
         Aircall team: Care",
        "G10"
    );
    let link = asset(call, "recording");
    assert_eq!(
        text(&ticket, "ended"),
        format!(
            "Call ended\n\
             End time: 2026-11-21 09:01:11 (Europe/Paris)\n\
             Assignee: Camille Roux\n\
             Total duration: 1 min 8 s\n\
             In-call duration: 1 min 0 s\n\
             Call in Aircall: {link}\n\
             Agent’s notes:\n\
             Swap <agreed>\n\
             in Madrid"
        ),
        "G11"
    );
    assert_eq!(
        note(&ticket, "ended")["body_html"],
        format!(
            "<p><b>Call ended</b></p>\
             <p>End time: 2026-11-21 09:01:11 (Europe/Paris)<br>\
             Assignee: Camille Roux<br>\
             Total duration: 1 min 8 s<br>\
             In-call duration: 1 min 0 s<br>\
             Call in Aircall: <a href=\"{link}\">{link}</a></p>\
             <p>Agent’s notes:<br>Swap &lt;agreed&gt;<br>in Madrid</p>"
        ),
        "G11"
    );
    let key = format!("comment:{comment}");
    assert_eq!(text(&ticket, &key), "Call commented\nSwap <agreed>\nin Madrid", "G13");
}

#[tokio::test(start_paused = true)]
async fn a_configured_time_zone_stands_over_the_lines() {
    let day = Day::begin(Plan { time_zone: Some("Asia/Tokyo"), ..Plan::default() }).await;
    let (call, _) = answered(&day).await;
    let ticket = day.ticket(call);
    assert_eq!(
        text(&ticket, "answered"),
        "Call answered\n\
         Start time: 2026-11-21 17:00:03 (Asia/Tokyo)\n\
         Answer time: 2026-11-21 17:00:11 (Asia/Tokyo)\n\
         Direction: inbound\n\
         Customer number: +34 666 44 45 55\n\
         Aircall number: Support FR (+33 1 99 00 10 10)\n\
         Aircall team: Care"
    );
    assert!(text(&ticket, "ended").contains("\nEnd time: 2026-11-21 17:01:11 (Asia/Tokyo)\n"));
}

#[tokio::test(start_paused = true)]
async fn a_call_through_a_menu_names_what_was_chosen_and_the_team_of_who_answered() {
    let day = Day::begin(Plan::default()).await;
    let ring =
        Ring { line: world::RECEPTION, from: Some(MARTA.into()), ivr: vec!["2".into()], ..Ring::default() };
    let call = day.aircall.ring(&ring).unwrap();
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    assert_eq!(
        text(&day.ticket(call), "answered"),
        "Call answered\n\
         Start time: 2026-11-21 09:00:03 (Europe/Paris)\n\
         Answer time: 2026-11-21 09:00:11 (Europe/Paris)\n\
         Direction: inbound\n\
         Customer number: +34 666 44 45 55\n\
         Aircall number: Reception (+33 1 99 00 20 20)\n\
         IVR options: 2, Repairs\n\
         Aircall team: Care",
        "G10"
    );
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_is_one_note_with_beginning_end_and_reason() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(20).await;
    let how = HangUp { reason: Some(MissedReason::AgentsDidNotAnswer), ..HangUp::default() };
    day.aircall.hang_up(call, &how).unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 1, "G12");
    assert_eq!(
        text(&ticket, "ended"),
        "Missed call\n\
         Start time: 2026-11-21 09:00:03 (Europe/Paris)\n\
         Direction: inbound\n\
         Customer number: +34 666 44 45 55\n\
         Aircall number: Support FR (+33 1 99 00 10 10)\n\
         Aircall team: Care\n\
         End time: 2026-11-21 09:00:23 (Europe/Paris)\n\
         Total duration: 20 s\n\
         Missed-call reason: Nobody answered",
        "G12"
    );
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_is_one_note_that_links_to_it() {
    let day = Day::begin(Plan { time_zone: Some("UTC"), ..Plan::default() }).await;
    let call = day.ring(world::SUPPORT_FR, None);
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 1, "G12");
    let link = asset(call, "voicemail");
    assert_eq!(
        text(&ticket, "ended"),
        format!(
            "Missed call\n\
             Start time: 2026-11-21 08:00:03 (UTC)\n\
             Direction: inbound\n\
             Customer number: Anonymous caller\n\
             Aircall number: Support FR (+33 1 99 00 10 10)\n\
             Aircall team: Care\n\
             End time: 2026-11-21 08:00:23 (UTC)\n\
             Total duration: 20 s\n\
             Missed-call reason: Nobody answered\n\
             Voicemail: {link}"
        ),
        "G11, G12"
    );
}

#[tokio::test(start_paused = true)]
async fn an_outbound_call_that_nobody_took_is_one_note_without_a_reason() {
    let day = Day::begin(Plan::default()).await;
    let dial = Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None };
    let call = day.aircall.dial(&dial).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 1, "G12");
    assert_eq!(
        text(&ticket, "ended"),
        "Call ended\n\
         Start time: 2026-11-21 03:00:03 (America/New_York)\n\
         Direction: outbound\n\
         Customer number: +1 202-555-0117\n\
         Aircall number: Sales US (+1 202-555-0110)\n\
         Aircall team: Sales\n\
         End time: 2026-11-21 03:00:23 (America/New_York)\n\
         Assignee: Amelia Stone\n\
         Total duration: 20 s",
        "G12"
    );
}
