//! Tags that Aircall derives, as the vendor's own integration writes them (G15): recognised by slug, written once, in our
//! spelling and the language of the record.

use serde_json::{Value, json};
use sidetone_engine::settings::Language;
use sidetone_sandbox::{Dial, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note, tags};

const CALLBACK_REQUEST: u64 = 551_001;
const CALLED_BACK: u64 = 551_002;

/// Callback request, called back, voicemail, missed call.
const TERMS: [(Language, [&str; 4]); 3] = [
    (Language::En, ["Callback request", "Called back", "Voicemail", "Missed call"]),
    (Language::De, ["Rückrufanfrage", "Rückgerufen", "Voicemail", "Verpasster Anruf"]),
    (Language::Fr, ["Demande de rappel", "Rappel effectué", "Messagerie vocale", "Appel manqué"]),
];

async fn in_language(language: Language) -> Day {
    let mut plan = Plan::default();
    plan.logging.language = language;
    Day::begin(plan).await
}

fn count(ticket: &Value, name: &str) -> usize {
    tags(ticket).iter().filter(|tag| tag.to_lowercase() == name.to_lowercase()).count()
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_whose_caller_asked_to_be_called_back_says_so_though_it_has_no_reason() {
    for (language, [request, ..]) in TERMS {
        let day = in_language(language).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(10).await;
        // As recorded (`reference/aircall.md` §4.1): missed, no reason, tagged by nobody.
        day.aircall.tag(call, None, "Callback Request").unwrap();
        let data = day.aircall.call(call).unwrap();
        assert_eq!(data["tags"][0]["tagged_by"], json!({}));
        let now = day.now().timestamp();
        let ended = |mut data: Value| {
            data["status"] = "done".into();
            data["ended_at"] = now.into();
            data["missed_call_reason"] = Value::Null;
            data
        };
        day.aircall.emit("call.hungup", ended(data.clone()));
        day.aircall.emit("call.ended", ended(data));
        day.pass(300).await;
        let ticket = day.ticket(call);
        assert_eq!(count(&ticket, request), 1, "{:?}", tags(&ticket));
        assert!(!tags(&ticket).contains(&"Callback Request"));
        let text = note(&ticket, "ended")["body_text"].as_str().unwrap();
        let no_reason = ["No reason given", "Kein Grund angegeben", "Aucune raison indiquée"];
        assert!(no_reason.iter().any(|reason| text.contains(reason)), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_call_that_calls_back_is_tagged_so() {
    for (language, [_, called_back, ..]) in TERMS {
        let day = in_language(language).await;
        let call = day.aircall.dial(&Dial { agent: world::CAMILLE, to: MARTA.into(), line: None }).unwrap();
        day.aircall.tag(call, None, "Called Back").unwrap();
        day.pass(5).await;
        day.aircall.answer(call, None).unwrap();
        day.pass(20).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(90).await;
        let ticket = day.ticket(call);
        assert_eq!(count(&ticket, called_back), 1, "{:?}", tags(&ticket));
    }
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_and_a_missed_call_are_tagged_in_the_language_of_the_record() {
    for (language, [_, _, voicemail, missed]) in TERMS {
        let day = in_language(language).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(5).await;
        day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
        let silent = day.ring(world::SUPPORT_DE, Some("+493023125044"));
        day.pass(5).await;
        day.aircall.hang_up(silent, &HangUp::default()).unwrap();
        let out =
            day.aircall.dial(&Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None }).unwrap();
        day.pass(5).await;
        day.aircall.hang_up(out, &HangUp::default()).unwrap();
        day.pass(120).await;
        let ticket = day.ticket(call);
        assert_eq!((count(&ticket, voicemail), count(&ticket, missed)), (1, 1), "{:?}", tags(&ticket));
        let ticket = day.ticket(silent);
        assert_eq!((count(&ticket, voicemail), count(&ticket, missed)), (0, 1), "{:?}", tags(&ticket));
        let ticket = day.ticket(out);
        assert_eq!((count(&ticket, voicemail), count(&ticket, missed)), (0, 0), "inbound only");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renamed_built_in_tag_is_known_by_its_id_where_the_event_does_not_describe_it() {
    let day = in_language(Language::De).await;
    let call = day.answered(MARTA).await;
    for described in [true, false] {
        let mut data = day.aircall.call(call).unwrap();
        let id = if described { CALLBACK_REQUEST } else { CALLED_BACK };
        data["tags"] = json!([{"id": id, "name": format!("Renamed {id}"), "tagged_at": day.now().timestamp(), "tagged_by": {}}]);
        if described {
            data["tags"][0]["description"] = "queue_callback".into();
        }
        day.aircall.emit("call.tagged", data);
        day.pass(30).await;
    }
    let ticket = day.ticket(call);
    assert!(
        tags(&ticket).contains(&"Rückrufanfrage") && tags(&ticket).contains(&"Rückgerufen"),
        "{:?}",
        tags(&ticket)
    );
    assert!(tags(&ticket).iter().all(|tag| !tag.starts_with("Renamed")));
}

#[tokio::test(start_paused = true)]
async fn a_built_in_tag_and_an_own_one_of_that_name_are_one_tag() {
    for (language, [request, ..]) in TERMS {
        let day = in_language(language).await;
        let call = day.answered(MARTA).await;
        let mut data = day.aircall.call(call).unwrap();
        let at = day.now().timestamp();
        let tag = |id: u64, name: &str| json!({"id": id, "name": name, "tagged_at": at, "tagged_by": {}});
        data["tags"] = json!([
            tag(CALLBACK_REQUEST, "Callback Request"),
            tag(551_090, "CALLBACK REQUEST"),
            tag(551_091, &request.to_uppercase()),
        ]);
        day.aircall.emit("call.tagged", data);
        day.pass(30).await;
        let ticket = day.ticket(call);
        assert_eq!(count(&ticket, request), 1, "{:?}", tags(&ticket));
        assert!(tags(&ticket).contains(&request), "in our spelling: {:?}", tags(&ticket));
    }
}

#[tokio::test(start_paused = true)]
async fn the_other_built_in_tags_keep_their_names() {
    const KEPT: [&str; 4] = ["Follow Up", "Conference", "Voicemail Drop", "Voice Virtual Agent"];
    for (language, _) in TERMS {
        let day = in_language(language).await;
        let call = day.answered(MARTA).await;
        for tag in KEPT {
            day.aircall.tag(call, None, tag).unwrap();
        }
        day.pass(60).await;
        let ticket = day.ticket(call);
        for tag in KEPT {
            assert!(tags(&ticket).contains(&tag), "{tag}: {:?}", tags(&ticket));
        }
    }
}
