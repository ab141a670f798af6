//! Each point that nobody has confirmed can be had either way (`reference/front.md §11, §12`).

use serde_json::{Value, json};
use sidetone_sandbox::{
    AssignOnImport, DuplicateExternalId, ExternalIdScope, FrontLimits, GoneConversation, ImportFate,
    MovedImport, ReopenOnImport, Sandbox, SubjectOnReopen,
    front_world::{AMELIA, CAMILLE, HELLO, JONAS, SALES_DESK},
};
use tokio::time::{Duration, sleep};

use super::{
    MARTA, again, by_hand, contact, get, imported, imported_into, missed, names, path_of, post, text, with,
};
use crate::common::{front, sandbox};

pub const SCENARIOS: &[fn()] = &[
    a_second_import_with_the_same_key_does_nothing,
    a_key_counts_in_the_company_or_in_the_inbox,
    the_subject_of_an_opened_conversation_is_new_or_old,
    an_archived_conversation_may_stay_so,
    an_import_into_a_moved_conversation_leaves_it_there_or_lists_it_twice,
    an_import_assigns_always_or_only_what_nobody_has_or_only_what_it_begins,
    an_import_into_a_deleted_conversation_begins_one_is_lost_or_is_refused,
    a_trashed_conversation_stays_in_the_trash_or_comes_back,
    a_stranger_becomes_a_contact_or_not,
    the_handle_of_a_custom_import_is_a_kind_of_its_own_or_a_phone,
    access_to_the_inbox_may_be_needed,
    lags_and_guards_are_as_they_are_set,
];

