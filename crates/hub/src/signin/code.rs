//! Why a sign-in did not work, as a stable word.

/// Why a sign-in did not work. Pages and programs go by [`Code::as_str`]; new ones may be added, none changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The person said no.
    Refused,
    /// Only an admin of the company may connect an app.
    NotAdmin,
    /// The code, or the time for signing in, was over.
    Expired,
    /// Nobody began this sign-in here.
    WrongState,
    /// The code was used before.
    UsedCode,
    /// The vendor does not know the client id or its secret, or does not let the app do what it asks.
    WrongApp,
    /// The app does not name our address among those it sends people back to.
    RedirectNotAllowed,
    /// The vendor did not answer, or answered what nobody understands.
    Unreachable,
    /// There is no account of this name.
    NoSuchAccount,
    /// What the sign-in gave could not be kept here.
    NotKept,
}

impl Code {
    /// The word that crosses to pages (`protocol::SignInView`).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Refused => "refused",
            Code::NotAdmin => "not_admin",
            Code::Expired => "expired",
            Code::WrongState => "wrong_state",
            Code::UsedCode => "used_code",
            Code::WrongApp => "wrong_app",
            Code::RedirectNotAllowed => "redirect_not_allowed",
            Code::Unreachable => "unreachable",
            Code::NoSuchAccount => "no_such_account",
            Code::NotKept => "not_kept",
        }
    }

    /// What an `error` of RFC 6749 §4.1.2.1 or §5.2 means to a person. Vendors say the particulars in the description
    /// only: that somebody is no administrator (`reference/front.md §1.3`), that it is the redirect which does not fit.
    #[must_use]
    pub(super) fn of_error(error: &str, description: Option<&str>) -> Code {
        let (error, description) = (error.to_lowercase(), description.unwrap_or_default().to_lowercase());
        if description.contains("admin") || error.contains("admin") {
            return Code::NotAdmin;
        }
        if description.contains("redirect") || error.contains("redirect") {
            return Code::RedirectNotAllowed;
        }
        match error.as_str() {
            "access_denied" => Code::Refused,
            "server_error" | "temporarily_unavailable" => Code::Unreachable,
            "invalid_grant" if description.contains("expire") => Code::Expired,
            "invalid_grant" => Code::UsedCode,
            _ => Code::WrongApp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_vendor_says_is_told_apart() {
        for (error, description, code) in [
            ("access_denied", None, Code::Refused),
            ("access_denied", Some("You must be an Administrator to authorize apps"), Code::NotAdmin),
            ("invalid_grant", None, Code::UsedCode),
            ("invalid_grant", Some("The code has expired"), Code::Expired),
            ("invalid_grant", Some("redirect_uri does not match"), Code::RedirectNotAllowed),
            ("redirect_uri_mismatch", None, Code::RedirectNotAllowed),
            ("invalid_client", None, Code::WrongApp),
            ("unauthorized_client", None, Code::WrongApp),
            ("invalid_scope", None, Code::WrongApp),
            ("temporarily_unavailable", None, Code::Unreachable),
            ("SERVER_ERROR", None, Code::Unreachable),
        ] {
            assert_eq!(Code::of_error(error, description), code, "{error} {description:?}");
        }
    }
}
