//! Contacts: found by alias, made once, changed, merged and deleted.

use serde_json::{Value, json};
use sidetone_sandbox::{Location, MergedContact, PhoneAlias, front_world::CAMILLE};

use super::{MARTA, by_hand, contact, get, imported, missed, names, post, text};
use crate::common::{front, sandbox};

pub const SCENARIOS: &[fn()] = &[
    a_contact_is_made_once_and_found_by_every_handle,
    a_taken_handle_is_409_and_names_who_has_it,
    a_number_without_a_plus_becomes_american,
    an_update_changes_what_it_names_and_replaces_lists_whole,
    handles_come_and_go_and_the_last_goes_by_force,
    a_merged_contact_answers_301_404_or_with_the_survivor,
    a_merge_keeps_everything,
    a_deleted_contact_is_gone_and_its_conversation_stays,
    notes_stand_on_a_contact,
];

fn phone(number: &str) -> Value {
    json!([{"handle": number, "source": "phone"}])
}

#[tokio::test(start_paused = true)]
async fn a_contact_is_made_once_and_found_by_every_handle() {
    let (sandbox, _) = sandbox();
    let missing = get(&sandbox, "/contacts/alt:phone:%2B12025550175").await;
    assert_eq!(
        (missing.status, &missing.body),
        (404, &json!({"_error": {"status": 404, "title": "Not found"}}))
    );
    let handles = json!([
        {"handle": "+1 202-555-0175", "source": "phone"}, {"handle": "New@Example.com", "source": "email"},
    ]);
    let made = post(&sandbox, "/contacts", json!({"name": "+12025550175", "handles": handles})).await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("+12025550175")));
    let nulls =
        [&made.body["description"], &made.body["avatar_url"], &made.body["_links"]["related"]["owner"]];
    assert_eq!(nulls, [&Value::Null; 3]);
    for alias in ["alt:phone:%2B12025550175", "alt:phone:+12025550175", "alt:email:new@example.com"] {
        assert_eq!(get(&sandbox, &format!("/contacts/{alias}")).await.body["id"], made.body["id"], "{alias}");
    }
    let id = text(&made.body["id"]);
    assert_eq!(
        get(&sandbox, &format!("/contacts/{}", id.replacen("crd_", "ctc_", 1))).await.body["id"],
        made.body["id"]
    );
    assert_eq!(get(&sandbox, "/contacts/cnv_1").await.status, 404);
    for wrong in [
        json!({"name": "A"}),
        json!({"handles": []}),
        json!({"handles": [{"handle": "+12025550176"}]}),
        json!({"handles": [{"handle": "+12025550176", "source": "pigeon"}]}),
        json!({"handles": [{"handle": "", "source": "phone"}]}),
        json!({"handles": phone("+12025550176"), "name": null}),
    ] {
        assert_eq!(post(&sandbox, "/contacts", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_taken_handle_is_409_and_names_who_has_it() {
    let (sandbox, _) = sandbox();
    let marta = contact(&sandbox, MARTA).await;
    let taken = post(&sandbox, "/contacts", json!({"handles": phone("+34 666 444 555")})).await;
    let message = format!("Your request contains a conflict with the contact(s): {marta}");
    let error = json!({"_error": {"status": 409, "title": "Conflict", "message": message}});
    assert_eq!((taken.status, &taken.body), (409, &error));
    let path = format!("/contacts/{}/handles", contact(&sandbox, "+33199001144").await);
    let handle = json!({"handle": MARTA, "source": "phone"});
    assert_eq!(post(&sandbox, &path, handle.clone()).await.body, taken.body);
    sandbox.control().front().switch(|switches| switches.taken_handle_status = 400);
    assert_eq!(post(&sandbox, &path, handle).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_number_without_a_plus_becomes_american() {
    let (sandbox, _) = sandbox();
    let made = post(&sandbox, "/contacts", json!({"handles": phone("2025550175")})).await;
    assert_eq!(made.body["handles"][0]["handle"], "+12025550175");
    let made = post(&sandbox, "/contacts", json!({"handles": phone("33199001144")})).await;
    assert_eq!((made.status, &made.body["handles"][0]["handle"]), (201, &json!("+133199001144")));

    // Noor Haddad's number was stored without its plus, long ago.
    assert_eq!(get(&sandbox, "/contacts/alt:phone:%2B33199001177").await.status, 404);
    assert_eq!(get(&sandbox, "/contacts/alt:phone:33199001177").await.body["name"], "Noor Haddad");
    sandbox.control().front().switch(|switches| switches.phone_alias = PhoneAlias::Digits);
    assert_eq!(get(&sandbox, "/contacts/alt:phone:%2B33199001177").await.body["name"], "Noor Haddad");
}

#[tokio::test(start_paused = true)]
async fn an_update_changes_what_it_names_and_replaces_lists_whole() {
    let (sandbox, _) = sandbox();
    let path = format!("/contacts/{}", contact(&sandbox, MARTA).await);
    let first = json!({"list_names": ["VIP", "Cafés"], "custom_fields": {"city": "Valencia", "shops": 2}, "links": ["https://example.com/1"]});
    assert_eq!(front(&sandbox, "PATCH", &path, first).await.status, 204);
    let second = json!({"name": "Marta I.", "list_names": ["VIP"], "custom_fields": {"city": "Madrid"}});
    assert_eq!(front(&sandbox, "PATCH", &path, second).await.status, 204);
    let marta = get(&sandbox, &path).await.body;
    assert_eq!((&marta["name"], &marta["custom_fields"]), (&json!("Marta I."), &json!({"city": "Madrid"})));
    assert_eq!(
        (names(&marta["lists"], "name"), &marta["links"]),
        (vec!["VIP".to_owned()], &json!(["https://example.com/1"]))
    );
    assert!(marta["description"].as_str().unwrap().starts_with("Café owner"), "what is not named stays");
}

#[tokio::test(start_paused = true)]
async fn handles_come_and_go_and_the_last_goes_by_force() {
    let (sandbox, _) = sandbox();
    let marta = contact(&sandbox, MARTA).await;
    let path = format!("/contacts/{marta}/handles");
    let handle = |number: &str, source: &str| json!({"handle": number, "source": source});
    assert_eq!(post(&sandbox, &path, handle("+12025550176", "phone")).await.status, 204);
    assert_eq!(post(&sandbox, &path, handle("+12025550176", "phone")).await.status, 204, "twice is once");
    assert_eq!(contact(&sandbox, "+12025550176").await, marta);
    assert_eq!(front(&sandbox, "DELETE", &path, handle(MARTA, "phone")).await.status, 204);
    assert_eq!(get(&sandbox, "/contacts/alt:phone:%2B34666444555").await.status, 404);
    assert_eq!(front(&sandbox, "DELETE", &path, handle(MARTA, "phone")).await.status, 404);
    assert_eq!(
        front(&sandbox, "DELETE", &path, handle("marta.ibanez@example.com", "email")).await.status,
        204
    );
    let last = front(&sandbox, "DELETE", &path, handle("+12025550176", "phone")).await;
    assert_eq!(last.status, 400);
    let forced = json!({"handle": "+12025550176", "source": "phone", "force": true});
    assert_eq!(front(&sandbox, "DELETE", &path, forced).await.status, 204);
    assert_eq!(get(&sandbox, &format!("/contacts/{marta}")).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_merged_contact_answers_301_404_or_with_the_survivor() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().front().clone();
    let marta = contact(&sandbox, MARTA).await;
    let (second, third) = (
        control.add_contact("Marta I.", None, "+34666444000").unwrap(),
        control.add_contact("M. Ibáñez", None, "+34666444001").unwrap(),
    );
    control.merge(&marta, &second).unwrap();
    control.merge(&second, &third).unwrap();
    assert!(control.merge(&marta, &third).is_err());
    let path = format!("/contacts/{marta}/conversations?limit=5");
    let moved = get(&sandbox, &path).await;
    assert_eq!((moved.status, moved.text.as_str()), (301, ""));
    let whole = format!("http://front.localhost/contacts/{third}/conversations?limit=5");
    assert_eq!(moved.header("location"), Some(whole.as_str()));
    control.switch(|switches| switches.location = Location::Path);
    assert_eq!(
        get(&sandbox, &path).await.header("location"),
        Some(format!("/contacts/{third}/conversations?limit=5").as_str())
    );
    control.switch(|switches| switches.location = Location::ResourceOnly);
    assert_eq!(
        get(&sandbox, &path).await.header("location"),
        Some(format!("http://front.localhost/contacts/{third}").as_str())
    );
    control.switch(|switches| switches.merged_contact = MergedContact::NotFound);
    assert_eq!(get(&sandbox, &format!("/contacts/{marta}")).await.status, 404);
    control.switch(|switches| switches.merged_contact = MergedContact::Survivor);
    assert_eq!(get(&sandbox, &format!("/contacts/{marta}")).await.body["id"], json!(third));
    assert_eq!(contact(&sandbox, MARTA).await, third, "an alias means the survivor");
}

#[tokio::test(start_paused = true)]
async fn a_merge_keeps_everything() {
    let (sandbox, _) = sandbox();
    let (marta, lucas) = (contact(&sandbox, MARTA).await, contact(&sandbox, "+33199001144").await);
    for wrong in [json!([marta]), json!([]), json!("all")] {
        assert_eq!(
            post(&sandbox, "/contacts/merge", json!({"contact_ids": wrong})).await.status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(post(&sandbox, "/contacts/merge", json!({"contact_ids": [marta, "crd_1"]})).await.status, 404);
    let body = json!({"contact_ids": [marta], "target_contact_id": lucas});
    let merged = post(&sandbox, "/contacts/merge", body).await;
    assert_eq!((merged.status, &merged.body["name"]), (200, &json!("Lucas Moreau")));
    assert_eq!(merged.body["handles"].as_array().unwrap().len(), 4);
    let description = merged.body["description"].as_str().unwrap();
    assert!(description.starts_with("Buys for") && description.contains("\nCafé owner"), "{description}");
    let conversations = get(&sandbox, &format!("/contacts/{lucas}/conversations")).await.body;
    assert_eq!(conversations["_results"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_contact_is_gone_and_its_conversation_stays() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let marta = contact(&sandbox, MARTA).await;
    assert_eq!(front(&sandbox, "DELETE", &format!("/contacts/{marta}"), Value::Null).await.status, 204);
    assert_eq!(get(&sandbox, &format!("/contacts/{marta}")).await.status, 404);
    let left = super::again(&sandbox, &conversation).await;
    assert_eq!(
        (&left["recipient"]["handle"], &left["recipient"]["_links"]["related"]["contact"]),
        (&json!(MARTA), &Value::Null)
    );
    let made = by_hand(&sandbox, "POST", "/contacts", json!({"handles": phone(MARTA)}));
    assert_ne!(made["id"], json!(marta), "the handle is free again");
}

#[tokio::test(start_paused = true)]
async fn notes_stand_on_a_contact() {
    let (sandbox, _) = sandbox();
    let path = format!("/contacts/{}/notes", contact(&sandbox, MARTA).await);
    let note = post(&sandbox, &path, json!({"author_id": CAMILLE, "body": "Likes tea"})).await;
    assert_eq!((note.status, &note.body["author"]["first_name"]), (201, &json!("Camille")));
    let list = get(&sandbox, &path).await;
    assert_eq!((list.status, &list.body["_results"][0]["body"]), (202, &json!("Likes tea")));
    assert_eq!(post(&sandbox, &path, json!({"author_id": "tea_1", "body": "x"})).await.status, 404);
}
