//! The consent page, and what a person decides on it. It works without a script.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use http::Method;

use super::codes::{Codes, Wish};
use crate::{
    dice::Dice,
    paper::{escape, with_a_form},
    wire::{Answered, Asked},
};

/// A number that can be picked on the page.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) id: u64,
    pub(crate) name: String,
}

/// What a vendor's page says, and what it wants.
#[derive(Debug)]
pub(crate) struct Asks {
    pub(crate) vendor: &'static str,
    pub(crate) company: &'static str,
    /// The one scope that may be asked for; `None` = whatever is asked for.
    pub(crate) scope: Option<&'static str>,
    /// The numbers among which to pick; empty where none are picked.
    pub(crate) numbers: Vec<Offer>,
}

/// A vendor at whom one can sign in.
pub(crate) trait SignsIn {
    fn codes(&mut self) -> (&mut Codes, &mut Dice);
    fn time(&self) -> DateTime<Utc>;
    fn asks(&self) -> Asks;
}

/// Why there is no consent page.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The vendor says so itself.
    Shown(u16, &'static str),
    /// The app is told at its redirect URI.
    SentBack(String),
}

/// What the person on the page does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verdict<'a> {
    /// Presses Authorize with these numbers picked; `None` = all that are offered.
    Authorize(Option<&'a [u64]>),
    /// Presses Cancel.
    Cancel,
}

/// `GET` and `POST /oauth/authorize`.
pub(crate) fn authorize(vendor: &mut impl SignsIn, asked: &Asked) -> Answered {
    match asked.method {
        Method::GET => match look(vendor, &asked.query) {
            Ok(wish) => {
                let (now, asks) = (vendor.time(), vendor.asks());
                let (codes, dice) = vendor.codes();
                let page = codes.open(wish.clone(), now, dice);
                with_a_form(200, "Authorize", &consent_page(&asks, &wish, &page, None))
            }
            Err(Stopped::Shown(status, why)) => refused_page(status, why),
            Err(Stopped::SentBack(location)) => lead(location),
        },
        Method::POST => decided(vendor, asked),
        _ => refused_page(405, "This page is opened in a browser."),
    }
}

/// The person decides without a page. The address that the browser would be led to.
pub(crate) fn decide(
    vendor: &mut impl SignsIn,
    query: &[(String, String)],
    verdict: Verdict<'_>,
) -> Result<String, &'static str> {
    let wish = match look(vendor, query) {
        Ok(wish) => wish,
        Err(Stopped::SentBack(location)) => return Ok(location),
        Err(Stopped::Shown(_, why)) => return Err(why),
    };
    let offered: Vec<u64> = vendor.asks().numbers.iter().map(|offer| offer.id).collect();
    let numbers = match verdict {
        Verdict::Cancel => return Ok(wish.back("error", "access_denied")),
        Verdict::Authorize(None) => offered.clone(),
        Verdict::Authorize(Some(picked)) => picked.to_vec(),
    };
    if numbers.iter().any(|picked| !offered.contains(picked)) || (numbers.is_empty() && !offered.is_empty()) {
        return Err(PICK_A_NUMBER);
    }
    let now = vendor.time();
    let (codes, dice) = vendor.codes();
    Ok(codes.allow(wish, numbers, now, dice))
}

const PICK_A_NUMBER: &str = "Pick at least one of the numbers that are offered.";

/// What is asked for, or why it cannot be. `query` is that of the address.
fn look(vendor: &mut impl SignsIn, query: &[(String, String)]) -> Result<Wish, Stopped> {
    use super::app::AuthorizeFaults::{ClientShown, SentBack, Shown};
    let param = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let asks = vendor.asks();
    let (codes, _) = vendor.codes();
    let app = &codes.app;
    let wish = Wish {
        redirect_uri: param("redirect_uri").unwrap_or_default(),
        state: param("state"),
        scope: param("scope").unwrap_or_default(),
        nonce: param("nonce"),
    };
    let is_redirect_good = app.allows(&wish.redirect_uri);
    if param("client_id").as_deref() != Some(app.client_id.as_str()) {
        return Err(match app.faults {
            SentBack if is_redirect_good => Stopped::SentBack(wish.back("error", "invalid_client")),
            _ => Stopped::Shown(400, "There is no app with this client_id."),
        });
    }
    if !is_redirect_good {
        return Err(Stopped::Shown(400, "This redirect_uri is not registered for the app."));
    }
    let fault = match param("response_type").as_deref() {
        Some("code") if asks.scope.is_none_or(|scope| scope == wish.scope) => None,
        Some("code") => Some(("invalid_scope", "The app asks for a scope that does not exist.")),
        Some(_) => Some(("unsupported_response_type", "response_type must be code.")),
        None => Some(("invalid_request", "response_type is missing.")),
    };
    if let Some((error, why)) = fault {
        return Err(match app.faults {
            Shown => Stopped::Shown(400, why),
            ClientShown | SentBack => Stopped::SentBack(wish.back("error", error)),
        });
    }
    if !app.is_admin {
        return Err(if app.not_admin_is_sent_back {
            Stopped::SentBack(wish.back("error", "access_denied"))
        } else {
            Stopped::Shown(403, "You must be an administrator to authorize an app.")
        });
    }
    Ok(wish)
}

