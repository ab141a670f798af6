//! Rows G1 to G18 and B6: what Gorgias holds after calls of every kind, and how many requests that took.

use serde_json::json;
use sidetone_engine::settings::{Keep, Logging, Mode, ModeSetting};
use sidetone_protocol::{CallState, Match, PartState};
use sidetone_sandbox::{Dial, HangUp, MissedReason, Ring, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note, tags};

/// A contact of the sandbox's Aircall whom its Gorgias has never heard of.
const RUBEN: &str = "+12025550143";
const RUBENS_EMAIL: &str = "ruben.okafor@example.com";

fn paths(entries: &[sidetone_sandbox::JournalEntry]) -> Vec<String> {
    entries.iter().map(|e| format!("{} {}", e.method, e.path.split('?').next().unwrap())).collect()
}

/// Tags exist from an earlier call, people are known: what B6 calls a quiet day.
async fn a_quiet_day() -> Day {
    let day = Day::begin(Plan::default()).await;
    day.answered("+33199001144").await;
    let missed = day.ring(world::SUPPORT_FR, Some("+33199001144"));
    day.pass(5).await;
    day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(90).await;
    day
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_is_one_ticket_with_two_notes_in_three_requests() {
    let day = a_quiet_day().await;
    let before = day.last_seq();
    let call = day.answered(MARTA).await;

    let ticket = day.ticket(call);
    assert_eq!(ticket["subject"], "Inbound call: Marta Ibáñez", "G6");
    assert_eq!(ticket["channel"], "phone", "G6");
    assert_eq!(ticket["customer"], "Marta Ibáñez", "G3");
    assert_eq!(ticket["assignee"], "Camille Roux", "G7");
    assert_eq!(ticket["status"], "open", "G8");
    assert_eq!(tags(&ticket), ["Aircall", "Care", "Inbound call", "Support FR"], "G15");
    let (answered, ended) = (note(&ticket, "answered"), note(&ticket, "ended"));
    for (note, parts) in [
        (answered, ["Call answered", "Start time: 2026-11-21", "Direction: inbound", "+34 666 44 45 55"]),
        (
            ended,
            [
                "Call ended",
                "Assignee: Camille Roux",
                "Total duration: 1 min 8 s",
                "In-call duration: 1 min 0 s",
            ],
        ),
    ] {
        assert_eq!(note["sender"], "Camille Roux", "G10, G11: in the agent's name");
        assert_eq!(note["public"], false, "an internal note");
        for part in parts {
            assert!(note["body_text"].as_str().unwrap().contains(part), "{part} in {note:#}");
        }
    }
    assert!(answered["body_text"].as_str().unwrap().contains("Aircall team: Care"), "G10");
    assert!(ended["body_text"].as_str().unwrap().contains("/recording"), "G11: the asset link");

    let (writes, look_ups) = day.requests(before);
    assert_eq!(writes.len(), 3, "B6: create, ended, status: {:?}", paths(&writes));
    assert_eq!(look_ups.len(), 1, "B6: one look-up on ring");
    let detail = day.detail(call);
    assert!(detail.ledger.iter().any(|l| l.key == "tag:Support FR"), "a tag is shown by its name");
    assert_eq!(detail.state, CallState::Complete);
    assert_eq!(detail.plan.requests, 0);
    assert!(
        detail.explanation.iter().all(|line| !line.rule.is_empty() && line.answer.starts_with("20")),
        "B11"
    );
}

#[tokio::test(start_paused = true)]
async fn a_customer_checked_ten_minutes_ago_is_not_looked_up_again() {
    let day = a_quiet_day().await;
    day.answered(MARTA).await;
    let before = day.last_seq();
    day.answered(MARTA).await;
    assert_eq!(day.requests(before).1.len(), 0, "B6");
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_not_made_while_the_phone_rings() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(25).await;
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty(), "G2");
    assert_eq!(day.detail(call).card.customer.unwrap().name, "Marta Ibáñez", "G1: but the card is there");
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(2).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 1, "G2: made when answered, not at the end");
}

