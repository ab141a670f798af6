//! The directory of all contacts' numbers (B9), with Front: how it is read and kept, who is found in which spelling, and what
//! is explained of a number. Front's alias finds a number only as it is stored (`reference/front.md §5`).

use serde_json::json;
use sidetone_protocol::{Card, DirectoryState, DirectoryView, LiveEvent, Match, MatchedHow, Pushed};
use sidetone_sandbox::{
    Fault, FaultKind, FrontControl, FrontLimits, GorgiasControl, HangUp, JournalEntry, aircall_world as world,
};
use tokio::sync::broadcast::Receiver;

use crate::day::{Day, MARTA, Plan};
use crate::front::{conversation, last_seq};

/// The sandbox's own people.
const OWN: u32 = 8;
/// Thirty pages, more than fit into the limit of a minute.
const MANY: u32 = 3000;

/// A number in E.164 and how it is stored.
const SPELLED: [(&str, &str); 6] = [
    ("+33199002001", "01 99 00 20 01"),
    ("+33199002003", "01.99.00.20.03"),
    ("+33199002006", "0033 1 99 00 20 06"),
    ("+33199002008", "+33 1 99 00 20 08"),
    ("+33199002012", "33199002012"),
    ("+12025550188", "(202) 555-0188"),
];

fn name(number: &str) -> String {
    format!("Owner of {}", &number[number.len() - 4..])
}

fn spelled(front: &FrontControl) {
    for (number, stored) in SPELLED {
        front.add_contact(&name(number), None, stored).unwrap();
    }
}

fn directory(day: &Day) -> DirectoryView {
    day.handle.health().directory.unwrap()
}

async fn until_complete(day: &Day) {
    for _ in 0..900 {
        if directory(day).state == DirectoryState::Complete {
            return;
        }
        day.pass(1).await;
    }
    panic!("not complete: {:?}", directory(day));
}

/// Requests since `seq` that read a page of all contacts.
fn pages(day: &Day, seq: u64) -> Vec<JournalEntry> {
    let journal = day.front.journal(seq).into_iter();
    journal.filter(|entry| entry.method == "GET" && entry.path.starts_with("/contacts?")).collect()
}

fn look_ups(day: &Day, seq: u64) -> usize {
    let journal = day.front.journal(seq);
    journal.iter().filter(|entry| !entry.is_write() && entry.path.starts_with("/contacts/alt:")).count()
}

/// Ids of the contacts whom a number matches.
fn matches(day: &Day, number: &str) -> Vec<String> {
    let told = day.handle.explain_number(number).unwrap();
    told.matches.into_iter().map(|one| one.customer.id).collect()
}

