//! Shadow mode (B5): a day beside another integration. The helpdesk hears nothing but reads, Aircall gets no card, tag or
//! comment; what would be written is shown, and compared with what the other integration wrote.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sidetone_engine::settings::{Mode, ModeSetting, Recordings};
use sidetone_protocol::{CallState, HealthState, ShadowCall, ShadowPart, ShadowReport, ShadowVerdict};
use sidetone_sandbox::{HangUp, JournalEntry, aircall_world as world};

use crate::day::{Day, Desk, MARTA, Plan, STRANGER, morning};

const DESKS: [Desk; 2] = [Desk::Gorgias, Desk::Front];

fn shadow(desk: Desk) -> Plan {
    let mut plan = Plan { desk, ..Plan::default() };
    plan.logging.mode = ModeSetting(Mode::Shadow);
    plan
}

async fn missed(day: &Day, from: Option<&str>) -> u64 {
    let call = day.ring(world::SUPPORT_FR, from);
    day.pass(25).await;
    day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(120).await;
    call
}

/// Verb and path of what would change something. Gorgias searches with a POST.
fn changes(journal: Vec<JournalEntry>) -> Vec<String> {
    let writes = journal.into_iter().filter(|entry| entry.method != "GET" && entry.path != "/api/search");
    writes.map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}

fn report(day: &Day) -> ShadowReport {
    day.handle.shadow_report(50).unwrap()
}

fn of(report: &ShadowReport, call: u64) -> ShadowCall {
    report.calls.iter().find(|one| one.call.id == call.to_string()).expect("it stands there").clone()
}

#[tokio::test(start_paused = true)]
async fn a_day_in_shadow_mode_sends_the_helpdesk_nothing_but_reads() {
    for desk in DESKS {
        let mut plan = shadow(desk);
        plan.logging.recordings = Recordings::Attach;
        let mut day = Day::begin(plan).await;
        let before = day.helpdesk_dump();
        let mut calls = Vec::new();
        for round in 0..4 {
            let answered = day.answered(MARTA).await;
            day.aircall.comment(answered, world::CAMILLE, "Called back").unwrap();
            calls.push(answered);
            calls.push(missed(&day, Some(STRANGER)).await);
            calls.push(missed(&day, None).await);
            day.pass(3_600).await;
            if round == 1 {
                day.kill_and_restart().await;
            }
        }
        day.pass(7_200).await;
        assert_eq!(changes(day.helpdesk_journal()), Vec::<String>::new(), "{desk}");
        assert_eq!(day.helpdesk_dump(), before, "{desk}");
        assert!(day.aircall.cards().is_empty(), "no Insight Card");
        let to_aircall = changes(day.aircall.journal(0));
        assert!(to_aircall.iter().all(|change| change.contains("/v1/webhooks")), "{to_aircall:?}");
        assert!(day.files_on_their_way().1.is_empty(), "no file was fetched");
        for call in calls {
            let detail = day.detail(call);
            assert_eq!(detail.state, CallState::NotLogged);
            assert_eq!(detail.reason.unwrap().code, "mode_shadow");
            assert!(!detail.plan.writes.is_empty(), "what would be written is shown: {desk}, call {call}");
            assert!(detail.ledger.is_empty(), "and nothing is said to stand there");
        }
        assert_eq!(day.handle.health().outbox.calls, 0, "nothing waits to be written");
    }
}

#[tokio::test(start_paused = true)]
async fn when_live_follows_calls_of_the_shadow_time_stay_unwritten_and_new_ones_are_written() {
    for desk in DESKS {
        let mut day = Day::begin(shadow(desk)).await;
        let call = day.answered(MARTA).await;
        day.pass(3_600).await;
        let told = report(&day);
        assert_eq!(told.calls.len(), 1);
        day.next_start().logging.mode = ModeSetting(Mode::Live);
        day.kill_and_restart().await;
        day.pass(60).await;
        day.aircall.comment(call, world::CAMILLE, "Late").unwrap();
        day.pass(600).await;
        assert_eq!(day.detail(call).reason.unwrap().code, "mode_shadow");
        assert!(
            changes(day.helpdesk_journal())
                .iter()
                .all(|change| change.starts_with("POST /inboxes") || change.starts_with("POST /teams")),
            "{desk}"
        );
        let new = day.answered(MARTA).await;
        day.pass(120).await;
        assert_eq!(day.detail(new).state, CallState::Complete, "{desk}");
        let now = report(&day);
        assert_eq!((now.calls.len(), now.since, now.waiting), (1, None, 0), "the report stays");
        let (then, still) = (of(&told, call), of(&now, call));
        assert_eq!(
            (still.verdict, still.sidetone, still.looked_at),
            (then.verdict, then.sidetone, then.looked_at)
        );
    }
}

