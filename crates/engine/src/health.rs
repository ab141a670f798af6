//! How the vendors answer, as a state per vendor; and what a person is told of it.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Alert, Connection, ConnectionState, Vendor};

use crate::number::masked_text;

/// While a vendor refuses the credential it is asked again this often.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// One vendor's connection.
#[derive(Clone, Debug)]
pub struct Link {
    vendor: Vendor,
    state: ConnectionState,
    answered_at: Option<DateTime<Utc>>,
    /// What it said, numbers masked: it is shown to whoever can ask `/readyz`.
    text: Option<String>,
    /// Since when it is refused or unreachable.
    since: Option<DateTime<Utc>>,
    next_try: Option<DateTime<Utc>>,
    /// Failures in a row.
    failures: u32,
    wrong_account: bool,
    /// What is refused is the app that somebody signed in with, not the access.
    app_refused: bool,
}

impl Link {
    /// Not asked yet.
    #[must_use]
    pub fn new(vendor: Vendor) -> Link {
        Link {
            vendor,
            state: ConnectionState::Untried,
            answered_at: None,
            text: None,
            since: None,
            next_try: None,
            failures: 0,
            wrong_account: false,
            app_refused: false,
        }
    }

    /// Whether a request may go now. While the credential is refused, one is let through now and then.
    ///
    /// # Errors
    /// When the next one may go.
    pub fn admit(&mut self, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        match self.next_try {
            Some(next) if next > now => Err(next),
            // One is let through; until it is answered, no other.
            Some(_) => {
                self.next_try = Some(now + self.pause());
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// When it answered last, properly or with a refusal.
    #[must_use]
    pub fn heard_at(&self) -> Option<DateTime<Utc>> {
        self.answered_at
    }

    /// While it is down: when the next request may go.
    #[must_use]
    pub fn next_try(&self) -> Option<DateTime<Utc>> {
        self.next_try
    }

    fn pause(&self) -> TimeDelta {
        match self.state {
            ConnectionState::Unreachable => TimeDelta::seconds(1 << self.failures.min(4)),
            _ => ASK_AGAIN,
        }
    }

    /// Whether the credential is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.state == ConnectionState::Refused
    }

    /// Whether nothing is to be had from it at the moment.
    #[must_use]
    pub fn is_down(&self) -> bool {
        matches!(self.state, ConnectionState::Refused | ConnectionState::Unreachable)
    }

    /// Since when nothing is to be had from it.
    #[must_use]
    pub fn down_since(&self) -> Option<DateTime<Utc>> {
        self.since.filter(|_| self.is_down())
    }

    /// A proper answer came. Returns whether that is news.
    pub fn accepted(&mut self, now: DateTime<Utc>) -> bool {
        let news = self.state != ConnectionState::Accepted;
        *self = Link { state: ConnectionState::Accepted, answered_at: Some(now), ..Link::new(self.vendor) };
        news
    }

    /// The credential, or the account, is refused.
    pub fn refused(&mut self, text: &str, wrong_account: bool, now: DateTime<Utc>) {
        if self.state != ConnectionState::Refused {
            self.since = Some(now);
        }
        self.state = ConnectionState::Refused;
        self.answered_at = Some(now);
        self.text = Some(masked_text(text));
        self.next_try = Some(now + ASK_AGAIN);
        self.wrong_account = wrong_account;
    }

    /// Whether a refusal of this answer is about the app ([`crate::transport::AppRefused`]); told before the refusal is.
    pub fn is_about_app(&mut self, app_refused: bool) {
        self.app_refused = app_refused;
    }

    /// No proper answer came.
    pub fn unreachable(&mut self, text: &str, now: DateTime<Utc>) {
        if self.state == ConnectionState::Refused {
            return;
        }
        if self.state != ConnectionState::Unreachable {
            self.since = Some(now);
        }
        self.state = ConnectionState::Unreachable;
        self.text = Some(masked_text(text));
        self.failures += 1;
        // A first failure stands alone often enough; a row of them slows us down.
        self.next_try = (self.failures > 2).then(|| now + self.pause());
    }

    /// For the window.
    #[must_use]
    pub fn view(&self) -> Connection {
        Connection {
            vendor: self.vendor,
            state: self.state,
            answered_at: self.answered_at.map(|at| at.timestamp()),
            text: self.text.clone(),
        }
    }

    /// What a person has to do about it, if anything.
    #[must_use]
    pub fn alert(&self, calls: u32) -> Option<Alert> {
        let since = self.since?.timestamp();
        let text = self.text.clone().unwrap_or_default();
        let name = vendor_name(self.vendor);
        let (code, what, mend) = match (self.state, self.wrong_account) {
            (ConnectionState::Refused, _) if self.app_refused => (
                "app_refused",
                format!(
                    "{name} does not accept the app that Sidetone signs in with, so logging waits. Nothing is lost."
                ),
                format!(
                    "Whoever runs Sidetone corrects client_id and client_secret in [{}.oauth] and starts it again; nobody has \
                     to sign in again for that. {text}",
                    name.to_lowercase()
                ),
            ),
            (ConnectionState::Refused, true) => (
                "wrong_account",
                format!("There is no {name} account under the configured address."),
                format!("Correct the account's name in the configuration. {text}"),
            ),
            (ConnectionState::Refused, false) => (
                "refused",
                match self.vendor {
                    Vendor::Aircall => format!("{name} does not accept the key."),
                    Vendor::Gorgias | Vendor::Front => {
                        format!("{name} does not accept the key, so logging waits. Nothing is lost.")
                    }
                },
                format!(
                    "Make a new key in {name} and enter it; what waits is written then. If the old one is accepted again, \
                     that is noticed by itself within half a minute. {text}"
                ),
            ),
            (ConnectionState::Unreachable, _) => (
                "unreachable",
                format!("{name} does not answer, or not as it should."),
                format!("Nothing to do if it comes back by itself; else check network and proxy. {text}"),
            ),
            (ConnectionState::Untried | ConnectionState::Accepted, _) => return None,
        };
        Some(Alert { code: format!("{}_{code}", name.to_lowercase()), since, calls, what, mend })
    }
}

fn vendor_name(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "Aircall",
        Vendor::Gorgias => "Gorgias",
        Vendor::Front => "Front",
    }
}
