//! How Aircall writes its objects. One rule runs through it: in events absent parts are left out, over
//! REST the key is there with `null` (`reference/aircall.md §4`).

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::{
    call::{Call, Comment},
    media::{self, Medium},
    state::State,
    world::{Agent, Contact, Line, Presence, Tag, Team},
};
use crate::numbers;

const API: &str = "https://api.aircall.io";
const LONG_AGO: &str = "2025-02-03T09:12:44.000Z";
const LONG_AGO_S: i64 = 1_738_573_964;

/// What a REST read asked to see beside the call.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fetch {
    pub(crate) contact: bool,
    pub(crate) short_urls: bool,
    pub(crate) timeline: bool,
}

/// A call in an event.
pub(crate) fn call_in_event(state: &State, call: &Call) -> Value {
    let mut data = call_core(state, call, &state.origin);
    let agent = |id: Option<u64>| id.and_then(|id| state.world.agent(id)).map(nested_agent);
    let contact =
        call.other.as_deref().and_then(|number| state.world.contact_of(number)).map(contact_in_event);
    data.insert("call_uuid".into(), json!(call.uuid));
    data.insert("hangup_cause".into(), json!(call.hangup_cause));
    data.insert("participants".into(), json!(participants(state, call)));
    for (key, part) in [
        ("user", agent(call.user)),
        ("contact", contact),
        ("assigned_to", agent(call.assigned_to)),
        ("transferred_by", agent(call.transferred_by)),
        ("transferred_to", agent(call.transferred_to)),
    ] {
        if let Some(part) = part {
            data.insert(key.into(), part);
        }
    }
    if let Some(line) = state.world.line(call.line) {
        let mut number = nested_line(line);
        number["e164_digits"] = json!(line.e164);
        data.insert("number".into(), number);
    }
    Value::Object(data)
}

/// A call over REST.
pub(crate) fn call_over_rest(state: &State, call: &Call, fetch: Fetch, origin: &str) -> Value {
    let mut data = call_core(state, call, origin);
    let agent = |id: Option<u64>| id.and_then(|id| state.world.agent(id)).map(nested_agent);
    let contact = call
        .other
        .as_deref()
        .filter(|_| fetch.contact)
        .and_then(|number| state.world.contact_of(number))
        .map(contact);
    let line = state.world.line(call.line);
    data.insert("sid".into(), json!(call.uuid));
    data.insert("user".into(), json!(agent(call.user)));
    data.insert("contact".into(), json!(contact));
    data.insert("assigned_to".into(), json!(agent(call.assigned_to)));
    data.insert("transferred_by".into(), json!(agent(call.transferred_by)));
    data.insert("transferred_to".into(), json!(agent(call.transferred_to)));
    data.insert("number".into(), json!(line.map(nested_line)));
    data.insert("country_code_a2".into(), json!(line.map(|line| line.country)));
    data.insert("pricing_type".into(), json!(call.pricing_type));
    for (key, medium, is_there) in [
        ("recording_short_url", Medium::Recording, call.has_recording),
        ("voicemail_short_url", Medium::Voicemail, call.has_voicemail),
    ] {
        let link = (fetch.short_urls && is_there).then(|| media::sign(state, origin, call.id, medium));
        data.insert(key.into(), json!(link));
    }
    if fetch.timeline {
        data.insert("ivr_options_selected".into(), ivr_options(call));
    }
    Value::Object(data)
}

/// The choices in an IVR, as the event and `fetch_call_timeline` show them.
pub(crate) fn ivr_options(call: &Call) -> Value {
    let options = call.ivr.iter().map(|choice| {
        json!({
            "id": format!("ivr-{}-{}", call.id, choice.key),
            "title": choice.title,
            "key": choice.key,
            "branch": choice.title.to_lowercase(),
            "created_at": iso(choice.at),
            "transition_started_at": iso(choice.at),
            "transition_ended_at": iso(choice.at),
        })
    });
    options.collect()
}

