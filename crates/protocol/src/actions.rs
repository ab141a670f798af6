//! What a person asks for and is told: dialling, commenting, tagging. The bodies of `POST /api/dial`,
//! `POST /api/calls/{id}/comments` and `POST /api/calls/{id}/tags`, and their answers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Named;

/// `POST /api/dial`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts", optional_fields)]
pub struct DialRequest {
    /// The number, with its country code.
    pub to: String,
    /// The helpdesk's ticket that it is dialled from (G9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Whose phone: an Aircall user's id or e-mail address. Needed where there are several users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The id of the line to call from; only with `start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Ring at once; else the keypad is filled, and the agent picks the line and presses the call key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<bool>,
}

/// What happens next with a number that is dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum DialState {
    /// The number stands in the agent's keypad; the agent presses the call key.
    Keypad,
    /// It is being called.
    Calling,
}

/// The answer to a [`DialRequest`], 202. Which call it becomes shows when it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DialAnswer {
    /// What happens next.
    pub state: DialState,
    /// Whose phone; the name is empty where it is not known.
    pub agent: Named,
    /// The number, in E.164.
    pub to: String,
    /// What happens next, one sentence in English.
    pub next: String,
}

/// `POST /api/calls/{id}/comments`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts", optional_fields)]
pub struct CommentRequest {
    /// The comment.
    pub text: String,
    /// Who writes it: an Aircall user's id or e-mail address. Unset: the agent of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// How far a comment has come. It is kept, and goes to the helpdesk in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum CommentState {
    /// Aircall has it.
    Posted,
    /// Aircall does not take it; `reason` says why.
    HelpdeskOnly,
    /// Aircall could not be asked yet, or did not say; it goes on by itself.
    Waiting,
}

/// The answer to a [`CommentRequest`], 202.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CommentAnswer {
    /// How far it has come.
    pub state: CommentState,
    /// For `helpdesk_only`: code and sentence.
    pub reason: Option<crate::Reason>,
}

/// `POST /api/calls/{id}/tags`. Answered 202 without a body: what becomes of it comes as an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct TagRequest {
    /// Ids or names of Aircall's tags.
    pub tags: Vec<String>,
}
