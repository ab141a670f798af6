//! The life of a call, told in events as Aircall tells it: each is a copy of the whole call as it is then.

use proptest::prelude::*;
use serde_json::{Value, json};
use sidetone_engine::call::{Origin, Statement};
use sidetone_engine::store::Case;

pub const ID: u64 = 4_300_000_017;
pub const START: i64 = 1_795_248_000;
/// The agents of Aircall; the last one has no user in Gorgias.
pub const AGENTS: [(u64, &str); 4] = [(11, "Camille"), (12, "Theo"), (13, "Amelia"), (14, "Ines")];

#[derive(Clone, Debug)]
pub struct Life {
    pub outbound: bool,
    pub answered: bool,
    pub voicemail: bool,
    pub withheld: bool,
    pub contact: bool,
    pub is_ivr: bool,
    pub first: usize,
    pub handed_to: Option<usize>,
    pub succeeds: bool,
    /// Seconds after the start, tag, on or off.
    pub tagged: Vec<(i64, u64, bool)>,
    /// Seconds after the start.
    pub commented: Vec<i64>,
}

pub fn lives() -> impl Strategy<Value = Life> {
    let flags = (any::<bool>(), prop::bool::weighted(0.7), any::<bool>(), prop::bool::weighted(0.2));
    let more =
        (any::<bool>(), prop::bool::weighted(0.3), 0..4usize, prop::option::of(0..4usize), any::<bool>());
    let tagged = prop::collection::vec((10..900i64, 1..5u64, any::<bool>()), 0..7);
    let commented = prop::collection::vec(10..900i64, 0..5);
    (flags, more, tagged, commented).prop_map(|(flags, more, tagged, commented)| {
        let (outbound, answered, voicemail, withheld) = flags;
        let (contact, is_ivr, first, handed_to, succeeds) = more;
        Life {
            outbound,
            answered,
            voicemail,
            withheld,
            contact,
            is_ivr,
            first,
            handed_to,
            succeeds,
            tagged,
            commented,
        }
    })
}

pub fn agent(index: usize) -> Value {
    let (id, name) = AGENTS[index];
    json!({"id": id, "name": name, "email": format!("{}@example.com", name.to_lowercase())})
}

/// Seconds after the start, the event that tells of it, and what it does to the call.
type Happening<'a> = (i64, &'a str, Box<dyn Fn(&mut Value) + 'a>);

impl Life {
    /// Everything that Aircall tells, in the order in which it happens: event, moment, the call as it is then.
    pub fn told(&self) -> Vec<(Origin, i64, Value)> {
        let mut call = json!({
            "id": ID, "direction": if self.outbound { "outbound" } else { "inbound" }, "status": "initial",
            "started_at": START, "answered_at": null, "ended_at": null, "missed_call_reason": null,
            "raw_digits": if self.withheld { "anonymous" } else { "+34 666 44 45 55" },
            "number": {"id": 7, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR",
                "time_zone": "Europe/Paris", "is_ivr": self.is_ivr},
            "teams": if self.outbound { json!([]) } else { json!([{"id": 5, "name": "Care"}, {"id": 6, "name": "Sales"}]) },
            "tags": [], "comments": [],
        });
        if self.contact {
            call["contact"] =
                json!({"id": 3, "first_name": "Marta", "emails": [{"value": "marta@example.com"}]});
        }
        if self.outbound {
            call["user"] = agent(self.first);
        }
        let mut steps: Vec<Happening<'_>> = vec![(0, "call.created", Box::new(|_| {}))];
        if self.answered {
            steps.push((
                8,
                "call.answered",
                Box::new(|call| {
                    call["status"] = json!("answered");
                    call["answered_at"] = json!(START + 8);
                    call["user"] = agent(self.first);
                }),
            ));
            if let Some(to) = self.handed_to {
                let event = if self.succeeds { "call.transferred" } else { "call.unsuccessful_transfer" };
                steps.push((
                    30,
                    event,
                    Box::new(move |call| {
                        call["transferred_by"] = agent(self.first);
                        call["transferred_to"] = agent(to);
                        if self.succeeds {
                            call["user"] = agent(to);
                        }
                    }),
                ));
            }
        }
        steps.push((
            60,
            "call.hungup",
            Box::new(|call| {
                call["status"] = json!("done");
                call["ended_at"] = json!(START + 60);
                if !self.answered && !self.outbound {
                    call["missed_call_reason"] = json!("agents_did_not_answer");
                }
            }),
        ));
        let voicemail = self.voicemail && !self.answered && !self.outbound;
        steps.push((
            90,
            "call.ended",
            Box::new(move |call| {
                if self.answered || voicemail {
                    let kind = if self.answered { "recording" } else { "voicemail" };
                    call[kind] = json!("https://media.example.com/a.mp3");
                    call["asset"] = json!(format!("https://assets.example.com/calls/1/{kind}"));
                }
            }),
        ));
        if voicemail {
            steps.push((93, "call.voicemail_left", Box::new(|_| {})));
        }
        for (at, tag, on) in &self.tagged {
            let event = if *on { "call.tagged" } else { "call.untagged" };
            steps.push((
                *at,
                event,
                Box::new(move |call| {
                    let tags = call["tags"].as_array_mut().unwrap();
                    tags.retain(|known| known["id"] != *tag);
                    if *on {
                        tags.push(json!({"id": tag, "name": format!("Tag {tag}"), "tagged_by": {}}));
                    }
                }),
            ));
        }
        for (index, at) in self.commented.iter().enumerate() {
            steps.push((*at, "call.commented", Box::new(move |call| {
                let by = if index % 2 == 0 { agent(self.first) } else { Value::Null };
                let comment = json!({"id": 90 + index, "content": format!("Note {index}"), "posted_at": START + at, "posted_by": by});
                call["comments"].as_array_mut().unwrap().push(comment);
            })));
        }
        steps.sort_by_key(|(at, ..)| *at);
        let tell = |(at, event, happens): Happening<'_>| {
            happens(&mut call);
            (Origin::Event(event.into()), START + at, call.clone())
        };
        steps.into_iter().map(tell).collect()
    }
}

pub fn join(case: &mut Case, (origin, as_of, data): &(Origin, i64, Value)) {
    case.call.join(&Statement { origin, as_of: *as_of, data: data.as_object().unwrap() });
}
