//! What waits: consent pages that are open, and codes that were given and not yet exchanged.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::Url;

use super::app::App;
use crate::dice::Dice;

/// How long a consent page may stand open.
const PAGE_LIFE_S: i64 = 3_600;

/// What an app asked an admin for.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
}

impl Wish {
    /// The redirect URI with these parameters and the state; what stands in its query stays.
    pub(crate) fn back(&self, name: &str, value: &str) -> String {
        let Ok(mut url) = Url::parse(&self.redirect_uri) else { return self.redirect_uri.clone() };
        url.query_pairs_mut().append_pair(name, value);
        if let Some(state) = &self.state {
            url.query_pairs_mut().append_pair("state", state);
        }
        url.into()
    }
}

/// What an admin allowed.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) wish: Wish,
    /// The company's numbers that were picked; empty where none are offered.
    pub(crate) numbers: Vec<u64>,
    until: DateTime<Utc>,
}

/// The app, and what waits for it. Codes and pages are not shown by `Debug`.
#[derive(Default)]
pub(crate) struct Codes {
    pub(crate) app: App,
    pages: BTreeMap<String, (Wish, DateTime<Utc>)>,
    codes: BTreeMap<String, Granted>,
}

impl fmt::Debug for Codes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Codes").field("app", &self.app).field("waiting", &self.codes.len()).finish()
    }
}

impl Codes {
    pub(crate) fn of(app: App) -> Self {
        Self { app, ..Self::default() }
    }

    /// Opens a page. What comes back names it, so that only this page's own form is taken.
    pub(super) fn open(&mut self, wish: Wish, now: DateTime<Utc>, dice: &mut Dice) -> String {
        let page = dice.hex();
        self.pages.retain(|_, (_, until)| *until > now);
        self.pages.insert(page.clone(), (wish, now + TimeDelta::seconds(PAGE_LIFE_S)));
        page
    }

    /// What the open page asks for; its form is taken once, with [`Codes::close`].
    pub(super) fn page(&self, page: &str, now: DateTime<Utc>) -> Option<Wish> {
        self.pages.get(page).filter(|(_, until)| *until > now).map(|(wish, _)| wish.clone())
    }

    pub(super) fn close(&mut self, page: &str) {
        self.pages.remove(page);
    }

    /// The admin allows it: the address that leads back with a code.
    pub(super) fn allow(
        &mut self,
        wish: Wish,
        numbers: Vec<u64>,
        now: DateTime<Utc>,
        dice: &mut Dice,
    ) -> String {
        let code = dice.hex();
        let back = wish.back("code", &code);
        let until = now + TimeDelta::seconds(self.app.code_s);
        self.codes.insert(code, Granted { wish, numbers, until });
        back
    }

    /// What the code stands for. It is used up by the first try, right or wrong.
    pub(crate) fn redeem(&mut self, code: &str, redirect_uri: &str, now: DateTime<Utc>) -> Option<Granted> {
        let granted = self.codes.remove(code)?;
        (granted.wish.redirect_uri == redirect_uri && granted.until > now).then_some(granted)
    }

    /// The admin takes the app away before its codes were exchanged.
    pub(crate) fn forget(&mut self) {
        self.pages.clear();
        self.codes.clear();
    }

    /// The codes that wait, none of them in full.
    pub(crate) fn waiting(&self, now: DateTime<Utc>) -> Vec<Value> {
        self.codes
            .iter()
            .filter(|(_, granted)| granted.until > now)
            .map(|(code, granted)| {
                json!({
                    "code": masked(code),
                    "redirect_uri": granted.wish.redirect_uri,
                    "scope": granted.wish.scope,
                    "until": granted.until,
                })
            })
            .collect()
    }
}

/// Enough of a secret to know it again, and too little to use it: four characters, and of a short one fewer.
pub(crate) fn masked(secret: &str) -> String {
    let shown = (secret.chars().count() / 4).min(4);
    format!("{}…", secret.chars().take(shown).collect::<String>())
}
