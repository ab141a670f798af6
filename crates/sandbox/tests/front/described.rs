//! Every answer that the tests were given is what the vendor's own OpenAPI file describes, and every request that was taken
//! is one that it allows. The file lies beside the project, so this is asked for explicitly:
//! `cargo test -p sidetone-sandbox --test front_api -- --ignored`.

use std::collections::BTreeSet;

use serde_json::Value;
use sidetone_described::{
    exchange::Exchange,
    faults::{OF_ANSWERS, unknown},
    front as description,
};

use super::{
    account, comments, contacts, conversations, directory, files, imports, lists, threads, unconfirmed,
};
use crate::common::{EXCHANGES, front, sandbox};

/// Routes without which a client cannot log calls: each must have been answered well in some test.
const USED: [&str; 30] = [
    "GET /me",
    "GET /teammates",
    "GET /teammates/{teammate_id}",
    "GET /teams",
    "GET /inboxes",
    "POST /inboxes",
    "POST /teams/{team_id}/inboxes",
    "GET /inboxes/{inbox_id}/conversations",
    "POST /inboxes/{inbox_id}/imported_messages",
    "GET /channels",
    "POST /channels/{channel_id}/incoming_messages",
    "GET /messages/{message_id}",
    "GET /contacts",
    "POST /contacts",
    "GET /contacts/{contact_id}",
    "PATCH /contacts/{contact_id}",
    "GET /contacts/{contact_id}/conversations",
    "POST /contacts/{contact_id}/handles",
    "POST /contacts/merge",
    "GET /conversations",
    "GET /conversations/search/{query}",
    "GET /conversations/{conversation_id}",
    "PATCH /conversations/{conversation_id}",
    "PUT /conversations/{conversation_id}/assignee",
    "POST /conversations/{conversation_id}/tags",
    "GET /conversations/{conversation_id}/comments",
    "POST /conversations/{conversation_id}/comments",
    "GET /conversations/{conversation_id}/events",
    "GET /events",
    "POST /company/tags",
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
    let (mut met, mut odd) = (Vec::new(), BTreeSet::new());
    // That there is no such address is told of addresses that are not described.
    let described_ones = exchanges.iter().filter(|one| described.route(&one.method, &one.target).is_some());
    for exchange in described_ones {
        odd.extend(unknown(exchange.breaches_of_answer(&described), &[OF_ANSWERS], &mut met));
    }
    assert!(odd.is_empty(), "{odd:#?}");
    let stale: Vec<&str> =
        OF_ANSWERS.iter().map(|fault| fault.name).filter(|known| !met.contains(known)).collect();
    assert!(stale.is_empty(), "listed as a known fault, and never met: {stale:#?}");
    let answered: BTreeSet<String> = exchanges
        .iter()
        .filter(|exchange| exchange.status < 300)
        .filter_map(|one| described.route(&one.method, &one.target))
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
            let Exchange { method, target, .. } = exchange;
            let Some(route) = described.route(method, target) else { continue };
            let Some(scope) = described.scope(method, target) else { continue };
            if !asked.insert(route.clone()) {
                continue;
            }
            let (sandbox, _) = sandbox();
            sandbox.control().front().switch(|switches| switches.missing_scopes = vec![scope.to_owned()]);
            let refused = front(&sandbox, method, target, exchange.asked.clone()).await;
            assert_eq!(refused.status, 403, "{route} needs {scope}");
            assert_ne!(refused.body, Value::Null);
        }
    });
    assert!(asked.len() >= USED.len() - 1, "{asked:?}");
}