fn id_of(day: &Day, name: &str) -> String {
    let contacts = day.front.contacts();
    contacts.iter().find(|contact| contact["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

/// The cards that windows were shown since.
fn cards(told: &mut Receiver<Pushed>) -> Vec<Card> {
    let events = std::iter::from_fn(|| told.try_recv().ok());
    events
        .filter_map(|pushed| match pushed.body {
            LiveEvent::Card(card) => Some(*card),
            _ => None,
        })
        .collect()
}

fn shown(card: &Card) -> Option<&str> {
    card.customer.as_ref().map(|customer| customer.name.as_str())
}

#[tokio::test(start_paused = true)]
async fn all_contacts_are_read_in_pages_within_the_limit_and_what_is_new_in_one_request_every_five_minutes() {
    let plan = Plan { before_front: |front| front.add_contacts(MANY), ..Plan::with_front() };
    let day = Day::begin(plan).await;
    assert_eq!(directory(&day).state, DirectoryState::Reading);
    until_complete(&day).await;
    assert_eq!(directory(&day).customers, MANY + OWN);
    assert!(pages(&day, 0).len() <= 34, "{}", pages(&day, 0).len());
    assert!(day.front.journal(0).iter().all(|entry| entry.status != 429));
    for index in [0, 1, 1500, 2997] {
        let number = GorgiasControl::number_of(index).unwrap();
        assert_eq!(matches(&day, &number), [id_of(&day, &format!("Customer {index}"))], "{index}");
    }
    day.pass(900).await;
    let made = day.front.add_contact("Zoé Lambert", None, "01 99 00 20 02").unwrap();
    day.pass(310).await;
    assert_eq!(matches(&day, "+33199002002"), [made]);
    let seq = last_seq(&day);
    day.pass(3600).await;
    assert!((11..=13).contains(&pages(&day, seq).len()), "{:#?}", pages(&day, seq));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_on_the_way_goes_on_where_it_was_also_after_a_kill() {
    let plan = Plan { before_front: |front| front.add_contacts(MANY), ..Plan::with_front() };
    let mut day = Day::begin(plan).await;
    let read = directory(&day).customers;
    assert!(read < MANY);
    day.front.add_fault(
        Fault::next(3, FaultKind::Status { status: 503, retry_after: None }).on("GET", "/contacts"),
    );
    day.pass(20).await;
    day.kill_and_restart().await;
    day.pass(2).await;
    assert!(directory(&day).customers >= read, "nothing is begun anew");
    until_complete(&day).await;
    assert_eq!(directory(&day).customers, MANY + OWN);
    let well = pages(&day, 0).iter().filter(|page| page.status == 200).count();
    assert!(well <= 36, "{well}");
}

#[tokio::test(start_paused = true)]
async fn a_number_in_any_spelling_is_found_at_once_with_one_request_and_no_second_contact_is_made() {
    // B9, B6
    let day = Day::begin(Plan { before_front: spelled, ..Plan::with_front() }).await;
    day.front.set_limits(FrontLimits { per_minute: 200, ..day.front.limits() });
    day.pass(90).await;
    let before = day.front.contacts().len();
    for (number, stored) in SPELLED {
        let seq = last_seq(&day);
        let mut told = day.handle.subscribe();
        let call = day.answered(number).await;
        let cards = cards(&mut told);
        assert_eq!(
            (cards[0].matched, shown(&cards[0])),
            (Match::Found, Some(&*name(number))),
            "{stored}: at once"
        );
        assert_eq!(look_ups(&day, seq), 1, "B6: one look-up for {stored}");
        let customer = day.detail(call).call.customer.unwrap();
        assert_eq!(customer.name, name(number), "{stored}");
        conversation(&day, call);
    }
    assert_eq!(day.front.contacts().len(), before);
}

#[tokio::test(start_paused = true)]
async fn the_directory_answers_before_a_slow_front_and_front_corrects_it() {
    // B9, G1
    let day = Day::begin(Plan { before_front: spelled, ..Plan::with_front() }).await;
    day.pass(60).await;
    let slow = Fault::next(1, FaultKind::Slow { ms: 5000 }).on("GET", "/contacts/alt:");
    day.front.add_fault(Fault { is_whole_path: false, ..slow });
    let mut told = day.handle.subscribe();
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    let first = cards(&mut told);
    assert_eq!((first[0].matched, shown(&first[0])), (Match::Found, Some("Marta Ibáñez")));
    assert_eq!(day.aircall.cards().len(), 1, "G1: after 800 ms the local index speaks");
    day.pass(10).await;
    assert_eq!(day.aircall.cards().len(), 1, "G1: once");
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;

    let (number, _) = SPELLED[4];
    let path = format!("/contacts/{}", id_of(&day, &name(number)));
    let renamed = json!({ "name": "Renamed just now" });
    assert!(day.front.by_a_person("PATCH", &path, &renamed).unwrap().0 < 300);
    let mut told = day.handle.subscribe();
    day.ring(world::SUPPORT_DE, Some(number));
    day.pass(2).await;
    let all = cards(&mut told);
    assert_eq!(
        (shown(&all[0]), shown(all.last().unwrap())),
        (Some(&*name(number)), Some("Renamed just now"))
    );
    let known = day.handle.explain_number(number).unwrap().matches;
    assert_eq!(known[0].customer.name, "Renamed just now", "the directory is corrected, too");
}

#[tokio::test(start_paused = true)]
async fn a_number_is_explained_with_everybody_who_has_it_and_those_that_nothing_matches_are_listed() {
    let plan = Plan {
        before_front: |front| {
            spelled(front);
            for (name, stored) in [
                ("Lucas at home", "0033 1 99 00 11 44"),
                ("Wrong code", "+49 1 99 00 11 44"),
                ("No number", "ask the shop"),
                ("Half a number", "01 99"),
            ] {
                front.add_contact(name, None, stored).unwrap();
            }
        },
        ..Plan::with_front()
    };
    let day = Day::begin(plan).await;
    until_complete(&day).await;
    let told = day.handle.explain_number("01.99.00.11.44").unwrap();
    assert_eq!(told.readings[0].number, "+33199001144", "{told:#?}");
    let how: Vec<_> = told.matches.iter().map(|one| (&*one.customer.name, &*one.stored, one.how)).collect();
    assert!(how.contains(&("Lucas Moreau", "+33199001144", MatchedHow::Exact)), "{how:?}");
    assert!(how.contains(&("Lucas at home", "0033 1 99 00 11 44", MatchedHow::OtherSpelling)), "{how:?}");
    assert!(told.near.iter().any(|one| one.customer.name == "Wrong code"), "{:#?}", told.near);
    assert_eq!(told.ring, Match::Several);
    assert!(told.written_to.contains("until a person chooses"), "{}", told.written_to);
    let bare = day.handle.explain_number("+33199001177").unwrap();
    assert_eq!((&*bare.matches[0].stored, bare.ring), ("33199001177", Match::Found));
    let nobody = day.handle.explain_number("+33199005599").unwrap();
    assert!(nobody.matches.is_empty() && nobody.written_to.contains("new customer"), "{nobody:#?}");
    let (unmatched, next) = day.handle.unmatched_numbers(None).unwrap();
    let told: Vec<_> = unmatched.iter().map(|one| (&*one.name, &*one.stored, &*one.reason.code)).collect();
    let wanted = [("No number", "ask the shop", "letters"), ("Half a number", "01 99", "too_short")];
    assert_eq!((told, next), (wanted.to_vec(), None));
}
