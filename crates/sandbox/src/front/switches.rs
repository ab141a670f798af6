//! The points of `reference/front.md §11` and `§12` that nobody has confirmed, each as a switch. The defaults are the
//! reference's likelier reading.

use serde::{Deserialize, Serialize};

/// What a second import with an `external_id` that was imported already is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateExternalId {
    /// 202 with the uid of the message that is there.
    AcceptAndIgnore,
    /// 202 with a uid under which nothing ever appears.
    AcceptWithNewUid,
    /// 409.
    Conflict,
}

/// Within what an `external_id` is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalIdScope {
    /// The whole company.
    Company,
    /// The inbox that is named in the address.
    Inbox,
}

/// The conversation's subject when an import opens it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectOnReopen {
    /// The subject of the message that opens it.
    TakeNew,
    /// The one it had.
    KeepOld,
}

/// What an import through one inbox does to a conversation that stands in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedImport {
    /// It stays where it is.
    Stay,
    /// It stands in the named inbox as well.
    RelistInTargetInbox,
}

/// Whether an import opens an archived conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopenOnImport {
    /// Unless it says `is_archived`.
    WhenNotArchived,
    /// It stays archived.
    Never,
}

/// When the `assignee_id` of an import assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignOnImport {
    /// Always.
    Always,
    /// Only a conversation that nobody has.
    Unassigned,
    /// Only a conversation that the import begins.
    NewConversation,
}

/// What becomes of an import into a conversation that does not exist (any more).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneConversation {
    /// It begins a conversation.
    BeginNew,
    /// Accepted, and never seen.
    Lost,
    /// 404.
    Refused,
}

/// How the alias of a phone number is compared with the stored handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneAlias {
    /// The stored text must be the value.
    Exact,
    /// The digits must be the same.
    Digits,
}

/// What an id answers whose contact was merged into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergedContact {
    /// 301 to the survivor.
    Redirect,
    /// 404.
    NotFound,
    /// 200 with the survivor.
    Survivor,
}

/// The `Location` of a 301.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    /// The whole address of the same route on the survivor.
    Absolute,
    /// Only its path.
    Path,
    /// The whole address of the survivor itself, without the rest of the route.
    ResourceOnly,
}

/// How the token endpoint tells when an access token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthExpires {
    /// `expires_at`, Unix seconds.
    ExpiresAt,
    /// `expires`, seconds from now.
    Expires,
    /// `expires_in`, seconds from now.
    ExpiresIn,
    /// Not at all.
    Absent,
}

/// Which refresh token a refresh answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// The same one, until the last day of its life.
    Same,
    /// A new one each time; the old one is worth nothing from then on.
    New,
}

/// Switches of the Front stand-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FrontSwitches {
    /// The token and all OAuth grants were revoked: 401.
    pub revoked: bool,
    /// Scopes that the token lacks, for instance `comments:write`: 403.
    pub missing_scopes: Vec<String>,
    /// Where `_links` lead; empty = the origin that the request named.
    pub links_origin: String,
    /// Seconds until an accepted message exists.
    pub import_lag_s: f64,
    /// So many of the next accepted imports never appear.
    pub lose_imports: u32,
    /// Seconds until the search finds a message.
    pub search_lag_s: f64,
    /// Seconds until a new contact or conversation stands in lists.
    pub list_lag_s: f64,
    /// A second import with the same `external_id`.
    pub duplicate_external_id: DuplicateExternalId,
    /// Within what an `external_id` is unique.
    pub external_id_scope: ExternalIdScope,
    /// The subject of a conversation that is opened again.
    pub subject_on_reopen: SubjectOnReopen,
    /// An import through an inbox in which the conversation does not stand.
    pub import_into_moved_conversation: MovedImport,
    /// An import into an archived conversation.
    pub reopen_on_import: ReopenOnImport,
    /// An import takes its conversation out of the trash.
    pub restore_on_import: bool,
    /// When an import assigns.
    pub assign_on_import: AssignOnImport,
    /// An import into a conversation that is gone.
    pub import_into_gone_conversation: GoneConversation,
    /// The outside party of an import becomes a contact if it is none yet.
    pub contact_on_import: bool,
    /// Handles of imports of type `custom` are phone handles, instead of `custom` ones.
    pub custom_type_is_phone: bool,
    /// Assignees and authors must be able to see the conversation's inbox.
    pub access_required: bool,
    /// How the alias of a phone number is compared.
    pub phone_alias: PhoneAlias,
    /// The status for a handle, added to a contact, that another one has: 409 or 400.
    pub taken_handle_status: u16,
    /// The id of a contact that was merged away.
    pub merged_contact: MergedContact,
    /// The `Location` of a 301.
    pub location: Location,
    /// A 301 names what a conversation was merged into at the time, which may have been merged since; not the survivor.
    pub step_by_step: bool,
    /// Fields of a body that nobody documents are refused.
    pub refuse_unknown_fields: bool,
    /// The status of a refused body: 400 or 422.
    pub invalid_status: u16,
    /// How many results a page has when no limit is asked for.
    pub page_size: usize,
    /// Attachments above this are refused.
    pub upload_max_bytes: u64,
    /// How the end of an access token is told.
    pub oauth_expires_field: OauthExpires,
    /// How long an access token lives.
    pub access_token_s: i64,
    /// How long a refresh token lives.
    pub refresh_token_s: i64,
    /// Which refresh token a refresh answers.
    pub refresh_rotation: RefreshRotation,
}

impl Default for FrontSwitches {
    fn default() -> Self {
        Self {
            revoked: false,
            missing_scopes: Vec::new(),
            links_origin: String::new(),
            import_lag_s: 1.5,
            lose_imports: 0,
            search_lag_s: 10.0,
            list_lag_s: 0.0,
            duplicate_external_id: DuplicateExternalId::AcceptAndIgnore,
            external_id_scope: ExternalIdScope::Company,
            subject_on_reopen: SubjectOnReopen::TakeNew,
            import_into_moved_conversation: MovedImport::Stay,
            reopen_on_import: ReopenOnImport::WhenNotArchived,
            restore_on_import: false,
            assign_on_import: AssignOnImport::Always,
            import_into_gone_conversation: GoneConversation::BeginNew,
            contact_on_import: true,
            custom_type_is_phone: false,
            access_required: false,
            phone_alias: PhoneAlias::Exact,
            taken_handle_status: 409,
            merged_contact: MergedContact::Redirect,
            location: Location::Absolute,
            step_by_step: false,
            refuse_unknown_fields: true,
            invalid_status: 400,
            page_size: 50,
            upload_max_bytes: 25 * 1024 * 1024,
            oauth_expires_field: OauthExpires::ExpiresAt,
            access_token_s: 3_600,
            refresh_token_s: 183 * 86_400,
            refresh_rotation: RefreshRotation::Same,
        }
    }
}