async fn send(sandbox: &Sandbox, inbox: &str, import: Value) -> (u16, String) {
    let answer = post(sandbox, &format!("/inboxes/{inbox}/imported_messages"), import).await;
    sleep(Duration::from_secs(2)).await;
    (answer.status, answer.body["message_uid"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_second_import_with_the_same_key_does_nothing() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().front().clone();
    // The second comes while the first is still under way.
    let path = format!("/inboxes/{HELLO}/imported_messages");
    let first = post(&sandbox, &path, missed("aircall:call:1")).await.body;
    let second =
        post(&sandbox, &path, with(missed("aircall:call:1"), json!({"body": "Again", "tags": ["Again"]})))
            .await;
    assert_eq!((second.status, &second.body["message_uid"]), (202, &first["message_uid"]));
    sleep(Duration::from_secs(2)).await;
    let written = control.conversations_marked("aircall:call:1");
    let messages = written[0]["messages"].as_array().unwrap();
    assert_eq!(
        (written.len(), messages.len(), &messages[0]["body"]),
        (1, 1, &json!("Missed call\nLine: Support FR"))
    );
    assert_eq!(written[0]["tags"], json!([]));

    control.switch(|switches| switches.duplicate_external_id = DuplicateExternalId::AcceptWithNewUid);
    let (status, uid) = send(&sandbox, HELLO, missed("aircall:call:1")).await;
    assert_eq!((status, get(&sandbox, &format!("/messages/alt:uid:{uid}")).await.status), (202, 404));
    assert_ne!(json!(uid), first["message_uid"]);
    control.switch(|switches| switches.duplicate_external_id = DuplicateExternalId::Conflict);
    assert_eq!(send(&sandbox, HELLO, missed("aircall:call:1")).await.0, 409);
    let fates: Vec<ImportFate> = control.imports().iter().map(|import| import.fate).collect();
    assert_eq!(fates, [ImportFate::Arrived, ImportFate::Duplicate, ImportFate::Duplicate]);
    assert_eq!(control.conversations_marked("aircall:call:1").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_counts_in_the_company_or_in_the_inbox() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().front().clone();
    let other = with(missed("aircall:call:1"), json!({"metadata": {"thread_ref": "other"}}));
    send(&sandbox, HELLO, missed("aircall:call:1")).await;
    send(&sandbox, SALES_DESK, other.clone()).await;
    assert_eq!(control.conversations_marked("aircall:call:1").len(), 1);
    control.switch(|switches| switches.external_id_scope = ExternalIdScope::Inbox);
    control.reset();
    control.switch(|switches| switches.external_id_scope = ExternalIdScope::Inbox);
    send(&sandbox, HELLO, missed("aircall:call:1")).await;
    send(&sandbox, SALES_DESK, other.clone()).await;
    send(&sandbox, SALES_DESK, other).await;
    assert_eq!(control.conversations_marked("aircall:call:1").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_subject_of_an_opened_conversation_is_new_or_old() {
    for (subject, switch) in
        [("New", SubjectOnReopen::TakeNew), ("Missed call - Support FR", SubjectOnReopen::KeepOld)]
    {
        let (sandbox, _) = sandbox();
        sandbox.control().front().switch(|switches| switches.subject_on_reopen = switch);
        let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
        by_hand(&sandbox, "PATCH", &path_of(&conversation), json!({"status": "archived"}));
        let (_, opened) = imported(&sandbox, with(missed("aircall:call:2"), json!({"subject": "New"}))).await;
        assert_eq!((&opened["status"], &opened["subject"]), (&json!("unassigned"), &json!(subject)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_archived_conversation_may_stay_so() {
    for (status, switch) in
        [("unassigned", ReopenOnImport::WhenNotArchived), ("archived", ReopenOnImport::Never)]
    {
        let (sandbox, _) = sandbox();
        sandbox.control().front().switch(|switches| switches.reopen_on_import = switch);
        let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
        by_hand(&sandbox, "PATCH", &path_of(&conversation), json!({"status": "archived"}));
        let (_, after) =
            imported(&sandbox, with(missed("aircall:call:2"), json!({"metadata": {"is_archived": true}})))
                .await;
        assert_eq!(after["status"], "archived", "it says so itself");
        assert_eq!(imported(&sandbox, missed("aircall:call:3")).await.1["status"], status);
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_into_a_moved_conversation_leaves_it_there_or_lists_it_twice() {
    for (inboxes, switch) in [
        (vec!["Sales desk"], MovedImport::Stay),
        (vec!["Sales desk", "Hello"], MovedImport::RelistInTargetInbox),
    ] {
        let (sandbox, _) = sandbox();
        sandbox.control().front().switch(|switches| switches.import_into_moved_conversation = switch);
        let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
        by_hand(&sandbox, "PATCH", &path_of(&conversation), json!({"inbox_id": SALES_DESK}));
        assert_eq!(imported(&sandbox, missed("aircall:call:2")).await.1["id"], conversation["id"]);
        let told = get(&sandbox, &format!("{}/inboxes", path_of(&conversation))).await.body;
        assert_eq!(names(&told["_results"], "name"), inboxes);
        let listed = get(&sandbox, &format!("/inboxes/{HELLO}/conversations?limit=1")).await.body;
        assert_eq!(listed["_results"][0]["id"] == conversation["id"], inboxes.contains(&"Hello"));
        imported_into(&sandbox, SALES_DESK, missed("aircall:call:3")).await;
        let told = get(&sandbox, &format!("{}/inboxes", path_of(&conversation))).await.body;
        assert_eq!(names(&told["_results"], "name"), inboxes, "into the inbox where it is");
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_assigns_always_or_only_what_nobody_has_or_only_what_it_begins() {
    let to = |id: &str, teammate: &str| with(missed(id), json!({"assignee_id": teammate}));
    for (switch, second, third) in [
        (AssignOnImport::Always, JONAS, JONAS),
        (AssignOnImport::Unassigned, CAMILLE, JONAS),
        (AssignOnImport::NewConversation, CAMILLE, ""),
    ] {
        let (sandbox, _) = sandbox();
        sandbox.control().front().switch(|switches| switches.assign_on_import = switch);
        let (_, conversation) = imported(&sandbox, to("aircall:call:1", CAMILLE)).await;
        assert_eq!(conversation["assignee"]["id"], CAMILLE);
        assert_eq!(imported(&sandbox, to("aircall:call:2", JONAS)).await.1["assignee"]["id"], second);
        by_hand(&sandbox, "PATCH", &path_of(&conversation), json!({"assignee_id": null}));
        let after = imported(&sandbox, to("aircall:call:3", JONAS)).await.1["assignee"].clone();
        assert_eq!(after["id"].as_str().unwrap_or_default(), third);
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_into_a_deleted_conversation_begins_one_is_lost_or_is_refused() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().front().clone();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    control.delete_conversation(&text(&conversation["id"])).unwrap();
    assert!(control.delete_conversation(&text(&conversation["id"])).is_err());
    assert_eq!(get(&sandbox, &path_of(&conversation)).await.status, 404);
    let into = |id: &str| with(missed(id), json!({"conversation_id": conversation["id"]}));
    let (_, begun) = imported(&sandbox, into("aircall:call:2")).await;
    assert_ne!(begun["id"], conversation["id"]);
    let (_, by_reference) = imported(&sandbox, missed("aircall:call:3")).await;
    assert!(
        by_reference["id"] != begun["id"] && by_reference["id"] != conversation["id"],
        "the reference died with it"
    );
    control.switch(|switches| switches.import_into_gone_conversation = GoneConversation::Lost);
    assert_eq!(send(&sandbox, HELLO, into("aircall:call:4")).await.0, 202);
    assert_eq!(control.imports().last().unwrap().fate, ImportFate::Lost);
    control.switch(|switches| switches.import_into_gone_conversation = GoneConversation::Refused);
    assert_eq!(send(&sandbox, HELLO, into("aircall:call:5")).await.0, 404);
    assert!(control.conversations_marked("aircall:call:4").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_trashed_conversation_stays_in_the_trash_or_comes_back() {
    for (status, restores) in [("deleted", false), ("unassigned", true)] {
        let (sandbox, _) = sandbox();
        sandbox.control().front().switch(|switches| switches.restore_on_import = restores);
        let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
        by_hand(&sandbox, "PATCH", &path_of(&conversation), json!({"status": "deleted"}));
        assert_eq!(imported(&sandbox, missed("aircall:call:2")).await.1["status"], status);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_becomes_a_contact_or_not() {
    let (sandbox, _) = sandbox();
    let from = |id: &str, handle: &str| {
        with(
            missed(id),
            json!({"sender": {"handle": handle, "name": "New Person"}, "metadata": {"thread_ref": id}}),
        )
    };
    imported(&sandbox, from("aircall:call:1", "+12025550188")).await;
    let made = get(&sandbox, &format!("/contacts/{}", contact(&sandbox, "+12025550188").await)).await.body;
    assert_eq!(made["name"], "New Person");
    sandbox.control().front().switch(|switches| switches.contact_on_import = false);
    let (message, _) = imported(&sandbox, from("aircall:call:2", "+12025550189")).await;
    assert_eq!(message["recipients"][0]["_links"]["related"]["contact"], Value::Null);
    assert_eq!(sandbox.control().front().contacts().len(), 9);
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_custom_import_is_a_kind_of_its_own_or_a_phone() {
    let (sandbox, _) = sandbox();
    let custom = |id: &str| with(missed(id), json!({"type": "custom", "metadata": {"thread_ref": id}}));
    imported(&sandbox, custom("aircall:call:1")).await;
    let second = get(&sandbox, "/contacts/alt:custom:%2B34666444555").await.body;
    assert_ne!(second["id"], json!(contact(&sandbox, MARTA).await), "a second contact");
    sandbox.control().front().switch(|switches| switches.custom_type_is_phone = true);
    let (message, _) = imported(&sandbox, custom("aircall:call:2")).await;
    let link = text(&message["recipients"][0]["_links"]["related"]["contact"]);
    assert!(link.ends_with(&contact(&sandbox, MARTA).await));
}

#[tokio::test(start_paused = true)]
async fn access_to_the_inbox_may_be_needed() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = path_of(&conversation);
    let assign = async || {
        front(&sandbox, "PUT", &format!("{path}/assignee"), json!({"assignee_id": AMELIA})).await.status
    };
    let comment = async || {
        post(&sandbox, &format!("{path}/comments"), json!({"author_id": AMELIA, "body": "x"})).await.status
    };
    assert_eq!((assign().await, comment().await), (204, 201));
    by_hand(&sandbox, "PATCH", &path, json!({"assignee_id": null}));
    sandbox.control().front().switch(|switches| switches.access_required = true);
    assert_eq!((assign().await, comment().await), (403, 403));
    let (_, after) = imported(&sandbox, with(missed("aircall:call:2"), json!({"assignee_id": AMELIA}))).await;
    assert_eq!(after["assignee"], Value::Null, "accepted, and not assigned");
    by_hand(&sandbox, "POST", &format!("/inboxes/{HELLO}/teammates"), json!({"teammate_ids": [AMELIA]}));
    assert_eq!((assign().await, comment().await), (204, 201));
    assert_eq!(again(&sandbox, &conversation).await["assignee"]["id"], AMELIA);
}

#[tokio::test(start_paused = true)]
async fn lags_and_guards_are_as_they_are_set() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().front().clone();
    control.switch(|switches| (switches.import_lag_s, switches.search_lag_s) = (0.0, 0.0));
    control.set_limits(FrontLimits { guarded: vec!["me".to_owned()], ..FrontLimits::default() });
    for number in 0..7 {
        let call = missed(&format!("aircall:call:{number}"));
        let answer = post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), call).await;
        let uid = text(&answer.body["message_uid"]);
        assert_eq!(get(&sandbox, &format!("/messages/alt:uid:{uid}")).await.status, 200, "at once");
    }
    assert_eq!(get(&sandbox, "/conversations/search/missed").await.body["_total"], 1);
    for _ in 0..5 {
        assert_eq!(get(&sandbox, "/me").await.status, 200);
    }
    assert_eq!(get(&sandbox, "/me").await.header("x-front-tier"), Some("2"));
}
