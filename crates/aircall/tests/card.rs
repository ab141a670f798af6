//! Insight cards: what they look like, and that they always fit.

use aircall::Card;
use serde_json::json;

const LIMIT_BYTES: usize = 10_000;

#[test]
fn a_card_has_titles_and_lines() {
    let card = Card::new()
        .title("Ada Sorel", Some("https://example.com/c/1"))
        .line("E-mail", "ada@example.com", None)
        .line("Open tickets", "2", Some("https://example.com/t"));
    assert_eq!(
        card.body(),
        json!({ "contents": [
            { "type": "title", "text": "Ada Sorel", "link": "https://example.com/c/1" },
            { "type": "shortText", "label": "E-mail", "text": "ada@example.com" },
            { "type": "shortText", "label": "Open tickets", "text": "2", "link": "https://example.com/t" },
        ] })
    );
}

#[test]
fn a_long_note_is_cut_and_the_rest_stays_whole() {
    let card = Card::new().title("Ada Sorel", None).line("Note", "é\"\n".repeat(20_000), None);
    let body = card.body();
    assert!(body.to_string().len() <= LIMIT_BYTES);
    assert_eq!(body["contents"][0]["text"], "Ada Sorel");
    let note = body["contents"][1]["text"].as_str().unwrap();
    assert!(note.chars().count() >= 1_000 && note.ends_with('…'), "{} characters", note.chars().count());
}

#[test]
fn with_too_many_lines_the_last_ones_go() {
    let card = (0..2_000).fold(Card::new().title("Ada Sorel", None), |card, number| {
        card.line(format!("Line {number}"), "x".repeat(500), None)
    });
    let body = card.body();
    let lines = body["contents"].as_array().unwrap();
    assert!(body.to_string().len() <= LIMIT_BYTES);
    assert_eq!(lines[0]["text"], "Ada Sorel");
    assert_eq!(lines[1]["label"], "Line 0");
    assert!(lines.len() > 50, "{} lines", lines.len());
}

#[test]
fn a_monstrous_link_is_left_out_rather_than_broken() {
    let link = format!("https://example.com/{}", "x".repeat(20_000));
    let body = Card::new().title("Ada Sorel", Some(&link)).body();
    assert_eq!(body, json!({ "contents": [{ "type": "title", "text": "Ada Sorel" }] }));
}
