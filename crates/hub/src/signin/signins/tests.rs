#![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

use async_trait::async_trait;
use serde_json::json;
use sidetone_protocol::{SignInState, Tested};

use super::*;
use crate::config::Secret;
use crate::signin::testing::{
    self, Asked, NOW, SetClock, Vendors, html_answer, json_answer, registered, shelf, tokens,
};
use crate::signin::{AskError, SignedIn};
use crate::vault::Vault;

/// Keeps who was connected, and the tokens; takes every access token but `a-bad`.
struct Noted(Mutex<Vec<SignedIn>>, Vault);

#[async_trait]
impl Connects for Noted {
    async fn tried(&self, signed_in: &SignedIn, access: &Secret) -> Tested {
        let accepted = access.reveal() != "a-bad";
        let account = (accepted && signed_in.vendor != Vendor::Gorgias).then(|| "Acme Ltd".to_owned());
        let code = (!accepted).then(|| "forbidden".to_owned());
        Tested { accepted, account, lines: None, permissions: Vec::new(), code, detail: None }
    }

    async fn connected(
        &self,
        signed_in: &SignedIn,
        _: &Tested,
        tokens: Vec<(String, String)>,
    ) -> Result<(), String> {
        self.0.lock().unwrap().push(signed_in.clone());
        self.1.keep(tokens).map_err(|error| error.to_string())
    }
}

struct Set {
    _folder: tempfile::TempDir,
    shelf: Shelf,
    vendors: Arc<Vendors>,
    clock: Arc<SetClock>,
    noted: Arc<Noted>,
    sign_ins: SignIns,
}

fn apps() -> Apps {
    Apps { aircall: Some(registered()), gorgias: Some(registered()), front: Some(registered()) }
}

fn set_with(script: impl Fn(&Asked) -> testing::Answer + Send + Sync + 'static) -> Set {
    let (folder, vault, shelf) = shelf();
    let (vendors, clock) = (Vendors::answering(script), SetClock::at(NOW));
    let noted = Arc::new(Noted(Mutex::default(), vault));
    let sign_ins = SignIns::new(shelf.clone(), vendors.clone(), clock.clone(), noted.clone());
    let ways = Ways { public_url: Some("https://hub.example.com".into()), loopback_port: None };
    sign_ins.offer(ways, apps(), Some("acme".into()));
    Set { _folder: folder, shelf, vendors, clock, noted, sign_ins }
}

/// Vendors that give tokens for every code.
fn set() -> Set {
    set_with(|asked| {
        if asked.url.ends_with("/oauth/revoke") {
            return json_answer(200, &json!({}));
        }
        if asked.method == "GET" {
            return json_answer(401, &json!({}));
        }
        tokens("a1", Some("r1"), &json!({}))
    })
}

