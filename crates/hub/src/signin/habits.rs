//! What each vendor does in its own way. One way of signing in for all three, and here what differs.

use chrono::TimeDelta;
use sidetone_protocol::Vendor;

/// How the app proves itself at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// HTTP Basic; the rest is a form (RFC 6749 §2.3.1).
    Basic,
    /// Id and secret stand in the body, which is JSON.
    JsonBody,
}

/// How long an access token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Until the integration is removed.
    Unlimited,
    /// Its `exp` says, for it is a JWT; else so long.
    Jwt(TimeDelta),
    /// The answer says, as a moment or a duration; else so long.
    Told(TimeDelta),
}

/// The ways of one vendor.
#[derive(Debug)]
pub(super) struct Habits {
    pub(super) proof: Proof,
    /// Asked for in the authorize step.
    pub(super) scopes: &'static [&'static str],
    /// Whether the authorize step has a `nonce`.
    pub(super) nonce: bool,
    /// Whether a PKCE challenge (S256) is sent.
    pub(super) pkce: bool,
    pub(super) life: Life,
    /// Renewed this often even though the access token lives longer.
    pub(super) renew_every: Option<TimeDelta>,
    /// Whether it takes public https addresses only to come back to.
    pub(super) https_only: bool,
}

/// The ways of `vendor`.
pub(super) fn habits(vendor: Vendor) -> &'static Habits {
    match vendor {
        Vendor::Aircall => &AIRCALL,
        Vendor::Gorgias => &GORGIAS,
        Vendor::Front => &FRONT,
    }
}

/// `reference/aircall.md §1.3`. PKCE is mentioned nowhere, the secret is wanted, and the token request is a JSON body
/// whose members are listed: one that nobody lists is not tried there.
static AIRCALL: Habits = Habits {
    proof: Proof::JsonBody,
    scopes: &["public_api"],
    nonce: false,
    pkce: false,
    life: Life::Unlimited,
    renew_every: None,
    https_only: true,
};

/// `reference/gorgias.md §2`. The vendor says that PKCE is not supported. Scopes: §2.1.
///
/// No `tags:…` is asked for, though third parties have seen it: the vendor's own list counts tags to `tickets`, and a scope
/// that a server does not know ends the whole sign-in (RFC 6749 §4.1.2.1), for everybody. Where an account does want it, the
/// test of the new connection names tags as what may not be read, nothing is kept, and a key does instead.
///
/// The access token outlives an uninstall by up to a day; only a renewal tells. Ten minutes, and the engine's own question
/// after five silent ones, make that it is noticed within fifteen (G20).
static GORGIAS: Habits = Habits {
    proof: Proof::Basic,
    scopes: &[
        "openid",
        "email",
        "profile",
        "offline",
        "account:read",
        "users:read",
        "customers:read",
        "customers:write",
        "tickets:read",
        "tickets:write",
    ],
    nonce: true,
    pkce: false,
    life: Life::Jwt(TimeDelta::hours(24)),
    renew_every: Some(TimeDelta::minutes(10)),
    https_only: false,
};

/// `reference/front.md §1.3`. What the app may do is chosen in Front: there is no scope.
///
/// PKCE is not documented for ordinary apps, but the same authorization server lists S256 in its metadata for another
/// endpoint. It is sent: a server that does not know it must ignore it (RFC 6749 §3.1 and §3.2), and the secret is sent
/// all the same, so either answer works.
static FRONT: Habits = Habits {
    proof: Proof::Basic,
    scopes: &[],
    nonce: false,
    pkce: true,
    life: Life::Told(TimeDelta::minutes(55)),
    renew_every: None,
    https_only: false,
};