fn call_core(state: &State, call: &Call, origin: &str) -> Map<String, Value> {
    let medium = |is_there: bool, medium| is_there.then(|| media::sign(state, origin, call.id, medium));
    let asset = match (call.has_recording, call.has_voicemail) {
        (true, _) => Some("recording"),
        (false, true) => Some("voicemail"),
        (false, false) => None,
    };
    let core = json!({
        "id": call.id,
        "direct_link": format!("{API}/v1/calls/{}", call.id),
        "direction": call.direction,
        "status": call.status,
        "missed_call_reason": call.missed_reason,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "duration": call.duration_s(),
        "cost": call.cost,
        "recording": medium(call.has_recording, Medium::Recording),
        "recording_short_url": null,
        "voicemail": medium(call.has_voicemail, Medium::Voicemail),
        "voicemail_short_url": null,
        "asset": asset.map(|kind| format!("https://assets.aircall.io/calls/{}/{kind}", call.id)),
        "raw_digits": call.other.as_deref().map_or_else(|| "anonymous".to_owned(), numbers::display),
        "archived": call.archived,
        "teams": teams_of(state, call),
        "comments": call.comments.iter().map(|one| comment(state, one)).collect::<Vec<_>>(),
        "tags": tags_of(state, call),
    });
    match core {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn teams_of(state: &State, call: &Call) -> Vec<Value> {
    call.teams
        .iter()
        .filter_map(|id| state.world.team(*id))
        .map(|team| {
            json!({
                "id": team.id,
                "direct_link": format!("{API}/v1/teams/{}", team.id),
                "name": team.name,
                "created_at": LONG_AGO,
            })
        })
        .collect()
}

pub(crate) fn comment(state: &State, comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "content": comment.content,
        "posted_at": comment.posted_at,
        "posted_by": comment.posted_by.and_then(|id| state.world.agent(id)).map(nested_agent),
    })
}

/// `tagged_by` is `{}` for what the system tagged (`reference/aircall.md §4.2`). A tag that was deleted
/// from the company is gone from its calls.
pub(crate) fn tags_of(state: &State, call: &Call) -> Vec<Value> {
    let tag_of = |id: u64| state.world.tags.iter().find(|tag| tag.id == id);
    call.tags
        .iter()
        .filter_map(|tagged| tag_of(tagged.tag).map(|tag| (tagged, tag)))
        .map(|(tagged, tag)| {
            let by = tagged.tagged_by.and_then(|id| state.world.agent(id));
            json!({
                "id": tag.id,
                "name": tag.name,
                "tagged_at": tagged.tagged_at,
                "tagged_by": by.map_or_else(|| json!({}), nested_agent),
                "color": tag.color,
                "description": tag.slug,
            })
        })
        .collect()
}

fn participants(state: &State, call: &Call) -> Vec<Value> {
    let mut participants = Vec::new();
    if let Some(number) = &call.other {
        participants.push(match state.world.contact_of(number) {
            Some(contact) => json!({
                "type": "contact",
                "id": contact.id.to_string(),
                "name": full_name(contact),
                "phone_number": number,
            }),
            None => json!({"type": "external", "phone_number": number}),
        });
    }
    if let Some(agent) = call.user.and_then(|id| state.world.agent(id)) {
        participants.push(json!({"type": "user", "id": agent.id.to_string(), "name": agent.name}));
    }
    participants
}

/// A user inside a call, a comment or a number: abridged.
pub(crate) fn nested_agent(agent: &Agent) -> Value {
    json!({
        "id": agent.id,
        "direct_link": format!("{API}/v1/users/{}", agent.id),
        "name": agent.name,
        "email": agent.email,
        "available": agent.presence == Presence::Available,
        "availability_status": availability_setting(agent),
        "created_at": LONG_AGO,
        "time_zone": agent.time_zone,
        "language": agent.language,
        "wrap_up_time": agent.wrap_up_s,
    })
}

