//! The page on which a person sees the app at a vendor and takes it away, without a script: for Gorgias with the App Store's
//! "Connect App", for Aircall with the Dashboard's "Install".

use std::fmt::Write as _;

use axum::{
    Form,
    response::Response,
    routing::{MethodRouter, get},
};
use http::HeaderMap;
use serde_json::Value;

use super::{
    AircallControl, FrontControl, GorgiasControl,
    pages::{escape, fact, text_or, when},
};
use crate::{desk::to_response, paper::with_a_form, wire::Answered};

/// Where the page is.
pub(super) const PATH: &str = "/_sandbox/apps";

/// What a form of the page asks for.
#[derive(Debug, serde::Deserialize)]
struct Wish {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    app_url: String,
}

pub(super) fn aircall(control: AircallControl) -> MethodRouter {
    let shown = control.clone();
    let look = move || {
        let app_url = shown.app().app_url;
        page(&shown.sign_in_state(), Some(app_url.as_str()).filter(|url| !url.is_empty()))
    };
    route(look, move |wish| match wish.what.as_str() {
        "app_url" => control.change_app(|app| app.app_url = wish.app_url),
        "uninstall" => control.uninstall(),
        "expire" => control.expire_tokens(),
        _ => {}
    })
}

pub(super) fn gorgias(control: GorgiasControl) -> MethodRouter {
    let shown = control.clone();
    let look = move || page(&shown.sign_in_state(), shown.connect_url().as_deref());
    route(look, move |wish| match wish.what.as_str() {
        "app_url" => control.change_app(|app| app.app_url = wish.app_url),
        "uninstall" => control.uninstall(),
        "expire" => control.expire_tokens(),
        _ => {}
    })
}

pub(super) fn front(control: FrontControl) -> MethodRouter {
    let shown = control.clone();
    let look = move || page(&shown.sign_in_state(), None);
    route(look, move |wish| match wish.what.as_str() {
        "uninstall" => control.uninstall(),
        "expire" => control.expire_tokens(),
        _ => {}
    })
}

fn route(
    look: impl Fn() -> Response + Clone + Send + Sync + 'static,
    act: impl Fn(Wish) + Clone + Send + Sync + 'static,
) -> MethodRouter {
    get(move || async move { look() }).post(move |headers: HeaderMap, Form(wish): Form<Wish>| async move {
        act(wish);
        done(&headers)
    })
}

/// `state` is the control's own view of the app; `connect` the address to which the vendor would lead.
fn page(state: &Value, connect: Option<&str>) -> Response {
    to_response(with_a_form(200, "App", &main(state, connect)))
}

/// Back to the page after a form was done.
fn done(headers: &HeaderMap) -> Response {
    let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let location = host.map_or_else(|| PATH.to_owned(), |host| format!("http://{host}{PATH}"));
    to_response(Answered::empty(303).with("location", location))
}

fn main(state: &Value, connect: Option<&str>) -> String {
    let vendor = text_or(&state["vendor"], "");
    let is_gorgias = state["vendor"] == "Gorgias";
    let mut main = format!("<h1>Sidetone at {vendor}</h1><dl class=\"facts\">");
    fact(&mut main, "Client ID", &text_or(&state["client_id"], "–"));
    let installs = state["installs"].as_u64().unwrap_or_default();
    fact(&mut main, "Installed", if installs > 0 { "Yes" } else { "No" });
    fact(
        &mut main,
        "Who consents",
        if state["is_admin"] == true { "An administrator" } else { "Somebody who is none" },
    );
    main.push_str("</dl>");
    if state["vendor"] != "Front" {
        let (heading, press) =
            if is_gorgias { ("App Store", "Connect App") } else { ("Integrations", "Install") };
        let _ = write!(main, "<h2>{heading}</h2>");
        match connect {
            Some(url) => {
                let _ = write!(main, "<p><a class=\"btn primary\" href=\"{}\">{press}</a></p>", escape(url));
            }
            None => main.push_str("<p class=\"empty\">The app has no address yet.</p>"),
        }
        let example = if is_gorgias {
            "http://127.0.0.1:8787/install/gorgias?account={gorgias_account}"
        } else {
            "http://127.0.0.1:8787/install/aircall"
        };
        let _ = write!(
            main,
            "<form method=\"post\" action=\"{PATH}\" class=\"form\"><input type=\"hidden\" name=\"do\" value=\"app_url\">\
             <label class=\"field\"><span>App URL</span><input class=\"input\" name=\"app_url\" value=\"{}\" \
             placeholder=\"{example}\" autocomplete=\"off\" spellcheck=\"false\"></label>\
             <button type=\"submit\" class=\"btn\">Save</button></form>",
            text_or(&state["app_url"], ""),
        );
    }
    main.push_str("<h2>Codes that wait</h2><ul class=\"rows\">");
    let codes = state["codes"].as_array().map(Vec::as_slice).unwrap_or_default();
    for code in codes {
        let _ = write!(
            main,
            "<li><span>{} for {}</span><span>until {}</span></li>",
            text_or(&code["code"], ""),
            text_or(&code["redirect_uri"], ""),
            when(&code["until"]),
        );
    }
    if codes.is_empty() {
        main.push_str("<li>None</li>");
    }
    let _ = write!(
        main,
        "</ul><form method=\"post\" action=\"{PATH}\" class=\"actions\">\
         <button type=\"submit\" name=\"do\" value=\"expire\" class=\"btn\">Expire access tokens</button>\
         <button type=\"submit\" name=\"do\" value=\"uninstall\" class=\"btn\">Uninstall</button></form>"
    );
    main
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_page_shows_is_text() {
        let state = json!({
            "vendor": "Gorgias", "client_id": "<b>", "installs": 1, "is_admin": true, "app_url": "\"><script>",
            "codes": [{"code": "ab12…", "redirect_uri": "https://x/<i>", "until": "2027-01-15T08:00:00Z"}],
        });
        let page = main(&state, Some("https://hub.example.com/?a=\"x"));
        assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("<i>"));
        assert!(
            page.contains("Connect App") && page.contains("ab12…") && page.contains("2027-01-15 08:00 UTC")
        );
    }
}
