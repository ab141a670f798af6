//! What a person or a program does to an app from outside: over the control API, on its pages, and to the token endpoint.

use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};
use sidetone_sandbox::{App, FaultKind, Options, Ports, Sandbox, Served};

use super::{code_in, consent_url, form, param};
use crate::common;

async fn served() -> (Sandbox, Served, Client) {
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let served = sandbox.serve(Ports::default()).await.unwrap();
    (sandbox, served, Client::builder().no_proxy().redirect(Policy::none()).build().unwrap())
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn origins(served: &Served) -> [String; 3] {
    [served.aircall, served.gorgias, served.front].map(|address| format!("http://{address}"))
}

#[tokio::test]
async fn the_control_api_registers_consents_expires_and_uninstalls() {
    let (sandbox, served, client) = served().await;
    for origin in origins(&served) {
        let act = async |operation: &str, body: Value| {
            let url = format!("{origin}/_sandbox/{operation}");
            let response = client.post(url).body(body.to_string()).send().await.unwrap();
            (response.status().as_u16(), json_of(response).await)
        };
        let url = consent_url(&[("scope", "public_api")]);
        let (status, led) = act("consent", json!({"url": url})).await;
        assert_eq!(status, 200, "{led}");
        let code = code_in(led["location"].as_str().unwrap());
        let told = client.get(format!("{origin}/_sandbox/app")).send().await.unwrap().text().await.unwrap();
        assert!(told.contains(&code[..4]) && !told.contains(&code[..8]), "{told}");
        assert!(!told.contains(App::CLIENT_SECRET), "{told}");
        let (_, led) = act("refuse-consent", json!({"url": url})).await;
        assert_eq!(param(led["location"].as_str().unwrap(), "error").as_deref(), Some("access_denied"));
        assert_eq!(act("app", json!({"is_admin": false, "client_id": "another"})).await.0, 200);
        let (status, refused) = act("consent", json!({"url": url.replace("=sidetone", "=another")})).await;
        assert_eq!(status, 409);
        assert!(refused["error"].as_str().unwrap().contains("administrator"));
        assert_eq!(act("app", json!({"client": "x"})).await.0, 400);
        assert_eq!(act("expire-tokens", json!({})).await.0, 200);
        assert_eq!(act("uninstall", json!({})).await.0, 200);
        let told = json_of(client.get(format!("{origin}/_sandbox/app")).send().await.unwrap()).await;
        assert_eq!(told["codes"], json!([]));
        assert_eq!(act("reset", json!({})).await.0, 200);
    }
    assert_eq!(sandbox.control().front().app().client_id, App::CLIENT_ID);
}

#[tokio::test]
async fn the_next_token_request_fails_and_no_other() {
    let (sandbox, served, client) = served().await;
    let gorgias = sandbox.control().gorgias().clone();
    let token_url = format!("http://{}/oauth/token", served.gorgias);
    let ask =
        || client.post(&token_url).basic_auth(App::CLIENT_ID, Some(App::CLIENT_SECRET)).body("grant_type=x");
    gorgias.fail_next_token_request(FaultKind::Status { status: 500, retry_after: None });
    let account = format!("http://{}/api/account", served.gorgias);
    assert_eq!(client.get(account).send().await.unwrap().status(), 401, "others are not met");
    assert_eq!(ask().send().await.unwrap().status(), 500);
    assert_eq!(ask().send().await.unwrap().status(), 400, "only the next one");
    gorgias.fail_next_token_request(FaultKind::CutBefore);
    assert!(ask().send().await.is_err());
    gorgias.fail_next_token_request(FaultKind::HangBefore);
    let hung = ask().timeout(std::time::Duration::from_millis(200)).send().await;
    assert!(hung.unwrap_err().is_timeout());
    for (origin, path) in
        origins(&served).into_iter().zip(["/v1/oauth/token", "/oauth/token", "/oauth/token"])
    {
        let fault = json!({"kind": "status", "status": 503}).to_string();
        let set = client.post(format!("{origin}/_sandbox/fail-token")).body(fault).send().await.unwrap();
        assert_eq!(set.status(), 200);
        assert_eq!(client.post(format!("{origin}{path}")).send().await.unwrap().status(), 503, "{path}");
    }
}

#[tokio::test]
async fn the_app_store_leads_to_the_hub_with_the_account_and_the_page_takes_the_app_away() {
    let (sandbox, served, client) = served().await;
    let [_, origin, _] = origins(&served);
    let page = format!("{origin}/_sandbox/apps");
    let look = async || client.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(look().await.contains("no address yet"));
    let fill = async |body: &str, from: &str| {
        let request = client.post(&page).header("origin", from);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(body.to_owned()).send().await.unwrap()
    };
    let app_url = "do=app_url&app_url=http%3A%2F%2F127.0.0.1%3A8787%2Finstall%2Fgorgias%3Faccount%3D%7Bgorgias_account%7D";
    assert_eq!(fill(app_url, "http://evil.example.com").await.status(), 403, "other sites are kept out");
    let saved = fill(app_url, &origin).await;
    assert_eq!(
        (saved.status().as_u16(), saved.headers()["location"].to_str().unwrap()),
        (303, page.as_str())
    );
    let shown = look().await;
    assert!(shown.contains("href=\"http://127.0.0.1:8787/install/gorgias?account=northbrook\""), "{shown}");
    assert!(shown.contains("Connect App") && !shown.contains("<script"));

    let gorgias = sandbox.control().gorgias().clone();
    let location = gorgias.consent(&consent_url(&[("scope", "offline account:read")])).unwrap();
    assert!(look().await.contains(&format!("{}…", &code_in(&location)[..4])));
    assert_eq!(fill("do=uninstall", &origin).await.status(), 303);
    assert!(look().await.contains("<li>None</li>"));
    for origin in origins(&served) {
        let shown = client.get(format!("{origin}/_sandbox/apps")).send().await.unwrap();
        assert!(shown.status() == 200 && shown.text().await.unwrap().contains("Uninstall"), "{origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_journal_shows_no_code_and_no_secret() {
    let (sandbox, _) = common::sandbox();
    let front = sandbox.control().front().clone();
    let code = code_in(&front.consent(&consent_url(&[])).unwrap());
    let fields =
        [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", super::REDIRECT)];
    let answer = form(&sandbox.front_router(), "/oauth/token", App::CLIENT_SECRET, &fields).await;
    assert_eq!(answer.status, 200);
    let refresh = super::text(&answer.body["refresh_token"]);
    form(
        &sandbox.front_router(),
        "/oauth/token",
        App::CLIENT_SECRET,
        &[("grant_type", "refresh_token"), ("refresh_token", &refresh)],
    )
    .await;
    let journal = serde_json::to_string(&front.journal(0)).unwrap();
    assert!(journal.contains("authorization_code") && journal.contains("refresh_token"), "{journal}");
    assert!(!journal.contains(&code) && !journal.contains(&refresh));
    assert!(!format!("{:?}", front.app()).contains(App::CLIENT_SECRET));
}