/// A user of `/v2/users`.
pub(crate) fn agent_v2(index: usize, agent: &Agent) -> Value {
    let mut user = nested_agent(agent);
    user["direct_link"] = json!(format!("{API}/v2/users/{}", agent.id));
    let hours = if agent.is_never_available { "always_closed" } else { "always_opened" };
    user["state"] = json!(hours);
    user["substatus"] = json!(hours);
    user["extension"] = json!(format!("{:03}", index + 1));
    user["default_number_id"] = json!(agent.default_line);
    user
}

fn availability_setting(agent: &Agent) -> &'static str {
    if agent.presence == Presence::Available { "available" } else { "unavailable" }
}

/// A number inside a call or in a list: without its users.
pub(crate) fn nested_line(line: &Line) -> Value {
    json!({
        "id": line.id,
        "direct_link": format!("{API}/v1/numbers/{}", line.id),
        "name": line.name,
        "digits": numbers::display(line.e164),
        "country": line.country,
        "time_zone": line.time_zone,
        "open": true,
        "availability_status": "open",
        "is_ivr": !line.ivr.is_empty(),
        "live_recording_activated": line.records,
        "priority": null,
        "messages": {
            "welcome": "https://media.example.com/welcome.mp3",
            "waiting": "https://media.example.com/waiting.mp3",
            "ringing_tone": "https://media.example.com/ringing.mp3",
            "after_hours": "https://media.example.com/after-hours.mp3",
            "voicemail": "https://media.example.com/voicemail.mp3",
            "ivr": (!line.ivr.is_empty()).then_some("https://media.example.com/ivr.mp3"),
            "unanswered_call": null,
            "closed": null,
            "callback_later": null,
        },
        "created_at": LONG_AGO,
        "flow_editor_enabled": false,
    })
}

/// A number read by itself: with its users.
pub(crate) fn line_with_users(state: &State, line: &Line) -> Value {
    let mut number = nested_line(line);
    number["users"] = line.agents.iter().filter_map(|id| state.world.agent(*id)).map(nested_agent).collect();
    number
}

pub(crate) fn team(state: &State, team: &Team) -> Value {
    let members = team.members.iter().filter_map(|id| state.world.agent(*id)).map(|agent| {
        let mut user = nested_agent(agent);
        if let Some(user) = user.as_object_mut() {
            user.remove("available");
        }
        user
    });
    json!({
        "id": team.id,
        "direct_link": format!("{API}/v1/teams/{}", team.id),
        "name": team.name,
        "created_at": LONG_AGO,
        "users": members.collect::<Vec<_>>(),
    })
}

pub(crate) fn tag(tag: &Tag) -> Value {
    json!({"id": tag.id, "name": tag.name, "color": tag.color, "description": tag.slug})
}

/// A contact over REST: times in unix seconds.
pub(crate) fn contact(contact: &Contact) -> Value {
    let label = |id: u64, label: &str, value: &str| json!({"id": id, "label": label, "value": value});
    json!({
        "id": contact.id,
        "direct_link": format!("{API}/v1/contacts/{}", contact.id),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company_name": contact.company_name,
        "information": null,
        "is_shared": true,
        "created_at": LONG_AGO_S,
        "updated_at": LONG_AGO_S,
        "emails": contact.email.map(|email| label(contact.id * 10, "Work", email)).into_iter().collect::<Vec<_>>(),
        "phone_numbers": [label(contact.id * 10 + 1, "Mobile", contact.e164)],
    })
}

/// A contact in an event: times as UTC strings (`reference/aircall.md §4.5`).
pub(crate) fn contact_in_event(one: &Contact) -> Value {
    let mut data = contact(one);
    data["created_at"] = json!("2025-02-03T09:12:44Z");
    data["updated_at"] = json!("2025-02-03T09:12:44Z");
    data
}

fn full_name(contact: &Contact) -> String {
    format!("{} {}", contact.first_name, contact.last_name)
}

/// ISO 8601 with milliseconds, as users, numbers and webhooks carry it.
pub(crate) fn iso_ms(unix_ms: i64) -> String {
    DateTime::from_timestamp_millis(unix_ms)
        .map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

pub(crate) fn iso(unix: i64) -> String {
    DateTime::from_timestamp(unix, 0)
        .map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%S.000Z").to_string())
}
