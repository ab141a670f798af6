//! Insight cards: what the agent sees in the phone while a call is up (`reference/aircall.md §5.5`).

use serde_json::{Value, json};

/// Aircall takes a body under 10 kB.
const MAX_BYTES: usize = 10_000;
/// A longer link is left out: cutting it would break it.
const MAX_LINK_CHARS: usize = 1_000;
/// How long a text may be, tried in this order until the card fits.
const TEXT_CHARS: [usize; 7] = [2_000, 1_000, 500, 250, 120, 60, 30];

/// A card in the making: titles and labelled lines, each with or without a link.
///
/// It always fits: long texts are cut, and if that is not enough the last lines are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card(Vec<Line>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// A title has none.
    label: Option<String>,
    text: String,
    link: Option<String>,
}

impl Card {
    /// An empty card.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a title; `link` is opened when it is clicked.
    pub fn title(self, text: impl Into<String>, link: Option<&str>) -> Self {
        self.with(Line { label: None, text: text.into(), link: link.map(str::to_owned) })
    }

    /// Adds a line `label: text`; `link` is opened when it is clicked.
    pub fn line(self, label: impl Into<String>, text: impl Into<String>, link: Option<&str>) -> Self {
        self.with(Line { label: Some(label.into()), text: text.into(), link: link.map(str::to_owned) })
    }

    /// The body to send.
    pub fn body(&self) -> Value {
        for chars in TEXT_CHARS {
            let body = contents(self.0.iter().map(|line| line.value(chars)).collect());
            if body.to_string().len() <= MAX_BYTES {
                return body;
            }
        }
        contents(self.first_that_fit())
    }

    /// The lines at their shortest, as many of the first as a body can hold.
    fn first_that_fit(&self) -> Vec<Value> {
        let shortest = TEXT_CHARS[TEXT_CHARS.len() - 1];
        let mut bytes = contents(Vec::new()).to_string().len();
        let lines = self.0.iter().map(|line| line.value(shortest));
        lines
            .take_while(|line| {
                bytes += line.to_string().len() + ",".len();
                bytes <= MAX_BYTES
            })
            .collect()
    }

    fn with(mut self, line: Line) -> Self {
        self.0.push(line);
        self
    }
}

fn contents(lines: Vec<Value>) -> Value {
    json!({ "contents": lines })
}

impl Line {
    fn value(&self, chars: usize) -> Value {
        let mut line = match &self.label {
            None => json!({ "type": "title", "text": cut(&self.text, chars) }),
            Some(label) => {
                json!({ "type": "shortText", "label": cut(label, chars), "text": cut(&self.text, chars) })
            }
        };
        if let Some(link) = self.link.as_ref().filter(|link| link.chars().count() <= MAX_LINK_CHARS) {
            line["link"] = json!(link);
        }
        line
    }
}

fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some(_) => text.chars().take(chars.saturating_sub(1)).chain(['…']).collect(),
    }
}
