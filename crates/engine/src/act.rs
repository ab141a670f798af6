//! What a person asks Sidetone to do at Aircall, and why that may not be done: dial, comment, tag.

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use crate::call::Agent;
use crate::number::E164;
use crate::store::StoreError;

/// Whom to call, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialAsk {
    /// The number, with its country code.
    pub to: String,
    /// Whose phone: an Aircall user's id or e-mail address.
    pub agent: Option<String>,
    /// The line to call from; only with `start`.
    pub line: Option<u64>,
    /// Ring at once, instead of filling the keypad.
    pub start: bool,
    /// The helpdesk's ticket that it is dialled from (G9).
    pub ticket: Option<String>,
}

/// Aircall has taken it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialled {
    /// Whose phone.
    pub agent: Agent,
    /// Whom.
    pub number: E164,
    /// It rings already; else the agent picks a line and presses the call key.
    pub started: bool,
}

/// How far a comment has come at Aircall. The helpdesk gets it in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Aircall has it.
    Posted,
    /// Aircall does not take it: it goes to the helpdesk only. Code and sentence.
    HelpdeskOnly(String, String),
    /// Aircall could not be asked, or did not say; it goes on by itself.
    Waiting,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActRefused {
    /// The number cannot be dialled.
    #[error(
        "This is no telephone number that can be dialled. Give it with its country code, as in +33 1 99 00 55 99."
    )]
    NotANumber,
    /// Something else in the request makes no sense.
    #[error("{0}")]
    Wrong(String),
    /// It was not said who.
    #[error(
        "Say who dials: give `agent`, the id or e-mail address of an Aircall user. There are {0} of them."
    )]
    WhichAgent(usize),
    /// Nobody of that name.
    #[error("Aircall has no such user. Give `agent`, the id or e-mail address of an Aircall user.")]
    NoSuchAgent,
    /// Aircall's users were not read yet.
    #[error(
        "Aircall's users are not known yet. Try again in some seconds; if it stays so, look at the connection in health."
    )]
    AgentsUnknown,
    /// The agent's phone takes no call now.
    #[error(
        "The call was not started: {text} Open Aircall and end any running call, or dial with another app."
    )]
    Unavailable {
        /// What Aircall says.
        text: String,
        /// Whom to call another way.
        number: E164,
    },
    /// No request may go now.
    #[error("Aircall cannot be asked before {}. Nothing was done; try again then.", .0.format("%H:%M:%S UTC"))]
    Busy(DateTime<Utc>),
    /// Sidetone is uninstalled.
    #[error("Sidetone is uninstalled, so nothing was done. Resume to use it again.")]
    Uninstalled,
    /// Aircall refuses the key.
    #[error("Aircall does not accept the key, so nothing was done. Make a new key in Aircall and enter it.")]
    Credential,
    /// Nobody knows whether it was done.
    #[error("Aircall did not say whether it was done. {0}")]
    Unclear(&'static str),
    /// Aircall does not do it.
    #[error("{0}")]
    Refused(String),
    /// The call is unknown, or on a line that is not selected.
    #[error("This call is unknown, or on a line that is not selected.")]
    NoSuchCall,
    /// There are no such tags.
    #[error("Aircall has no tag {0}. Give ids or names of tags as they stand in Aircall.")]
    NoSuchTag(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine has ended.
    #[error("Sidetone is stopping. Try again when it is back.")]
    Stopping,
}

/// Whoever asked waits here.
pub(crate) type Told<T> = oneshot::Sender<Result<T, ActRefused>>;

/// Who is meant, of Aircall's users (`None`: not read yet). A user who is given by id and is not among them may be new:
/// Aircall says whether there is one.
pub(crate) fn agent(all: Option<&[Agent]>, asked: Option<&str>) -> Result<Agent, ActRefused> {
    let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else {
        return match all.ok_or(ActRefused::AgentsUnknown)? {
            [only] => Ok(only.clone()),
            several => Err(ActRefused::WhichAgent(several.len())),
        };
    };
    if let Ok(id) = asked.parse() {
        let known = all.into_iter().flatten().find(|agent| agent.id == id).cloned();
        return Ok(known.unwrap_or(Agent { id, name: String::new(), email: None }));
    }
    if !asked.contains('@') {
        return Err(ActRefused::NoSuchAgent);
    }
    let wanted = asked.to_lowercase();
    let has_it = |agent: &&Agent| agent.email.as_deref().is_some_and(|e| e.trim().to_lowercase() == wanted);
    all.ok_or(ActRefused::AgentsUnknown)?.iter().find(has_it).cloned().ok_or(ActRefused::NoSuchAgent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(id: u64) -> Agent {
        Agent { id, name: format!("Agent {id}"), email: Some(format!("Agent{id}@Example.com")) }
    }

    #[test]
    fn who_dials_is_said_or_there_is_only_one() {
        let (one, two) = ([somebody(1)], [somebody(1), somebody(2)]);
        assert_eq!(agent(Some(&one), None), Ok(somebody(1)));
        assert_eq!(agent(Some(&two), Some(" ")), Err(ActRefused::WhichAgent(2)));
        assert_eq!(agent(None, None), Err(ActRefused::AgentsUnknown));
        assert_eq!(agent(Some(&two), Some("2")), Ok(somebody(2)));
        assert_eq!(agent(Some(&two), Some("agent2@example.COM")), Ok(somebody(2)));
        assert_eq!(agent(Some(&two), Some("agent3@example.com")), Err(ActRefused::NoSuchAgent));
        assert_eq!(agent(Some(&two), Some("Camille")), Err(ActRefused::NoSuchAgent));
        assert_eq!(agent(Some(&two), Some("9")).map(|new| new.id), Ok(9), "made a minute ago");
    }
}
