//! How many requests each kind of call and message costs with Front (B6), counted at the sandbox on a quiet day; the table of
//! the README is made by this test and compared with it.

use sidetone_engine::settings::Recordings;
use sidetone_sandbox::{HangUp, JournalEntry, aircall_world as world};

use crate::day::{Day, Plan};
use crate::front::last_seq;
use crate::requests::{at_aircall, inbound, is_in_the_readme, last_at_aircall, markdown, outbound, text};

const BEGIN: &str = "<!-- requests of Front: written by crates/engine/tests/engine/front_requests.rs -->";
const END: &str = "<!-- requests of Front: end -->";

/// What a kind costs: writes in Front, look-ups of the contact, reads that look at the contact's conversation, questions
/// whether an accepted import is there; requests to Aircall.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    writes: usize,
    look_ups: usize,
    looks: usize,
    arrivals: usize,
    aircall: usize,
}

/// Lists that are kept fresh whatever happens; they belong to no call (`design.md` §6, Settled).
fn is_upkeep(entry: &JournalEntry) -> bool {
    let is_list = ["/contacts", "/teammates", "/inboxes", "/me"]
        .iter()
        .any(|path| entry.path.split('?').next() == Some(path));
    entry.method == "GET" && is_list
}

struct Counter(Day);

impl Counter {
    async fn with(recordings: Recordings) -> Counter {
        let mut plan = Plan::with_front();
        plan.logging.recordings = recordings;
        let day = Day::begin(plan).await;
        for (n, number) in numbers().iter().enumerate() {
            day.front.add_contact(&format!("Paulette Ferrand {n}"), None, number).unwrap();
        }
        // The inbox is made by the first call, once and for all, and the directory comes to know everybody.
        inbound(&day, "+33199005500", true, false).await;
        day.pass(700).await;
        Counter(day)
    }

    /// Does something and waits until all that follows is done.
    async fn cost<T>(&self, act: impl AsyncFnOnce(&Day) -> T) -> (T, Cost) {
        let day = &self.0;
        let (front, aircall) = (last_seq(day), last_at_aircall(day));
        let done = act(day).await;
        day.pass(120).await;
        let mut cost =
            Cost { writes: 0, look_ups: 0, looks: 0, arrivals: 0, aircall: at_aircall(day, aircall) };
        // What Front took and we have not found yet.
        let mut has_imported = false;
        for entry in day.front.journal(front).iter().filter(|entry| !is_upkeep(entry)) {
            let path: Vec<&str> = entry.path.split('?').next().unwrap().split('/').skip(1).collect();
            let counted = match path.as_slice() {
                _ if entry.is_write() => {
                    has_imported |= path.ends_with(&["imported_messages"]);
                    &mut cost.writes
                }
                ["messages", _] | ["conversations", _, "messages"] => &mut cost.arrivals,
                // Before anything is written, they tell where it goes; after it, whether it is there.
                ["contacts", _, "conversations"] if has_imported => &mut cost.arrivals,
                ["contacts", _, "conversations"]
                | ["conversations", _]
                | ["conversations", _, "inboxes" | "comments"] => &mut cost.looks,
                ["contacts", _] => &mut cost.look_ups,
                _ => panic!("a request that nobody thought of: {} {}", entry.method, entry.path),
            };
            *counted += 1;
        }
        (done, cost)
    }
}

/// Numbers that contacts of ours have.
fn numbers() -> Vec<String> {
    (10..40).map(|n| format!("+331990051{n}")).collect()
}

