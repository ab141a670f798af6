//! Ids: a type for each kind of object, so that a contact is never taken for a conversation.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes an id as Front gave it. The prefix is not checked: old ones still resolve
            /// (`reference/front.md §3`).
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as Front writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A company, `cmp_…`.
    CompanyId;
    /// A comment, `com_…`.
    CommentId;
    /// A contact, `crd_…`.
    ContactId;
    /// A conversation, `cnv_…`.
    ConversationId;
    /// An inbox, `inb_…`.
    InboxId;
    /// A message, `msg_…`.
    MessageId;
    /// What a message is known by before it exists: the `message_uid` of a 202 (`reference/front.md §2.4`).
    MessageUid;
    /// A tag, `tag_…`.
    TagId;
    /// A team, which Front's pages call a workspace, `tim_…`.
    TeamId;
    /// A teammate, `tea_…`.
    TeammateId;
}