#[tokio::test(start_paused = true)]
async fn the_insight_card_shows_name_email_note_and_link_once() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(3).await;
    let cards = day.aircall.cards();
    assert_eq!(cards.len(), 1, "G1: once");
    let shown = serde_json::to_string(&cards[0]).unwrap();
    for part in ["Marta Ibáñez", "marta.ibanez@example.com", "Café owner", "/app/customer/"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    day.aircall.answer(call, None).unwrap();
    day.pass(30).await;
    assert_eq!(day.aircall.cards().len(), 1);
    day.ring(world::SALES_US, Some("+12025550161"));
    day.pass(3).await;
    let shown = serde_json::to_string(&day.aircall.cards()[1]).unwrap();
    assert!(
        shown.contains("2 possible customers") && !shown.contains("Shares the phone"),
        "G1: several, no note: {shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_helpdesk_does_not_keep_the_card_from_the_phone() {
    let day = Day::begin(Plan::default()).await;
    day.answered(MARTA).await;
    day.pass(700).await;
    day.gorgias.add_fault(
        sidetone_sandbox::Fault::next(1, sidetone_sandbox::FaultKind::Slow { ms: 6000 })
            .on("GET", "/api/customers"),
    );
    let before = day.aircall.cards().len();
    day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    assert_eq!(day.aircall.cards().len(), before + 1, "G1: the local index speaks after 800 ms");
}

#[tokio::test(start_paused = true)]
async fn an_outbound_call_is_logged_by_the_agent_who_dialled() {
    let day = a_quiet_day().await;
    let call =
        day.aircall.dial(&Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None }).unwrap();
    day.pass(6).await;
    day.aircall.answer(call, None).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["subject"], "Outbound call: Priya Nair", "G6");
    assert_eq!(ticket["assignee"], "Amelia Stone", "G7");
    assert_eq!(
        tags(&ticket),
        ["Aircall", "Outbound call", "Sales", "Sales US"],
        "G15: the agent's only team"
    );
    assert!(note(&ticket, "answered")["body_text"].as_str().unwrap().contains("Direction: outbound"));
}

