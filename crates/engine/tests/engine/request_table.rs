//! How many requests each kind of call and message costs with Gorgias (B6), counted at the sandbox on a quiet day; the table
//! of the README is made by this test and compared with it.

use sidetone_sandbox::{HangUp, JournalEntry, TextFile, aircall_world as world};

use crate::day::{Day, Plan};
use crate::requests::{at_aircall, inbound, is_in_the_readme, last_at_aircall, markdown, outbound, text};

const BEGIN: &str = "<!-- requests: written by crates/engine/tests/engine/request_table.rs -->";
const END: &str = "<!-- requests: end -->";

/// What a kind costs: writes in Gorgias, look-ups of the customer on ring, other reads in Gorgias, requests to Aircall.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    writes: usize,
    look_ups: usize,
    reads: usize,
    aircall: usize,
}

/// Lists that are kept fresh whatever happens; they belong to no call (`design.md` §6, Settled).
fn is_upkeep(entry: &JournalEntry) -> bool {
    const UPKEEP: [&str; 5] =
        ["/api/users", "/api/tags", "/api/account", "/api/customers?order", "/api/customers?limit"];
    entry.method == "GET" && UPKEEP.iter().any(|path| entry.path.starts_with(path))
}

struct Counter(Day);

impl Counter {
    /// Does something and waits until all that follows is done.
    async fn cost<T>(&self, act: impl AsyncFnOnce(&Day) -> T) -> (T, Cost) {
        let day = &self.0;
        let (gorgias, aircall) = (day.last_seq(), last_at_aircall(day));
        let done = act(day).await;
        day.pass(120).await;
        let gorgias = day.gorgias.journal(gorgias);
        let (writes, reads): (Vec<_>, Vec<_>) =
            gorgias.into_iter().filter(|e| !is_upkeep(e)).partition(JournalEntry::is_write);
        let (look_ups, reads): (Vec<_>, Vec<_>) =
            reads.into_iter().partition(|e| e.path.starts_with("/api/customers"));
        let (writes, look_ups, reads) = (writes.len(), look_ups.len(), reads.len());
        (done, Cost { writes, look_ups, reads, aircall: at_aircall(day, aircall) })
    }
}

async fn measured() -> Vec<(&'static str, Cost)> {
    let counter = Counter(Day::begin(Plan::default()).await);
    let day = &counter.0;
    let customers: Vec<String> = (10..40).map(|n| format!("+331990051{n}")).collect();
    for (n, number) in customers.iter().enumerate() {
        let _ = day.gorgias.add_customer(&format!("Paulette Ferrand {n}"), None, number);
    }
    let mut known = customers.iter().map(String::as_str);
    let mut known = || known.next().unwrap();
    // The account's tags are made by the first call of each kind, once and for all.
    inbound(day, known(), true, false).await;
    inbound(day, known(), false, true).await;
    outbound(day, known(), true).await;
    day.aircall.text(&text(known(), None, Vec::new())).unwrap();
    let tagged = inbound(day, known(), true, false).await;
    for tag in ["Refund", "Warranty"] {
        day.aircall.tag(tagged, Some(world::CAMILLE), tag).unwrap();
    }
    day.pass(700).await;

    let mut table = Vec::new();
    let (answered, cost) = counter.cost(async |day| inbound(day, known(), true, false).await).await;
    table.push(("Inbound call, answered", cost));
    let (_, cost) = counter.cost(async |day| outbound(day, known(), true).await).await;
    table.push(("Outbound call, answered", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, known(), false, false).await).await;
    table.push(("Inbound call, missed", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, known(), false, true).await).await;
    table.push(("Inbound call, missed, with a voicemail", cost));
    let (_, cost) = counter.cost(async |day| outbound(day, known(), false).await).await;
    table.push(("Outbound call, not answered", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, "+33199005599", true, false).await).await;
    table.push(("Inbound call, answered, unknown caller", cost));
    let again = day.ring(world::SUPPORT_FR, Some("+33199005599"));
    let (_, cost) = counter
        .cost(async |day| {
            day.aircall.answer(again, Some(world::CAMILLE)).unwrap();
            day.pass(60).await;
            day.aircall.hang_up(again, &HangUp::default()).unwrap();
        })
        .await;
    table.push(("The same caller within ten minutes, answered", cost));
    let (_, cost) = counter
        .cost(async |day| {
            for tag in ["Refund", "Warranty"] {
                day.aircall.tag(answered, Some(world::CAMILLE), tag).unwrap();
            }
        })
        .await;
    table.push(("Tags picked later, all together", cost));
    let (_, cost) = counter
        .cost(async |day| day.aircall.comment(answered, world::CAMILLE, "Sends the lid back.").unwrap())
        .await;
    table.push(("A comment written later", cost));

    let customer = known();
    let (_, cost) =
        counter.cost(async |day| day.aircall.text(&text(customer, None, Vec::new())).unwrap()).await;
    table.push(("Text message that begins a conversation", cost));
    let (_, cost) =
        counter.cost(async |day| day.aircall.text(&text(customer, None, Vec::new())).unwrap()).await;
    table.push(("Further text message, either way", cost));
    let (_, cost) = counter
        .cost(async |day| {
            for _ in 0..3 {
                day.aircall.text(&text(customer, Some(world::CAMILLE), Vec::new())).unwrap();
            }
        })
        .await;
    table.push(("Three text messages within a second", cost));
    table.extend(with_files().await);
    table
}

