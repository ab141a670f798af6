//! Sign-ins that were begun: in memory, for ten minutes, each good once. A state is compared by its hash, so that how long
//! a comparison takes says nothing about it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use oauth2::RedirectUrl;
use sha2::{Digest, Sha256};
use sidetone_protocol::{SignInState, SignInView, Tested, Vendor};

use super::app::App;
use super::code::Code;
use super::loopback::Listening;
use crate::config::Secret;

/// So long a sign-in may take.
pub(super) const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);
/// Open at once for admins, and for those whom an app store sent. More push the oldest of their kind out.
const MOST: usize = 32;

/// Who began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// An admin of ours.
    Admin,
    /// Anybody, from the helpdesk's app store.
    Store,
}

/// A sign-in.
pub(super) struct SignIn {
    pub(super) app: App,
    pub(super) redirect: RedirectUrl,
    pub(super) verifier: Option<Secret>,
    pub(super) by: By,
    pub(super) until: DateTime<Utc>,
    state: [u8; 32],
    stage: Stage,
    listening: Option<Listening>,
}

enum Stage {
    Waiting,
    Exchanging,
    Done(Option<Tested>),
    Failed(Code, Option<String>),
}

impl SignIn {
    pub(super) fn new(
        app: App,
        redirect: RedirectUrl,
        state: &Secret,
        verifier: Option<Secret>,
        by: By,
        now: DateTime<Utc>,
    ) -> SignIn {
        SignIn {
            app,
            redirect,
            verifier,
            by,
            until: now + GOOD_FOR,
            state: hash(state.reveal()),
            stage: Stage::Waiting,
            listening: None,
        }
    }

    /// With somebody who listens for the browser as long as this waits.
    pub(super) fn heard_by(mut self, listening: Option<Listening>) -> SignIn {
        self.listening = listening;
        self
    }
}

/// What is needed to go on with one.
pub(super) struct Taken {
    pub(super) id: String,
    pub(super) app: App,
    pub(super) redirect: RedirectUrl,
    pub(super) verifier: Option<Secret>,
    pub(super) by: By,
}

/// All of them, by their names.
#[derive(Default)]
pub(super) struct Begun {
    all: HashMap<String, SignIn>,
}

impl Begun {
    pub(super) fn add(&mut self, id: String, sign_in: SignIn, now: DateTime<Utc>) {
        // What ended can be looked at for as long again.
        self.all.retain(|_, old| now < old.until + GOOD_FOR);
        let same = self.all.iter().filter(|(_, old)| old.by == sign_in.by);
        if same.clone().count() >= MOST
            && let Some(oldest) = same.min_by_key(|(_, old)| old.until).map(|(id, _)| id.clone())
        {
            self.all.remove(&oldest);
        }
        self.all.insert(id, sign_in);
    }

    /// Takes up the one with this state, which is thereby used.
    pub(super) fn take_up(&mut self, vendor: Vendor, state: &str, now: DateTime<Utc>) -> Result<Taken, Code> {
        let state = hash(state);
        let found = self.all.iter_mut().find(|(_, one)| one.state == state && one.app.vendor == vendor);
        let (id, sign_in) = found.ok_or(Code::WrongState)?;
        if !matches!(sign_in.stage, Stage::Waiting) {
            return Err(Code::UsedCode);
        }
        if sign_in.until <= now {
            sign_in.stage = Stage::Failed(Code::Expired, None);
            sign_in.listening = None;
            return Err(Code::Expired);
        }
        sign_in.stage = Stage::Exchanging;
        Ok(Taken {
            id: id.clone(),
            app: sign_in.app.clone(),
            redirect: sign_in.redirect.clone(),
            verifier: sign_in.verifier.take(),
            by: sign_in.by,
        })
    }

    /// Whether `state` belongs to the sign-in `id`.
    pub(super) fn is_of(&self, id: &str, state: &str) -> bool {
        self.all.get(id).is_some_and(|one| one.state == hash(state))
    }

    pub(super) fn vendor(&self, id: &str) -> Option<Vendor> {
        self.all.get(id).map(|one| one.app.vendor)
    }

    pub(super) fn done(&mut self, id: &str, tested: Option<Tested>) {
        self.end(id, Stage::Done(tested));
    }

    pub(super) fn failed(&mut self, id: &str, code: Code, detail: Option<String>) {
        self.end(id, Stage::Failed(code, detail));
    }

    /// An end stays what it is.
    fn end(&mut self, id: &str, stage: Stage) {
        if let Some(sign_in) = self.all.get_mut(id)
            && matches!(sign_in.stage, Stage::Waiting | Stage::Exchanging)
        {
            sign_in.stage = stage;
            sign_in.verifier = None;
            sign_in.listening = None;
        }
    }

