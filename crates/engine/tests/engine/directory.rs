//! The directory of all customers' numbers (B9): how it is read, kept and mended.

use serde_json::json;
use sidetone_engine::settings::{Logging, Mode, ModeSetting};
use sidetone_protocol::{DirectoryState, DirectoryView, MatchedHow};
use sidetone_sandbox::{Fault, FaultKind, GorgiasControl, Rate, aircall_world as world};

use crate::day::{Day, MARTA, Plan};

/// The sandbox's own people.
const OWN: u32 = 8;
/// Thirty pages, of which some twenty fit into the limit at once.
const MANY: u32 = 3000;
const PAGES: usize = 31;

fn many(gorgias: &GorgiasControl) {
    gorgias.add_customers(MANY);
}

fn directory(day: &Day) -> DirectoryView {
    day.handle.health().directory.unwrap()
}

/// Ids of the customers whom a number matches.
fn matches(day: &Day, number: &str) -> Vec<String> {
    let told = day.handle.explain_number(number).unwrap();
    told.matches.into_iter().map(|one| one.customer.id).collect()
}

fn id_of(day: &Day, name: &str) -> u64 {
    let customers = day.gorgias.customers();
    customers.iter().find(|c| c["name"] == name).unwrap()["id"].as_u64().unwrap()
}

async fn until_complete(day: &Day) {
    for _ in 0..600 {
        if directory(day).state == DirectoryState::Complete {
            return;
        }
        day.pass(1).await;
    }
    panic!("not complete: {:?}", directory(day));
}

