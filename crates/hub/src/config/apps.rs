//! Apps that an operator registered with a vendor, so that people can sign in: `[aircall.oauth]` and its like.

use std::fmt;

use sidetone_protocol::Vendor;

use super::Secret;

/// An app as somebody registered it with its vendor. `Debug` hides its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Registered {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: Secret,
    /// `[aircall] api_url`, `[gorgias] api_url` or `[front] api_url`, where it is set.
    pub api_url: Option<String>,
    /// Where people sign in: `[aircall.oauth] authorize_url` or `[front] oauth_url`, where it is set.
    pub sign_in_url: Option<String>,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// All apps that are registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apps {
    /// With Aircall.
    pub aircall: Option<Registered>,
    /// With Gorgias.
    pub gorgias: Option<Registered>,
    /// With Front.
    pub front: Option<Registered>,
}

impl Apps {
    /// The one of `vendor`.
    #[must_use]
    pub fn of(&self, vendor: Vendor) -> Option<&Registered> {
        match vendor {
            Vendor::Aircall => self.aircall.as_ref(),
            Vendor::Gorgias => self.gorgias.as_ref(),
            Vendor::Front => self.front.as_ref(),
        }
    }
}
