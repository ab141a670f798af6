//! Injected faults: what goes wrong with the next requests. Each fault names which requests it meets and
//! how often; the first that matches wins. The faults themselves are carried out by the front desk.

use serde::{Deserialize, Serialize};

/// A fault for the next requests that match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The HTTP method it meets; unset = any.
    #[serde(default)]
    pub method: Option<String>,
    /// The beginning of the paths it meets, e.g. `/api/tickets`; empty = any.
    #[serde(default)]
    pub path: String,
    /// Whether it meets just that path, whatever its query, and none that goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_whole_path: bool,
    /// How many requests it meets before it is used up.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// Refused with this status before anything was done; JSON body in the vendor's shape.
    Status {
        /// For instance 429, 500, 502, 503.
        status: u16,
        /// Seconds for a `Retry-After` header; unset = no such header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Refused with this status and an HTML page, as a proxy in front of the service would.
    Html {
        /// For instance 502.
        status: u16,
    },
    /// Never answered; nothing was done.
    HangBefore,
    /// Never answered; the write **was** done.
    HangAfter,
    /// Connection closed without an answer; nothing was done.
    CutBefore,
    /// Connection closed without an answer; the write **was** done.
    CutAfter,
    /// Done and answered, but late.
    Slow {
        /// Milliseconds until the answer.
        ms: u64,
    },
    /// Done, and answered with half a JSON document.
    Malformed,
    /// Done, and the connection is closed after so many bytes of the answer's body.
    CutInBody {
        /// Bytes of the body that still come.
        after: u64,
    },
    /// Done, and nothing more comes after so many bytes of the answer's body.
    HangInBody {
        /// Bytes of the body that still come.
        after: u64,
    },
}

impl FaultKind {
    /// The name in the control API and the journal.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Html { .. } => "html",
            Self::HangBefore => "hang_before",
            Self::HangAfter => "hang_after",
            Self::CutBefore => "cut_before",
            Self::CutAfter => "cut_after",
            Self::Slow { .. } => "slow",
            Self::Malformed => "malformed",
            Self::CutInBody { .. } => "cut_in_body",
            Self::HangInBody { .. } => "hang_in_body",
        }
    }
}

impl Fault {
    /// `kind` for the next `times` requests of any method and path.
    #[must_use]
    pub fn next(times: u32, kind: FaultKind) -> Self {
        Self { method: None, path: String::new(), is_whole_path: false, times, kind }
    }

    /// Limits the fault to one method and a beginning of the path.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        path.clone_into(&mut self.path);
        self
    }

    /// Limits the fault to one method and just this path, whatever its query.
    #[must_use]
    pub fn on_just(mut self, method: &str, path: &str) -> Self {
        self.is_whole_path = true;
        self.on(method, path)
    }

    fn meets(&self, method: &str, path: &str) -> bool {
        self.times > 0
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && match self.is_whole_path {
                true => path.split('?').next().unwrap_or_default().trim_end_matches('/') == self.path,
                false => path.starts_with(&self.path),
            }
    }
}

fn once() -> u32 {
    1
}

/// A fault that was added, so that this one can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultId(u64);

/// The faults waiting at one service.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<(FaultId, Fault)>,
    added: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> FaultId {
        self.added += 1;
        self.waiting.push((FaultId(self.added), fault));
        FaultId(self.added)
    }

    pub(crate) fn take_back(&mut self, id: FaultId) {
        self.waiting.retain(|(known, _)| *known != id);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn waiting(&self) -> Vec<Fault> {
        self.waiting.iter().map(|(_, fault)| fault.clone()).collect()
    }

    /// The fault that this request meets, counted off.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let (_, fault) = self.waiting.iter_mut().find(|(_, fault)| fault.meets(method, path))?;
        fault.times -= 1;
        let kind = fault.kind.clone();
        self.waiting.retain(|(_, fault)| fault.times > 0);
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_its_requests_and_is_used_up() {
        let mut faults = Faults::default();
        faults.add(Fault::next(2, FaultKind::CutAfter).on("POST", "/api/tickets"));
        assert_eq!(faults.take("GET", "/api/tickets"), None);
        assert_eq!(faults.take("POST", "/api/customers"), None);
        assert_eq!(faults.take("POST", "/api/tickets"), Some(FaultKind::CutAfter));
        assert_eq!(faults.take("post", "/api/tickets/1/messages"), Some(FaultKind::CutAfter));
        assert_eq!(faults.take("POST", "/api/tickets"), None);
        assert!(faults.waiting().is_empty());
    }

    #[test]
    fn a_fault_that_is_taken_back_leaves_the_others() {
        let mut faults = Faults::default();
        let all = faults.add(Fault::next(u32::MAX, FaultKind::CutBefore));
        faults.add(Fault::next(1, FaultKind::CutAfter).on("POST", "/api/tickets"));
        assert_eq!(faults.take("POST", "/api/tickets"), Some(FaultKind::CutBefore), "the first that matches");
        faults.take_back(all);
        assert_eq!(faults.take("GET", "/api/tickets"), None);
        assert_eq!(faults.take("POST", "/api/tickets"), Some(FaultKind::CutAfter));
    }

    #[test]
    fn a_whole_path_leaves_out_what_goes_on_behind_it() {
        let mut faults = Faults::default();
        faults.add(Fault::next(9, FaultKind::CutBefore).on_just("POST", "/api/tickets"));
        for (path, meets) in [
            ("/api/tickets", true),
            ("/api/tickets/", true),
            ("/api/tickets?x=1", true),
            ("/api/tickets/7/messages", false),
            ("/api/ticketsx", false),
        ] {
            assert_eq!(faults.take("POST", path).is_some(), meets, "{path}");
        }
    }

    #[test]
    fn a_fault_is_written_in_json_as_documented() {
        let fault: Fault =
            serde_json::from_str(r#"{"path":"/api","times":3,"kind":"status","status":503}"#).unwrap();
        let meant = Fault::next(3, FaultKind::Status { status: 503, retry_after: None });
        assert_eq!(fault, Fault { path: "/api".into(), ..meant });
    }
}
