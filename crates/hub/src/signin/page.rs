//! What the browser shows at the end of a sign-in: one small page, without script, in the browser's language. Nothing that
//! came in the address stands on it.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use sidetone_protocol::Vendor;
use sidetone_words::{Language, Windows, fill};

use super::code::Code;

/// How a sign-in ended, as the person in the browser is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Signed in.
    Done {
        /// To what.
        vendor: Vendor,
        /// Where the vendor wants the browser.
        finish: Option<String>,
    },
    /// Signed in; an admin of ours decides.
    Asks {
        /// The account.
        account: String,
    },
    /// Not.
    Failed {
        /// To what.
        vendor: Vendor,
        /// Why.
        code: Code,
        /// The account.
        account: Option<String>,
    },
    /// Nobody can sign in here.
    NotOffered {
        /// To what.
        vendor: Vendor,
    },
    /// Nothing can be kept here.
    NotKept,
}

/// What a page says.
struct Told {
    heading: String,
    next: String,
    is_good: bool,
}

pub(super) fn page(ending: &Ending, language: Language) -> Response {
    let told = told(ending, language.windows());
    let body = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>Sidetone</title><style>{STYLE}</style></head><body>\
         <main><p class=\"name\">Sidetone</p><h1>{}</h1><p>{}</p></main></body></html>",
        language.code(),
        escaped(&told.heading),
        escaped(&told.next),
    );
    let status = if told.is_good { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, headers(language), body).into_response()
}

/// Nothing but the style above. The address holds a code: it is told to nobody and kept nowhere.
fn headers(language: Language) -> [(HeaderName, String); 7] {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_LANGUAGE, language.code().to_owned()),
        (header::VARY, "accept-language".to_owned()),
    ]
}

const STYLE: &str = ":root{color-scheme:light dark}body{margin:0;font:16px/1.5 system-ui,sans-serif}\
    main{max-width:32rem;margin:20vh auto 0;padding:0 1.5rem}h1{font-size:1.375rem;line-height:1.3;margin:0 0 .5rem}\
    p{margin:0}.name{margin-bottom:1.5rem;opacity:.7}";

fn told(ending: &Ending, words: &Windows) -> Told {
    let bad = |heading: String, next: &str| Told { heading, next: next.to_owned(), is_good: false };
    let good = |heading: String, next: &str| Told { heading, next: next.to_owned(), is_good: true };
    match ending {
        Ending::Done { vendor, .. } => {
            good(fill(words.browser_signed_in, &[("service", name(*vendor))]), words.browser_go_back)
        }
        Ending::Asks { account } => {
            good(fill(words.browser_asks, &[("account", account)]), words.browser_asks_next)
        }
        Ending::NotOffered { vendor } => {
            bad(fill(words.browser_not_offered, &[("service", name(*vendor))]), words.browser_ask_admin)
        }
        Ending::NotKept => bad(words.browser_not_kept.to_owned(), words.browser_ask_admin),
        Ending::Failed { vendor, code, account } => {
            let service = [("service", name(*vendor))];
            let say = |text: &str| fill(text, &service);
            match code {
                Code::Refused => bad(words.browser_refused.to_owned(), words.browser_refused_next),
                Code::NotAdmin => bad(say(words.browser_not_admin), words.browser_not_admin_next),
                Code::Expired => bad(words.browser_expired.to_owned(), words.browser_start_again),
                Code::WrongState => bad(words.browser_wrong_state.to_owned(), words.browser_start_again),
                Code::UsedCode => bad(words.browser_used_code.to_owned(), words.browser_used_code_next),
                Code::WrongApp => bad(say(words.browser_wrong_app), words.browser_wrong_app_next),
                Code::RedirectNotAllowed => {
                    bad(say(words.browser_redirect), &say(words.browser_redirect_next))
                }
                Code::NotKept => bad(words.browser_not_kept.to_owned(), words.browser_ask_admin),
                Code::Unreachable => bad(say(words.browser_unreachable), words.browser_unreachable_next),
                Code::NoSuchAccount => {
                    let account = account.as_deref().unwrap_or_default();
                    bad(fill(words.browser_no_account, &[("name", account)]), words.browser_no_account_next)
                }
            }
        }
    }
}

fn name(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "Aircall",
        Vendor::Gorgias => "Gorgias",
        Vendor::Front => "Front",
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The first of ours in the browser's order (RFC 9110 §12.5.4); English where it wants none of them.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let wanted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best: Option<(f32, Language)> = None;
    for part in wanted.split(',').take(20) {
        let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        let code = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(language) = Language::from_code(&code)
            && weight > best.map_or(0.0, |(best, _)| best)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

    use super::*;

    #[test]
    fn the_page_speaks_the_browsers_language() {
        for (wanted, language) in [
            ("fr", Language::Fr),
            ("de-AT,de;q=0.9,en;q=0.8", Language::De),
            ("es, en;q=0.5, fr;q=0.7", Language::Fr),
            ("es, de;q=0", Language::En),
            ("fr;q=oops, de;q=0.1", Language::De),
            ("den", Language::En),
            ("*", Language::En),
            ("", Language::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, wanted.parse().unwrap());
            assert_eq!(super::language(&headers), language, "{wanted}");
        }
        assert_eq!(super::language(&HeaderMap::new()), Language::En);
    }

    #[test]
    fn every_end_is_told_in_every_language_with_nothing_left_open() {
        let codes = [
            Code::Refused,
            Code::NotAdmin,
            Code::Expired,
            Code::WrongState,
            Code::UsedCode,
            Code::WrongApp,
            Code::RedirectNotAllowed,
            Code::Unreachable,
            Code::NoSuchAccount,
        ];
        let failed =
            codes.map(|code| Ending::Failed { vendor: Vendor::Gorgias, code, account: Some("acme".into()) });
        let others = [
            Ending::Done { vendor: Vendor::Front, finish: None },
            Ending::Asks { account: "acme".into() },
            Ending::NotOffered { vendor: Vendor::Gorgias },
            Ending::NotKept,
        ];
        for ending in failed.iter().chain(&others) {
            let mut seen = std::collections::BTreeSet::new();
            for language in Language::ALL {
                let told = told(ending, language.windows());
                assert!(!told.heading.is_empty() && !told.next.is_empty(), "{ending:?}");
                assert!(
                    !told.heading.contains('{') && !told.next.contains('{'),
                    "{ending:?} {}",
                    told.heading
                );
                seen.insert(told.heading);
            }
            assert_eq!(seen.len(), 3, "{ending:?}: each language has words of its own");
        }
    }

    #[tokio::test]
    async fn the_page_has_no_script_and_takes_nothing_for_markup() {
        let ending = Ending::Asks { account: "<script>alert(1)</script>".into() };
        let answer = page(&ending, Language::Fr);
        assert_eq!(answer.headers()["content-language"], "fr");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(!body.contains("<script") && body.contains("&lt;script&gt;"), "{body}");
        assert!(body.contains("<html lang=\"fr\">"), "{body}");
    }
}
