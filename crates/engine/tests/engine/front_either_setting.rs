//! The points of Front that nobody has confirmed (`reference/front.md §11, §12`): each is a switch in the sandbox, and a small
//! day leaves the same records with either setting. Where the setting itself shows in the records, `front_unconfirmed.rs` and
//! others say what they are then.

use serde_json::{Value, json};
use sidetone_protocol::CallState;
use sidetone_sandbox::{
    AssignOnImport, Dial, DuplicateExternalId, ExternalIdScope, FrontSwitches, GoneConversation, HangUp,
    Location, MergedContact, MovedImport, PhoneAlias, Text, aircall_world as world, front_world,
};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{assert_same, change, conversation};

/// Another setting than the sandbox's own, and its name.
type Setting = (&'static str, fn(&mut FrontSwitches));

const SETTINGS: [Setting; 26] = [
    ("a page holds one", |s| s.page_size = 1),
    ("links lead to the company's host", |s| s.links_origin = "https://northbrook.api.frontapp.com".into()),
    ("lists lag", |s| s.list_lag_s = 10.0),
    ("the search lags", |s| s.search_lag_s = 86_400.0),
    ("an import takes 6 s", |s| s.import_lag_s = 6.0),
    ("a repeated import has another uid", |s| {
        s.duplicate_external_id = DuplicateExternalId::AcceptWithNewUid
    }),
    ("a repeated import is refused", |s| s.duplicate_external_id = DuplicateExternalId::Conflict),
    ("keys are the inbox's", |s| s.external_id_scope = ExternalIdScope::Inbox),
    ("an import stands in its inbox as well", |s| {
        s.import_into_moved_conversation = MovedImport::RelistInTargetInbox;
    }),
    ("an import takes out of the trash", |s| s.restore_on_import = true),
    ("an import gives what nobody has", |s| s.assign_on_import = AssignOnImport::Unassigned),
    ("an import gives what it begins", |s| s.assign_on_import = AssignOnImport::NewConversation),
    ("an import into what is gone is lost", |s| s.import_into_gone_conversation = GoneConversation::Lost),
    ("an import into what is gone is refused", |s| {
        s.import_into_gone_conversation = GoneConversation::Refused
    }),
    ("an import makes no contact", |s| s.contact_on_import = false),
    ("aliases by digits", |s| s.phone_alias = PhoneAlias::Digits),
    ("a taken handle is 400", |s| s.taken_handle_status = 400),
    ("a merged contact is not found", |s| s.merged_contact = MergedContact::NotFound),
    ("a merged contact is the survivor", |s| s.merged_contact = MergedContact::Survivor),
    ("a location is a path", |s| s.location = Location::Path),
    ("a location is the conversation's", |s| s.location = Location::ResourceOnly),
    ("unknown fields are passed over", |s| s.refuse_unknown_fields = false),
    ("a wrong body is 422", |s| s.invalid_status = 422),
    ("nothing may be uploaded", |s| s.upload_max_bytes = 0),
    ("a page holds one, and lists lag", |s| {
        s.page_size = 1;
        s.list_lag_s = 10.0;
    }),
    ("an import gives what it begins, late", |s| {
        s.assign_on_import = AssignOnImport::NewConversation;
        s.import_lag_s = 6.0;
    }),
];

/// More contacts than a page of the list has.
const MANY: u32 = 130;

/// A conversation of Marta's that is none of ours.
fn the_kettle(day: &Day) -> Value {
    let all = day.front.conversations();
    all.into_iter().find(|one| one["subject"] == "Kettle drips at the spout").unwrap()
}

/// A call of each kind with its recording or voicemail, strangers, a number without its plus, a withheld one, comments;
/// messages before and after an agent moved the conversation; two contacts and two conversations merged; and, after the
/// memory is lost, one comment more.
async fn live(set: fn(&mut FrontSwitches)) -> Value {
    let mut plan = Plan::with_front();
    plan.before_front = |front| front.add_contacts(MANY);
    let mut day = Day::begin(plan).await;
    day.front.switch(set);
    let text = |agent, body: &str| Text {
        line: world::SUPPORT_DE,
        number: MARTA.into(),
        body: body.into(),
        agent,
        ..Text::default()
    };
    let begun = missed(&day, MARTA, false).await;
    day.aircall.text(&text(None, "Is it ready?")).unwrap();
    day.pass(60).await;
    change(&day, &conversation(&day, begun), json!({ "inbox_id": front_world::SALES_DESK }));
    day.aircall.text(&text(Some(world::JONAS), "It is.")).unwrap();
    day.pass(60).await;
    let answered = commented(&day, MARTA, "Wants the red one.").await;
    let first = commented(&day, STRANGER, "New here.").await;
    let voicemail = missed(&day, STRANGER, true).await;
    let spelled = missed(&day, "+33199001177", false).await;
    let withheld = [withheld(&day).await, withheld(&day).await];
    let out =
        day.aircall.dial(&Dial { agent: world::AMELIA, to: "+12025550117".into(), line: None }).unwrap();
    day.pass(10).await;
    day.aircall.answer(out, None).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(out, &HangUp::default()).unwrap();
    day.pass(120).await;
    let out = [out, missed(&day, "+33199001144", false).await];
    // Two who were one all along, and their conversations.
    let of = |call| (day.detail(call).call.customer.unwrap().id, conversation(&day, call)["id"].clone());
    let (stranger, lucas) = (of(first), of(out[1]));
    day.front.merge(&stranger.0, &lucas.0).unwrap();
    day.front.merge_conversations(stranger.1.as_str().unwrap(), lucas.1.as_str().unwrap()).unwrap();
    let again = commented(&day, STRANGER, "Called once more.").await;
    // Of Marta's conversations another one is the newest.
    change(&day, &the_kettle(&day), json!({ "status": "archived" }));
    day.pass(600).await;
    lose_the_database(&mut day).await;
    day.aircall.comment(answered, world::CAMILLE, "Sends the lid back on Monday.").unwrap();
    day.aircall.comment(again, world::CAMILLE, "Reached.").unwrap();
    day.pass(900).await;
    for call in [answered, again] {
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
    for call in [begun, voicemail, spelled].iter().chain(&withheld).chain(&out) {
        conversation(&day, *call);
    }
    assert!(day.front.send_attempts().is_empty());
    let dump = day.front.dump();
    // It would live on beside the next one.
    day.kill().await;
    dump
}

async fn missed(day: &Day, from: &str, voicemail: bool) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    over(day, call, voicemail).await
}

async fn withheld(day: &Day) -> u64 {
    let call = day.ring(world::SUPPORT_FR, None);
    over(day, call, false).await
}

async fn over(day: &Day, call: u64, voicemail: bool) -> u64 {
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp { voicemail, ..HangUp::default() }).unwrap();
    day.pass(180).await;
    call
}

async fn commented(day: &Day, from: &str, says: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.aircall.comment(call, world::CAMILLE, says).unwrap();
    over(day, call, false).await
}

async fn lose_the_database(day: &mut Day) {
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day.now() - chrono::TimeDelta::hours(12)));
    day.start().unwrap();
    day.pass(10).await;
}

#[tokio::test(start_paused = true)]
async fn a_day_leaves_the_same_records_with_either_setting_of_each_unconfirmed_point() {
    let usual = live(|_| ()).await;
    let all = usual["conversations"].as_array().unwrap();
    let ours = |one: &&Value| one["inboxes"] != json!(["Hello"]);
    assert_eq!(all.iter().filter(ours).count(), 5, "{usual:#}");
    let comments: usize = all.iter().map(|one| one["comments"].as_array().unwrap().len()).sum();
    assert_eq!(comments, 5, "{usual:#}");
    for (name, set) in SETTINGS {
        assert_same(&live(set).await, &usual, name);
    }
}
