#![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use sidetone_engine::transport::TransportError;

use super::*;
use crate::signin::kept::Kept;
use crate::signin::testing::{self, NOW, SetClock, Vendors, app, json_answer, jwt, kept, shelf};

struct Set {
    _folder: tempfile::TempDir,
    shelf: Shelf,
    clock: Arc<SetClock>,
    vendors: Arc<Vendors>,
    vendor: Vendor,
}

impl Set {
    fn new(vendor: Vendor, vendors: Arc<Vendors>) -> Set {
        let (folder, _, shelf) = shelf();
        Set { _folder: folder, shelf, clock: SetClock::at(NOW), vendors, vendor }
    }

    fn signed_in(self, access: &str, refresh: Option<&str>, life: Option<i64>) -> Set {
        self.shelf.put(self.vendor, &kept(self.vendor, access, refresh, life)).unwrap();
        self
    }

    fn tokens(&self) -> Tokens {
        let app = app(self.vendor);
        Tokens::new(app, self.shelf.clone(), self.vendors.clone(), self.clock.clone(), Handle::current())
    }

    fn kept(&self) -> Kept {
        self.shelf.of(self.vendor).unwrap().unwrap()
    }
}

async fn bearer(tokens: &Tokens) -> Result<String, NoBearer> {
    tokens.bearer().await.map(|bearer| bearer.reveal().to_owned())
}

/// A vendor that gives `a2`, `a3` and so on, each for an hour.
fn renewing() -> Arc<Vendors> {
    let n = AtomicUsize::new(2);
    Vendors::answering(move |_| {
        let n = n.fetch_add(1, Ordering::SeqCst);
        testing::tokens(&format!("a{n}"), None, &json!({ "expires_in": 3600 }))
    })
}