#[tokio::test(start_paused = true)]
async fn an_outbound_call_that_nobody_took_is_one_merged_note() {
    let day = a_quiet_day().await;
    let before = day.last_seq();
    let call =
        day.aircall.dial(&Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None }).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 1, "G12");
    assert_eq!(note(&ticket, "ended")["sender"], "Amelia Stone");
    assert!(!tags(&ticket).contains(&"Missed call"), "G15: inbound only");
    let writes: Vec<_> = day.requests(before).0.into_iter().filter(|w| !w.path.ends_with("/tags")).collect();
    assert_eq!(writes.len(), 1, "{:?}", paths(&writes));
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_of_each_documented_reason_is_one_note_twenty_seconds_after_its_end() {
    let day = a_quiet_day().await;
    for (reason, text) in [
        (MissedReason::OutOfOpeningHours, "Outside opening hours"),
        (MissedReason::ShortAbandoned, "Caller hung up after 4 s"),
        (MissedReason::AbandonedInIvr, "Caller left the menu"),
        (MissedReason::AbandonedInClassic, "Caller hung up before it rang"),
        (MissedReason::NoAvailableAgent, "No agent available"),
        (MissedReason::AgentsDidNotAnswer, "Nobody answered"),
    ] {
        let before = day.last_seq();
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(4).await;
        day.aircall.hang_up(call, &HangUp { reason: Some(reason), ..HangUp::default() }).unwrap();
        day.pass(45).await;
        assert!(
            day.tickets_of(&format!("aircall:call:{call}")).is_empty(),
            "G2: {reason:?} waits for a voicemail"
        );
        day.pass(15).await;
        let ticket = day.ticket(call);
        let note = note(&ticket, "ended");
        assert!(
            note["body_text"].as_str().unwrap().contains(&format!("Missed-call reason: {text}")),
            "G11: {note:#}"
        );
        assert_eq!(note["sender"], "Ana Keller", "G14: nobody answered, so the first admin writes");
        assert_eq!(ticket["assignee"], json!(null), "G7");
        assert_eq!(ticket["status"], "open", "G8");
        assert_eq!(tags(&ticket), ["Aircall", "Care", "Inbound call", "Missed call", "Support FR"], "G15");
        assert_eq!(day.requests(before).0.len(), 1, "B6: {reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_never_got_through_is_logged_although_no_hangup_comes() {
    let day = a_quiet_day().await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    day.aircall.hang_up(call, &HangUp { never_connected: true, ..HangUp::default() }).unwrap();
    day.pass(40).await;
    day.ticket(call);
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_is_written_as_soon_as_it_is_there() {
    let day = a_quiet_day().await;
    let before = day.last_seq();
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(36).await;
    let ticket = day.ticket(call);
    assert!(tags(&ticket).contains(&"Voicemail"), "G15");
    assert!(note(&ticket, "ended")["body_text"].as_str().unwrap().contains("/voicemail"), "G11");
    assert_eq!(day.requests(before).0.len(), 1, "B6");
    assert_eq!(day.detail(call).completeness.voicemail, PartState::Written, "B10");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_caller_becomes_one_placeholder_customer() {
    let day = a_quiet_day().await;
    let before = day.last_seq();
    let call = day.answered(STRANGER).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["customer"], format!("Aircall New Contact {STRANGER}"), "G5");
    assert_eq!(ticket["subject"], format!("Inbound call: {STRANGER}"), "G6");
    let remark = note(&ticket, "not_found")["body_text"].as_str().unwrap();
    assert_eq!(remark, "This customer could not be found by phone number in Gorgias or Aircall.", "G16");
    assert_eq!(day.requests(before).0.len(), 4, "B6: unknown caller +1");
    let customers = day.gorgias.customers();
    let made = customers.iter().find(|c| c["name"] == ticket["customer"]).unwrap();
    let email = made["email"].as_str().unwrap();
    assert!(
        email.ends_with("@aircall.io")
            && email.split('@').next().unwrap().chars().all(|c| c.is_ascii_digit()),
        "G5: {email}"
    );

    let again = day.answered(STRANGER).await;
    assert_eq!(day.ticket(again)["customer"], ticket["customer"]);
    assert_eq!(day.gorgias.customers().len(), customers.len(), "the second call makes nobody");
}

#[tokio::test(start_paused = true)]
async fn a_contact_of_aircall_becomes_a_customer_with_first_name_and_email() {
    let day = a_quiet_day().await;
    let call = day.answered(RUBEN).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["customer"], "Ruben", "G4");
    let customers = day.gorgias.customers();
    let made = customers.iter().find(|c| c["name"] == "Ruben").unwrap();
    assert_eq!(made["email"], RUBENS_EMAIL, "G4");
    assert!(made.to_string().contains(RUBEN), "G4: and the number");
    assert!(
        note(&ticket, "not_found")["body_text"]
            .as_str()
            .unwrap()
            .contains("created from the Aircall contact"),
        "G16"
    );
}

#[tokio::test(start_paused = true)]
async fn an_email_that_belongs_to_somebody_gets_the_number_instead_of_a_second_customer() {
    let day = a_quiet_day().await;
    let owner = day.gorgias.add_customer("The Owner", Some(RUBENS_EMAIL), "+33199007777");
    let call = day.answered(RUBEN).await;
    assert_eq!(day.ticket(call)["customer"], "The Owner", "G4");
    let customers = day.gorgias.customers();
    let owner = customers.iter().find(|c| c["id"] == owner).unwrap().to_string();
    assert!(owner.contains(RUBEN) && owner.contains("+33199007777"), "both numbers: {owner}");
}

#[tokio::test(start_paused = true)]
async fn two_calls_of_one_stranger_at_once_make_one_customer() {
    let day = Day::begin(Plan::default()).await;
    let calls = [day.ring(world::SUPPORT_FR, Some(STRANGER)), day.ring(world::SUPPORT_DE, Some(STRANGER))];
    day.pass(3).await;
    day.aircall.answer(calls[0], Some(world::CAMILLE)).unwrap();
    day.aircall.answer(calls[1], Some(world::JONAS)).unwrap();
    day.pass(10).await;
    for call in calls {
        day.ticket(call);
    }
    let made =
        day.gorgias.customers().iter().filter(|c| c["name"].as_str().unwrap().contains(STRANGER)).count();
    assert_eq!(made, 1);
}

#[tokio::test(start_paused = true)]
async fn a_comment_becomes_a_note_in_its_authors_name_even_hours_later() {
    let day = a_quiet_day().await;
    let call = day.answered(MARTA).await;
    let before = day.last_seq();
    let first = day.aircall.comment(call, world::THEO, "Sends a photo <today>").unwrap();
    day.pass(3 * 3600).await;
    let second = day.aircall.comment(call, world::INES, "Photo is here").unwrap();
    day.pass(30).await;
    let ticket = day.ticket(call);
    let note_1 = note(&ticket, &format!("comment:{first}"));
    assert_eq!(note_1["sender"], "Theo Marchand", "G13");
    assert!(note_1["body_text"].as_str().unwrap().contains("Sends a photo <today>"));
    assert!(
        note_1["body_html"].as_str().unwrap().contains("&lt;today&gt;"),
        "text from strangers is escaped"
    );
    assert_eq!(
        note(&ticket, &format!("comment:{second}"))["sender"],
        "Ana Keller",
        "G14: Ines has no Gorgias user"
    );
    assert_eq!(day.requests(before).0.len(), 2, "B6: each later comment +1");
    assert_eq!(ticket["status"], "open");
}

#[tokio::test(start_paused = true)]
async fn late_entries_do_not_reopen_what_a_person_closed() {
    let day = a_quiet_day().await;
    let call = day.answered(MARTA).await;
    let id: u64 =
        day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.parse().unwrap();
    day.gorgias.by_a_person("PUT", &format!("/api/tickets/{id}"), &json!({"status": "closed"})).unwrap();
    day.aircall.comment(call, world::THEO, "One more thing").unwrap();
    day.aircall.tag(call, Some(world::CAMILLE), "Warranty").ok();
    day.pass(60).await;
    assert_eq!(day.ticket(call)["status"], "closed", "G8");
}

#[tokio::test(start_paused = true)]
async fn a_ticket_closed_during_the_call_is_opened_once_at_its_end() {
    let day = a_quiet_day().await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    let id: u64 =
        day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.parse().unwrap();
    day.gorgias.by_a_person("PUT", &format!("/api/tickets/{id}"), &json!({"status": "closed"})).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(40).await;
    assert_eq!(day.ticket(call)["status"], "open", "G8, settled");
}

#[tokio::test(start_paused = true)]
async fn late_tags_go_in_one_request_and_one_taken_off_is_taken_off() {
    let day = a_quiet_day().await;
    let own = ["Refund", "Warranty"];
    // So that making the tags at Gorgias is not part of the count.
    let warm = day.answered("+33199001144").await;
    for name in own {
        day.aircall.tag(warm, Some(world::CAMILLE), name).unwrap();
    }
    day.pass(60).await;
    let call = day.answered(MARTA).await;
    let before = day.last_seq();
    for name in own {
        day.aircall.tag(call, Some(world::CAMILLE), name).unwrap();
        day.pass(2).await;
    }
    day.pass(30).await;
    assert!(own.iter().all(|name| tags(&day.ticket(call)).contains(name)), "G15");
    assert_eq!(day.requests(before).0.len(), 1, "B6: tags after the create +1 in all");
    day.gorgias
        .by_a_person(
            "POST",
            &format!("/api/tickets/{}/tags", ticket_id(&day, call)),
            &json!({"names": ["VIP by hand"]}),
        )
        .unwrap();
    day.aircall.untag(call, own[0]).unwrap();
    day.pass(30).await;
    let ticket = day.ticket(call);
    let left = tags(&ticket);
    assert!(
        !left.contains(&own[0]) && left.contains(&own[1]) && left.contains(&"VIP by hand"),
        "G15: {left:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn aircalls_built_in_tags_are_written_in_our_spelling() {
    let day = a_quiet_day().await;
    let call = day.answered(MARTA).await;
    day.aircall.tag(call, None, "Callback Request").unwrap();
    day.aircall.tag(call, None, "Called Back").unwrap();
    day.pass(30).await;
    let ticket = day.ticket(call);
    let names = tags(&ticket);
    assert!(names.contains(&"Callback request") && names.contains(&"Called back"), "G15: {names:?}");
    assert!(!names.contains(&"Callback Request"));
}

#[tokio::test(start_paused = true)]
async fn missing_tags_are_made_also_where_the_account_refuses_unknown_names() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.switch(|s| s.refuse_unknown_tags = true);
    let call = day.answered(MARTA).await;
    assert_eq!(tags(&day.ticket(call)).len(), 4, "G15");
}

#[tokio::test(start_paused = true)]
async fn the_options_chosen_in_a_menu_stand_in_the_note_after_one_read() {
    let day = a_quiet_day().await;
    let ring =
        Ring { line: world::RECEPTION, from: Some(MARTA.into()), ivr: vec!["2".into()], ..Ring::default() };
    let call = day.aircall.ring(&ring).unwrap();
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    let ticket = day.ticket(call);
    assert!(
        note(&ticket, "answered")["body_text"].as_str().unwrap().contains("IVR options: 2, Repairs"),
        "G10: {ticket:#}"
    );
    let reads = day
        .aircall
        .journal(0)
        .into_iter()
        .filter(|e| e.path.starts_with(&format!("/v1/calls/{call}")) && e.method == "GET")
        .count();
    assert_eq!(reads, 1, "G10: one read");
}

#[tokio::test(start_paused = true)]
async fn an_agent_without_a_counterpart_is_written_for_by_the_first_admin_and_not_assigned() {
    let day = a_quiet_day().await;
    let call = day.ring(world::SALES_US, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::INES)).unwrap();
    day.pass(5).await;
    let ticket = day.ticket(call);
    assert_eq!(note(&ticket, "answered")["sender"], "Ana Keller", "G14");
    assert_eq!(ticket["assignee"], json!(null), "G7");
    let other = day.ring(world::SUPPORT_DE, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(other, Some(world::JONAS)).unwrap();
    day.pass(5).await;
    assert_eq!(day.ticket(other)["assignee"], "Jonas Weber", "G7: letter case of the e-mail is ignored");
}

#[tokio::test(start_paused = true)]
async fn without_any_author_the_call_waits_and_is_logged_as_soon_as_there_is_one() {
    let day = a_quiet_day().await;
    day.gorgias.set_user_active(sidetone_sandbox::gorgias_world::ADMIN, false).unwrap();
    day.pass(11 * 60).await;
    let call = day.ring(world::SALES_US, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::INES)).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let detail = day.detail(call);
    assert_eq!(detail.state, CallState::NotLogged, "G14");
    let reason = detail.reason.unwrap();
    assert_eq!(reason.code, "no_author");
    assert!(
        reason.text.contains("Ines Duarte") && reason.text.contains("admin"),
        "plain words with the fix: {}",
        reason.text
    );
    assert!(day.handle.health().alerts.iter().any(|a| a.code == "no_author" && a.calls == 1));
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty());
    day.gorgias.set_user_active(sidetone_sandbox::gorgias_world::ADMIN, true).unwrap();
    day.pass(11 * 60).await;
    assert_eq!(
        day.ticket(call)["messages"].as_array().unwrap().len(),
        2,
        "G14: logged as soon as an author exists"
    );
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn several_customers_with_one_number_hold_the_call() {
    let day = a_quiet_day().await;
    let before = day.last_seq();
    let call = day.answered("+12025550161").await;
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.card.matched), (CallState::Held, Match::Several));
    assert_eq!(detail.card.candidates.len(), 2);
    assert!(day.requests(before).0.is_empty(), "nothing is written to a customer that was not chosen");
}