    /// `false`: there is none of this name.
    pub(super) fn cancel(&mut self, id: &str) -> bool {
        self.all.remove(id).is_some()
    }

    /// Ends whoever listens for an earlier sign-in of an admin, so that the port is free.
    pub(super) fn stop_listening(&mut self) {
        let listening = self.all.values_mut().filter(|one| one.listening.is_some());
        for sign_in in listening.filter(|one| matches!(one.stage, Stage::Waiting)) {
            sign_in.stage = Stage::Failed(Code::Expired, None);
            sign_in.listening = None;
        }
    }

    pub(super) fn view(&self, id: &str, now: DateTime<Utc>) -> Option<SignInView> {
        let sign_in = self.all.get(id)?;
        let view = |state, code: Option<Code>, detail: Option<&String>, tested: Option<&Tested>| SignInView {
            state,
            code: code.map(|code| code.as_str().to_owned()),
            detail: detail.cloned(),
            tested: tested.cloned(),
        };
        Some(match &sign_in.stage {
            Stage::Waiting if sign_in.until <= now => {
                view(SignInState::Failed, Some(Code::Expired), None, None)
            }
            Stage::Waiting | Stage::Exchanging => view(SignInState::Waiting, None, None, None),
            Stage::Done(tested) => view(SignInState::Done, None, None, tested.as_ref()),
            Stage::Failed(code, detail) => view(SignInState::Failed, Some(*code), detail.as_ref(), None),
        })
    }
}

fn hash(state: &str) -> [u8; 32] {
    Sha256::digest(state.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

    use super::*;
    use crate::config::Registered;

    fn begin(begun: &mut Begun, vendor: Vendor, id: &str, by: By, now: DateTime<Utc>) {
        let registered = Registered {
            client_id: "id".into(),
            client_secret: Secret::new("secret"),
            api_url: None,
            sign_in_url: None,
        };
        let app = App::new(vendor, &registered, Some("acme")).unwrap();
        let redirect = RedirectUrl::new("https://hub.example.com/".into()).unwrap();
        let state = Secret::new(format!("state of {id}"));
        begun.add(id.into(), SignIn::new(app, redirect, &state, None, by, now), now);
    }

    #[test]
    fn a_state_is_good_once_for_its_vendor_and_for_ten_minutes() {
        let (mut begun, now) = (Begun::default(), DateTime::UNIX_EPOCH);
        begin(&mut begun, Vendor::Front, "a", By::Admin, now);
        let code = |result: Result<Taken, Code>| result.map(|taken| taken.id).map_err(Code::as_str);
        assert_eq!(code(begun.take_up(Vendor::Front, "state of b", now)), Err("wrong_state"));
        assert_eq!(code(begun.take_up(Vendor::Front, "", now)), Err("wrong_state"));
        assert_eq!(code(begun.take_up(Vendor::Gorgias, "state of a", now)), Err("wrong_state"));
        assert_eq!(code(begun.take_up(Vendor::Front, "state of a", now)), Ok("a".into()));
        assert_eq!(code(begun.take_up(Vendor::Front, "state of a", now)), Err("used_code"));
        assert_eq!(begun.view("a", now).unwrap().state, SignInState::Waiting, "the code is being exchanged");

        begin(&mut begun, Vendor::Front, "b", By::Admin, now);
        let late = now + GOOD_FOR;
        assert_eq!(begun.view("b", late).unwrap().code.as_deref(), Some("expired"));
        assert_eq!(code(begun.take_up(Vendor::Front, "state of b", late)), Err("expired"));
        assert_eq!(begun.view("b", now).unwrap().state, SignInState::Failed);
    }

    #[test]
    fn strangers_push_out_no_admin() {
        let (mut begun, now) = (Begun::default(), DateTime::UNIX_EPOCH);
        begin(&mut begun, Vendor::Gorgias, "ours", By::Admin, now);
        for n in 0..100 {
            begin(&mut begun, Vendor::Gorgias, &n.to_string(), By::Store, now + TimeDelta::seconds(n));
        }
        assert_eq!(begun.all.len(), MOST + 1);
        assert!(begun.view("ours", now).is_some() && begun.view("99", now).is_some());
        assert!(begun.view("0", now).is_none());
        begin(&mut begun, Vendor::Gorgias, "later", By::Admin, now + GOOD_FOR * 3);
        assert_eq!(begun.all.len(), 1, "nothing is kept for ever");
    }
}
