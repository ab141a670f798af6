//! What can be done to an app at each vendor, and to those who sign in with it. All three are handled alike; what only one
//! of them knows is in that vendor's own control.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{AircallControl, FrontControl, GorgiasControl, http::take, patched};
use crate::{
    faults::{Fault, FaultId, FaultKind},
    gorgias,
    oauth::{App, SignsIn as _, Verdict, decide},
    refused::Refused,
};

/// The query of an address, which may lead to the vendor itself: only what it asks for counts.
fn query_of(url: &str) -> Result<Vec<(String, String)>, Refused> {
    let url =
        Url::parse(url).map_err(|_| Refused::Wrong("this is no address of a consent page".to_owned()))?;
    Ok(url.query_pairs().into_owned().collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    url: String,
    #[serde(default)]
    numbers: Option<Vec<u64>>,
}

macro_rules! signs_in {
    ($control:ty, $vendor:literal, $token_path:literal, $tokens:expr) => {
        impl $control {
            /// The app as it is registered, with its secret.
            #[must_use]
            pub fn app(&self) -> App {
                self.0.act(|state| state.codes.app.clone())
            }

            /// Changes how the app is registered, or who the person on the consent page is.
            pub fn change_app(&self, change: impl FnOnce(&mut App)) {
                self.0.act(|state| change(&mut state.codes.app));
            }

            /// An admin opens this consent page, wherever its address leads, and presses Authorize; all numbers that are
            /// offered stay picked. Returns where the browser is led: to the redirect URI with `code` and `state`, or
            /// with `error` where the vendor tells a fault there.
            ///
            /// # Errors
            /// What the page says when there is nothing to authorize.
            pub fn consent(&self, url: &str) -> Result<String, Refused> {
                self.verdict(url, Verdict::Authorize(None))
            }

            /// As [`Self::consent`], but the person presses Cancel.
            ///
            /// # Errors
            /// What the page says when there is nothing to authorize.
            pub fn refuse_consent(&self, url: &str) -> Result<String, Refused> {
                self.verdict(url, Verdict::Cancel)
            }

            /// What goes wrong with the next request to the token endpoint; with others it does not.
            #[allow(clippy::must_use_candidate, reason = "most faults are left until they are met")]
            pub fn fail_next_token_request(&self, kind: FaultKind) -> FaultId {
                self.add_fault(Fault::next(1, kind).on_just("POST", $token_path))
            }

            fn verdict(&self, url: &str, verdict: Verdict<'_>) -> Result<String, Refused> {
                let query = query_of(url)?;
                self.0.act(|state| decide(state, &query, verdict)).map_err(|why| Refused::NotNow(why.to_owned()))
            }

            /// The app and what waits for it: no secret, no code in full.
            pub(super) fn sign_in_state(&self) -> Value {
                self.0.act(|state| {
                    let now = state.time();
                    let tokens: usize = $tokens(state);
                    let app = &state.codes.app;
                    json!({
                        "vendor": $vendor,
                        "client_id": app.client_id,
                        "redirect_uris": app.redirect_uris,
                        "redirect": app.redirect,
                        "app_url": app.app_url,
                        "faults": app.faults,
                        "is_admin": app.is_admin,
                        "not_admin_is_sent_back": app.not_admin_is_sent_back,
                        "codes": state.codes.waiting(now),
                        "installs": tokens,
                    })
                })
            }

            /// The operations on the app; `None` for every other one.
            pub(super) fn sign_in_operation(&self, path: &str, body: &Value) -> Option<Result<Value, Refused>> {
                let led = |location: String| json!({"location": location});
                Some(match path {
                    "app" => patched(&self.app(), body).map(|app| {
                        self.change_app(|current| *current = app);
                        json!({})
                    }),
                    "consent" => take::<Consent>(body).and_then(|meant| {
                        let verdict = Verdict::Authorize(meant.numbers.as_deref());
                        self.verdict(&meant.url, verdict).map(led)
                    }),
                    "refuse-consent" => {
                        take::<Consent>(body).and_then(|meant| self.refuse_consent(&meant.url)).map(led)
                    }
                    "fail-token" => take::<FaultKind>(body).map(|kind| {
                        self.fail_next_token_request(kind);
                        json!({})
                    }),
                    "uninstall" => {
                        self.uninstall();
                        Ok(json!({}))
                    }
                    "expire-tokens" => {
                        self.expire_tokens();
                        Ok(json!({}))
                    }
                    _ => return None,
                })
            }
        }
    };
}

signs_in!(AircallControl, "Aircall", "/v1/oauth/token", |state: &mut crate::aircall::state::State| {
    state.installs.iter().filter(|install| install.has_token()).count()
});
signs_in!(GorgiasControl, "Gorgias", "/oauth/token", |state: &mut gorgias::state::State| state.grants.held());
signs_in!(FrontControl, "Front", "/oauth/token", |state: &mut crate::front::state::State| {
    let now = state.time();
    state.grants.held(now)
});

impl AircallControl {
    /// As [`AircallControl::consent`], with these of the numbers picked.
    ///
    /// # Errors
    /// What the page says when there is nothing to authorize, or none of the numbers is offered.
    pub fn consent_to(&self, url: &str, numbers: &[u64]) -> Result<String, Refused> {
        self.verdict(url, Verdict::Authorize(Some(numbers)))
    }

    /// An admin removes the integration: the token is void, and the webhooks that were made with it get
    /// `integration.deleted` and are gone. Needs a tokio runtime.
    pub fn uninstall(&self) {
        self.0.act(|state| {
            state.uninstall();
        });
    }

    /// The tokens count no more (403), and nobody is told. Aircall's own do not end by themselves.
    pub fn expire_tokens(&self) {
        self.0.act(|state| state.void_tokens());
    }

    /// An admin changes the connected numbers in the Dashboard.
    ///
    /// # Errors
    /// When there is no such line, or the app is not installed.
    pub fn connect_numbers(&self, numbers: &[u64]) -> Result<(), Refused> {
        self.0.act(|state| state.connect_numbers(numbers))
    }
}

impl GorgiasControl {
    /// An admin uninstalls the app, or revokes it: a refresh answers `invalid_grant` from now on. Access tokens count until they
    /// end, unless the switch `access_outlives_uninstall` is off. Nobody is told.
    pub fn uninstall(&self) {
        self.0.act(gorgias::oauth::uninstall);
    }

    /// The access tokens count no more (401), whatever their `exp` says; a refresh answers new ones.
    pub fn expire_tokens(&self) {
        self.0.act(|state| state.grants.expire_access());
    }

    /// Where the App Store's "Connect App" leads: the app's URL with this account in it. `None` while it is not set.
    #[must_use]
    pub fn connect_url(&self) -> Option<String> {
        let app_url = self.app().app_url;
        (!app_url.is_empty()).then(|| app_url.replace(ACCOUNT_PLACEHOLDER, gorgias::world::ACCOUNT))
    }
}

/// What stands in an app's URL for the account (`reference/gorgias.md §2`).
pub(super) const ACCOUNT_PLACEHOLDER: &str = "{gorgias_account}";

impl FrontControl {
    /// The admin removes the app: its tokens are worth nothing from now on.
    pub fn uninstall(&self) {
        self.0.act(|state| {
            state.codes.forget();
            state.grants.revoke();
        });
    }

    /// The access tokens count no more (401); a refresh answers new ones.
    pub fn expire_tokens(&self) {
        self.0.act(|state| state.grants.expire_access());
    }

    /// Every refresh token ends in so many seconds; in its last 24 hours a refresh answers a new one.
    pub fn end_refresh_tokens_in(&self, seconds: i64) {
        self.0.act(|state| {
            let at = state.time() + chrono::TimeDelta::seconds(seconds);
            state.grants.end_refresh(at);
        });
    }
}
