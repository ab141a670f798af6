//! Who may use the control API: programs on this machine, and pages of the sandbox itself. A page of some
//! other site in the same browser may not, whether it comes by another origin or by a rebound name.

use std::sync::{Arc, Mutex};

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::json;

use crate::{desk::to_response, hold, wire::Answered};

/// The ports on which the sandbox's own pages live.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours(Arc<Mutex<Option<[u16; 3]>>>);

impl Neighbours {
    /// The ports of Aircall, Gorgias and Front.
    pub(crate) fn set(&self, ports: [u16; 3]) {
        *hold(&self.0) = Some(ports);
    }

    /// The Gorgias stand-in's origin under the name that the browser used for this one.
    pub(crate) fn gorgias_origin(&self, host: &str) -> Option<String> {
        let [_, port, _] = (*hold(&self.0))?;
        Some(format!("http://{}:{port}", name_of(host)))
    }

    /// The Front stand-in's origin under the name that the browser used for this one.
    pub(crate) fn front_origin(&self, host: &str) -> Option<String> {
        let [_, _, port] = (*hold(&self.0))?;
        Some(format!("http://{}:{port}", name_of(host)))
    }

    fn has(&self, port: u16) -> bool {
        hold(&self.0).is_some_and(|ports| ports.contains(&port))
    }
}

/// Refuses strangers, answers preflights, and allows the sandbox's own pages to read.
pub(crate) async fn guard(neighbours: Neighbours, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !is_loopback_host(headers) {
        return refuse("this name does not lead to this machine; use 127.0.0.1 or localhost");
    }
    let origin = headers.get(header::ORIGIN).cloned();
    let is_page = request.method() == Method::GET && !is_api(request.uri().path());
    match &origin {
        Some(origin) if !is_own(origin, headers, &neighbours) => {
            return refuse("other sites may not use the sandbox");
        }
        // Navigations carry no origin; a page may be opened from anywhere, the API may not be called.
        None if !is_page && is_cross_site(headers) => {
            return refuse("other sites may not use the sandbox");
        }
        _ => {}
    }
    let mut response = if request.method() == Method::OPTIONS {
        to_response(Answered::empty(204))
    } else {
        next.run(request).await
    };
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

fn refuse(text: &str) -> Response {
    to_response(Answered::json(403, &json!({"error": text})))
}

fn is_api(path: &str) -> bool {
    path.strip_prefix("/_sandbox/").is_some_and(|rest| !rest.is_empty() && !rest.contains('.'))
}

/// A request made in-process may have no host; one from a browser always has.
fn is_loopback_host(headers: &HeaderMap) -> bool {
    headers.get(header::HOST).is_none_or(|host| host.to_str().is_ok_and(|host| is_loopback(name_of(host))))
}

fn is_loopback(name: &str) -> bool {
    matches!(name, "127.0.0.1" | "[::1]" | "localhost") || name.ends_with(".localhost")
}

fn is_own(origin: &HeaderValue, headers: &HeaderMap, neighbours: &Neighbours) -> bool {
    let Some(host) = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")) else {
        return false;
    };
    let is_same = headers.get(header::HOST).is_some_and(|own| own.as_bytes() == host.as_bytes());
    let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    is_loopback(name_of(host)) && (is_same || port.is_some_and(|port| neighbours.has(port)))
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get(HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| site.as_bytes() == b"cross-site")
}

/// The host without its port; an IPv6 address keeps its brackets.
fn name_of(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => &host[..colon],
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(origin: &str, host: &str) -> bool {
        let neighbours = Neighbours::default();
        neighbours.set([4001, 4002, 4003]);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        is_own(&HeaderValue::from_str(origin).unwrap(), &headers, &neighbours)
    }

    #[test]
    fn only_the_sandboxs_own_pages_may_call() {
        assert!(own("http://127.0.0.1:4001", "127.0.0.1:4002"));
        assert!(own("http://localhost:4002", "localhost:4002"));
        assert!(own("http://127.0.0.1:4001", "127.0.0.1:4003"));
        assert!(!own("http://127.0.0.1:8080", "127.0.0.1:4002"));
        assert!(!own("http://evil.example.com:4001", "127.0.0.1:4002"));
        assert!(!own("null", "127.0.0.1:4002"));
        assert!(!own("https://127.0.0.1:4001", "127.0.0.1:4002"));
    }

    #[test]
    fn a_rebound_name_is_not_this_machine() {
        for (host, expected) in [
            ("127.0.0.1:4001", true),
            ("[::1]:4001", true),
            ("localhost", true),
            ("aircall.localhost", true),
            ("127.0.0.1.example.com:4001", false),
            ("example.com", false),
        ] {
            assert_eq!(is_loopback(name_of(host)), expected, "{host}");
        }
    }
}
