//! What every helpdesk asks of a text message: whether it was announced, whether it is written at all, who sent it.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Reason;

use crate::call::{Agent, Call, Medium, Message};
use crate::helpdesk::{Context, Step};
use crate::whom::Lacks;

/// What is known by its status alone was announced by an event that is late or lost: it is waited for so long.
const ANNOUNCED_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// Who is on a line is asked again after this time.
const LINE_READ_FRESH: TimeDelta = TimeDelta::minutes(10);

/// Until when its own event is waited for; none if that came.
pub(crate) fn announced_by(message: Message<'_>) -> Option<DateTime<Utc>> {
    let told = message.status_told_at().filter(|_| !message.is_announced())?;
    Some(DateTime::from_timestamp(told, 0)? + ANNOUNCED_WITHIN)
}

pub(crate) fn not_supported(medium: Medium) -> Reason {
    let what = if medium == Medium::Group { "Messages to groups" } else { "WhatsApp messages" };
    Reason {
        code: "not_supported".into(),
        text: format!("{what} are kept and listed, but not written into the helpdesk."),
    }
}

/// M5: the user whom the event names, else the line's only one.
pub(crate) fn sender(
    call: &Call,
    message: Message<'_>,
    context: &Context<'_>,
) -> Result<Option<Agent>, Lacks> {
    if let Some(sender) = message.sender() {
        return Ok(Some(sender));
    }
    let Some(line) = call.line() else { return Ok(None) };
    match context.line_users.get(&line.id).filter(|read| context.now - read.read_at < LINE_READ_FRESH) {
        Some(read) => Ok(match read.users.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }),
        None => Err(Lacks::First(Step::ReadLine(line.id))),
    }
}
