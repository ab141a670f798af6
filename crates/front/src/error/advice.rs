//! The text of an error: what a person should do about it.

use super::{Error, ErrorKind};

impl Error {
    pub(super) fn advice(&self) -> String {
        let code = self.status.as_u16();
        let said = self.said();
        match &self.kind {
            ErrorKind::Credential => format!(
                "Front refuses the token ({code}). Make a new API token in Front under Settings, Developers, API tokens \
                 and enter it, or connect Front again."
            ),
            ErrorKind::Forbidden => format!(
                "Front does not let this token do that ({code}{said}). Give it the missing permission in Front under \
                 Settings, Developers."
            ),
            ErrorKind::WrongAddress => format!(
                "There is no Front API under this address ({code}). Correct the address of the API; Front's own is {}.",
                crate::API_URL
            ),
            ErrorKind::NotFound => format!(
                "Front does not know what was asked for ({code}{said}). It was probably deleted; look it up again."
            ),
            ErrorKind::Merged { .. } => match (self.surviving_conversation(), self.surviving_contact()) {
                (Some(survivor), _) => {
                    format!(
                        "The conversation was merged into {survivor} in Front ({code}). Use that one from now on."
                    )
                }
                (None, Some(survivor)) => {
                    format!(
                        "The contact was merged into {survivor} in Front ({code}). Use that one from now on."
                    )
                }
                (None, None) => format!("This was merged into another in Front ({code}). Look it up again."),
            },
            ErrorKind::Conflict => format!(
                "Front has this already ({code}{said}). Look up which contact holds the number or address and use it \
                 instead."
            ),
            ErrorKind::Invalid => format!(
                "Front did not accept the request ({code}{said}). Correct what it names; the same request would be \
                 refused again."
            ),
            ErrorKind::TooLarge => {
                format!("The file is too large for Front ({code}). Link it instead of uploading it.")
            }
            ErrorKind::RateLimited => format!(
                "The company's request limit at Front is used up ({code}). Wait {} s; if it recurs, look which other \
                 integrations use the account.",
                self.wait_seconds()
            ),
            ErrorKind::RouteGuard { .. } => format!(
                "Front takes requests of this kind more slowly ({code}{said}). Wait {} s; others may go on.",
                self.wait_seconds()
            ),
            ErrorKind::Service => {
                format!("Front has a fault of its own ({code}{said}). Wait and try again.")
            }
            ErrorKind::Malformed => format!(
                "Front's answer could not be read ({code}{said}). Check that the address is the API's and that no proxy \
                 or sign-in page answers in its place."
            ),
            ErrorKind::Other => {
                format!("Front gave an unexpected answer ({code}{said}). Check the address of the API.")
            }
        }
    }

    fn wait_seconds(&self) -> u64 {
        self.retry_after.map_or(0, |wait| wait.as_secs())
    }

    /// `: Body did not satisfy requirements; body.tag_ids: should be an array`
    fn said(&self) -> String {
        let parts: Vec<&str> =
            self.text().into_iter().chain(self.details().iter().map(String::as_str)).collect();
        if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) }
    }
}
