//! From a webhook to the card with the customer on a window, beside the look-up that it cannot do without.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::Value;
use sidetone_protocol::Card;
use sidetone_sandbox::{Options, Ports, Sandbox, Served, gorgias_world};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::event::{self, Template};
use crate::failure::Failure;
use crate::figures::{median, milliseconds, percentile, times};
use crate::hub::{self, Mode, WEBHOOK_TOKEN, Webhook};
use crate::table::Table;
use crate::{program, stream};

/// Calls that count.
const CALLS: usize = 60;
/// Calls before them, for open connections and warm caches.
const WARM_UP: usize = 5;
/// A card that takes longer is a fault.
const CARD_WITHIN: Duration = Duration::from_secs(10);
/// Between two calls: what follows a card is done by then.
const PAUSE: Duration = Duration::from_millis(100);

/// One call's times, all from before the request was sent.
#[derive(Clone, Copy)]
struct Times {
    answered: Duration,
    first_card: Duration,
    known: Duration,
    bare: Duration,
}

/// Figure 2.
pub(crate) async fn measure(dir: &Path) -> Result<Table, Failure> {
    let dir = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
    let sandbox = Sandbox::new(Options::default())?;
    hub::lift_limits(&sandbox);
    for index in 0..(CALLS + WARM_UP) as u64 {
        let email = format!("customer-{index}@example.com");
        let _ = sandbox.control().gorgias().add_customer(
            &format!("Customer {index}"),
            Some(&email),
            &event::number(index),
        );
    }
    let served = sandbox.serve(Ports::default()).await?;
    let mut hub = hub::start(dir.path(), &served, Mode::LiveCardsOnly, Webhook::ByHand).await?;
    let mut cards = stream::cards(hub.program.address).await?;
    // The lists that the hub reads at its start are not part of a call.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let client = program::http_client()?;
    let template = Template::new(WEBHOOK_TOKEN);
    let url = format!("http://{}/webhooks/aircall", hub.program.address);
    let mut all = Vec::new();
    for index in 0..(CALLS + WARM_UP) as u64 {
        let (id, number) = (event::FIRST_CALL + index, event::number(index));
        let mut events = template
            .of_call(id, &number, Utc::now().timestamp())
            .map(|(_, body)| tell(&client, "sidetone-hub", &url, body));
        let Some(created) = events.next() else { continue };
        let sent = Instant::now();
        created.await?;
        let answered = sent.elapsed();
        let (first, known) = card_of(&mut cards, id).await?;
        hub.program.must_run()?;
        let asked = Instant::now();
        look_up(&client, &served, &number).await?;
        let bare = asked.elapsed();
        all.push(Times { answered, first_card: first - sent, known: known - sent, bare });
        // The call goes on to its end, so that there is never more than one up.
        for event in events {
            event.await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    served.shutdown().await;
    Ok(table(&all[WARM_UP..]))
}

/// When the call's first card came, and the one with its customer.
pub(crate) async fn card_of(
    cards: &mut UnboundedReceiver<(Instant, Card)>,
    id: u64,
) -> Result<(Instant, Instant), Failure> {
    let late = || Failure::Late { what: format!("the card of call {id}"), seconds: CARD_WITHIN.as_secs() };
    let id_text = id.to_string();
    let mut first = None;
    let until = tokio::time::Instant::now() + CARD_WITHIN;
    loop {
        let next = tokio::time::timeout_at(until, cards.recv()).await.map_err(|_| late())?;
        let (at, card) = next.ok_or_else(late)?;
        if card.call_id != id_text {
            continue;
        }
        let first = *first.get_or_insert(at);
        if card.customer.is_some() {
            return Ok((first, at));
        }
    }
}

/// The one request that names a caller (`reference/gorgias.md §6.1`), with the product's HTTP client and nothing else.
async fn look_up(client: &reqwest::Client, served: &Served, number: &str) -> Result<(), Failure> {
    let number = number.replace('+', "%2B");
    let url = format!("http://{}/api/customers?channel_type=phone&channel_address={number}", served.gorgias);
    let request = client.get(url).basic_auth(gorgias_world::EMAIL, Some(gorgias_world::API_KEY));
    let body = must_be_200(request, "the sandbox", "a look-up").await?;
    let read: Value = serde_json::from_slice(&body)
        .map_err(|error| Failure::Unreadable { whom: "the sandbox".into(), error: error.to_string() })?;
    match read["data"].as_array().map(Vec::len) {
        Some(1) => Ok(()),
        found => Err(Failure::Unreadable {
            whom: "the sandbox".into(),
            error: format!("one customer expected, not {found:?}"),
        }),
    }
}

/// Delivers a webhook to a program of ours.
pub(crate) async fn tell(
    client: &reqwest::Client,
    whom: &str,
    url: &str,
    body: String,
) -> Result<(), Failure> {
    let request = client.post(url).header("content-type", "application/json").body(body);
    must_be_200(request, whom, "an event").await.map(|_| ())
}

async fn must_be_200(
    request: reqwest::RequestBuilder,
    whom: &str,
    what: &str,
) -> Result<bytes::Bytes, Failure> {
    let answer = request.send().await.map_err(Failure::request(whom))?;
    if answer.status().as_u16() != 200 {
        return Err(Failure::Answer {
            whom: whom.into(),
            what: what.into(),
            status: answer.status().as_u16(),
        });
    }
    answer.bytes().await.map_err(Failure::request(whom))
}

fn table(all: &[Times]) -> Table {
    let mut table =
        Table::new("From the event to the card", &["Step", "median", "p90", "of the bare look-up"]);
    let of = |figure: fn(&Times) -> Duration| all.iter().map(figure).collect::<Vec<_>>();
    let bare = median(&of(|t| t.bare)).as_secs_f64();
    let steps = [
        ("bare look-up: one GET of the customer", of(|t| t.bare)),
        ("`call.created` answered 200 (durable)", of(|t| t.answered)),
        ("first card on `/api/events` (call and number)", of(|t| t.first_card)),
        ("card with the customer on `/api/events`", of(|t| t.known)),
    ];
    for (name, times_of) in steps {
        let middle = median(&times_of);
        table.row(&[
            name.to_owned(),
            milliseconds(middle),
            milliseconds(percentile(&times_of, 0.9)),
            times(middle.as_secs_f64(), bare),
        ]);
    }
    table.method(&format!(
        "{} calls one after the other after {WARM_UP} for warm-up, each from another number that the helpdesk knows; mode live \
         without records (so that a call's tickets are not written during the next), limits lifted. Each time begins before \
         `POST call.created` is sent. The bare look-up follows each call: same number, same sandbox, the product's HTTP \
         client. Over a real network the look-up takes longer; what comes on top of it does not.",
        all.len()
    ));
    table
}
