//! Where the vendor's description is known to be wrong, one by one, each with its reason. A fault that no longer shows
//! fails the tests, so that the list stays true.

use crate::Breach;

/// A fault of the description.
pub struct Fault {
    /// What to call it when it is not needed any more.
    pub name: &'static str,
    /// Why we take the description to be wrong rather than ourselves.
    pub reason: &'static str,
    /// Whether a departure is this fault.
    pub covers: fn(&Breach) -> bool,
}

/// Those that our requests meet.
pub const OF_REQUESTS: &[Fault] = &[
    Fault {
        name: "the query object is one string",
        reason: "`q` is described as a string, but its text and the documentation of the query object say that it has \
                 properties, which are written `q[statuses][]=assigned` (reference/front.md §2.3)",
        covers: |breach| {
            let described = [
                "GET /contacts: q[updated_after]",
                "GET /contacts: q[updated_before]",
                "GET /contacts/{contact_id}/conversations: q[statuses][]",
            ];
            breach.part == "query"
                && described.contains(&format!("{}: {}", breach.operation, breach.at).as_str())
        },
    },
    Fault {
        name: "nobody can be assigned by an update",
        reason: "`assignee_id` is described as a string, and its text says: set it to null to unassign \
                 (reference/front.md §3.3)",
        covers: |breach| {
            breach.operation == "PATCH /conversations/{conversation_id}"
                && breach.at == "/assignee_id"
                && breach.what == "want string, but got null"
        },
    },
    Fault {
        name: "nobody can be assigned",
        reason: "the same in the request that only assigns (reference/front.md §3.3)",
        covers: |breach| {
            breach.operation == "PUT /conversations/{conversation_id}/assignee"
                && breach.at == "/assignee_id"
                && breach.what == "want string, but got null"
        },
    },
    Fault {
        name: "a file cannot be sent",
        reason: "only JSON is described, but the text of `attachments` says that they must be sent as \
                 multipart/form-data (reference/front.md §2.5)",
        covers: |breach| {
            let with_files = [
                "POST /inboxes/{inbox_id}/imported_messages",
                "POST /conversations/{conversation_id}/comments",
            ];
            with_files.contains(&breach.operation.as_str())
                && breach.what == "multipart/form-data is not described"
        },
    },
];

/// Those that answers meet.
pub const OF_ANSWERS: &[Fault] = &[
    Fault {
        name: "a contact has a name, a description, a picture and an owner",
        reason: "all four are null in practice, the owner even in the description's own example \
                 (reference/front.md §3.2)",
        covers: |breach| {
            ["/name", "/description", "/avatar_url", "/_links/related/owner"]
                .iter()
                .any(|end| breach.at.ends_with(end))
                && breach.operation.contains("/contacts")
                && breach.what.ends_with("but got null")
        },
    },
    Fault {
        name: "a message has an author, a version, an error and a signature",
        reason: "all four are null in what was seen live (reference/front.md §3.4)",
        covers: |breach| {
            ["/author", "/error_type", "/version", "/signature"].iter().any(|end| breach.at.ends_with(end))
                && breach.operation.contains("/messages")
                && breach.what.ends_with("but got null")
        },
    },
    Fault {
        name: "a message has a subject",
        reason: "messages of a channel may have none (reference/front.md §3.4)",
        covers: |breach| {
            breach.operation.contains("/messages")
                && breach.at.ends_with("/subject")
                && breach.what.ends_with("but got null")
        },
    },
    Fault {
        name: "a comment has an author",
        reason: "whoever wrote it may have left",
        covers: |breach| {
            breach.operation.ends_with("/comments")
                && breach.at.ends_with("/author")
                && breach.what.ends_with("but got null")
        },
    },
    Fault {
        name: "an event is about one thing",
        reason: "a move tells of a list of inboxes, a merge of a list of ids",
        covers: |breach| breach.operation.ends_with("/events") && breach.at.ends_with("/target/data"),
    },
    Fault {
        name: "a contact that was merged has conversations",
        reason: "what the id of a merged contact answers is unconfirmed; the stand-in's switch `merged_contact` has two \
                 more ways (reference/front.md §12)",
        covers: |breach| breach.operation == "GET /contacts/{contact_id}/conversations" && breach.at == "301",
    },
    Fault {
        name: "a file is JSON",
        reason: "a file is whatever it is",
        covers: |breach| breach.operation.contains("/download/") && breach.what == "is missing",
    },
    Fault {
        name: "errors are not described",
        reason: "there is no schema for them, and most routes name no status beside success; the shape is documented \
                 elsewhere (reference/front.md §2.2)",
        covers: |breach| {
            breach.part == "answer" && breach.what == "is not described" && breach.at.starts_with('4')
        },
    },
];

/// Those that answers of accounts without ticketing would meet; our stand-in plays none.
pub const OF_PLAIN_ANSWERS: &[Fault] = &[Fault {
    name: "a teammate has a licence",
    reason: "`license_type` is required, but nowhere said to be anything (reference/front.md §3.6)",
    covers: |breach| breach.what.contains("missing properties 'license_type'"),
}];

/// What is left when the known faults are taken away; which of them were met is added to `met`.
#[must_use]
pub fn unknown(breaches: Vec<Breach>, faults: &[&[Fault]], met: &mut Vec<&'static str>) -> Vec<String> {
    let mut left = Vec::new();
    for breach in breaches {
        match faults.iter().copied().flatten().find(|fault| (fault.covers)(&breach)) {
            Some(fault) => met.push(fault.name),
            None => left.push(breach.to_string()),
        }
    }
    left
}