#[tokio::test(start_paused = true)]
async fn calls_on_lines_that_are_not_selected_are_neither_shown_nor_logged() {
    let day = Day::begin(Plan { lines: vec![world::SUPPORT_DE], ..Plan::default() }).await;
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    assert!(day.handle.call(sidetone_engine::call::CaseId(call)).unwrap().is_none(), "G18");
    assert!(day.handle.now(None).unwrap().recent.is_empty());
    let (writes, look_ups) = day.requests(before);
    assert!(writes.is_empty() && look_ups.is_empty());
    assert!(day.aircall.cards().is_empty());
}

#[tokio::test(start_paused = true)]
async fn withheld_callers_share_one_customer() {
    let day = a_quiet_day().await;
    let mut calls = Vec::new();
    for agent in [world::CAMILLE, world::THEO] {
        let call = day.ring(world::SUPPORT_FR, None);
        day.pass(3).await;
        day.aircall.answer(call, Some(agent)).unwrap();
        day.pass(3).await;
        calls.push(call);
    }
    for call in calls {
        let ticket = day.ticket(call);
        assert_eq!(
            (&ticket["customer"], &ticket["subject"]),
            (&json!("Anonymous caller"), &json!("Inbound call: Anonymous caller")),
            "G23"
        );
    }
    let shared: Vec<_> =
        day.gorgias.customers().into_iter().filter(|c| c["external_id"] == "sidetone-anonymous").collect();
    assert_eq!(shared.len(), 1);
    assert_eq!(shared[0]["email"], json!(null));
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_call_can_be_closed_or_only_stored() {
    let logging = Logging { answered: Keep::Closed, missed: Keep::Store, ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let answered = day.answered(MARTA).await;
    assert_eq!(day.ticket(answered)["status"], "closed");
    let missed = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.hang_up(missed, &HangUp::default()).unwrap();
    day.pass(90).await;
    assert_eq!(day.detail(missed).reason.unwrap().code, "by_setting");
}

#[tokio::test(start_paused = true)]
async fn answered_calls_can_be_stored_only_and_missed_ones_closed() {
    let logging = Logging { answered: Keep::Store, missed: Keep::Closed, ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let before = day.last_seq();
    let answered = day.answered(MARTA).await;
    day.aircall.comment(answered, world::CAMILLE, "Stays here").unwrap();
    day.pass(300).await;
    assert_eq!(day.detail(answered).reason.unwrap().code, "by_setting");
    assert!(day.requests(before).0.is_empty(), "nothing is written of it, late notes or not");
    let missed = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.hang_up(missed, &HangUp::default()).unwrap();
    day.pass(90).await;
    assert_eq!(day.ticket(missed)["status"], "closed");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_in_shadow_mode_but_the_plan_is_there() {
    let logging = Logging { mode: ModeSetting(Mode::Shadow), ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    let detail = day.detail(call);
    assert!(day.requests(before).0.is_empty() && day.aircall.cards().is_empty(), "B5");
    assert!(
        detail.plan.writes.iter().any(|w| w.path == "/api/tickets"),
        "the plan is shown: {:?}",
        detail.plan
    );
    assert_eq!(detail.reason.unwrap().code, "mode_shadow");
}

fn ticket_id(day: &Day, call: u64) -> u64 {
    day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.parse().unwrap()
}