/// A ticket as another integration makes it.
fn ticket_of_another(day: &Day, subject: &str, assignee: Option<&str>, tags: &[&str]) {
    let customers = day.gorgias.customers();
    let named = |one: &&Value| one["name"] == "Marta Ibáñez";
    let marta = customers.iter().find(named).unwrap()["id"].as_u64().unwrap();
    let (status, users) = day.gorgias.by_a_person("GET", "/api/users?limit=100", &Value::Null).unwrap();
    assert_eq!(status, 200);
    let user = |email: &str| {
        let users = users["data"].as_array().unwrap();
        users.iter().find(|user| user["email"] == email).expect("a user")["id"].clone()
    };
    let tags: Vec<Value> = tags.iter().map(|name| json!({ "name": name })).collect();
    let body = json!({
        "channel": "phone", "via": "api", "customer": { "id": marta }, "subject": subject, "tags": tags,
        "assignee_user": assignee.map(|email| json!({ "id": user(email) })),
        "messages": [{ "channel": "internal-note", "via": "api", "from_agent": true, "public": false,
            "sender": { "id": user("ana.keller@example.com") },
            "source": { "type": "internal-note", "from": { "name": "Ana", "address": "ana.keller@example.com" }, "to": [] },
            "body_text": "Call", "sent_datetime": day.now().to_rfc3339() }],
    });
    let (status, answer) = day.gorgias.by_a_person("POST", "/api/tickets", &body).unwrap();
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn what_another_integration_wrote_in_gorgias_is_compared_call_by_call() {
    let day = Day::begin(shadow(Desk::Gorgias)).await;
    let alike = day.answered(MARTA).await;
    let would = day.handle.plan(sidetone_engine::call::CaseId(alike)).await.unwrap().unwrap().plan;
    let body = &would.writes.iter().find(|write| write.path == "/api/tickets").unwrap().body;
    let tags: Vec<&str> =
        body["tags"].as_array().unwrap().iter().filter_map(|t| t["name"].as_str()).collect();
    let subject = body["subject"].as_str().unwrap().to_owned();
    ticket_of_another(
        &day,
        &subject,
        Some("camille.roux@example.com"),
        &[tags.clone(), vec!["VIP"]].concat(),
    );
    day.pass(1_200).await;
    let differs = day.answered(MARTA).await;
    ticket_of_another(&day, "Phone call", None, &["phone"]);
    day.pass(1_200).await;
    let ours_only = day.answered(MARTA).await;
    let stranger = missed(&day, Some(STRANGER)).await;
    let withheld = missed(&day, None).await;
    assert!(report(&day).waiting > 0);
    day.pass(2_400).await;
    let told = report(&day);
    let verdict = |call| of(&told, call).verdict;
    assert_eq!(verdict(alike), ShadowVerdict::Both, "{:#?}", of(&told, alike));
    assert_eq!(verdict(differs), ShadowVerdict::Differs);
    let parts: Vec<ShadowPart> = of(&told, differs).differs.iter().map(|one| one.part).collect();
    assert_eq!(parts, [ShadowPart::Agent, ShadowPart::Title, ShadowPart::Tags]);
    let difference = &of(&told, differs).differs[0];
    assert_eq!((difference.sidetone.as_deref(), difference.other.as_deref()), (Some("Camille Roux"), None));
    assert_eq!(verdict(ours_only), ShadowVerdict::OnlySidetone, "its neighbour's ticket is not its own");
    assert_eq!(verdict(stranger), ShadowVerdict::OnlySidetone);
    assert_eq!(verdict(withheld), ShadowVerdict::Untold);
    let figures = (told.both, told.differs, told.only_sidetone, told.only_other, told.neither, told.untold);
    assert_eq!(figures, (1, 1, 2, 0, 0, 1));
    assert_eq!((told.waiting, told.more), (0, false));
    assert_eq!(told.since, Some(morning().timestamp()));
    let seen = day.helpdesk_journal().len();
    day.pass(600).await;
    let again: Vec<_> = day.helpdesk_journal().split_off(seen);
    assert!(again.iter().all(|entry| !entry.path.starts_with("/api/tickets?")), "each is looked for once");
}

#[tokio::test(start_paused = true)]
async fn what_another_integration_wrote_in_front_is_compared_call_by_call() {
    let day = Day::begin(shadow(Desk::Front)).await;
    let theirs = day.answered(MARTA).await;
    let import = json!({
        "sender": { "handle": MARTA, "name": "Marta Ibáñez" }, "to": ["+33199000001"], "body": "A call",
        "subject": "Inbound call", "external_id": "another:1", "type": "sms",
        "created_at": (day.now() - TimeDelta::seconds(60)).timestamp(),
        "metadata": { "is_inbound": true, "is_archived": false, "thread_ref": "another:marta" },
    });
    let path = format!("/inboxes/{}/imported_messages", sidetone_sandbox::front_world::HELLO);
    let (status, answer) = day.front.by_a_person("POST", &path, &import).unwrap();
    assert_eq!(status, 202, "{answer}");
    day.pass(1_200).await;
    let ours_only = day.answered(MARTA).await;
    day.pass(2_400).await;
    let told = report(&day);
    let one = of(&told, theirs);
    assert_eq!(one.verdict, ShadowVerdict::Differs, "{one:#?}");
    assert_eq!(one.other.as_ref().unwrap().title, "Inbound call");
    assert!(one.differs.iter().any(|difference| difference.part == ShadowPart::Tags));
    assert!(one.differs.iter().all(|difference| difference.part != ShadowPart::Customer));
    assert_eq!(of(&told, ours_only).verdict, ShadowVerdict::OnlySidetone, "{told:#?}");
    assert_eq!(changes(day.helpdesk_journal()).len(), 0, "what a person did is no request of ours");
}

#[tokio::test(start_paused = true)]
async fn when_its_time_is_over_a_reminder_stands_and_nothing_switches_by_itself() {
    let mut plan = shadow(Desk::Gorgias);
    plan.logging.shadow_until = Some(morning() + TimeDelta::hours(1));
    let day = Day::begin(plan).await;
    day.pass(3_000).await;
    assert!(day.handle.health().alerts.is_empty());
    day.pass(1_200).await;
    let health = day.handle.health();
    assert_eq!((health.state, health.mode), (HealthState::NeedsAttention, Mode::Shadow));
    let alert = &health.alerts[0];
    assert_eq!(alert.code, "shadow_over");
    assert_eq!(alert.since, (morning() + TimeDelta::hours(1)).timestamp());
    let call = day.answered(MARTA).await;
    assert_eq!(day.detail(call).reason.unwrap().code, "mode_shadow");
    assert_eq!(changes(day.helpdesk_journal()), Vec::<String>::new());
}