fn refusing() -> Arc<Vendors> {
    Vendors::answering(|_| json_answer(400, &json!({ "error": "invalid_grant" })))
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_time_once_for_all_who_wait() {
    let set = Set::new(Vendor::Front, renewing()).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    assert_eq!(bearer(&tokens).await.unwrap(), "a1");
    set.clock.forward(3200);
    assert_eq!(bearer(&tokens).await.unwrap(), "a1");
    set.clock.forward(150);
    let all = futures_util::future::join_all((0..20).map(|_| bearer(&tokens))).await;
    assert!(all.iter().all(|one| one.as_deref() == Ok("a2")), "{all:?}");
    assert_eq!(set.vendors.asked().len(), 1, "one renewal at a time");
    assert_eq!(set.kept().refresh().unwrap().reveal(), "r1", "none came, so the old one stays");
}

#[tokio::test]
async fn a_refresh_token_that_comes_lies_in_the_vault_before_its_access_token_is_used() {
    let vendors = Vendors::answering(|_| testing::tokens("a2", Some("r2"), &json!({ "expires_in": 3600 })));
    let set = Set::new(Vendor::Front, vendors).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    set.clock.forward(3500);
    assert_eq!(bearer(&tokens).await.unwrap(), "a2");
    assert_eq!(set.kept().refresh().unwrap().reveal(), "r2");
    // Who starts anew goes on with it.
    assert_eq!(bearer(&set.tokens()).await.unwrap(), "a2");
    assert_eq!(set.vendors.asked().len(), 1);
}

#[tokio::test]
async fn who_gives_up_waiting_cuts_no_renewal_off() {
    let set = Set::new(Vendor::Front, renewing()).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    set.clock.forward(3500);
    {
        let mut waiting = Box::pin(tokens.bearer());
        let polled = futures_util::poll!(&mut waiting);
        assert!(polled.is_pending());
    }
    for _ in 0..200 {
        if set.kept().access().reveal() == "a2" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(set.kept().access().reveal(), "a2");
    assert_eq!(bearer(&tokens).await.unwrap(), "a2");
    assert_eq!(set.vendors.asked().len(), 1);
}

#[tokio::test]
async fn what_another_program_renewed_is_used() {
    let set = Set::new(Vendor::Front, renewing()).signed_in("a1", Some("r1"), Some(3600));
    let (one, other) = (set.tokens(), set.tokens());
    assert_eq!(bearer(&one).await.unwrap(), "a1");
    assert_eq!(bearer(&other).await.unwrap(), "a1");
    set.clock.forward(3500);
    assert_eq!(bearer(&one).await.unwrap(), "a2");
    assert_eq!(bearer(&other).await.unwrap(), "a2");
    let refused = Secret::new("a2");
    set.clock.forward(100);
    assert_eq!(one.another_than(&refused).await.unwrap().reveal(), "a3");
    assert_eq!(other.another_than(&refused).await.unwrap().reveal(), "a3");
    assert_eq!(set.vendors.asked().len(), 2);
}

#[tokio::test]
async fn a_refresh_token_that_another_program_used_up_ends_nothing() {
    let (folder, _, shelf) = shelf();
    let place = shelf.clone();
    // While we ask, the other one renews and keeps what it was given; our refresh token is void.
    let vendors = Vendors::answering(move |_| {
        place.put(Vendor::Front, &kept(Vendor::Front, "theirs", Some("r2"), Some(7200))).unwrap();
        json_answer(400, &json!({ "error": "invalid_grant" }))
    });
    let set = Set { _folder: folder, shelf, clock: SetClock::at(NOW), vendors, vendor: Vendor::Front }
        .signed_in("a1", Some("r1"), Some(3600));
    set.clock.forward(3500);
    let tokens = set.tokens();
    assert_eq!(bearer(&tokens).await.unwrap(), "theirs");
    assert_eq!(*tokens.watch().borrow(), Standing::Good);
}

#[tokio::test]
async fn a_renewal_never_brings_back_what_was_disconnected_meanwhile() {
    let (folder, _, shelf) = shelf();
    let place = shelf.clone();
    let vendors = Vendors::answering(move |_| {
        place.forget(Vendor::Front).unwrap();
        testing::tokens("a2", Some("r2"), &json!({ "expires_in": 3600 }))
    });
    let set = Set { _folder: folder, shelf, clock: SetClock::at(NOW), vendors, vendor: Vendor::Front }
        .signed_in("a1", Some("r1"), Some(3600));
    set.clock.forward(3500);
    assert_eq!(bearer(&set.tokens()).await, Err(NoBearer::SignedOut));
    assert_eq!(set.shelf.of(Vendor::Front).unwrap(), None);
}

#[tokio::test]
async fn a_withdrawn_authorization_is_seen_though_the_token_lives_and_asked_about_once() {
    let set =
        Set::new(Vendor::Gorgias, refusing()).signed_in(&jwt("a", NOW + 86_400), Some("r1"), Some(86_400));
    let tokens = set.tokens();
    assert!(tokens.bearer().await.is_ok());
    let mut standing = tokens.watch();
    set.clock.forward(600);
    let keeping = tokio::spawn(tokens.clone().keep_alive());
    standing.wait_for(|standing| *standing == Standing::Withdrawn).await.unwrap();
    keeping.abort();
    assert_eq!(bearer(&tokens).await, Err(NoBearer::Withdrawn));
    assert_eq!(bearer(&tokens).await, Err(NoBearer::Withdrawn));
    assert_eq!(set.vendors.asked().len(), 1);
    // Somebody signs in again, perhaps at another program.
    set.shelf.put(Vendor::Gorgias, &kept(Vendor::Gorgias, "new", Some("r9"), Some(86_400))).unwrap();
    assert_eq!(bearer(&tokens).await.unwrap(), "new");
    assert_eq!(*tokens.watch().borrow(), Standing::Good);
}

#[tokio::test]
async fn gorgias_is_renewed_every_ten_minutes_and_front_is_not() {
    for (vendor, wanted) in [(Vendor::Gorgias, 1), (Vendor::Front, 0), (Vendor::Aircall, 0)] {
        let refresh = (vendor != Vendor::Aircall).then_some("r1");
        let set = Set::new(vendor, renewing()).signed_in("a1", refresh, refresh.map(|_| 86_400));
        let tokens = set.tokens();
        set.clock.forward(599);
        tokens.settle(For::Keeping).await.unwrap();
        assert_eq!(set.vendors.asked().len(), 0, "{vendor:?}");
        set.clock.forward(1);
        tokens.settle(For::Keeping).await.unwrap();
        // What another program renewed a moment ago need not be renewed again.
        set.tokens().settle(For::Keeping).await.unwrap();
        assert_eq!(set.vendors.asked().len(), wanted, "{vendor:?}");
        assert!(tokens.connection.rest() <= Duration::from_secs(60));
    }
}

#[tokio::test]
async fn while_the_vendor_is_away_a_living_token_is_used_and_nobody_hammers() {
    let vendors = Vendors::answering(|_| Err(TransportError::NotSent("no connection".into())));
    let set = Set::new(Vendor::Front, vendors).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    set.clock.forward(3400);
    for _ in 0..10 {
        assert_eq!(bearer(&tokens).await.unwrap(), "a1");
    }
    assert_eq!(set.vendors.asked().len(), 1);
    assert_eq!(*tokens.watch().borrow(), Standing::Troubled(Code::Unreachable));
    set.clock.forward(200);
    assert!(matches!(bearer(&tokens).await, Err(NoBearer::Unreachable(_))), "it has ended");
    assert_eq!(set.vendors.asked().len(), 2);
    assert_eq!(set.kept().refresh().unwrap().reveal(), "r1", "nothing is lost");
}

#[tokio::test]
async fn an_app_that_is_not_accepted_is_no_withdrawal() {
    let vendors = Vendors::answering(|_| json_answer(401, &json!({ "error": "invalid_client" })));
    let set = Set::new(Vendor::Front, vendors).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    set.clock.forward(3400);
    assert_eq!(bearer(&tokens).await.unwrap(), "a1");
    set.clock.forward(200);
    assert!(matches!(bearer(&tokens).await, Err(NoBearer::App(_))));
    assert_eq!(*tokens.watch().borrow(), Standing::Troubled(Code::WrongApp));
}

#[tokio::test]
async fn a_token_that_was_just_given_is_not_renewed_for_being_refused() {
    let set = Set::new(Vendor::Front, renewing()).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    set.clock.forward(29);
    assert_eq!(tokens.another_than(&Secret::new("a1")).await.unwrap_err(), NoBearer::Refused);
    set.clock.forward(1);
    assert_eq!(tokens.another_than(&Secret::new("a1")).await.unwrap().reveal(), "a2");
}

#[tokio::test]
async fn aircalls_token_is_never_renewed() {
    let set = Set::new(Vendor::Aircall, renewing()).signed_in("permanent", None, None);
    let tokens = set.tokens();
    set.clock.forward(400 * 86_400);
    assert_eq!(bearer(&tokens).await.unwrap(), "permanent");
    assert_eq!(tokens.another_than(&Secret::new("permanent")).await.unwrap_err(), NoBearer::Refused);
    assert!(set.vendors.asked().is_empty());
}

#[tokio::test]
async fn a_token_of_another_account_goes_nowhere() {
    let set = Set::new(Vendor::Gorgias, renewing());
    let other = kept(Vendor::Gorgias, "a1", Some("r1"), None).called(Some("other".into()));
    set.shelf.put(Vendor::Gorgias, &other).unwrap();
    assert_eq!(bearer(&set.tokens()).await, Err(NoBearer::SignedOut));
    assert!(set.vendors.asked().is_empty());
}

#[tokio::test]
async fn once_ended_nothing_is_renewed_or_written_again() {
    let set = Set::new(Vendor::Front, renewing()).signed_in("a1", Some("r1"), Some(3600));
    let tokens = set.tokens();
    assert_eq!(bearer(&tokens).await.unwrap(), "a1");
    tokens.end().await;
    set.shelf.forget(Vendor::Front).unwrap();
    assert_eq!(bearer(&tokens).await, Err(NoBearer::Ended));
    assert!(tokens.another_than(&Secret::new("a1")).await.is_err());
    assert_eq!(set.shelf.of(Vendor::Front).unwrap(), None);
    assert!(set.vendors.asked().is_empty(), "nobody was asked");
}