/// The form came back.
fn decided(vendor: &mut impl SignsIn, asked: &Asked) -> Answered {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let page = field("page").unwrap_or_default().to_owned();
    let (now, asks) = (vendor.time(), vendor.asks());
    let (codes, dice) = vendor.codes();
    let Some(wish) = codes.page(&page, now) else {
        return refused_page(
            400,
            "This page has been answered, or has stood open for too long. Start again.",
        );
    };
    if field("decision") != Some("authorize") {
        codes.close(&page);
        return lead(wish.back("error", "access_denied"));
    }
    let is_offered = |id: &u64| asks.numbers.iter().any(|offer| offer.id == *id);
    let picked: Vec<u64> = fields
        .iter()
        .filter(|(key, _)| key == "number")
        .filter_map(|(_, value)| value.parse().ok())
        .filter(is_offered)
        .collect();
    if picked.is_empty() && !asks.numbers.is_empty() {
        return with_a_form(422, "Authorize", &consent_page(&asks, &wish, &page, Some(PICK_A_NUMBER)));
    }
    codes.close(&page);
    lead(codes.allow(wish, picked, now, dice))
}

fn lead(location: String) -> Answered {
    Answered::empty(302).with("location", location).with("cache-control", "no-store")
}

fn refused_page(status: u16, why: &str) -> Answered {
    let main = format!(
        "<h1>This app cannot be authorized</h1><p class=\"problem\" role=\"alert\">{}</p>",
        escape(why)
    );
    with_a_form(status, "Not authorized", &main)
}

fn consent_page(asks: &Asks, wish: &Wish, page: &str, problem: Option<&str>) -> String {
    let mut main = format!(
        "<h1>Sidetone asks for access to {}</h1><p>You are signed in to {} as an administrator.</p>",
        escape(asks.company),
        escape(asks.vendor),
    );
    if let Some(problem) = problem {
        let _ = write!(main, "<p class=\"problem\" role=\"alert\">{}</p>", escape(problem));
    }
    let leads_to = url::Url::parse(&wish.redirect_uri).map(|url| url.origin().ascii_serialization());
    let leads_to =
        leads_to.ok().filter(|origin| origin != "null").unwrap_or_else(|| wish.redirect_uri.clone());
    let _ = write!(main, "<p>Afterwards this page leads to <b>{}</b>.</p>", escape(&leads_to));
    if !wish.scope.is_empty() {
        main.push_str("<h2>What it may do</h2><ul class=\"chips\">");
        for scope in wish.scope.split_whitespace() {
            let _ = write!(main, "<li class=\"chip\">{}</li>", escape(scope));
        }
        main.push_str("</ul>");
    }
    let _ = write!(
        main,
        "<form method=\"post\" action=\"/oauth/authorize\"><input type=\"hidden\" name=\"page\" value=\"{page}\">"
    );
    if !asks.numbers.is_empty() {
        main.push_str("<fieldset><legend>Numbers to connect</legend>");
        for offer in &asks.numbers {
            let _ = write!(
                main,
                "<p><label><input type=\"checkbox\" name=\"number\" value=\"{}\" checked> {}</label></p>",
                offer.id,
                escape(&offer.name),
            );
        }
        main.push_str("</fieldset>");
    }
    main.push_str(
        "<p class=\"actions\"><button type=\"submit\" name=\"decision\" value=\"authorize\" class=\"btn primary\">\
         Authorize</button><button type=\"submit\" name=\"decision\" value=\"cancel\" class=\"btn\">Cancel</button></p></form>",
    );
    main
}