/// The same with recordings and voicemails attached, as the set-up does it by default (G17), and a picture by text (M6).
async fn with_files() -> Vec<(&'static str, Cost)> {
    let counter = Counter(Day::begin(Plan::default().with_files()).await);
    let day = &counter.0;
    let customers: Vec<String> = (10..20).map(|n| format!("+331990051{n}")).collect();
    for (n, number) in customers.iter().enumerate() {
        let _ = day.gorgias.add_customer(&format!("Paulette Ferrand {n}"), None, number);
    }
    let mut known = customers.iter().map(String::as_str);
    let mut known = || known.next().unwrap();
    inbound(day, known(), true, false).await;
    inbound(day, known(), false, true).await;
    let customer = known();
    day.aircall.text(&text(customer, None, Vec::new())).unwrap();
    day.pass(700).await;

    let mut table = Vec::new();
    let (_, cost) = counter.cost(async |day| inbound(day, known(), true, false).await).await;
    table.push(("Inbound call, answered, its recording attached", cost));
    let (_, cost) = counter.cost(async |day| inbound(day, known(), false, true).await).await;
    table.push(("Inbound call, missed, its voicemail attached", cost));
    day.aircall.switch(|s| s.recording_after_s = 60.0);
    let (_, cost) = counter
        .cost(async |day| {
            inbound(day, known(), true, false).await;
            day.pass(240).await;
        })
        .await;
    table.push(("Inbound call, answered, its recording a minute later", cost));
    let picture = TextFile { name: "kettle.jpg".into(), content_type: "image/jpeg".into(), bytes: 20_000 };
    let (_, cost) =
        counter.cost(async |day| day.aircall.text(&text(customer, None, vec![picture])).unwrap()).await;
    table.push(("Further text message with a picture", cost));
    table
}

#[tokio::test(start_paused = true)]
async fn the_table_of_requests_in_the_readme_is_what_is_counted_and_what_b6_promises() {
    let table = measured().await;
    let cost = |kind: &str| &table.iter().find(|(k, _)| *k == kind).unwrap().1;
    // B6
    assert_eq!(cost("Inbound call, answered").writes, 3);
    assert_eq!(cost("Outbound call, answered").writes, 3);
    assert_eq!(cost("Inbound call, missed").writes, 1);
    assert_eq!(cost("Inbound call, answered, unknown caller").writes, 4);
    assert_eq!(cost("Tags picked later, all together").writes, 1);
    assert_eq!(cost("A comment written later").writes, 1);
    assert_eq!(cost("Inbound call, answered, its recording attached").writes, 4, "one upload more");
    assert_eq!(cost("Further text message with a picture").writes, 2, "one upload more");
    assert_eq!(cost("The same caller within ten minutes, answered").look_ups, 0);
    assert!(table.iter().all(|(kind, cost)| cost.look_ups <= 1 || kind.starts_with("Three")), "{table:#?}");
    let heads = ["Kind", "Gorgias: writes", "look-ups of the customer", "other reads", "Aircall"];
    let rows: Vec<_> =
        table.iter().map(|(kind, c)| (*kind, vec![c.writes, c.look_ups, c.reads, c.aircall])).collect();
    is_in_the_readme(BEGIN, END, &markdown(&heads, &rows));
}
