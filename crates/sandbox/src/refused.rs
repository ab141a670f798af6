//! Why the control refused an operation. Vendor answers are not made of these.

/// What is wrong with an operation of the control.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It names something that does not exist.
    #[error("there is no {0}; look at /_sandbox/state for what there is")]
    Unknown(String),
    /// It cannot happen in the present state.
    #[error("{0}")]
    NotNow(String),
    /// Its parameters make no sense.
    #[error("{0}")]
    Wrong(String),
}

impl Refused {
    pub(crate) fn unknown(what: &str, which: impl std::fmt::Display) -> Self {
        Self::Unknown(format!("{what} {which}"))
    }

    pub(crate) fn not_now(text: impl Into<String>) -> Self {
        Self::NotNow(text.into())
    }

    /// The status that the control API answers.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) => 404,
            Self::NotNow(_) => 409,
            Self::Wrong(_) => 400,
        }
    }
}
