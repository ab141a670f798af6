//! Connecting Aircall and a helpdesk by key or by sign-in: tested with harmless reads (`probes.rs`), kept only if accepted,
//! never told again.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use sidetone_protocol::{AircallKey, ConnectedBy, HelpdeskKey, Setup, Tested, Vendor};
use toml::Value;

use super::probes::{
    aircall_account, front_account, gorgias_account, refused, test_aircall, test_front, test_gorgias,
};
use super::view::Noted;
use super::{lines, read, view};
use crate::config::{CONSOLE_PREFIX, Draft, Secret, console_value, sign_in_of};
use crate::house::{Entered, House, NotKept, noted};
use crate::problem::Problem;
use crate::signin::SignedIn;

/// `POST /api/setup/aircall`: the key is tested, and kept if Aircall takes it.
pub(super) async fn aircall(State(house): State<House>, body: Bytes) -> Result<Json<Tested>, Problem> {
    let asked: AircallKey = read(&body, "{\"api_id\": \"…\", \"api_token\": \"…\"}")?;
    can_be_entered(&house, &["aircall.api_id", "aircall.api_token"])?;
    let (id, token) = (asked.api_id.trim(), asked.api_token.trim());
    let account = aircall_account(&house.draft(), ::aircall::Credential::key(id, token));
    let tested = match account {
        Ok(account) => test_aircall(&account, house.plain_transport().as_ref()).await,
        Err(told) => told,
    };
    if tested.accepted {
        let (is_same, was) = as_before(&house, id).await?;
        // Aircall may not tell it just now.
        let name = tested.account.clone().or(was.filter(|_| is_same)).unwrap_or_default();
        house.setup().forget_lines().await;
        house.leave_another_company(&name, is_same).await?;
        house
            .keep(vec![
                Entered::Value("aircall.api_id", Some(Value::String(id.to_owned()))),
                Entered::Secret("aircall.api_token", Some(Secret::new(token))),
                Entered::Secret(sign_in_of(Vendor::Aircall), None),
                Entered::Note(noted("aircall"), Noted::now(&name)),
            ])
            .await?;
        // Those that were chosen in another company do not count.
        lines::there(&house).await;
    }
    Ok(Json(tested))
}

/// Whether Aircall is connected by the key of this id, and with which company, as far as that was noted.
async fn as_before(house: &House, id: &str) -> Result<(bool, Option<String>), Problem> {
    let (store, id) = (house.store(), console_value(&Value::String(id.to_owned())));
    crate::api::blocking(move || {
        let entered = store.setting(&format!("{CONSOLE_PREFIX}aircall.api_id"))?;
        let was = view::connected_with(store.as_ref(), "aircall")?;
        Ok((entered.is_some_and(|entered| entered == id), Some(was).filter(|was| !was.is_empty())))
    })
    .await
}

/// `POST /api/setup/helpdesk`: the key or token is tested, and kept if the helpdesk takes it.
pub(super) async fn helpdesk(State(house): State<House>, body: Bytes) -> Result<Json<Tested>, Problem> {
    let example = "{\"vendor\": \"gorgias\", \"account\": \"acme\", \"email\": \"…\", \"api_key\": \"…\"}";
    match read(&body, example)? {
        HelpdeskKey::Gorgias { account, email, api_key } => {
            gorgias(&house, &account, email.trim(), api_key.trim()).await
        }
        HelpdeskKey::Front { api_token } => front(&house, api_token.trim()).await,
    }
}

async fn gorgias(house: &House, entered: &str, email: &str, key: &str) -> Result<Json<Tested>, Problem> {
    can_be_entered(house, &["gorgias.account", "gorgias.email", "gorgias.api_key", "front.api_token"])?;
    let credential = ::gorgias::Credential::basic(email, key);
    let Ok(subdomain) = ::gorgias::subdomain_of(entered) else {
        let told = ::gorgias::AccountError::NotASubdomain.to_string();
        return Ok(Json(refused("no_such_account", told)));
    };
    let mut tested = match gorgias_account(&house.draft(), &subdomain, credential) {
        Ok(account) => test_gorgias(&account, house.plain_transport().as_ref()).await,
        Err(told) => told,
    };
    if tested.accepted {
        let name = tested.account.get_or_insert(subdomain.clone()).clone();
        let comes = house.comes_helpdesk(Vendor::Gorgias, &subdomain).await?;
        house
            .keep(helpdesk_is(
                comes.into_iter().chain([
                    Entered::Value("gorgias.account", Some(Value::String(subdomain))),
                    Entered::Value("gorgias.email", Some(Value::String(email.to_owned()))),
                    Entered::Secret("gorgias.api_key", Some(Secret::new(key))),
                ]),
                Vendor::Gorgias,
                ConnectedBy::Key,
                &name,
            ))
            .await?;
    }
    Ok(Json(tested))
}

async fn front(house: &House, token: &str) -> Result<Json<Tested>, Problem> {
    can_be_entered(house, &["front.api_token", "gorgias.email", "gorgias.api_key"])?;
    let tested = match front_account(&house.draft(), ::front::Credential::bearer(token)) {
        Ok(account) => test_front(&account, house.plain_transport().as_ref()).await,
        Err(told) => told,
    };
    if tested.accepted {
        let name = tested.account.clone().unwrap_or_default();
        let comes = house.comes_helpdesk(Vendor::Front, &name).await?;
        let token = Entered::Secret("front.api_token", Some(Secret::new(token)));
        house
            .keep(helpdesk_is(comes.into_iter().chain([token]), Vendor::Front, ConnectedBy::Key, &name))
            .await?;
    }
    Ok(Json(tested))
}

