//! The consent page, at whichever vendor.

use axum::Router;
use serde_json::json;
use sidetone_sandbox::{App, AuthorizeFaults, Redirect, Sandbox, aircall_world::SUPPORT_FR};
use tokio::time::{Duration, sleep};

use super::{REDIRECT, consent_url, open, param, press};
use crate::common::{Answer, sandbox};

const SCOPE: (&str, &str) = ("scope", "public_api");

/// Changes the app at one vendor.
type Change = Box<dyn Fn(&dyn Fn(&mut App))>;

/// Every vendor, by name, with a way to change its app.
fn vendors(sandbox: &Sandbox) -> Vec<(&'static str, Router, Change)> {
    let control = sandbox.control();
    let (aircall, gorgias, front) =
        (control.aircall().clone(), control.gorgias().clone(), control.front().clone());
    vec![
        ("Aircall", sandbox.aircall_router(), Box::new(move |change| aircall.change_app(|app| change(app)))),
        ("Gorgias", sandbox.gorgias_router(), Box::new(move |change| gorgias.change_app(|app| change(app)))),
        ("Front", sandbox.front_router(), Box::new(move |change| front.change_app(|app| change(app)))),
    ]
}

/// The id of the page that stands in its form.
fn page_of(answer: &Answer) -> String {
    let rest =
        answer.text.split("name=\"page\" value=\"").nth(1).unwrap_or_else(|| panic!("{}", answer.text));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_person_authorizes_or_cancels_on_a_page_without_a_script() {
    let (sandbox, _) = sandbox();
    for (name, router, _) in vendors(&sandbox) {
        let asked = open(&router, &consent_url(&[SCOPE])).await;
        assert_eq!(asked.status, 200, "{name}: {}", asked.text);
        assert!(asked.header("content-security-policy").unwrap().contains("default-src 'none'"), "{name}");
        for part in
            ["<html lang=\"en\">", ">Authorize</button>", ">Cancel</button>", "https://hub.example.com", name]
        {
            assert!(asked.text.contains(part), "{name}: {part}");
        }
        assert!(!asked.text.contains("<script") && !asked.text.contains("style="), "{name}");
        let page = page_of(&asked);
        let line = SUPPORT_FR.to_string();
        let fields = [("page", page.as_str()), ("number", line.as_str()), ("decision", "authorize")];
        let allowed = press(&router, "/oauth/authorize", &fields).await;
        assert_eq!(allowed.status, 302, "{name}: {}", allowed.text);
        let location = allowed.header("location").unwrap();
        assert!(location.starts_with(REDIRECT), "{name}: {location}");
        assert!(param(location, "code").is_some_and(|code| code.len() >= 32), "{name}");
        assert_eq!(param(location, "state").as_deref(), Some("st 1"), "{name}");
        assert_eq!(
            press(&router, "/oauth/authorize", &fields).await.status,
            400,
            "{name}: it is answered once"
        );

        let page = page_of(&open(&router, &consent_url(&[SCOPE])).await);
        let refused = press(&router, "/oauth/authorize", &[("page", &page), ("decision", "cancel")]).await;
        let location = refused.header("location").unwrap();
        assert_eq!(
            (
                param(location, "error").as_deref(),
                param(location, "state").as_deref(),
                param(location, "code")
            ),
            (Some("access_denied"), Some("st 1"), None),
            "{name}"
        );
        let forged =
            press(&router, "/oauth/authorize", &[("page", "made-up"), ("decision", "authorize")]).await;
        assert_eq!((forged.status, forged.header("location")), (400, None), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn at_aircall_the_numbers_are_picked_on_the_page_and_none_is_too_few() {
    let (sandbox, _) = sandbox();
    let router = sandbox.aircall_router();
    let asked = open(&router, &consent_url(&[SCOPE])).await;
    assert!(asked.text.contains("<legend>Numbers to connect</legend>") && asked.text.contains("Support FR"));
    let page = page_of(&asked);
    let none = press(&router, "/oauth/authorize", &[("page", &page), ("decision", "authorize")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("role=\"alert\"") && page_of(&none) == page, "it can be answered again");
    let aircall = sandbox.control().aircall().clone();
    assert!(aircall.consent_to(&consent_url(&[SCOPE]), &[1]).is_err());
    assert!(aircall.consent_to(&consent_url(&[SCOPE]), &[]).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_faulty_request_is_told_of_where_the_vendor_tells_it() {
    let (sandbox, _) = sandbox();
    let elsewhere = ("redirect_uri", "http://elsewhere.example.com/");
    for (name, router, change) in vendors(&sandbox) {
        for faults in [AuthorizeFaults::SentBack, AuthorizeFaults::ClientShown, AuthorizeFaults::Shown] {
            change(&|app| app.faults = faults);
            for (wrong, error, shown_by) in [
                (
                    ("client_id", "stranger"),
                    "invalid_client",
                    &[AuthorizeFaults::ClientShown, AuthorizeFaults::Shown][..],
                ),
                (("response_type", ""), "invalid_request", &[AuthorizeFaults::Shown]),
                (("response_type", "token"), "unsupported_response_type", &[AuthorizeFaults::Shown]),
            ] {
                let answer = open(&router, &consent_url(&[SCOPE, wrong])).await;
                if shown_by.contains(&faults) {
                    assert_eq!(
                        (answer.status, answer.header("location")),
                        (400, None),
                        "{name} {faults:?} {wrong:?}"
                    );
                } else {
                    let location = answer.header("location").unwrap();
                    assert_eq!(param(location, "error").as_deref(), Some(error), "{name} {faults:?}");
                    assert_eq!(param(location, "state").as_deref(), Some("st 1"), "{name}");
                }
            }
            for bad in [
                &[SCOPE, elsewhere][..],
                &[SCOPE, elsewhere, ("client_id", "stranger")],
                &[("redirect_uri", "")],
            ] {
                let answer = open(&router, &consent_url(bad)).await;
                assert_eq!((answer.status, answer.header("location")), (400, None), "{name} {bad:?}");
            }
        }
    }
    let aircall = sandbox.control().aircall().clone();
    aircall.change_app(|app| app.faults = AuthorizeFaults::SentBack);
    let location = aircall.consent(&consent_url(&[("scope", "everything")])).unwrap();
    assert_eq!(param(&location, "error").as_deref(), Some("invalid_scope"), "Aircall has one scope");
}

#[tokio::test(start_paused = true)]
async fn aircall_sends_a_wrong_client_back_and_the_others_show_it_unless_told_otherwise() {
    let (sandbox, _) = sandbox();
    let found: Vec<Option<String>> = {
        let mut found = Vec::new();
        for (_, router, _) in vendors(&sandbox) {
            let answer = open(&router, &consent_url(&[SCOPE, ("client_id", "stranger")])).await;
            found.push(answer.header("location").and_then(|location| param(location, "error")));
        }
        found
    };
    assert_eq!(found, [Some("invalid_client".to_owned()), None, None]);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_is_no_admin_cannot_consent() {
    let (sandbox, _) = sandbox();
    for (name, router, change) in vendors(&sandbox) {
        change(&|app| app.is_admin = false);
        let shown = open(&router, &consent_url(&[SCOPE])).await;
        assert_eq!(shown.status, 403, "{name}");
        assert!(shown.text.contains("administrator") && !shown.text.contains("<form"), "{name}");
        change(&|app| app.not_admin_is_sent_back = true);
        let back = open(&router, &consent_url(&[SCOPE])).await;
        assert_eq!(
            param(back.header("location").unwrap(), "error").as_deref(),
            Some("access_denied"),
            "{name}"
        );
    }
    assert!(sandbox.control().front().consent(&consent_url(&[])).unwrap().contains("access_denied"));
}

#[tokio::test(start_paused = true)]
async fn a_redirect_uri_must_be_of_the_kind_and_on_the_list_and_keeps_its_own_query() {
    let (sandbox, _) = sandbox();
    let gorgias = sandbox.control().gorgias().clone();
    let leads = |redirect: &str| gorgias.consent(&consent_url(&[("redirect_uri", redirect)]));
    let location = leads("http://127.0.0.1:8400/callback?account=northbrook").unwrap();
    assert!(location.starts_with("http://127.0.0.1:8400/callback?account=northbrook&code="), "{location}");
    gorgias.change_app(|app| app.redirect = Redirect::HttpsOnly);
    assert!(leads("http://127.0.0.1:8400/callback").is_err());
    assert!(leads("https://localhost:8400/callback").is_ok());
    gorgias.change_app(|app| app.redirect = Redirect::PublicHttps);
    assert!(leads("https://localhost:8400/callback").is_err());
    gorgias.change_app(|app| app.redirect_uris = vec![REDIRECT.to_owned()]);
    assert!(leads(REDIRECT).is_ok() && leads("https://hub.example.com/other").is_err());
}

#[tokio::test(start_paused = true)]
async fn what_an_app_sends_along_is_text_on_the_page_and_a_page_does_not_stay_open_for_ever() {
    let (sandbox, _) = sandbox();
    let router = sandbox.gorgias_router();
    let asked = open(&router, &consent_url(&[("scope", "<script>x</script> offline")])).await;
    assert!(asked.text.contains("&lt;script&gt;x") && !asked.text.contains("<script"));
    let page = page_of(&asked);
    sleep(Duration::from_secs(3600)).await;
    let late = press(&router, "/oauth/authorize", &[("page", &page), ("decision", "authorize")]).await;
    assert_eq!(late.status, 400);
    assert_eq!(sandbox.control().gorgias().app().client_secret, App::CLIENT_SECRET);
    assert_eq!(json!(sandbox.control().gorgias().app().redirect), json!("https_or_loopback"));
}
