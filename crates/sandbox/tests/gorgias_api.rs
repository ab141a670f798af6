//! The Gorgias stand-in refuses and answers as the reference says the service does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use axum::body::Body;
use common::{gorgias, sandbox, send};
use http::Request;
use serde_json::{Value, json};
use sidetone_sandbox::{
    GorgiasLimits, PhoneMatching, Sandbox,
    gorgias_world::{ADMIN, BEARER},
};
use tokio::time::{Duration, sleep};

fn note(text: &str) -> Value {
    json!({
        "channel": "internal-note", "via": "api", "from_agent": true, "public": false,
        "sender": {"id": 4101}, "body_text": text, "external_id": "aircall:call:1:answered",
        "sent_datetime": "2027-01-15T08:00:00+00:00",
    })
}

async fn marta(sandbox: &Sandbox) -> u64 {
    let path = "/api/customers?channel_type=phone&channel_address=%2B34666444555";
    let found = gorgias(sandbox, "GET", path, Value::Null).await.body;
    found["data"][0]["id"].as_u64().unwrap()
}

async fn ticket(sandbox: &Sandbox) -> Value {
    let body = json!({
        "channel": "phone", "via": "api", "subject": "Inbound call: Marta Ibáñez",
        "customer": {"id": marta(sandbox).await}, "external_id": "aircall:call:1",
        "tags": [{"name": "Aircall"}], "messages": [note("Call answered")],
    });
    let answer = gorgias(sandbox, "POST", "/api/tickets", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body
}

#[tokio::test(start_paused = true)]
async fn a_wrong_credential_is_401_and_an_unknown_account_is_html() {
    let (sandbox, _) = sandbox();
    let router = sandbox.gorgias_router();
    let account = |authorization: &str| {
        Request::get("/api/account").header("authorization", authorization).body(Body::empty()).unwrap()
    };
    let answer = send(&router, account("Basic bm86bm8=")).await;
    assert_eq!((answer.status, &answer.body), (401, &json!({"error": {"msg": "Unauthorized."}})));
    assert_eq!(answer.header("x-gorgias-account-api-call-limit"), Some("0/40"));
    let answer = send(&router, account(&format!("Bearer {BEARER}"))).await;
    assert_eq!((answer.status, &answer.body["domain"]), (200, &json!("northbrook")));
    let me = gorgias(&sandbox, "GET", "/api/users/0", Value::Null).await;
    assert_eq!(me.body["id"], ADMIN);
    sandbox.control().gorgias().switch(|switches| switches.wrong_account = true);
    let answer = send(&router, account(&format!("Bearer {BEARER}"))).await;
    assert_eq!((answer.status, &answer.body), (404, &Value::Null));
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
}

#[tokio::test(start_paused = true)]
async fn the_bucket_drains_and_a_429_tells_when_to_come_back() {
    let (sandbox, _) = sandbox();
    for _ in 0..40 {
        assert_eq!(gorgias(&sandbox, "GET", "/api/account", Value::Null).await.status, 200);
    }
    let full = gorgias(&sandbox, "GET", "/api/account", Value::Null).await;
    assert_eq!((full.status, full.header("retry-after")), (429, Some("1")));
    assert_eq!(full.header("x-gorgias-account-api-call-limit"), Some("40/40"));
    sleep(Duration::from_secs(10)).await;
    let later = gorgias(&sandbox, "GET", "/api/account", Value::Null).await;
    assert_eq!(later.header("x-gorgias-account-api-call-limit"), Some("21/40"));
    let limits = GorgiasLimits { rate: "80/40s".parse().unwrap(), others_per_second: 2.0 };
    sandbox.control().gorgias().set_limits(limits);
    sleep(Duration::from_secs(3600)).await;
    let shared = gorgias(&sandbox, "GET", "/api/account", Value::Null).await;
    assert_eq!(shared.header("x-gorgias-account-api-call-limit"), Some("22/80"), "others keep it level");
}

#[tokio::test(start_paused = true)]
async fn unknown_parameters_and_fields_are_refused_by_name() {
    let (sandbox, _) = sandbox();
    let list = gorgias(&sandbox, "GET", "/api/tickets?status=open", Value::Null).await;
    assert_eq!((list.status, &list.body["error"]["data"]["status"]), (400, &json!(["Unknown field."])));
    let body = json!({"via": "carrier-pigeon", "colour": "red", "messages": [{"channel": "phone"}]});
    let create = gorgias(&sandbox, "POST", "/api/tickets", body).await;
    let data = &create.body["error"]["data"];
    assert_eq!(create.status, 400);
    for field in
        ["via", "colour", "messages.0.via", "messages.0.from_agent", "messages.0.sender", "messages.0.source"]
    {
        assert!(data[field].is_array(), "{field} in {data}");
    }
    let empty = json!({"via": "api", "messages": []});
    assert_eq!(gorgias(&sandbox, "POST", "/api/tickets", empty).await.status, 400);
    assert_eq!(gorgias(&sandbox, "GET", "/api/customers?limit=101", Value::Null).await.status, 400);
    assert_eq!(gorgias(&sandbox, "GET", "/api/customers?order_by=name:asc", Value::Null).await.status, 400);
    assert_eq!(gorgias(&sandbox, "DELETE", "/api/account", Value::Null).await.status, 405);
    assert_eq!(sandbox.control().gorgias().tickets().len(), 6, "nothing was made");
}

#[tokio::test(start_paused = true)]
async fn a_call_ticket_is_created_with_its_note_and_missing_tags() {
    let (sandbox, _) = sandbox();
    let ticket = ticket(&sandbox).await;
    assert_eq!((&ticket["status"], &ticket["channel"]), (&json!("open"), &json!("phone")));
    assert_eq!(ticket["messages"][0]["sender"]["name"], "Camille Roux");
    assert_eq!(ticket["tags"][0]["name"], "Aircall");
    let by_marker =
        gorgias(&sandbox, "GET", "/api/tickets?external_id=aircall:call:1", Value::Null).await.body;
    assert_eq!(by_marker["data"][0]["id"], ticket["id"]);
    assert!(by_marker["data"][0].get("messages").is_none(), "lists have no messages");
    assert_eq!(by_marker["data"][0]["messages_count"], 1);
    let path = format!("/api/messages?ticket_id={}", ticket["id"]);
    let messages = gorgias(&sandbox, "GET", &path, Value::Null).await.body;
    assert_eq!(messages["data"][0]["external_id"], "aircall:call:1:answered");
    assert!(sandbox.control().gorgias().send_attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_outgoing_message_without_a_sent_date_would_be_sent() {
    let (sandbox, _) = sandbox();
    let ticket = ticket(&sandbox).await;
    let path = format!("/api/tickets/{}/messages", ticket["id"]);
    let mut message = json!({
        "channel": "sms", "via": "api", "from_agent": true, "sender": {"id": 4101},
        "receiver": {"id": marta(&sandbox).await}, "body_text": "On its way",
        "source": {"type": "phone", "from": {"address": "+33199001010"}, "to": [{"address": "+34666444555"}]},
        "sent_datetime": "2027-01-15T08:00:00+00:00",
    });
    assert_eq!(gorgias(&sandbox, "POST", &path, message.clone()).await.status, 201);
    assert!(sandbox.control().gorgias().send_attempts().is_empty());
    message["sent_datetime"] = Value::Null;
    assert_eq!(gorgias(&sandbox, "POST", &path, message.clone()).await.status, 201);
    assert_eq!(sandbox.control().gorgias().send_attempts().len(), 1);
    message["from_agent"] = json!(false);
    message["sender"] = json!({"id": marta(&sandbox).await});
    let refused = gorgias(&sandbox, "POST", &path, message).await;
    assert!(refused.status == 400 && refused.body["error"]["data"]["receiver"].is_array());
}

#[tokio::test(start_paused = true)]
async fn a_put_changes_only_what_it_names_but_tags_replace_all() {
    let (sandbox, _) = sandbox();
    let path = format!("/api/tickets/{}", ticket(&sandbox).await["id"]);
    let closed = gorgias(&sandbox, "PUT", &path, json!({"status": "closed"})).await;
    assert_eq!((closed.status, &closed.body["subject"]), (202, &json!("Inbound call: Marta Ibáñez")));
    assert!(closed.body["closed_datetime"].is_string());
    let put =
        gorgias(&sandbox, "PUT", &path, json!({"tags": [{"name": "other"}], "assignee_user": {"id": 4102}}))
            .await;
    assert_eq!(put.body["tags"].as_array().unwrap().len(), 1);
    assert_eq!(put.body["assignee_user"]["id"], 4102);
    let put = gorgias(&sandbox, "PUT", &path, json!({"assignee_user": {"id": null}, "status": "open"})).await;
    assert_eq!((&put.body["assignee_user"], &put.body["closed_datetime"]), (&Value::Null, &Value::Null));
    assert_eq!(gorgias(&sandbox, "PUT", &path, json!({"assignee_user": {"id": 99}})).await.status, 400);
    sandbox.control().gorgias().switch(|switches| switches.put_status = 200);
    assert_eq!(gorgias(&sandbox, "PUT", &path, json!({"spam": true})).await.status, 200);
    assert_eq!(gorgias(&sandbox, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(gorgias(&sandbox, "GET", &path, Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn trashed_tickets_are_listed_unless_asked_not_to() {
    let (sandbox, _) = sandbox();
    let ticket = ticket(&sandbox).await;
    let path = format!("/api/tickets/{}", ticket["id"]);
    gorgias(&sandbox, "PUT", &path, json!({"trashed_datetime": "2027-01-15T09:00:00"})).await;
    let count = async |query: &str| {
        let path = format!("/api/tickets?external_id=aircall:call:1{query}");
        gorgias(&sandbox, "GET", &path, Value::Null).await.body["data"].as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("&trashed=false").await), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn ticket_tags_are_added_replaced_and_removed_without_a_body() {
    let (sandbox, _) = sandbox();
    let path = format!("/api/tickets/{}/tags", ticket(&sandbox).await["id"]);
    let names = async || {
        let tags = gorgias(&sandbox, "GET", &path, Value::Null).await.body;
        tags["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| tag["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let added = gorgias(&sandbox, "POST", &path, json!({"names": ["Voicemail", "Aircall"]})).await;
    assert_eq!((added.status, added.text.as_str()), (201, ""));
    assert_eq!(names().await, ["Aircall", "Voicemail"]);
    assert_eq!(gorgias(&sandbox, "DELETE", &path, json!({"names": ["Aircall", "never"]})).await.status, 204);
    assert_eq!(gorgias(&sandbox, "PUT", &path, json!({"names": ["only"]})).await.status, 202);
    assert_eq!(names().await, ["only"]);
    assert_eq!(gorgias(&sandbox, "POST", &path, json!({"tags": ["x"]})).await.status, 400);
    assert_eq!(gorgias(&sandbox, "POST", &path, json!({"ids": [1]})).await.status, 400);
    sandbox.control().gorgias().switch(|switches| switches.refuse_unknown_tags = true);
    assert_eq!(gorgias(&sandbox, "POST", &path, json!({"names": ["brand new"]})).await.status, 400);
    assert_eq!(gorgias(&sandbox, "POST", "/api/tags", json!({"name": "only"})).await.status, 409);
}

#[tokio::test(start_paused = true)]
async fn a_customer_needs_channels_and_an_email_of_its_own() {
    let (sandbox, _) = sandbox();
    let phone = json!([{"type": "phone", "address": "+12025550175", "preferred": true}]);
    let missing = gorgias(&sandbox, "POST", "/api/customers", json!({"name": "A"})).await;
    assert!(missing.status == 400 && missing.body["error"]["data"]["channels"].is_array());
    let taken = json!({"name": "A", "email": "MARTA.ibanez@example.com", "channels": phone});
    assert_eq!(gorgias(&sandbox, "POST", "/api/customers", taken).await.status, 409);
    let with_note = json!({"name": "A", "note": "x", "channels": phone});
    assert_eq!(gorgias(&sandbox, "POST", "/api/customers", with_note.clone()).await.status, 400);
    sandbox.control().gorgias().switch(|switches| switches.note_on_create = true);
    let made = gorgias(&sandbox, "POST", "/api/customers", with_note).await;
    assert_eq!((made.status, &made.body["channels"][0]["address"]), (201, &json!("+12025550175")));
    let path = format!("/api/customers/{}", made.body["id"]);
    let put = gorgias(&sandbox, "PUT", &path, json!({"channels": []})).await;
    assert_eq!(
        (&put.body["channels"], &put.body["name"]),
        (&json!([]), &json!("A")),
        "arrays are replaced whole"
    );
    let sms = json!({"channels": [{"type": "sms", "address": "+12025550175", "preferred": true}]});
    assert_eq!(gorgias(&sandbox, "PUT", &path, sms).await.status, 400, "there is no sms channel type");
}

#[tokio::test(start_paused = true)]
async fn a_merged_customer_answers_301_to_the_survivor() {
    let (sandbox, _) = sandbox();
    let marta = marta(&sandbox).await;
    let other = sandbox.control().gorgias().add_customer("Marta I.", None, "+34 666 444 555");
    gorgias(
        &sandbox,
        "PUT",
        &format!("/api/customers/merge?source_id={marta}&target_id={other}"),
        Value::Null,
    )
    .await;
    let moved = gorgias(&sandbox, "GET", &format!("/api/customers/{marta}"), Value::Null).await;
    assert_eq!((moved.status, moved.text.as_str()), (301, ""));
    assert_eq!(moved.header("location"), Some(format!("/api/customers/{other}/").as_str()));
    let tickets =
        gorgias(&sandbox, "GET", &format!("/api/tickets?customer_id={other}"), Value::Null).await.body;
    assert_eq!(tickets["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_for_a_merged_customer_goes_to_the_survivor_or_is_refused() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().gorgias().clone();
    let source = marta(&sandbox).await;
    let target = control.add_customer("Marta I.", None, "+34666444000");
    control.merge(source, target).unwrap();
    let body = json!({"via": "api", "customer": {"id": source}, "messages": [note("Call answered")]});
    let made = gorgias(&sandbox, "POST", "/api/tickets", body.clone()).await;
    assert_eq!((made.status, &made.body["customer"]["id"]), (201, &json!(target)));
    control.switch(|switches| switches.refuse_merged_customers = true);
    let refused = gorgias(&sandbox, "POST", "/api/tickets", body).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["error"]["data"]["customer"].is_array(), "{}", refused.text);
}

#[tokio::test(start_paused = true)]
async fn a_renamed_tag_stays_on_its_tickets_and_a_deleted_user_writes_nothing_more() {
    let (sandbox, _) = sandbox();
    let ticket = ticket(&sandbox).await;
    let path = format!("/api/tickets/{}", ticket["id"]);
    let tag = format!("/api/tags/{}", ticket["tags"][0]["id"]);
    let renamed = gorgias(&sandbox, "PUT", &tag, json!({"name": "Telephone"})).await;
    assert_eq!((renamed.status, &renamed.body["name"]), (200, &json!("Telephone")));
    assert_eq!(gorgias(&sandbox, "GET", &path, Value::Null).await.body["tags"][0]["name"], "Telephone");
    sandbox.control().gorgias().delete_user(4101).unwrap();
    assert!(sandbox.control().gorgias().delete_user(4101).is_err());
    let refused = gorgias(&sandbox, "POST", &format!("{path}/messages"), note("Too late")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["error"]["data"]["sender"].is_array(), "{}", refused.text);
}

#[tokio::test(start_paused = true)]
async fn cursors_walk_a_list_once_and_expire() {
    let (sandbox, _) = sandbox();
    sandbox.control().gorgias().add_customers(92);
    let mut seen = Vec::new();
    let mut path = "/api/customers?limit=30&order_by=created_datetime:asc".to_owned();
    let mut last_cursor = String::new();
    loop {
        let page = gorgias(&sandbox, "GET", &path, Value::Null).await.body;
        seen.extend(page["data"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()));
        let Some(cursor) = page["meta"]["next_cursor"].as_str() else { break };
        last_cursor = cursor.to_owned();
        path = format!("/api/customers?limit=30&order_by=created_datetime:asc&cursor={cursor}");
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 100);
    sleep(Duration::from_secs(601)).await;
    let path = format!("/api/customers?order_by=created_datetime:asc&cursor={last_cursor}");
    for status in [400, 404, 410] {
        sandbox.control().gorgias().switch(|s| s.dead_cursor_status = status);
        assert_eq!(gorgias(&sandbox, "GET", &path, Value::Null).await.status, status);
    }
}

#[tokio::test(start_paused = true)]
async fn many_customers_were_made_one_after_the_other_and_spell_their_numbers_in_four_ways() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().gorgias().clone();
    control.add_customers(4);
    let page =
        gorgias(&sandbox, "GET", "/api/customers?limit=4&order_by=created_datetime:desc", Value::Null).await;
    let told: Vec<_> = page.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|one| {
            let phone = one["channels"].as_array().unwrap().iter().find(|c| c["type"] == "phone").unwrap();
            (one["name"].as_str().unwrap(), phone["address"].as_str().unwrap())
        })
        .collect();
    let spelled = ["+12035550100", "+1 (203) 555-0101", "(203) 555-0102", "203.555.0103"];
    let wanted: Vec<_> =
        ["Customer 0", "Customer 1", "Customer 2", "Customer 3"].into_iter().zip(spelled).collect();
    assert_eq!(told, wanted);
    let made: Vec<_> = page.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["created_datetime"].as_str().unwrap())
        .collect();
    assert!(made.windows(2).all(|two| two[0] > two[1]), "{made:?}");
    assert_eq!((sidetone_sandbox::GorgiasControl::number_of(79_700), made.len()), (None, 4));
}

#[tokio::test(start_paused = true)]
async fn phones_are_found_as_they_are_stored() {
    let (sandbox, _) = sandbox();
    let listed = async |address: &str| {
        let path = format!("/api/customers?channel_type=phone&channel_address={address}");
        gorgias(&sandbox, "GET", &path, Value::Null).await.body["data"].as_array().unwrap().len()
    };
    assert_eq!(listed("%2B12025550161").await, 2, "two customers share this number");
    assert_eq!(listed("%2B33199001177").await, 0, "stored in its national spelling");
    let search = async |query: &str| {
        let body = json!({"type": "customers_by_phone", "query": query});
        let answer = gorgias(&sandbox, "POST", "/api/search", body).await;
        assert_eq!(answer.status, 201);
        answer.body
    };
    assert_eq!(search("199001177").await["data"], json!([]));
    sandbox.control().gorgias().switch(|switches| switches.phone_search = PhoneMatching::Suffix);
    assert_eq!(search("199001177").await["data"][0]["name"], "Noor Haddad");
    sandbox.control().gorgias().switch(|switches| switches.search_bare_array = true);
    assert!(search("199001177").await.is_array());
    let wrong = json!({"type": "people", "query": ""});
    assert_eq!(gorgias(&sandbox, "POST", "/api/search", wrong).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn agents_are_found_by_email_and_one_is_missing() {
    let (sandbox, _) = sandbox();
    let find = async |query: &str| {
        let path = format!("/api/users?{query}");
        gorgias(&sandbox, "GET", &path, Value::Null).await.body["data"].clone()
    };
    assert_eq!(find("email=camille.roux@example.com").await[0]["role"]["name"], "agent");
    assert_eq!(find("email=ines.duarte@example.com").await, json!([]));
    assert_eq!(find("roles=admin").await[0]["id"], ADMIN);
}

#[tokio::test(start_paused = true)]
async fn a_new_object_can_stay_out_of_lists_for_a_while() {
    let (sandbox, _) = sandbox();
    sandbox.control().gorgias().switch(|switches| switches.list_lag_s = 8.0);
    let id = ticket(&sandbox).await["id"].clone();
    let count = async || {
        let path = "/api/tickets?external_id=aircall:call:1";
        gorgias(&sandbox, "GET", path, Value::Null).await.body["data"].as_array().unwrap().len()
    };
    assert_eq!(count().await, 0);
    assert_eq!(gorgias(&sandbox, "GET", &format!("/api/tickets/{id}"), Value::Null).await.status, 200);
    sleep(Duration::from_secs(8)).await;
    assert_eq!(count().await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_marker_twice_makes_two_tickets_unless_switched() {
    let (sandbox, _) = sandbox();
    let first = ticket(&sandbox).await;
    let second = ticket(&sandbox).await;
    assert_ne!(first["id"], second["id"]);
    sandbox.control().gorgias().switch(|switches| switches.unique_external_id = true);
    let body = json!({"via": "api", "external_id": "aircall:call:1", "messages": [note("x")]});
    assert_eq!(gorgias(&sandbox, "POST", "/api/tickets", body).await.status, 409);
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_named_by_its_field_and_read_back_with_the_credential() {
    let (sandbox, _) = sandbox();
    let upload = |query: &str| {
        let body = "--x\r\nContent-Disposition: form-data; name=\"call 1.mp3\"; filename=\"ignored\"\r\n\
                    Content-Type: audio/mpeg\r\n\r\nsound\r\n--x--\r\n";
        Request::post(format!("/api/upload{query}"))
            .header("authorization", format!("Bearer {BEARER}"))
            .header("content-type", "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap()
    };
    let router = sandbox.gorgias_router();
    let answer = send(&router, upload("?type=attachment")).await;
    let file = &answer.body[0];
    assert_eq!((answer.status, &file["name"], &file["size"]), (201, &json!("call 1.mp3"), &json!(5)));
    let path = file["url"].as_str().unwrap().strip_prefix("http://gorgias.localhost").unwrap().to_owned();
    assert_eq!(gorgias(&sandbox, "GET", &path, Value::Null).await.text, "sound");
    let stranger = Request::get(&path).body(Body::empty()).unwrap();
    assert_eq!(send(&router, stranger).await.status, 401);
    assert_eq!(send(&router, upload("?type=music")).await.status, 400);
    sandbox.control().gorgias().switch(|switches| switches.upload_max_bytes = 4);
    assert_eq!(send(&router, upload("")).await.status, 413);
    let journal = sandbox.control().gorgias().journal(0);
    assert_eq!(journal[0].body["files"][0]["size"], 5);
}

#[tokio::test(start_paused = true)]
async fn the_dump_of_two_equal_days_is_equal_whatever_their_ids() {
    let dump = async |noise: u32| {
        let (sandbox, _) = sandbox();
        sandbox.control().gorgias().add_customers(0);
        for _ in 0..noise {
            let id = sandbox.control().gorgias().add_customer("Gone", None, "+12025550199");
            sandbox
                .control()
                .gorgias()
                .by_a_person("DELETE", &format!("/api/customers/{id}"), &Value::Null)
                .unwrap();
        }
        ticket(&sandbox).await;
        sandbox.control().gorgias().dump()
    };
    let (one, other) = (dump(0).await, dump(3).await);
    assert_eq!(one, other);
    assert!(one["tickets"].to_string().contains("Call answered"));
}
