//! What every readable page of the sandbox is made of: the frame that says that all is invented, and text that stays
//! text whatever stands in it.

use crate::wire::Answered;

/// A whole page. `title` and `main` are HTML already.
pub(crate) fn frame(title: &str, main: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} – Sandbox</title><link rel=\"stylesheet\" href=\"/_sandbox/control.css\"></head>\
         <body class=\"paper\"><p class=\"sandbox\">Sandbox, invented data</p><main>{main}</main></body></html>"
    )
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A page with a form. Where the form may lead is left open: browsers hold a rule about it against the redirect that
/// answers the form as well, and a consent leads to wherever the app lives.
pub(crate) fn with_a_form(status: u16, title: &str, main: &str) -> Answered {
    Answered::html(status, frame(title, main))
        .with(
            "content-security-policy",
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        .with("x-content-type-options", "nosniff")
        // `no-referrer` would take the origin off the form, and the control refuses forms without one.
        .with("referrer-policy", "same-origin")
        .with("cache-control", "no-store")
}