#[tokio::test(start_paused = true)]
async fn all_customers_are_read_in_the_lane_for_old_calls_and_what_changes_in_one_request_every_five_minutes()
{
    let day = Day::begin(Plan { before: many, ..Plan::default() }).await;
    day.pass(3).await;
    let begun = directory(&day);
    assert_eq!(begun.state, DirectoryState::Reading);
    assert!((1000..MANY).contains(&begun.customers) && begun.pass_began_at.is_some(), "{begun:?}");
    until_complete(&day).await;
    let complete = directory(&day);
    assert_eq!(complete.customers, MANY + OWN);
    assert!(complete.numbers >= MANY && complete.complete_at.is_some() && complete.pass_began_at.is_none());
    assert_eq!(day.directory_pages(0).len(), PAGES);
    // Of the last page.
    let number = GorgiasControl::number_of(2996).unwrap();
    assert_eq!(matches(&day, &number), [id_of(&day, "Customer 2996").to_string()]);

    // Until now a customer was made every second: the first news hold many of them.
    day.pass(600).await;
    let number = GorgiasControl::number_of(8).unwrap();
    day.gorgias.respell(id_of(&day, "Customer 8"), &number, &number).unwrap();
    day.pass(310).await;
    let seq = day.last_seq();
    day.pass(3600).await;
    let pages = day.directory_pages(seq);
    assert!((11..=13).contains(&pages.len()), "{}", pages.len());
    assert!(pages.iter().all(|page| page.path.contains("updated_datetime")), "{pages:#?}");
    assert!(day.now().timestamp() - directory(&day).checked_at.unwrap() <= 301);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_changes_is_known_after_five_minutes() {
    let day = Day::begin(Plan { before: many, ..Plan::default() }).await;
    until_complete(&day).await;
    let moved = id_of(&day, "Customer 1204");
    let (old, new) = (GorgiasControl::number_of(1204).unwrap(), "+33199002001");
    day.gorgias.respell(moved, &old, "01 99 00 20 01").unwrap();
    let made = day.gorgias.add_customer("Zoé Lambert", None, "0033 1 99 00 20 02");
    day.pass(310).await;
    assert_eq!((matches(&day, &old).len(), matches(&day, new)), (0, vec![moved.to_string()]));
    assert_eq!(matches(&day, "+33199002002"), [made.to_string()]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_dies_on_the_way_costs_a_few_requests_and_nobody_is_missed() {
    for status in [400, 404, 410] {
        let day = Day::begin(Plan { before: many, ..Plan::default() }).await;
        assert_eq!(directory(&day).state, DirectoryState::Reading);
        day.gorgias.switch(|s| {
            s.dead_cursor_status = status;
            s.cursor_lifetime_s = -1;
        });
        day.pass(2).await;
        day.gorgias.switch(|s| s.cursor_lifetime_s = 600);
        until_complete(&day).await;
        assert_eq!(directory(&day).customers, MANY + OWN, "{status}");
        let pages = day.directory_pages(0);
        let dead = pages.iter().filter(|page| page.status == status).count();
        assert!(dead >= 1 && pages.len() <= PAGES + 4, "{status}: {dead} dead of {}", pages.len());
    }
}

#[tokio::test(start_paused = true)]
async fn where_no_cursor_lives_long_enough_it_is_given_up_for_hours_and_says_so() {
    let day = Day::begin(Plan {
        before: |gorgias| {
            many(gorgias);
            gorgias.switch(|s| s.cursor_lifetime_s = -1);
        },
        ..Plan::default()
    })
    .await;
    day.pass(60).await;
    let told = directory(&day);
    assert_eq!(told.state, DirectoryState::Incomplete);
    assert!(told.text.is_some_and(|text| text.contains("place in the list")));
    assert!(told.customers >= 200, "a page from each end");
    let full = |seq| day.directory_pages(seq).iter().filter(|p| p.path.contains("created_datetime")).count();
    assert!(full(0) < 20, "{}", full(0));
    let seq = day.last_seq();
    day.pass(5 * 3600).await;
    assert_eq!(full(seq), 0, "it is left alone");
    day.gorgias.switch(|s| s.cursor_lifetime_s = 600);
    day.pass(3700).await;
    assert_eq!((directory(&day).state, directory(&day).text), (DirectoryState::Complete, None));
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_on_where_it_was_also_when_the_place_is_forgotten_meanwhile() {
    for (pause, most) in [(5, PAGES + 1), (1200, PAGES + 3)] {
        let mut day = Day::begin(Plan { before: many, ..Plan::default() }).await;
        let read = directory(&day).customers;
        day.kill().await;
        day.pass(pause).await;
        day.start().unwrap();
        day.pass(2).await;
        assert!(directory(&day).customers >= read, "nothing is begun anew");
        until_complete(&day).await;
        assert_eq!(directory(&day).customers, MANY + OWN);
        let pages = day.directory_pages(0).iter().filter(|p| p.path.contains("created_datetime")).count();
        assert!(pages <= most, "{pages} after {pause} s");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_was_deleted_is_gone_after_the_weekly_pass() {
    let mut day = Day::begin(Plan::default()).await;
    until_complete(&day).await;
    let gone = id_of(&day, "Odile Garnier");
    let path = format!("/api/customers/{gone}");
    assert_eq!(day.gorgias.by_a_person("DELETE", &path, &json!(null)).unwrap().0, 204);
    day.pass(3600).await;
    assert_eq!(matches(&day, "+33199001155"), [gone.to_string()], "no list tells who is not there");
    // A week in which nothing runs: the pass is due then.
    day.kill().await;
    day.pass(7 * 24 * 3600).await;
    day.start().unwrap();
    day.pass(10).await;
    assert!(matches(&day, "+33199001155").is_empty());
    assert_eq!((directory(&day).customers, directory(&day).state), (OWN - 1, DirectoryState::Complete));
    assert_eq!(matches(&day, MARTA).len(), 1, "all others stay");
}

#[tokio::test(start_paused = true)]
async fn it_is_read_whatever_the_mode_and_a_fault_of_the_helpdesk_only_delays_it() {
    for mode in [Mode::Off, Mode::Shadow] {
        let logging = Logging { mode: ModeSetting(mode), ..Logging::default() };
        let day = Day::begin(Plan {
            logging,
            before: |gorgias| {
                let fault = FaultKind::Status { status: 503, retry_after: None };
                gorgias.add_fault(Fault::next(2, fault).on("GET", "/api/customers"));
            },
            ..Plan::default()
        })
        .await;
        assert_eq!(directory(&day).state, DirectoryState::Reading, "{mode:?}");
        day.pass(90).await;
        assert_eq!((directory(&day).state, directory(&day).customers), (DirectoryState::Complete, OWN));
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_list_that_is_refused_is_told_and_read_as_soon_as_it_may_be() {
    let day = Day::begin(Plan {
        before: |gorgias| gorgias.switch(|s| s.forbidden_path = "/api/customers".into()),
        ..Plan::default()
    })
    .await;
    let told = directory(&day);
    assert!(told.state == DirectoryState::Incomplete && told.text.is_some(), "{told:?}");
    let seq = day.last_seq();
    day.pass(3600).await;
    assert!(day.directory_pages(seq).len() < 12, "not asked all the time");
    day.gorgias.switch(|s| s.forbidden_path = String::new());
    day.pass(16 * 60).await;
    let told = directory(&day);
    assert!(told.state == DirectoryState::Complete && told.text.is_none(), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_ring_and_a_record_do_not_wait_for_the_directory() {
    let day = Day::begin(Plan {
        before: |gorgias| {
            gorgias.add_customers(20_000);
            gorgias.set_limits(sidetone_sandbox::GorgiasLimits {
                rate: Rate { requests: 20, window_s: 20 },
                ..gorgias.limits()
            });
        },
        ..Plan::default()
    })
    .await;
    day.pass(60).await;
    let seq = day.last_seq();
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(1).await;
    assert_eq!(day.requests(seq).1.len(), 1, "asked within a second");
    day.pass(7).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(2).await;
    day.ticket(call);
    assert_eq!(directory(&day).state, DirectoryState::Reading);
    assert_eq!(day.gorgias.journal(0).iter().filter(|e| e.status == 429).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_number_without_country_code_is_read_in_the_countries_of_the_selected_lines() {
    let mut day = Day::begin(Plan { lines: vec![world::SALES_US], ..Plan::default() }).await;
    until_complete(&day).await;
    let noor = id_of(&day, "Noor Haddad").to_string();
    assert!(matches(&day, "+33199001177").is_empty(), "no French line");
    let (unmatched, _) = day.handle.unmatched_numbers(None).unwrap();
    let told: Vec<_> =
        unmatched.iter().map(|one| (&*one.customer_id, &*one.stored, &*one.reason.code)).collect();
    assert_eq!(told, [(&*noor, "01 99 00 11 77", "no_such_number")]);

    day.next_start().lines.push(world::SUPPORT_FR);
    let seq = day.last_seq();
    day.kill_and_restart().await;
    day.pass(10).await;
    let told = day.handle.explain_number("01 99 00 11 77").unwrap();
    assert_eq!(told.readings[0].number, "+33199001177");
    assert_eq!(told.matches.len(), 1, "{told:#?}");
    assert_eq!((&*told.matches[0].customer.id, told.matches[0].country.as_deref()), (&*noor, Some("FR")));
    assert_eq!(told.matches[0].how, MatchedHow::OtherSpelling);
    assert!(day.handle.unmatched_numbers(None).unwrap().0.is_empty());
    let full = day.directory_pages(seq).iter().filter(|p| p.path.contains("created_datetime")).count();
    assert_eq!(full, 0, "read anew out of what is kept");
}

#[tokio::test(start_paused = true)]
async fn a_number_is_explained_with_everybody_who_has_it_and_who_nearly_has_it() {
    let day = Day::begin(Plan {
        before: |gorgias| {
            let _ = gorgias.add_customer("Lucas at home", None, "0033 1 99 00 11 44");
            let _ = gorgias.add_customer("Wrong code", None, "+49 1 99 00 11 44");
            let _ = gorgias.add_customer("No number", None, "ask the shop");
            let _ = gorgias.add_customer("Half a number", None, "01 99");
        },
        ..Plan::default()
    })
    .await;
    until_complete(&day).await;
    let told = day.handle.explain_number("01.99.00.11.44").unwrap();
    assert_eq!(told.readings[0].number, "+33199001144", "{told:#?}");
    let how: Vec<_> = told.matches.iter().map(|one| (&*one.customer.name, &*one.stored, one.how)).collect();
    assert!(how.contains(&("Lucas Moreau", "+33199001144", MatchedHow::Exact)), "{how:?}");
    assert!(how.contains(&("Lucas at home", "0033 1 99 00 11 44", MatchedHow::OtherSpelling)), "{how:?}");
    assert!(told.near.iter().any(|one| one.customer.name == "Wrong code"), "{:#?}", told.near);
    assert_eq!(told.ring, sidetone_protocol::Match::Several);
    assert!(told.written_to.contains("until a person chooses"), "{}", told.written_to);

    let one = day.handle.explain_number(MARTA).unwrap();
    assert_eq!(one.ring, sidetone_protocol::Match::Found);
    assert!(one.written_to.contains("Marta Ibáñez") && one.problem.is_none());
    let nobody = day.handle.explain_number("+33199005599").unwrap();
    assert!(nobody.matches.is_empty() && nobody.written_to.contains("new customer"), "{nobody:#?}");
    let none = day.handle.explain_number("ask the shop").unwrap();
    assert_eq!(none.problem.unwrap().code, "letters");

    let (unmatched, next) = day.handle.unmatched_numbers(None).unwrap();
    let told: Vec<_> = unmatched.iter().map(|one| (&*one.name, &*one.stored, &*one.reason.code)).collect();
    let wanted = [("No number", "ask the shop", "letters"), ("Half a number", "01 99", "too_short")];
    assert_eq!((told, next), (wanted.to_vec(), None));
}
