//! The points that nobody has confirmed (`reference/gorgias.md` §14, `reference/aircall.md` §11): each is a switch in the
//! sandbox, and a small day leaves the same records with either setting.

use serde_json::{Value, json};
use sidetone_protocol::CallState;
use sidetone_sandbox::{
    AircallSwitches, Dial, GorgiasSwitches, HangUp, PhoneFilter, PhoneMatching, Text, TextFile,
    aircall_world as world,
};

use crate::day::{Day, MARTA, Plan, STRANGER};

/// Another setting than the sandbox's own, and its name.
type Setting = (&'static str, fn(&mut AircallSwitches, &mut GorgiasSwitches));

const SETTINGS: [Setting; 26] = [
    ("filter by digits", |_, g| g.phone_filter = PhoneFilter::Digits),
    ("the filter finds no number", |_, g| g.phone_filter = PhoneFilter::Nothing),
    ("search by digits", |_, g| g.phone_search = PhoneMatching::Digits),
    ("search by suffix", |_, g| g.phone_search = PhoneMatching::Suffix),
    ("search answers a bare array", |_, g| g.search_bare_array = true),
    ("unknown tags are refused", |_, g| g.refuse_unknown_tags = true),
    ("external ids are unique", |_, g| g.unique_external_id = true),
    ("phone channels are unique", |_, g| g.unique_phone = true),
    ("tickets for merged customers are refused", |_, g| g.refuse_merged_customers = true),
    ("lists lag", |_, g| g.list_lag_s = 10.0),
    ("incoming messages reopen", |_, g| g.reopen_on_incoming = true),
    ("a note on create", |_, g| g.note_on_create = true),
    ("names on create", |_, g| g.names_on_create = true),
    ("a ticket takes 14 s to read", |_, g| g.ticket_get_s = 14.0),
    ("changes answer 200", |_, g| g.put_status = 200),
    ("sizes as text", |_, g| g.upload_size_as_text = true),
    ("cursors die at once", |_, g| g.cursor_lifetime_s = 1),
    ("a 429 without headers", |a, _| a.limit_headers = false),
    ("media for an hour", |a, _| a.media_lifetime_s = 3600),
    ("nothing is rewritten", |a, _| a.rewrite = false),
    ("late cards are accepted", |a, _| a.refuse_late_cards = false),
    ("events come twice", |a, _| a.duplicate = true),
    ("no sender is named", |a, _| a.message_names_user = false),
    ("message dates in ms", |a, _| a.message_dates_in_ms = true),
    ("media_url", |a, _| a.message_media_url = true),
    ("ten failures disable", |a, _| a.disable_after = 10),
];

/// A call of each kind with its recording or voicemail, a stranger, tags, a late comment, messages before and after a close,
/// one of them with a picture.
async fn live(set: fn(&mut AircallSwitches, &mut GorgiasSwitches)) -> Value {
    let day = Day::begin(Plan::default().with_files()).await;
    let (mut aircall, mut gorgias) = (day.aircall.switches(), day.gorgias.switches());
    set(&mut aircall, &mut gorgias);
    day.aircall.switch(|switches| *switches = aircall);
    day.gorgias.switch(|switches| *switches = gorgias);

    let text = |agent, body: &str| Text {
        line: world::SUPPORT_DE,
        number: MARTA.into(),
        body: body.into(),
        agent,
        ..Text::default()
    };
    let answered = day.answered(MARTA).await;
    day.aircall.tag(answered, Some(world::CAMILLE), "Refund").unwrap();
    let picture = TextFile { name: "kettle.jpg".into(), content_type: "image/jpeg".into(), bytes: 70_000 };
    day.aircall.text(&Text { files: vec![picture], ..text(None, "Is it ready?") }).unwrap();
    day.pass(20).await;
    day.aircall.text(&text(Some(world::JONAS), "It is.")).unwrap();
    let stranger = day.answered(STRANGER).await;
    let missed = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(20).await;
    day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(90).await;
    let out =
        day.aircall.dial(&Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None }).unwrap();
    day.pass(10).await;
    day.aircall.answer(out, None).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(out, &HangUp::default()).unwrap();
    day.pass(120).await;
    let sms = day.gorgias.tickets().into_iter().find(|t| t["channel"] == "sms").unwrap();
    let closed = json!({ "status": "closed" });
    day.gorgias.by_a_person("PUT", &format!("/api/tickets/{}", sms["id"]), &closed).unwrap();
    day.pass(60).await;
    day.aircall.text(&text(None, "Thanks, coming.")).unwrap();
    day.aircall.comment(answered, world::CAMILLE, "Sends the lid back on Monday.").unwrap();
    day.pass(900).await;
    for call in [answered, stranger, missed, out] {
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
    assert!(day.gorgias.send_attempts().is_empty());
    // The links of signed media and the moments of a rewritten call differ, and are no part of what is compared.
    let mut dump = day.gorgias.dump();
    for ticket in dump["tickets"].as_array_mut().unwrap() {
        for message in ticket["messages"].as_array_mut().unwrap() {
            let text = message["body_text"].as_str().unwrap_or_default();
            let stays =
                |line: &&str| !["time", "duration"].iter().any(|word| line.to_lowercase().contains(word));
            message["body_text"] = text.lines().filter(stays).collect::<Vec<_>>().join("\n").into();
            message["body_html"] = Value::Null;
        }
        ticket["messages"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    }
    dump
}

#[tokio::test(start_paused = true)]
async fn a_day_leaves_the_same_records_with_either_setting_of_each_unconfirmed_point() {
    let usual = live(|_, _| ()).await;
    assert!(usual["tickets"].as_array().unwrap().len() >= 5, "{usual:#}");
    let all = usual["tickets"].as_array().unwrap().iter();
    let messages = all.flat_map(|ticket| ticket["messages"].as_array().unwrap());
    let files: usize = messages.map(|message| message["attachments"].as_array().unwrap().len()).sum();
    assert_eq!(files, 5, "{usual:#}");
    for (name, set) in SETTINGS {
        assert_eq!(live(set).await, usual, "{name}");
    }
}
