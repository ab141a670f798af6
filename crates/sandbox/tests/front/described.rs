//! Every answer that the tests were given is what the vendor's own OpenAPI file describes, and every request that was taken
//! is one that it allows. The file lies beside the project, so this is asked for explicitly:
//! `cargo test -p sidetone-sandbox --test front_api -- --ignored`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

use super::{
    account, comments, contacts, conversations, directory, files, imports, lists, threads, unconfirmed,
};
use crate::common::{
    EXCHANGES, front,
    openapi::{Description, Exchange},
    sandbox,
};

/// What the file says and live answers do not bear out (`reference/front.md §3, §10`): the problem, and why it is none.
const KNOWN_FAULTS: &[(&str, &str)] = &[
    ("ContactResponse.name: null", "live contacts may have no name; the file marks few fields as nullable"),
    ("ContactResponse.description: null", "live contacts may have no description"),
    ("ContactResponse.avatar_url: null", "live contacts may have no picture"),
    (
        "ContactResponse._links.related.owner: null",
        "the file's own example has null for a contact of the company",
    ),
    ("ContactListResponses._links.related.owner: null", "as for contacts"),
    ("ConversationResponse.assignee: null", "nobody is assigned; the text beside it says so"),
    ("MessageResponse.author: null", "seen live for what comes in"),
    ("MessageResponse.error_type: null", "seen live"),
    ("MessageResponse.version: null", "seen live"),
    ("MessageResponse.signature: null", "seen live"),
    ("MessageResponse.subject: null", "messages of a channel may have no subject"),
    ("UpdateConversation.assignee_id: null", "the text beside it: set it to null to unassign"),
    ("UpdateConversationAssignee.assignee_id: null", "the text beside it: set it to null to unassign"),
    (
        "EventResponse.target.data: none of the choices",
        "a move tells of a list of inboxes, a merge of a list of ids",
    ),
    ("CommentResponse.author: null", "whoever wrote it has left"),
    (
        "get /contacts/{contact_id}/conversations: 301 is not described",
        "what the id of a merged contact answers is unconfirmed; the switch `merged_contact` has two more ways",
    ),
];

fn description() -> Description {
    let path =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/specs/front-core.openapi.json"));
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Description(serde_json::from_slice(&text).unwrap())
}

/// Routes without which a client cannot log calls: each must have been answered well in some test.
const USED: [&str; 30] = [
    "get /me",
    "get /teammates",
    "get /teammates/{teammate_id}",
    "get /teams",
    "get /inboxes",
    "post /inboxes",
    "post /teams/{team_id}/inboxes",
    "get /inboxes/{inbox_id}/conversations",
    "post /inboxes/{inbox_id}/imported_messages",
    "get /channels",
    "post /channels/{channel_id}/incoming_messages",
    "get /messages/{message_id}",
    "get /contacts",
    "post /contacts",
    "get /contacts/{contact_id}",
    "patch /contacts/{contact_id}",
    "get /contacts/{contact_id}/conversations",
    "post /contacts/{contact_id}/handles",
    "post /contacts/merge",
    "get /conversations",
    "get /conversations/search/{query}",
    "get /conversations/{conversation_id}",
    "patch /conversations/{conversation_id}",
    "put /conversations/{conversation_id}/assignee",
    "post /conversations/{conversation_id}/tags",
    "get /conversations/{conversation_id}/comments",
    "post /conversations/{conversation_id}/comments",
    "get /conversations/{conversation_id}/events",
    "get /events",
    "post /company/tags",
];

/// Plays all the tests, and hands out what was asked and answered in them.
fn exchanges() -> Vec<Exchange> {
    let all = [
        account::SCENARIOS,
        comments::SCENARIOS,
        contacts::SCENARIOS,
        conversations::SCENARIOS,
        directory::SCENARIOS,
        files::SCENARIOS,
        imports::SCENARIOS,
        lists::SCENARIOS,
        threads::SCENARIOS,
        unconfirmed::SCENARIOS,
    ];
    all.iter().flat_map(|scenarios| scenarios.iter()).for_each(|scenario| scenario());
    EXCHANGES.lock().unwrap().clone()
}

#[test]
#[ignore = "reads the shared collection beside the project"]
fn every_answer_is_as_the_vendors_file_describes_it() {
    let (described, exchanges) = (description(), exchanges());
    let mut met = BTreeSet::new();
    let mut odd = BTreeSet::new();
    for exchange in &exchanges {
        for problem in described.problems(exchange) {
            match KNOWN_FAULTS.iter().find(|(known, _)| *known == problem) {
                Some((known, _)) => {
                    met.insert(*known);
                }
                None if exchange.status < 400 => {
                    odd.insert(problem);
                }
                None => {}
            }
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
    let stale: Vec<&str> =
        KNOWN_FAULTS.iter().map(|(known, _)| *known).filter(|known| !met.contains(known)).collect();
    assert!(stale.is_empty(), "listed as a known fault, and never met: {stale:#?}");
    let answered: BTreeSet<String> = exchanges
        .iter()
        .filter(|exchange| exchange.status < 300)
        .filter_map(|one| {
            described.operation(&one.method, &one.path).map(|(route, _)| format!("{} {route}", one.method))
        })
        .collect();
    let missing: Vec<&str> = USED.into_iter().filter(|route| !answered.contains(*route)).collect();
    assert!(missing.is_empty(), "no test was answered on {missing:#?}");
}

#[test]
#[ignore = "reads the shared collection beside the project"]
fn each_route_needs_the_scope_that_the_vendors_file_names() {
    let (described, exchanges) = (description(), exchanges());
    let mut asked = BTreeSet::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for exchange in exchanges.iter().filter(|exchange| exchange.status < 300) {
            let Some((route, operation)) = described.operation(&exchange.method, &exchange.path) else {
                continue;
            };
            let Some(scope) = operation["x-required-scopes"][0].as_str() else { continue };
            if !asked.insert(format!("{} {route}", exchange.method)) {
                continue;
            }
            let (sandbox, _) = sandbox();
            sandbox.control().front().switch(|switches| switches.missing_scopes = vec![scope.to_owned()]);
            let method = exchange.method.to_uppercase();
            let refused = front(&sandbox, &method, &exchange.path, exchange.asked.clone()).await;
            assert_eq!(refused.status, 403, "{method} {route} needs {scope}");
            assert_ne!(refused.body, Value::Null);
        }
    });
    assert!(asked.len() >= USED.len() - 1, "{asked:?}");
}