fn state_in(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

/// The browser comes back from `begun` with a code.
async fn come_back(set: &Set, vendor: Vendor, begun: &SignInBegun) -> Ending {
    set.sign_ins.came_back(vendor, &format!("code=c1&state={}", state_in(&begun.url))).await
}

async fn view_when_over(set: &Set, id: &str) -> SignInView {
    for _ in 0..500 {
        let view = set.sign_ins.view(id).unwrap();
        if view.state != SignInState::Waiting {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never ended");
}

fn code_of(ending: &Ending) -> &'static str {
    match ending {
        Ending::Failed { code, .. } => code.as_str(),
        _ => "",
    }
}

#[tokio::test]
async fn every_vendor_is_signed_in_to_and_what_it_gave_is_kept() {
    for vendor in [Vendor::Aircall, Vendor::Gorgias, Vendor::Front] {
        let set = set();
        let account = (vendor == Vendor::Gorgias).then_some(" https://ACME.gorgias.com/app/views ");
        let begun = set.sign_ins.begin(vendor, account).await.unwrap();
        assert_eq!(begun.until, NOW + 600);
        assert!(!begun.url.contains(&begun.id));
        assert_eq!(set.sign_ins.view(&begun.id).unwrap().state, SignInState::Waiting);
        let ending = come_back(&set, vendor, &begun).await;
        let finish = (vendor == Vendor::Aircall).then(|| "https://dashboard.aircall.io/oauth/success".into());
        assert_eq!(ending, Ending::Done { vendor, finish });
        let view = view_when_over(&set, &begun.id).await;
        assert_eq!(view.state, SignInState::Done);
        assert!(view.tested.unwrap().accepted);
        let kept = set.shelf.of(vendor).unwrap().unwrap();
        assert_eq!(kept.access().reveal(), "a1");
        let named = if vendor == Vendor::Gorgias { "acme" } else { "Acme Ltd" };
        assert_eq!(kept.account.as_deref(), Some(named));
        let account = (vendor == Vendor::Gorgias).then(|| "acme".to_owned());
        assert_eq!(*set.noted.0.lock().unwrap(), [SignedIn { vendor, account }]);
        // The page is loaded again.
        assert_eq!(code_of(&come_back(&set, vendor, &begun).await), "used_code");
        assert_eq!(set.sign_ins.view(&begun.id).unwrap().state, SignInState::Done);
    }
}

#[tokio::test]
async fn a_state_that_is_not_ours_or_late_brings_nothing() {
    let set = set();
    let begun = set.sign_ins.begin(Vendor::Front, None).await.unwrap();
    let state = state_in(&begun.url);
    for (vendor, query) in [
        (Vendor::Front, "code=c1&state=guessed".to_owned()),
        (Vendor::Front, "code=c1".to_owned()),
        (Vendor::Front, format!("state={state}")),
        (Vendor::Front, format!("code=c1&state={state}&state={state}")),
        (Vendor::Gorgias, format!("code=c1&state={state}")),
    ] {
        let ending = set.sign_ins.came_back(vendor, &query).await;
        assert_eq!(code_of(&ending), "wrong_state", "{query}");
    }
    assert_eq!(set.sign_ins.view(&begun.id).unwrap().state, SignInState::Waiting, "nobody spoils it for us");
    set.clock.forward(600);
    assert_eq!(code_of(&come_back(&set, Vendor::Front, &begun).await), "expired");
    assert_eq!(set.sign_ins.view(&begun.id).unwrap().code.as_deref(), Some("expired"));
    assert!(set.vendors.asked().is_empty() && set.shelf.of(Vendor::Front).unwrap().is_none());

    let given_up = set.sign_ins.begin(Vendor::Front, None).await.unwrap();
    assert!(set.sign_ins.cancel(&given_up.id) && !set.sign_ins.cancel(&given_up.id));
    assert_eq!(code_of(&come_back(&set, Vendor::Front, &given_up).await), "wrong_state");
}

#[tokio::test]
async fn every_way_to_fail_has_its_code() {
    for (query, code) in [
        ("error=access_denied", "refused"),
        ("error=access_denied&error_description=You+must+be+an+administrator", "not_admin"),
        ("error=invalid_client", "wrong_app"),
        ("error=redirect_uri_mismatch", "redirect_not_allowed"),
        ("error=server_error", "unreachable"),
    ] {
        let set = set();
        let begun = set.sign_ins.begin(Vendor::Aircall, None).await.unwrap();
        let query = format!("{query}&state={}", state_in(&begun.url));
        assert_eq!(code_of(&set.sign_ins.came_back(Vendor::Aircall, &query).await), code);
        let view = set.sign_ins.view(&begun.id).unwrap();
        assert_eq!((view.state, view.code.as_deref()), (SignInState::Failed, Some(code)));
        assert!(view.detail.is_some());
    }
    let set = set_with(|_| json_answer(400, &json!({ "error": "invalid_grant" })));
    let begun = set.sign_ins.begin(Vendor::Front, None).await.unwrap();
    assert_eq!(code_of(&come_back(&set, Vendor::Front, &begun).await), "used_code");
    let begun = set.sign_ins.begin(Vendor::Front, None).await.unwrap();
    let address = format!("https://localhost:8791/?code=c1&state={}", state_in(&begun.url));
    let view = set.sign_ins.paste(&begun.id, &address).await.unwrap();
    assert_eq!(view.code.as_deref(), Some("expired"), "a person took their time");
    assert!(set.shelf.of(Vendor::Front).unwrap().is_none());
}

#[tokio::test]
async fn a_pasted_address_goes_on_with_its_own_sign_in_only() {
    let set = set();
    let begun = set.sign_ins.begin(Vendor::Front, None).await.unwrap();
    for address in ["", "c1", "https://localhost:8791/", &begun.url] {
        assert_eq!(set.sign_ins.paste(&begun.id, address).await, Err(PasteError::NoCode), "{address}");
    }
    assert_eq!(set.sign_ins.view(&begun.id).unwrap().state, SignInState::Waiting);
    let address = format!(" https://localhost:8791/x?state={}&code=c1\n", state_in(&begun.url));
    set.sign_ins.paste(&begun.id, &address).await.unwrap();
    assert_eq!(view_when_over(&set, &begun.id).await.state, SignInState::Done);
    assert_eq!(set.sign_ins.paste("nothing", &address).await, Err(PasteError::NoSuchSignIn));

    let another = set.sign_ins.begin(Vendor::Front, None).await.unwrap();
    let view = set.sign_ins.paste(&another.id, &address).await.unwrap();
    assert_eq!(view.code.as_deref(), Some("wrong_state"));
}

#[tokio::test]
async fn a_mistyped_account_is_told_before_anybody_is_sent_there() {
    let set = set_with(|_| html_answer(404));
    for entered in ["acmee", "acme.example.com", "-acme", "", &"a".repeat(64)] {
        let error = set.sign_ins.begin(Vendor::Gorgias, Some(entered)).await.unwrap_err();
        assert!(matches!(error, BeginError::NoSuchAccount(_)), "{entered}: {error}");
    }
    assert_eq!(set.vendors.urls(), ["https://acmee.gorgias.com/api/account"]);
    assert_eq!(set.vendors.asked()[0].authorization, None);
    let error = set.sign_ins.begin(Vendor::Gorgias, None).await.unwrap_err();
    assert!(matches!(error, BeginError::App(AppError::NoAccount)), "{error}");
}

#[tokio::test]
async fn what_is_offered_is_what_can_be_finished() {
    let set = set();
    let all = [Vendor::Aircall, Vendor::Gorgias, Vendor::Front];
    assert_eq!(set.sign_ins.offered(), all);
    let redirect = set.sign_ins.redirect_address(Vendor::Aircall);
    assert_eq!(redirect.as_deref(), Some("https://hub.example.com/oauth/aircall/callback"));
    set.sign_ins.offer(Ways { public_url: None, loopback_port: Some(8791) }, apps(), None);
    assert_eq!(set.sign_ins.offered(), all[1..]);
    let redirect = set.sign_ins.redirect_address(Vendor::Gorgias);
    assert_eq!(redirect.as_deref(), Some("http://127.0.0.1:8791/oauth/gorgias/callback"));
    let front_only = Apps { front: Some(registered()), ..Apps::default() };
    set.sign_ins.offer(Ways::default(), front_only, None);
    assert_eq!(set.sign_ins.offered(), [Vendor::Front]);
    assert!(matches!(set.sign_ins.begin(Vendor::Aircall, None).await, Err(BeginError::NotOffered)));
}

#[tokio::test]
async fn who_comes_from_the_app_store_asks_unless_it_is_the_account_that_is_connected() {
    let set = set();
    let begun = set.sign_ins.install("acme").await.unwrap();
    let ending = come_back(&set, Vendor::Gorgias, &begun).await;
    assert_eq!(ending, Ending::Done { vendor: Vendor::Gorgias, finish: None });
    assert!(view_when_over(&set, &begun.id).await.tested.unwrap().accepted);
    assert_eq!(set.shelf.of(Vendor::Gorgias).unwrap().unwrap().account.as_deref(), Some("acme"));

    let begun = set.sign_ins.install("other").await.unwrap();
    let ending = come_back(&set, Vendor::Gorgias, &begun).await;
    assert_eq!(ending, Ending::Asks { account: "other".into() });
    assert_eq!(set.sign_ins.asks().unwrap().unwrap().account, "other");
    assert_eq!(set.shelf.of(Vendor::Gorgias).unwrap().unwrap().account.as_deref(), Some("acme"));
    assert!(view_when_over(&set, &begun.id).await.tested.is_none());
    assert_eq!(set.noted.0.lock().unwrap().len(), 1, "nobody is connected by asking");

    let error = set.sign_ins.accept(Some("acme")).await.unwrap_err();
    assert!(matches!(error, AskError::NobodyAsks), "only whom the admin saw");
    assert!(set.sign_ins.accept(Some("other")).await.unwrap().accepted);
    assert_eq!(set.shelf.of(Vendor::Gorgias).unwrap().unwrap().account.as_deref(), Some("other"));
    assert!(set.sign_ins.asks().unwrap().is_none());
    assert!(matches!(set.sign_ins.accept(None).await, Err(AskError::NobodyAsks)));
}

#[tokio::test]
async fn who_is_refused_or_pushed_out_gets_the_token_back() {
    let set = set();
    for account in ["one", "two"] {
        let begun = set.sign_ins.install(account).await.unwrap();
        come_back(&set, Vendor::Gorgias, &begun).await;
    }
    set.sign_ins.refuse(None).await.unwrap();
    assert!(set.sign_ins.asks().unwrap().is_none());
    let revoked: Vec<String> =
        set.vendors.urls().into_iter().filter(|url| url.ends_with("/oauth/revoke")).collect();
    assert_eq!(revoked, ["https://one.gorgias.com/oauth/revoke", "https://two.gorgias.com/oauth/revoke"]);
    assert!(set.shelf.of(Vendor::Gorgias).unwrap().is_none());
}

#[tokio::test]
async fn the_app_store_names_an_account_letter_by_letter() {
    let set = set();
    for account in
        ["", "ACME", "acme.gorgias.com", "https://acme.gorgias.com", "a/b", "acme ", &"a".repeat(64)]
    {
        let error = set.sign_ins.install(account).await.unwrap_err();
        assert!(matches!(error, BeginError::NoSuchAccount(_)), "{account}: {error}");
    }
}

#[tokio::test]
async fn what_is_not_accepted_takes_the_place_of_nothing_and_goes_back() {
    let set = set_with(|asked| match asked.method.as_str() {
        "GET" => json_answer(401, &json!({})),
        _ if asked.url.ends_with("/oauth/revoke") => json_answer(200, &json!({})),
        _ => tokens("a-bad", Some("r-bad"), &json!({})),
    });
    for (account, goes_back) in [("acme", false), ("other", true)] {
        set.shelf.put(Vendor::Gorgias, &testing::kept(Vendor::Gorgias, "a1", Some("r1"), None)).unwrap();
        let begun = set.sign_ins.begin(Vendor::Gorgias, Some(account)).await.unwrap();
        come_back(&set, Vendor::Gorgias, &begun).await;
        let tested = view_when_over(&set, &begun.id).await.tested.unwrap();
        assert_eq!((tested.accepted, tested.code.as_deref()), (false, Some("forbidden")));
        assert_eq!(set.shelf.of(Vendor::Gorgias).unwrap().unwrap().access().reveal(), "a1");
        let back = set.vendors.urls().iter().any(|url| url.ends_with("/oauth/revoke"));
        assert_eq!(back, goes_back, "the connected account's other tokens are not put at risk");
    }
    assert!(set.noted.0.lock().unwrap().is_empty());

    let begun = set.sign_ins.install("third").await.unwrap();
    come_back(&set, Vendor::Gorgias, &begun).await;
    assert!(!set.sign_ins.accept(Some("third")).await.unwrap().accepted);
    assert_eq!(set.sign_ins.asks().unwrap().unwrap().account, "third", "it can be tried again");
    assert!(set.noted.0.lock().unwrap().is_empty());
}
