//! How Aircall's events get here: the way that is set, and whether the public address leads to this hub.

use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use sidetone_engine::settings::Arrival;
use url::{Host, Url};

use super::check::{Check, fault, hint, passed};
use super::lines::writes;
use super::patient::{Patient, is_here};
use super::said;
use super::webhook::PATH;

/// Aircall waits for an answer for a few seconds; so do we.
const WITHIN: Duration = Duration::from_secs(10);
/// An event within this time shows that the address works, whatever we see of it from here.
const LATELY_SECONDS: i64 = 3600;

pub(super) async fn checks(patient: &Patient, is_served: bool) -> Vec<Check> {
    let mut checks = vec![arrival(patient), sandbox(patient)];
    if let Arrival::OwnWebhook { public_url } = &patient.config.settings.arrival {
        checks.push(public_url_check(patient, public_url));
        checks.push(reached(patient, public_url, is_served).await);
    }
    checks
}

fn arrival(patient: &Patient) -> Check {
    match &patient.config.settings.arrival {
        Arrival::OwnWebhook { .. } => passed("arrival", "Calls arrive in real time, by a webhook of our own")
            .with_value(said!(value_webhook)),
        Arrival::ManualWebhook => passed("arrival", "Calls arrive in real time, by a webhook made by hand")
            .with_value(said!(value_by_hand)),
        Arrival::Polling => {
            hint("arrival", said!(polled_only), said!(polled_only_mend)).with_value(said!(value_polling))
        }
    }
}

/// Stand-ins on the one side and a real account on the other.
fn sandbox(patient: &Patient) -> Check {
    let (phone, desk) = (patient.config.aircall.base(), patient.config.helpdesk.base());
    let key = patient.config.helpdesk.base_key();
    let (what, mend) = match (is_here(phone), is_here(desk)) {
        (false, false) => {
            return passed("sandbox", "Both services are real ones").with_value(said!(value_real));
        }
        (true, true) => {
            return passed("sandbox", "Both services are on this computer: a sandbox")
                .with_value(said!(value_sandbox));
        }
        (false, true) => (said!(real_into_stand_in), said!(real_into_stand_in_mend, key = key)),
        (true, false) => (said!(stand_in_into_real), said!(stand_in_into_real_mend)),
    };
    if writes(patient) { fault("sandbox", what, mend) } else { hint("sandbox", what, mend) }
}

fn public_url_check(patient: &Patient, public_url: &str) -> Check {
    let mend = said!(public_url_mend);
    let Ok(url) = Url::parse(public_url) else {
        return fault("public_url", said!(public_url_unread), mend);
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    if is_here(patient.config.aircall.base()) {
        return passed("public_url", "Aircall's stand-in is on this computer, as the public address is")
            .with_value(host);
    }
    if is_private(&url) {
        return fault("public_url", said!(public_url_private, host = host), mend);
    }
    if url.scheme() != "https" {
        return fault("public_url", said!(public_url_plain), mend);
    }
    passed("public_url", "The public address is https on the internet").with_value(host)
}

fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified()
        }
        // Names of home networks and of nobody (RFC 6761, RFC 6762, RFC 8375).
        Some(Host::Domain(name)) => {
            ["localhost", "local", "internal", "lan", "home.arpa", "test", "invalid"].iter().any(|end| {
                name.trim_end_matches('.').rsplit('.').next() == Some(end) || name.ends_with(".home.arpa")
            })
        }
        None => true,
    }
}

/// Whether the receiver answers there. It is asked with a verb that it does not take, which costs nobody anything.
async fn reached(patient: &Patient, public_url: &str, is_served: bool) -> Check {
    let begun = Instant::now();
    let (code, mend) = ("public_address", said!(reverse_proxy_mend));
    let request =
        http::Request::get(format!("{}{PATH}", public_url.trim_end_matches('/'))).body(Bytes::new());
    let Ok(request) = request else { return fault(code, said!(public_address_unasked), mend) };
    let answer = match tokio::time::timeout(WITHIN, patient.transport.send(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return unreached(patient, is_served, &error.to_string()),
        Err(_) => return unreached(patient, is_served, "no answer within 10 s"),
    };
    let is_ours = answer.status() == http::StatusCode::METHOD_NOT_ALLOWED && says_so(answer.body());
    if is_ours {
        let took = begun.elapsed().as_millis();
        return passed(code, "The public address leads to a Sidetone").with_value(format!("{took} ms"));
    }
    let status = answer.status().as_u16();
    if !is_served {
        return not_running(code);
    }
    fault(code, said!(public_address_other, code = status), mend)
}

fn says_so(body: &[u8]) -> bool {
    let problem: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    problem.is_some_and(|problem| problem["code"] == "method_not_allowed")
}

fn not_running(code: &'static str) -> Check {
    hint(code, said!(hub_not_running), said!(hub_not_running_mend))
}

fn unreached(patient: &Patient, is_served: bool, why: &str) -> Check {
    let code = "public_address";
    if !is_served {
        return not_running(code);
    }
    let last = patient.engine.as_ref().and_then(|engine| engine.health().source.last_event_at);
    if last.is_some_and(|at| Utc::now().timestamp() - at < LATELY_SECONDS) {
        return hint(code, said!(public_address_inside, text = why), said!(public_address_inside_mend));
    }
    fault(code, said!(public_address_silent, text = why), said!(public_address_silent_mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_the_internet_does_not_know_is_told_from_one_that_it_does() {
        for private in [
            "https://localhost",
            "https://10.0.0.7",
            "https://192.168.1.4:8443",
            "https://nas.local",
            "https://[::1]",
            "https://hub.home.arpa",
        ] {
            assert!(is_private(&Url::parse(private).expect("an address")), "{private}");
        }
        for public in ["https://hub.example.com", "https://198.51.100.7", "https://local.example.com"] {
            assert!(!is_private(&Url::parse(public).expect("an address")), "{public}");
        }
    }
}
