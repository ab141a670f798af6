//! How far the set-up is, for its pages.

use std::collections::HashSet;

use axum::Json;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use sidetone_engine::settings::{Keep, Logging, Mode, UnknownCallers};
use sidetone_engine::store::{Store, StoreError};
use sidetone_protocol::{CallRules, Connected, Setup, SetupStep, StepState, StepView, Vendor};

use super::trying;
use crate::api::blocking;
use crate::config::{Draft, HelpdeskAccount};
use crate::house::{House, left_behind, noted, uninstalling};
use crate::problem::Problem;
use crate::signin::SignIns;

/// Whom a side was connected with, as it is noted in the database.
#[derive(Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) account: String,
    pub(super) since: i64,
}

impl Noted {
    pub(super) fn now(account: &str) -> String {
        let noted = Noted { account: account.to_owned(), since: Utc::now().timestamp() };
        serde_json::to_string(&noted).unwrap_or_default()
    }

    fn read(store: &dyn Store, side: &str) -> Result<Option<Noted>, Problem> {
        Ok(store.setting(noted(side))?.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// The name in such a note.
pub(crate) fn named_in(note: &str) -> Option<String> {
    serde_json::from_str::<Noted>(note).ok().map(|noted| noted.account)
}

/// Whom a side is connected with, as it was noted; empty where nobody is, or that is not known.
pub(crate) fn connected_with(store: &dyn Store, side: &'static str) -> Result<String, StoreError> {
    let noted = store.setting(noted(side))?;
    Ok(noted.and_then(|text| named_in(&text)).unwrap_or_default())
}

/// `GET /api/setup`.
pub(super) async fn setup(house: &House) -> Result<Json<Setup>, Problem> {
    let (draft, store, vault) = (house.draft(), house.store(), house.vault());
    let sign_ins = house.sign_ins();
    let offered = offered(&draft, &sign_ins);
    let read = move || {
        let aircall = Noted::read(store.as_ref(), "aircall")?;
        let helpdesk = Noted::read(store.as_ref(), "helpdesk")?;
        let has_seen = trying::is_seen(store.as_ref())?;
        // What cannot be read asks for nothing.
        let asks = sign_ins.asks().ok().flatten();
        let left = left_behind(store.as_ref())?;
        let uninstalling = uninstalling(store.as_ref())?;
        Ok((draft, aircall, helpdesk, has_seen, asks, left, uninstalling))
    };
    let (draft, aircall, helpdesk, has_seen, asks, left, uninstalling) = blocking(read).await?;
    let there = house.setup().lines_there();
    let unkept = vault.as_ref().err().cloned();
    let (mode, until) = (draft.settings.logging.mode.0, draft.settings.logging.shadow_until);
    Ok(Json(Setup {
        steps: steps(&draft, has_seen, there.as_ref()),
        aircall: self::aircall(&draft, aircall),
        helpdesk: self::helpdesk(&draft, helpdesk),
        asks_to_connect: asks,
        left,
        uninstalling,
        lines: draft.settings.lines.iter().map(ToString::to_string).collect(),
        events: draft.events,
        public_url: draft.public_url.clone(),
        rules: rules(&draft),
        mode,
        held: draft.held,
        shadow_until: until.filter(|_| mode == Mode::Shadow).map(|until| until.timestamp()),
        inbox: draft.inbox.clone(),
        read_only: draft.given.iter().filter(|key| crate::config::is_of_console(key)).cloned().collect(),
        sign_in: offered,
        keeps_secrets: vault.is_ok(),
        unkept: unkept.as_ref().map(|unkept| unkept.text.clone()),
        unkept_code: unkept.map(|unkept| unkept.code.to_owned()),
    }))
}

/// To whom people can sign in: not where file or environment give a key, which goes before a sign-in.
fn offered(draft: &Draft, sign_ins: &SignIns) -> Vec<Vendor> {
    let is_given = |vendor: &Vendor| {
        let keys: &[&str] = match vendor {
            Vendor::Aircall => &["aircall.api_id", "aircall.api_token"],
            Vendor::Gorgias | Vendor::Front => &["gorgias.email", "gorgias.api_key", "front.api_token"],
        };
        keys.iter().any(|key| draft.given.contains(*key))
    };
    sign_ins.offered().into_iter().filter(|vendor| !is_given(vendor)).collect()
}

fn aircall(draft: &Draft, noted: Option<Noted>) -> Option<Connected> {
    let (account, by) = draft.aircall.as_ref()?;
    let entered = !draft.given.contains("aircall.api_token");
    let noted = noted.filter(|_| entered);
    Some(Connected {
        vendor: Vendor::Aircall,
        by: *by,
        account: noted.as_ref().map_or_else(|| host(account.base()), |noted| noted.account.clone()),
        email: None,
        since: noted.map(|noted| noted.since),
    })
}

fn helpdesk(draft: &Draft, noted: Option<Noted>) -> Option<Connected> {
    let (helpdesk, by) = draft.helpdesk.as_ref()?;
    let entered = !["gorgias.api_key", "front.api_token"].iter().any(|key| draft.given.contains(*key));
    let noted = noted.filter(|_| entered);
    let (vendor, name, email) = match helpdesk {
        HelpdeskAccount::Gorgias(account) => {
            let host = host(account.base());
            let subdomain = host.strip_suffix(".gorgias.com").map(str::to_owned);
            let name = subdomain.or_else(|| draft.gorgias.account.clone()).unwrap_or(host);
            (Vendor::Gorgias, name, draft.gorgias.email.clone())
        }
        HelpdeskAccount::Front { account, .. } => (Vendor::Front, host(account.base()), None),
    };
    let account = noted.as_ref().map_or(name, |noted| noted.account.clone());
    Some(Connected { vendor, by: *by, account, email, since: noted.map(|noted| noted.since) })
}

fn host(url: &str) -> String {
    let url = url::Url::parse(url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The steps that must be settled before anything is written.
pub(super) fn before_going_live(draft: &Draft, there: Option<&HashSet<u64>>) -> Vec<StepView> {
    let comes_before = |step: &StepView| {
        matches!(step.step, SetupStep::Aircall | SetupStep::Helpdesk | SetupStep::Numbers | SetupStep::Events)
    };
    steps(draft, false, there).into_iter().filter(comes_before).collect()
}

/// All steps, in order. `has_seen`: a dry run of what is entered was shown. `there`: the lines that Aircall has, where that is
/// known; another one that was chosen, of another company or one that is gone, does not count.
fn steps(draft: &Draft, has_seen: bool, there: Option<&HashSet<u64>>) -> Vec<StepView> {
    let (aircall, helpdesk) = (draft.aircall.is_some(), draft.helpdesk.is_some());
    let is_there = |line: &u64| there.is_none_or(|there| there.contains(line));
    let numbers = aircall && draft.settings.lines.iter().any(is_there);
    let events = aircall && (draft.says("aircall.webhook") || draft.public_url.is_some());
    let callers = keys_of(&rules(draft)).iter().any(|(key, _)| draft.says(key));
    let is_on = draft.settings.logging.mode.0 != Mode::Off;
    let ready = aircall && helpdesk && numbers && events;
    let state = |done: bool, can_be: bool| match (done && can_be, can_be) {
        (true, _) => StepState::Done,
        (false, true) => StepState::Open,
        (false, false) => StepState::Waits,
    };
    [
        (SetupStep::Aircall, state(aircall, true)),
        (SetupStep::Helpdesk, state(helpdesk, true)),
        (SetupStep::Numbers, state(numbers, aircall)),
        (SetupStep::Events, state(events, aircall)),
        (SetupStep::Callers, state(callers, helpdesk)),
        // A dry run settles nothing: whoever is live or in shadow mode wants none.
        (SetupStep::DryRun, state(has_seen || is_on, aircall && helpdesk && numbers)),
        (SetupStep::GoLive, state(is_on, ready)),
    ]
    .map(|(step, state)| StepView { step, state })
    .to_vec()
}

/// The keys of `[logging]` as words.
pub(super) fn rules(draft: &Draft) -> CallRules {
    let Logging {
        language,
        unknown_callers,
        several_take_recent,
        log_anonymous,
        log_internal,
        recordings,
        answered,
        missed,
        outbound_unanswered,
        ..
    } = &draft.settings.logging;
    let either = |is_so: bool, yes: &str, no: &str| (if is_so { yes } else { no }).to_owned();
    let keep = |keep: &Keep| {
        match keep {
            Keep::Open => "open",
            Keep::Closed => "closed",
            Keep::Store => "store",
        }
        .to_owned()
    };
    CallRules {
        language: language.code().to_owned(),
        unknown_callers: match unknown_callers {
            UnknownCallers::Placeholder => "placeholder",
            UnknownCallers::PhoneOnly => "phone_only",
            UnknownCallers::Hold => "hold",
        }
        .to_owned(),
        several_matches: either(*several_take_recent, "recent", "ask"),
        anonymous_callers: either(*log_anonymous, "log", "store"),
        internal_calls: either(*log_internal, "log", "store"),
        recordings: recordings.code().to_owned(),
        answered: keep(answered),
        missed: keep(missed),
        outbound_unanswered: keep(outbound_unanswered),
    }
}

/// Each rule with its key.
pub(super) fn keys_of(rules: &CallRules) -> [(&'static str, &str); 9] {
    [
        ("logging.language", &rules.language),
        ("logging.unknown_callers", &rules.unknown_callers),
        ("logging.several_matches", &rules.several_matches),
        ("logging.anonymous_callers", &rules.anonymous_callers),
        ("logging.internal_calls", &rules.internal_calls),
        ("logging.recordings", &rules.recordings),
        ("logging.answered", &rules.answered),
        ("logging.missed", &rules.missed),
        ("logging.outbound_unanswered", &rules.outbound_unanswered),
    ]
}
