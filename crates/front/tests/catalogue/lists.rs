//! The company and its lists.

use front::{
    InboxId, NewInbox, NewTag, TeamId, TeammateId, TeammateRef, company, inboxes, tags, teammates, teams,
};

use super::{Entry, entry};

pub fn every_request() -> Vec<Entry> {
    let inbox = InboxId::new("inb_1");
    let least = NewInbox { name: "Aircall Phone".into(), ..NewInbox::default() };
    let members = [TeammateRef::Email("ada@example.com".into()), TeammateRef::Id(TeammateId::new("tea_2"))];
    let full = NewInbox { teammates: members.to_vec(), is_public: Some(false), ..least.clone() };
    let tag = NewTag { name: "é".repeat(70), description: Some("Calls".into()) };
    vec![
        entry("company::current", &company::current(), "GET /me"),
        entry("teammates::list", &teammates::list(), "GET /teammates"),
        entry("teammates::get", &teammates::get(&members[1]), "GET /teammates/tea_2"),
        entry("teammates::get", &teammates::get(&members[0]), "GET /teammates/alt:email:ada%40example.com"),
        entry("teams::list", &teams::list(), "GET /teams"),
        entry("inboxes::list", &inboxes::list(), "GET /inboxes"),
        entry("inboxes::get", &inboxes::get(&inbox), "GET /inboxes/inb_1"),
        entry("inboxes::create", &inboxes::create(&least), r#"POST /inboxes {"name":"Aircall Phone"}"#),
        entry(
            "inboxes::create_in_team",
            &inboxes::create_in_team(&TeamId::new("tim_1"), &full),
            concat!(
                r#"POST /teams/tim_1/inboxes {"is_public":false,"name":"Aircall Phone","#,
                r#""teammate_ids":["alt:email:ada@example.com","tea_2"]}"#
            ),
        ),
        entry("inboxes::teammates", &inboxes::teammates(&inbox), "GET /inboxes/inb_1/teammates"),
        entry(
            "inboxes::add_teammates",
            &inboxes::add_teammates(&inbox, &members),
            concat!(
                r#"POST /inboxes/inb_1/teammates "#,
                r#"{"teammate_ids":["alt:email:ada@example.com","tea_2"]}"#
            ),
        ),
        entry("tags::list", &tags::list(Some(100)), "GET /tags?limit=100"),
        entry(
            "tags::create",
            &tags::create(&tag),
            concat!(
                r#"POST /company/tags {"description":"Calls","name":""#,
                "éééééééééééééééé",
                "éééééééééééééééé",
                "éééééééééééééééé",
                "éééééééééééééééé",
                r#""}"#
            ),
        ),
    ]
}
