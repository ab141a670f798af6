//! The hub's event stream, each card with the moment at which it came.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sidetone_protocol::Card;
use tokio::sync::mpsc;

use crate::failure::Failure;
use crate::hub::ADMIN_TOKEN;
use crate::program;

/// Longer than any measurement.
const OPEN_FOR: Duration = Duration::from_secs(600);

/// Cards as they come, until the stream ends.
pub(crate) async fn cards(address: SocketAddr) -> Result<mpsc::UnboundedReceiver<(Instant, Card)>, Failure> {
    let request = program::http_client()?.get(format!("http://{address}/api/events")).timeout(OPEN_FOR);
    let request = request.header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    let mut answer = request.send().await.map_err(Failure::request("the event stream"))?;
    if answer.status().as_u16() != 200 {
        let (whom, what) = ("sidetone-hub".into(), "GET /api/events".into());
        return Err(Failure::Answer { whom, what, status: answer.status().as_u16() });
    }
    let (sender, cards) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut buffer = Vec::new();
        // An error ends the stream like its end does; whoever waits for a card is told then.
        while let Ok(Some(chunk)) = answer.chunk().await {
            let at = Instant::now();
            buffer.extend_from_slice(&chunk);
            while let Some(event) = take_event(&mut buffer) {
                if let Some(card) = card(&event)
                    && sender.send((at, card)).is_err()
                {
                    return;
                }
            }
        }
    });
    Ok(cards)
}

/// The first whole event of what has come, up to its empty line.
fn take_event(buffer: &mut Vec<u8>) -> Option<String> {
    let end = buffer.windows(2).position(|two| two == b"\n\n")?;
    let event = buffer.drain(..end + 2).collect();
    String::from_utf8(event).ok()
}

fn card(event: &str) -> Option<Card> {
    if !event.lines().any(|line| line == "event: card") {
        return None;
    }
    let data: String = event.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    serde_json::from_str(&data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_when_it_is_whole() {
        let mut buffer = b": alive\n\nid: 7\nevent: card\ndata: {\"a\"".to_vec();
        assert_eq!(take_event(&mut buffer).as_deref(), Some(": alive\n\n"));
        assert_eq!(take_event(&mut buffer), None);
        buffer.extend_from_slice(b":1}\n\nid: 8\n");
        assert_eq!(take_event(&mut buffer).as_deref(), Some("id: 7\nevent: card\ndata: {\"a\":1}\n\n"));
        assert_eq!(buffer, b"id: 8\n");
    }

    #[test]
    fn only_cards_are_read() {
        let card_event = r#"{"call_id":"4300000001","matched":"looking","customer":null,"candidates":[],"chosen":null,"named":null,"history":[],"history_total":0}"#;
        assert_eq!(
            card(&format!("event: card\ndata: {card_event}\nid: 4\n\n")).expect("a card").call_id,
            "4300000001"
        );
        assert!(card(&format!("event: call\ndata: {card_event}\n\n")).is_none());
    }
}