async fn measured() -> Vec<(&'static str, Cost)> {
    let counter = Counter::with(Recordings::None).await;
    let mut known = numbers().into_iter();
    let mut known = || known.next().unwrap();
    let mut table = Vec::new();

    // Each of these is somebody's first call.
    let customer = known();
    let (first, cost) = counter.cost(async |day| inbound(day, &customer, true, false).await).await;
    table.push(("Inbound call, answered, the contact's first", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, &known(), false, false).await).await;
    table.push(("Inbound call, missed, the contact's first", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, "+33199005599", true, false).await).await;
    table.push(("Inbound call, answered, unknown caller", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, "+33199005598", false, false).await).await;
    table.push(("Inbound call, missed, unknown caller", cost));

    // These have a conversation, and nobody has that: missed calls began it.
    let callers = [known(), known(), known(), known()];
    for caller in &callers {
        inbound(&counter.0, caller, false, false).await;
    }
    counter.0.pass(900).await;
    let (_, cost) = counter.cost(async |day| inbound(day, &callers[0], true, false).await).await;
    table.push(("Inbound call, answered", cost));
    let again = counter.0.ring(world::SUPPORT_FR, Some(&callers[0]));
    let (_, cost) = counter
        .cost(async |day| {
            day.aircall.answer(again, Some(world::CAMILLE)).unwrap();
            day.pass(60).await;
            day.aircall.hang_up(again, &HangUp::default()).unwrap();
        })
        .await;
    table.push(("The same caller within ten minutes, same agent", cost));
    let (_, cost) = counter.cost(async |day| outbound(day, &callers[1], true).await).await;
    table.push(("Outbound call, answered", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, &callers[2], false, false).await).await;
    table.push(("Inbound call, missed", cost));
    let (_, cost) = counter.cost(async |day| outbound(day, &callers[3], false).await).await;
    table.push(("Outbound call, not answered", cost));
    let (_, cost) = counter
        .cost(async |day| day.aircall.comment(first, world::CAMILLE, "Sends the lid back.").unwrap())
        .await;
    table.push(("A comment written later", cost));

    let customer = known();
    let (_, cost) =
        counter.cost(async |day| day.aircall.text(&text(&customer, None, Vec::new())).unwrap()).await;
    table.push(("Text message that begins a conversation", cost));
    let (_, cost) =
        counter.cost(async |day| day.aircall.text(&text(&customer, None, Vec::new())).unwrap()).await;
    table.push(("Further text message, either way", cost));
    let (_, cost) = counter
        .cost(async |day| {
            for _ in 0..3 {
                day.aircall.text(&text(&customer, Some(world::CAMILLE), Vec::new())).unwrap();
            }
        })
        .await;
    table.push(("Three text messages within a second", cost));
    table.extend(with_links().await);
    table
}

/// The same with links to recordings and voicemails, as the set-up has it by default (F5, F10).
async fn with_links() -> Vec<(&'static str, Cost)> {
    let counter = Counter::with(Recordings::Link).await;
    let callers = &numbers()[..2];
    for number in callers {
        inbound(&counter.0, number, false, false).await;
    }
    counter.0.pass(900).await;
    let mut table = Vec::new();
    let (_, cost) = counter.cost(async |day| inbound(day, &callers[0], true, false).await).await;
    table.push(("Inbound call, answered, its recording linked", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, &callers[1], false, true).await).await;
    table.push(("Inbound call, missed, its voicemail linked", cost));
    table
}

#[tokio::test(start_paused = true)]
async fn the_table_of_front_in_the_readme_is_what_is_counted_and_what_b6_promises() {
    let table = measured().await;
    let cost = |kind: &str| &table.iter().find(|(k, _)| *k == kind).unwrap().1;
    // B6: answered 3, missed 2, file link +1, first contact +2.
    assert_eq!(cost("Inbound call, answered").writes, 3, "{table:#?}");
    assert_eq!(cost("Outbound call, answered").writes, 3, "{table:#?}");
    assert_eq!(cost("Inbound call, missed").writes, 2, "{table:#?}");
    assert_eq!(cost("Outbound call, not answered").writes, 2, "{table:#?}");
    assert_eq!(cost("Inbound call, answered, its recording linked").writes, 4, "{table:#?}");
    assert_eq!(cost("Inbound call, missed, its voicemail linked").writes, 3, "{table:#?}");
    assert_eq!(cost("A comment written later").writes, 1, "{table:#?}");
    assert!(cost("Inbound call, answered, unknown caller").writes <= 3 + 2, "{table:#?}");
    assert!(cost("Inbound call, missed, unknown caller").writes <= 2 + 2, "{table:#?}");
    assert_eq!(cost("The same caller within ten minutes, same agent").look_ups, 0, "{table:#?}");
    assert!(table.iter().all(|(_, cost)| cost.look_ups <= 1), "{table:#?}");
    // The README says what a call costs in all.
    let in_all = |kind: &str| {
        let cost = cost(kind);
        cost.writes + cost.look_ups + cost.looks + cost.arrivals
    };
    assert_eq!((in_all("Inbound call, answered"), in_all("Inbound call, missed")), (9, 6), "{table:#?}");
    let heads = [
        "Kind",
        "Front: writes",
        "look-ups of the contact",
        "reads of the conversation",
        "questions whether it is there",
        "Aircall",
    ];
    let rows: Vec<_> = table
        .iter()
        .map(|(kind, c)| (*kind, vec![c.writes, c.look_ups, c.looks, c.arrivals, c.aircall]))
        .collect();
    is_in_the_readme(BEGIN, END, &markdown(&heads, &rows));
}
