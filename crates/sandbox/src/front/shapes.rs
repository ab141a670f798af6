//! The objects as Front writes them (`reference/front.md §3`), with links that lead to one origin. Nulls stand where live
//! answers have them, also where the vendor's own file knows of none.

use serde_json::{Value, json};

use super::{
    ids::{Kind, written},
    objects::{
        Channel, Comment, Contact, Conversation, Inbox, Link, Message, Moment, Note, Recipient, Tag, Team,
        Teammate, seconds,
    },
    state::State,
};

/// How much of a message is its preview.
const BLURB_CHARS: usize = 120;

/// The state as it is shown under an origin.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) state: &'a State,
    pub(crate) origin: &'a str,
}

impl Shown<'_> {
    fn at(&self, path: &str, kind: Kind, id: u64) -> String {
        format!("{}/{path}/{}", self.origin, written(kind, id))
    }

    pub(crate) fn teammate(&self, teammate: &Teammate) -> Value {
        let own = self.at("teammates", Kind::Teammate, teammate.id);
        json!({
            "_links": {
                "self": own,
                "related": {"inboxes": format!("{own}/inboxes"), "conversations": format!("{own}/conversations")},
            },
            "id": written(Kind::Teammate, teammate.id),
            "email": teammate.email,
            "username": teammate.first_name.to_lowercase(),
            "first_name": teammate.first_name,
            "last_name": teammate.last_name,
            "license_type": "full",
            "is_admin": teammate.is_admin,
            "is_available": true,
            "is_blocked": teammate.is_blocked,
            "type": teammate.kind,
            "custom_fields": {},
        })
    }

    /// A teammate who has left is nobody.
    pub(crate) fn teammate_of(&self, id: Option<u64>) -> Value {
        id.and_then(|id| self.state.teammates.get(&id)).map_or(Value::Null, |known| self.teammate(known))
    }

    pub(crate) fn team(&self, team: &Team) -> Value {
        json!({
            "_links": {"self": self.at("teams", Kind::Team, team.id)},
            "id": written(Kind::Team, team.id),
            "name": team.name,
        })
    }

    pub(crate) fn inbox(&self, inbox: &Inbox) -> Value {
        let own = self.at("inboxes", Kind::Inbox, inbox.id);
        json!({
            "_links": {
                "self": own,
                "related": {
                    "teammates": format!("{own}/teammates"),
                    "conversations": format!("{own}/conversations"),
                    "channels": format!("{own}/channels"),
                    "owner": self.at("teams", Kind::Team, inbox.team),
                },
            },
            "id": written(Kind::Inbox, inbox.id),
            "name": inbox.name,
            "is_private": inbox.is_private,
            "is_public": inbox.is_public,
            "custom_fields": inbox.custom_fields,
        })
    }

    pub(crate) fn channel(&self, channel: &Channel) -> Value {
        let team = self.state.inboxes.get(&channel.inbox).map_or(0, |inbox| inbox.team);
        json!({
            "_links": {
                "self": self.at("channels", Kind::Channel, channel.id),
                "related": {
                    "inbox": self.at("inboxes", Kind::Inbox, channel.inbox),
                    "owner": self.at("teams", Kind::Team, team),
                },
            },
            "id": written(Kind::Channel, channel.id),
            "name": channel.name,
            "address": channel.address,
            "type": channel.kind,
            "send_as": channel.address,
            "settings": {"undo_send_time": 0, "all_teammates_can_reply": false},
            "is_private": false,
            "is_valid": true,
        })
    }

    pub(crate) fn contact(&self, contact: &Contact) -> Value {
        let own = self.at("contacts", Kind::Contact, contact.id);
        let handles = contact.handles.iter().map(|one| json!({"handle": one.handle, "source": one.source}));
        json!({
            "_links": {
                "self": own,
                "related": {
                    "notes": format!("{own}/notes"),
                    "conversations": format!("{own}/conversations"),
                    "owner": null,
                },
            },
            "id": written(Kind::Contact, contact.id),
            "name": contact.name,
            "description": contact.description,
            "avatar_url": null,
            "links": contact.links,
            "groups": [],
            "lists": contact.lists.iter().map(|name| self.contact_list(name)).collect::<Vec<_>>(),
            "handles": handles.collect::<Vec<_>>(),
            "custom_fields": contact.custom_fields,
            "is_private": false,
        })
    }

    /// Lists are known by their names here, so the id is made of the name.
    fn contact_list(&self, name: &str) -> Value {
        let number = name.bytes().fold(7_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 1_000_000);
        let own = self.at("contact_lists", Kind::ContactList, number);
        json!({
            "_links": {"self": own, "related": {"contacts": format!("{own}/contacts"), "owner": null}},
            "id": written(Kind::ContactList, number),
            "name": name,
            "is_private": false,
        })
    }

    pub(crate) fn note(&self, note: &Note) -> Value {
        json!({
            "_links": {"related": {"author": self.at("teammates", Kind::Teammate, note.author), "owner": null}},
            "author": self.teammate_of(Some(note.author)),
            "body": note.body,
            "created_at": seconds(note.at),
            "is_private": false,
        })
    }

    pub(crate) fn conversation(&self, conversation: &Conversation) -> Value {
        let own = self.at("conversations", Kind::Conversation, conversation.id);
        let last = self
            .state
            .messages_of(conversation.id)
            .first()
            .map(|last| format!("{}?referer=conversation", self.at("messages", Kind::Message, last.id)));
        let tags = conversation.tags.iter().filter_map(|id| self.state.tags.get(id));
        let links = conversation.links.iter().filter_map(|id| self.state.links.get(id));
        json!({
            "_links": {
                "self": own,
                "related": {
                    "events": format!("{own}/events"),
                    "followers": format!("{own}/followers"),
                    "messages": format!("{own}/messages"),
                    "comments": format!("{own}/comments"),
                    "inboxes": format!("{own}/inboxes"),
                    "last_message": last,
                },
            },
            "id": written(Kind::Conversation, conversation.id),
            "type": "conversation",
            "subject": conversation.subject,
            "status": conversation.status(),
            "ticket_ids": [],
            "assignee": self.teammate_of(conversation.assignee),
            "recipient": conversation.recipient.as_ref().map(|one| self.recipient(one)),
            "tags": tags.map(|tag| self.tag(tag)).collect::<Vec<_>>(),
            "links": links.map(|link| self.link(link)).collect::<Vec<_>>(),
            "custom_fields": conversation.custom_fields,
            "created_at": seconds(conversation.created_at),
            "updated_at": seconds(conversation.updated_at),
            "is_private": false,
            "scheduled_reminders": [],
            "metadata": {},
        })
    }

    fn recipient(&self, recipient: &Recipient) -> Value {
        let contact = recipient.contact.filter(|id| self.state.contacts.get(*id).is_some());
        json!({
            "_links": {"related": {"contact": contact.map(|id| self.at("contacts", Kind::Contact, id))}},
            "name": recipient.name,
            "handle": recipient.handle,
            "role": recipient.role,
        })
    }

    pub(crate) fn message(&self, message: &Message) -> Value {
        let own = self.at("messages", Kind::Message, message.id);
        let first_line = message.body.lines().next().unwrap_or_default();
        json!({
            "_links": {
                "self": own,
                "related": {
                    "conversation": self.at("conversations", Kind::Conversation, message.conversation),
                    "message_seen": format!("{own}/seen"),
                },
            },
            "id": written(Kind::Message, message.id),
            "message_uid": message.uid,
            "type": message.kind,
            "is_inbound": message.is_inbound,
            "draft_mode": null,
            "error_type": null,
            "version": null,
            "created_at": whole_seconds(message.created_at),
            "subject": message.subject,
            "blurb": first_line.chars().take(BLURB_CHARS).collect::<String>(),
            "author": self.teammate_of(message.author),
            "recipients": message.recipients.iter().map(|one| self.recipient(one)).collect::<Vec<_>>(),
            "body": message.body,
            "text": message.body,
            "attachments": self.files("messages", Kind::Message, message.id, &message.files),
            "signature": null,
            "metadata": message.metadata,
        })
    }

    fn files(&self, path: &str, kind: Kind, owner: u64, files: &[u64]) -> Vec<Value> {
        let owner = self.at(path, kind, owner);
        let known = files.iter().filter_map(|id| self.state.files.get(id));
        known
            .map(|file| {
                let id = written(Kind::File, file.id);
                json!({
                    "id": id,
                    "url": format!("{owner}/download/{id}"),
                    "filename": file.name,
                    "content_type": file.content_type,
                    "size": file.size,
                    "metadata": {"is_inline": false},
                })
            })
            .collect()
    }

    pub(crate) fn comment(&self, comment: &Comment) -> Value {
        let own = self.at("comments", Kind::Comment, comment.id);
        json!({
            "_links": {
                "self": own,
                "related": {
                    "conversation": self.at("conversations", Kind::Conversation, comment.conversation),
                    "mentions": format!("{own}/mentions"),
                    "comment_replied_to": null,
                },
            },
            "id": written(Kind::Comment, comment.id),
            "author": self.teammate_of(Some(comment.author)),
            "body": comment.body,
            "posted_at": seconds(comment.at),
            "attachments": self.files("comments", Kind::Comment, comment.id, &comment.files),
            "is_pinned": comment.is_pinned,
        })
    }

    pub(crate) fn tag(&self, tag: &Tag) -> Value {
        let own = self.at("tags", Kind::Tag, tag.id);
        json!({
            "_links": {
                "self": own,
                "related": {
                    "conversations": format!("{own}/conversations"),
                    "owner": null,
                    "parent_tag": null,
                    "children": null,
                },
            },
            "id": written(Kind::Tag, tag.id),
            "name": tag.name,
            "description": tag.description,
            "highlight": tag.highlight,
            "is_private": false,
            "is_visible_in_conversation_lists": tag.is_shown_in_lists,
            "created_at": seconds(tag.made_at),
            "updated_at": seconds(tag.made_at),
        })
    }

    pub(crate) fn link(&self, link: &Link) -> Value {
        json!({
            "_links": {"self": self.at("links", Kind::Link, link.id)},
            "id": written(Kind::Link, link.id),
            "name": link.url,
            "type": "web",
            "external_url": link.url,
            "custom_fields": {},
        })
    }
}

/// A whole number of seconds is written without decimals.
fn whole_seconds(at: Moment) -> Value {
    if at.timestamp_subsec_millis() == 0 { json!(at.timestamp()) } else { json!(seconds(at)) }
}