/// The helpdesk is this one, and no other any more.
fn helpdesk_is(
    entered: impl IntoIterator<Item = Entered>,
    vendor: Vendor,
    by: ConnectedBy,
    account: &str,
) -> Vec<Entered> {
    let mut entered: Vec<Entered> = entered.into_iter().collect();
    let by_key = by == ConnectedBy::Key;
    if !(vendor == Vendor::Gorgias && by_key) {
        entered.extend(without_gorgias_key());
    }
    if vendor != Vendor::Gorgias {
        entered.push(Entered::Value("gorgias.account", None));
    }
    if !(vendor == Vendor::Front && by_key) {
        entered.push(Entered::Secret("front.api_token", None));
    }
    let unused = [Vendor::Gorgias, Vendor::Front].into_iter().filter(|other| by_key || *other != vendor);
    entered.extend(unused.map(|vendor| Entered::Secret(sign_in_of(vendor), None)));
    entered.push(Entered::Note(noted("helpdesk"), Noted::now(account)));
    entered
}

/// How the account is called that somebody signed in to.
pub(crate) fn name_of<'a>(signed_in: &'a SignedIn, tested: &'a Tested) -> &'a str {
    tested.account.as_deref().or(signed_in.account.as_deref()).unwrap_or_default()
}

/// What is entered beside the tokens once somebody signed in.
pub(crate) fn by_sign_in(draft: &Draft, signed_in: &SignedIn, tested: &Tested) -> Vec<Entered> {
    let name = name_of(signed_in, tested);
    match (signed_in.vendor, &signed_in.account) {
        (Vendor::Aircall, _) => vec![
            Entered::Value("aircall.api_id", None),
            Entered::Secret("aircall.api_token", None),
            Entered::Note(noted("aircall"), Noted::now(name)),
        ],
        (vendor, account) => {
            // Where the file names it, it is this one: see `fits`.
            let account = account
                .clone()
                .filter(|_| !draft.given.contains("gorgias.account"))
                .map(|account| Entered::Value("gorgias.account", Some(Value::String(account))));
            helpdesk_is(account, vendor, ConnectedBy::SignIn, name)
        }
    }
}

fn without_gorgias_key() -> [Entered; 2] {
    [Entered::Value("gorgias.email", None), Entered::Secret("gorgias.api_key", None)]
}

/// `DELETE /api/setup/aircall`: our webhook is deleted there, or named in `left`; what was entered is forgotten, and the mode
/// with it: who connects again goes live again.
pub(super) async fn forget_aircall(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    house.setup().forget_lines().await;
    house.disconnect_aircall().await?;
    view::setup(&house).await
}

/// `DELETE /api/setup/helpdesk`: forgets what was entered.
pub(super) async fn forget_helpdesk(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    let mut entered = Vec::from(without_gorgias_key());
    entered.push(Entered::Value("gorgias.account", None));
    entered.push(Entered::Secret("front.api_token", None));
    entered.extend([Vendor::Gorgias, Vendor::Front].map(|vendor| Entered::Secret(sign_in_of(vendor), None)));
    entered.push(Entered::Note(noted("helpdesk"), String::new()));
    entered.extend(house.goes_helpdesk().await?);
    house.keep(entered).await?;
    view::setup(&house).await
}

/// Before anything is tested: whether it could be kept.
fn can_be_entered(house: &House, keys: &[&str]) -> Result<(), Problem> {
    let draft = house.draft();
    if let Some(key) = keys.iter().find(|key| draft.given.contains(**key)) {
        return Err(NotKept::ReadOnly((*key).to_owned()).into());
    }
    house.vault().map(drop).map_err(|unkept| NotKept::NoVault(unkept).into())
}

/// Nobody is there any more who could test.
pub(crate) fn stopping() -> Tested {
    refused("unreachable", "Sidetone is stopping".to_owned())
}

/// Whether somebody may connect this account: file or environment may say that it is another one.
pub(crate) fn fits(draft: &Draft, signed_in: &SignedIn) -> Result<(), Tested> {
    let is_fixed = signed_in.vendor == Vendor::Gorgias && draft.given.contains("gorgias.account");
    if is_fixed && draft.gorgias.account != signed_in.account {
        let told = NotKept::ReadOnly("gorgias.account".to_owned()).to_string();
        return Err(refused("read_only", told));
    }
    Ok(())
}

/// Tests what somebody signed in to, with the token that it gave.
pub(crate) async fn test_signed_in(house: &House, signed_in: &SignedIn, access: &Secret) -> Tested {
    let (draft, transport, token) = (house.draft(), house.plain_transport(), access.reveal());
    match signed_in.vendor {
        Vendor::Aircall => match aircall_account(&draft, ::aircall::Credential::bearer(token)) {
            Ok(account) => test_aircall(&account, transport.as_ref()).await,
            Err(told) => told,
        },
        Vendor::Gorgias => {
            let subdomain = signed_in.account.as_deref().unwrap_or_default();
            match gorgias_account(&draft, subdomain, ::gorgias::Credential::bearer(token)) {
                Ok(account) => test_gorgias(&account, transport.as_ref()).await,
                Err(told) => told,
            }
        }
        Vendor::Front => match front_account(&draft, ::front::Credential::bearer(token)) {
            Ok(account) => test_front(&account, transport.as_ref()).await,
            Err(told) => told,
        },
    }
}
