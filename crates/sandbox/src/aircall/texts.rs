//! Text messages (`reference/aircall.md §4.8, §5.7`): received from a customer, sent by an agent, their status later.
//! There is no way to read them again. The wire shape is unconfirmed; switches show its other forms.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    errors, media, shapes,
    state::{State, Step},
};
use crate::{numbers, refused::Refused, wire::Answered};

/// How long a sent message takes to be delivered, in seconds of the real service.
const DELIVERED_AFTER_S: f64 = 4.0;

/// The longest text that may be sent (`reference/aircall.md §5.7`).
const LONGEST_BODY: usize = 1_600;

/// A file in a message (MMS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// Its name.
    pub name: String,
    /// Its content type.
    pub content_type: String,
    /// How many bytes it has; its content follows from its name.
    #[serde(default = "some_bytes")]
    pub bytes: usize,
}

fn some_bytes() -> usize {
    4_096
}

/// A text message to be received or sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Text {
    /// The company's line.
    pub line: u64,
    /// The customer's number, in E.164.
    pub number: String,
    /// What it says.
    pub body: String,
    /// Images and other files.
    pub files: Vec<TextFile>,
    /// The agent who sends it; unset = the customer does.
    pub agent: Option<u64>,
    /// `whatsapp`; unset = SMS or MMS.
    pub channel: Option<String>,
}

/// A message that came or went.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) text: Text,
    /// By the company, whether or not it is known by whom.
    pub(crate) is_outbound: bool,
    pub(crate) status: &'static str,
    /// Unix milliseconds.
    pub(crate) at_ms: i64,
}

impl State {
    /// A customer sends (`agent` unset) or an agent does. Returns the message's id.
    pub(crate) fn text(&mut self, text: &Text) -> Result<String, Refused> {
        self.travel(text, text.agent.is_some())
    }

    fn travel(&mut self, text: &Text, is_outbound: bool) -> Result<String, Refused> {
        self.world.line(text.line).ok_or_else(|| Refused::unknown("line", text.line))?;
        if !numbers::is_e164(&text.number) {
            return Err(Refused::Wrong(format!("{} is not a number like +33199001122", text.number)));
        }
        if let Some(agent) = text.agent.filter(|id| self.world.agent(*id).is_none()) {
            return Err(Refused::unknown("agent", agent));
        }
        let id = self.text_dice.uuid().to_string();
        let status = if is_outbound { "sent" } else { "received" };
        let at_ms = self.clock.unix_ms();
        self.texts.push(Sent { id: id.clone(), text: text.clone(), is_outbound, status, at_ms });
        self.announce_text(&id, if is_outbound { "message.sent" } else { "message.received" });
        if is_outbound {
            self.later(DELIVERED_AFTER_S, Step::TextDelivered(id.clone()));
        }
        Ok(id)
    }

    pub(super) fn text_delivered(&mut self, id: &str) {
        if let Some(sent) = self.texts.iter_mut().find(|sent| sent.id == id) {
            sent.status = "delivered";
            self.announce_text(id, "message.status_updated");
        }
    }

    fn announce_text(&mut self, id: &str, event: &str) {
        let Some(sent) = self.texts.iter().find(|sent| sent.id == id) else { return };
        let data = in_event(self, sent);
        self.emit(event, data);
    }
}

/// `POST /v1/numbers/{id}/messages/native/send`: answered as `pending`, without a wrapping key.
pub(super) fn send(state: &mut State, line: u64, body: &Value) -> Answered {
    let part = |key: &str| body[key].as_str().map(str::to_owned);
    let (Some(number), Some(said)) = (part("to"), part("body").filter(|said| !said.is_empty())) else {
        return errors::invalid("to", "to and body are needed");
    };
    if said.chars().count() > LONGEST_BODY {
        return errors::invalid("body", "is too long (maximum is 1600 characters)");
    }
    let agent = body["user_id"].as_u64();
    let text = Text { line, number, body: said, agent, ..Text::default() };
    match state.travel(&text, true) {
        Ok(id) => {
            let at_ms = state.clock.unix_ms();
            Answered::json(
                201,
                &json!({
                    "id": id,
                    "status": "pending",
                    "direct_link": format!("https://api.aircall.io/v1/numbers/{line}/messages/{id}"),
                    "direction": "outbound",
                    "created_at": at_ms,
                    "sent_at": at_ms,
                    "updated_at": at_ms,
                    "raw_digits": numbers::display(&text.number),
                    "body": text.body,
                }),
            )
        }
        Err(refused) => errors::bad_request(&refused.to_string()),
    }
}

/// A message in an event.
fn in_event(state: &State, sent: &Sent) -> Value {
    let text = &sent.text;
    let at = shapes::iso_ms(sent.at_ms);
    let shown = numbers::display(&text.number);
    let mut data = json!({
        "id": sent.id,
        "direct_link": format!("https://api.aircall.io/v1/numbers/{}/messages/{}", text.line, sent.id),
        "direction": if sent.is_outbound { "outbound" } else { "inbound" },
        "external_number": shown,
        "body": text.body,
        "status": sent.status,
        "raw_digits": shown,
        "created_at": at,
        "updated_at": at,
        "sent_at": at,
        "channel": text.channel,
    });
    if state.switches.message_dates_in_ms {
        for key in ["created_at", "updated_at", "sent_at"] {
            data[key] = json!(sent.at_ms);
        }
    }
    let link = |index: usize, file: &TextFile| {
        media::sign_path(state, &state.origin, &format!("/media/messages/{}/{index}/{}", sent.id, file.name))
    };
    let files = text.files.iter().enumerate();
    if state.switches.message_media_url {
        data["media_url"] = files.map(|(index, file)| json!(link(index, file))).collect();
    } else {
        data["media_details"] = files
            .map(|(index, file)| {
                json!({
                    "file_name": file.name,
                    "file_type": file.content_type,
                    "presigned_url": link(index, file),
                })
            })
            .collect();
    }
    if let Some(line) = state.world.line(text.line) {
        let mut number = shapes::nested_line(line);
        number["e164_digits"] = json!(line.e164);
        data["number"] = number;
    }
    if let Some(contact) = state.world.contact_of(&text.number) {
        data["contact"] = shapes::contact_in_event(contact);
    }
    let agent = text.agent.and_then(|id| state.world.agent(id));
    if let Some(agent) = agent.filter(|_| state.switches.message_names_user) {
        data["user"] = shapes::nested_agent(agent);
    }
    data
}

/// The content type and the content of a message's file, by its path below `/media/messages/`.
pub(super) fn file(state: &State, path: &str) -> Option<(String, Vec<u8>)> {
    let mut parts = path.splitn(3, '/');
    let (id, index) = (parts.next()?, parts.next()?.parse::<usize>().ok()?);
    let file = state.texts.iter().find(|sent| sent.id == id)?.text.files.get(index)?;
    let content = file.name.bytes().cycle().take(file.bytes).collect();
    Some((file.content_type.clone(), content))
}
