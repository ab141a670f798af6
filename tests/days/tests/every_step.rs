//! Killed at a step boundary, the records are those of a quiet day. Here at one step of each kind that there is;
//! `script/chaos --every-step` takes them all.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use std::collections::BTreeSet;

use sidetone_days::day::Desk;
use sidetone_days::steps::walks;
use sidetone_days::stores::Stores;

/// What a program can be killed at, as far as it is seen from outside. Each must be among the steps, or the days above
/// show less than they say. Not among them: the making of the webhook, which is over when the steps begin to count, and
/// the search for a number, which a directory that is complete makes needless.
const IN_GORGIAS: [&str; 33] = [
    "an event is stored",
    "GET /api/users",
    "GET /api/tags",
    "GET /v1/teams",
    "GET /v1/numbers",
    "GET /v1/tags",
    "GET /v1/webhooks",
    "POST /v1/calls/…/insight_cards",
    "GET /v1/calls/…?",
    "GET /v1/calls?",
    "GET /api/customers?",
    "GET /api/customers/…",
    "POST /api/customers",
    "PUT /api/customers/…",
    "POST /api/tickets",
    "POST /api/tickets/…/messages",
    "PUT /api/tickets/…",
    "POST /api/tickets/…/tags",
    "DELETE /api/tickets/…/tags",
    "POST /api/tags",
    "GET /api/tickets?external_id",
    "GET /api/tickets?ticket_ids",
    "GET /api/tickets?limit&order_by",
    "GET /api/messages?",
    "stored after POST /api/customers",
    "stored after PUT /api/customers/…",
    "stored after POST /api/tickets",
    "stored after PUT /api/tickets/…",
    "stored after POST /api/tickets/…/messages",
    "stored after POST /api/tickets/…/tags",
    "stored after DELETE /api/tickets/…/tags",
    "stored after POST /api/tags",
    "stored after GET /v1/calls",
];

/// The same with Front.
const IN_FRONT: [&str; 28] = [
    "an event is stored",
    "GET /teammates",
    "GET /inboxes",
    "GET /v1/teams",
    "GET /v1/numbers",
    "GET /v1/tags",
    "GET /v1/webhooks",
    "POST /v1/calls/…/insight_cards",
    "GET /v1/calls/…?",
    "GET /v1/calls?",
    "GET /contacts?",
    "GET /contacts/…",
    "GET /contacts/…/conversations?",
    "POST /contacts",
    "POST /contacts/…/handles",
    "POST /inboxes",
    "POST /inboxes/…/imported_messages",
    "GET /messages/…",
    "GET /conversations/…",
    "GET /conversations/…/inboxes",
    "GET /conversations/…/messages?",
    "GET /conversations/…/comments",
    "POST /conversations/…/comments",
    "PUT /conversations/…/assignee",
    "stored after POST /contacts",
    "stored after POST /inboxes/…/imported_messages",
    "stored after POST /conversations/…/comments",
    "stored after PUT /conversations/…/assignee",
];

/// Killed at the first step of each kind; on a server, where a day takes longer, at every so many of them.
fn killed_at_a_step_of_each_kind(desk: Desk, kinds: &[&str], stores: &Stores, every: usize) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut tried = 0;
    for walk in walks(desk) {
        let quiet = walk.quiet(stores);
        let (steps, faults) = walk.steps(&quiet);
        assert!(faults.is_empty(), "{} without a kill:\n{}", walk.name, faults.join("\n"));
        for (index, kind) in steps.iter().enumerate() {
            if !seen.insert(kind.clone()) || !seen.len().is_multiple_of(every) {
                continue;
            }
            let step = index as u64 + 1;
            let (faults, _) = walk.killed_at(step, &quiet);
            assert!(
                faults.is_empty(),
                "killed where {kind}:\n{}\nagain: script/chaos --every-step --walk {} --step {step} --helpdesk {desk} --store {stores} --verbose",
                faults.join("\n"),
                walk.name
            );
            tried += 1;
        }
    }
    let missing: Vec<&str> =
        kinds.iter().copied().filter(|kind| !seen.iter().any(|seen| seen.starts_with(kind))).collect();
    assert!(missing.is_empty(), "no step is one of {missing:?}: {seen:#?}");
    assert!(tried > 20, "{tried} kinds of steps");
}

#[test]
fn killed_at_a_step_of_each_kind_the_records_are_those_of_a_quiet_day() {
    killed_at_a_step_of_each_kind(Desk::Gorgias, &IN_GORGIAS, &Stores::Sqlite, 1);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_killed_at_steps_of_many_kinds_the_records_are_those_of_a_quiet_day() {
    killed_at_a_step_of_each_kind(Desk::Gorgias, &IN_GORGIAS, &Stores::Postgres, 3);
}

#[test]
fn killed_at_a_step_of_each_kind_with_front_the_records_are_those_of_a_quiet_day() {
    killed_at_a_step_of_each_kind(Desk::Front, &IN_FRONT, &Stores::Sqlite, 1);
}

#[test]
#[ignore = "needs a server: script/test starts one"]
fn postgres_killed_at_steps_of_many_kinds_with_front_the_records_are_those_of_a_quiet_day() {
    killed_at_a_step_of_each_kind(Desk::Front, &IN_FRONT, &Stores::Postgres, 3);
}
