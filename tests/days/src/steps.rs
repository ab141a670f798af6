//! A program that is killed at a step boundary, whichever it is: after a commit, before a request leaves, before its
//! answer is taken in. A few short days, made so that every kind of step is in one of them; each is lived once for every
//! step at which the program can be killed.

use sidetone_engine::settings::{Language, UnknownCallers};
use sidetone_sandbox::{
    AircallSwitches, Fault, FaultKind, FrontSwitches, GorgiasSwitches, HangUp, Text, TextFile,
    aircall_world as world,
};

use crate::cast::{CONTACTS, STRANGERS_WHO_WRITE, guest, second_address_of};
use crate::chaos::Quiet;
use crate::day::{Desk, MARTA, STRANGER};
use crate::people::{Act, AtCustomer};
use crate::script::{Deed, House, Script, SetUp, Stretch};
use crate::stores::Stores;
use crate::trouble::{Kind, Trouble, Whose};

/// Until here the program is killed; then it is calm.
const CALM_S: u64 = 700;
/// The database is lost here, in the day in which it is.
const LOST_S: u64 = 330;

/// A short day, and what goes wrong in it beside the kill.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Its name on the command line.
    pub name: &'static str,
    script: Script,
    troubles: Vec<Trouble>,
    /// From this second on the steps are counted.
    from: u64,
}

/// All of them.
#[must_use]
pub fn walks(desk: Desk) -> Vec<Walk> {
    let plain = Walk { name: "plain", script: script(desk, false), troubles: Vec::new(), from: 5 };
    let mut walks = match desk {
        Desk::Gorgias => in_gorgias(&plain),
        Desk::Front => in_front(&plain),
    };
    walks.push(Walk { name: "polling", script: script(desk, true), ..plain.clone() });
    walks.push(plain);
    walks
}

fn next(at: u64, times: u32, kind: FaultKind, method: &str, path: &str) -> Trouble {
    Trouble { at, lasts: 0, kind: Kind::Next(Whose::Helpdesk, Fault::next(times, kind).on(method, path)) }
}

fn refused(status: u16) -> FaultKind {
    FaultKind::Status { status, retry_after: None }
}

fn in_gorgias(plain: &Walk) -> Vec<Walk> {
    let slow = FaultKind::Slow { ms: 1_500 };
    vec![
        // Done, and not answered: killed or not, nobody knows.
        Walk {
            name: "unclear",
            troubles: vec![
                next(1, 1, FaultKind::CutAfter, "POST", "/api/customers"),
                next(1, 2, FaultKind::HangAfter, "POST", "/api/tickets"),
                next(1, 1, FaultKind::CutAfter, "PUT", "/api/tickets"),
                next(1, 1, FaultKind::CutAfter, "PUT", "/api/customers"),
                next(1, 1, FaultKind::CutAfter, "DELETE", "/api/tickets"),
                next(1, 1, FaultKind::CutAfter, "POST", "/api/tags"),
            ],
            ..plain.clone()
        },
        Walk {
            name: "refused",
            troubles: vec![
                next(1, 1, refused(404), "POST", "/api/tickets"),
                next(60, 1, refused(404), "PUT", "/api/tickets"),
                next(20, 1, refused(400), "POST", "/api/tickets/"),
                next(60, 1, refused(429), "POST", "/api/"),
            ],
            ..plain.clone()
        },
        // The program that is killed begins with an empty ledger, and is told to fill it.
        Walk {
            name: "lost",
            troubles: vec![
                Trouble { at: LOST_S, lasts: 0, kind: Kind::LoseAndAdopt },
                // The first answer comes when the steps are counted.
                next(LOST_S, 1, slow, "GET", "/api/tickets"),
            ],
            from: LOST_S + 1,
            ..plain.clone()
        },
    ]
}

fn in_front(plain: &Walk) -> Vec<Walk> {
    let slow = FaultKind::Slow { ms: 1_500 };
    vec![
        // Done, and not answered: killed or not, nobody knows. And the first import is taken and lost.
        Walk {
            name: "unclear",
            troubles: vec![
                next(1, 1, FaultKind::CutAfter, "POST", "/contacts"),
                next(1, 2, FaultKind::HangAfter, "POST", "/inboxes/"),
                next(1, 1, FaultKind::CutAfter, "PUT", "/conversations/"),
                next(1, 2, FaultKind::CutAfter, "POST", "/conversations/"),
                Trouble { at: 1, lasts: 0, kind: Kind::LoseImports(1) },
            ],
            ..plain.clone()
        },
        // What was taken is there only much later.
        Walk {
            name: "late",
            troubles: vec![Trouble { at: 1, lasts: CALM_S - 100, kind: Kind::ImportLag(20.0) }],
            ..plain.clone()
        },
        Walk {
            name: "refused",
            troubles: vec![
                next(1, 1, refused(404), "POST", "/inboxes/"),
                next(40, 1, refused(400), "POST", "/inboxes/"),
                next(20, 1, refused(400), "POST", "/conversations/"),
                next(60, 1, refused(429), "POST", "/"),
            ],
            ..plain.clone()
        },
        // The program that is killed begins with an empty ledger, and is told to fill it.
        Walk {
            name: "lost",
            troubles: vec![
                Trouble { at: LOST_S, lasts: 0, kind: Kind::LoseAndAdopt },
                next(LOST_S, 1, slow, "GET", "/contacts/"),
            ],
            from: LOST_S + 1,
            ..plain.clone()
        },
    ]
}

impl Walk {
    /// Its quiet day.
    ///
    /// # Panics
    /// If a step of the day fails.
    #[must_use]
    pub fn quiet<'a>(&'a self, stores: &'a Stores) -> Quiet<'a> {
        Quiet::of(&self.script, stores)
    }

    /// The steps at which the program can be killed, by kind, and what is wrong without any kill.
    ///
    /// # Panics
    /// If a step of the day fails.
    #[must_use]
    pub fn steps(&self, quiet: &Quiet<'_>) -> (Vec<String>, Vec<String>) {
        let troubles = self.with_kill_at(u64::MAX / 2);
        let lived = quiet.in_trouble(&troubles);
        let faults = quiet.faults_of(&lived, &troubles);
        (lived.steps, faults)
    }

    /// What is wrong with the day if the program is killed at that step, counted from 1; and what happened.
    ///
    /// # Panics
    /// If a step of the day fails.
    #[must_use]
    pub fn killed_at(&self, step: u64, quiet: &Quiet<'_>) -> (Vec<String>, Vec<String>) {
        let troubles = self.with_kill_at(step);
        let lived = quiet.in_trouble(&troubles);
        (quiet.faults_of(&lived, &troubles), lived.story)
    }

    fn with_kill_at(&self, step: u64) -> Vec<Trouble> {
        let mut troubles = self.troubles.clone();
        troubles.push(Trouble { at: self.from, lasts: 0, kind: Kind::KillAtStep(step) });
        troubles
    }
}

/// A caller who is known and handed on, a stranger, a voicemail, a withheld number, a menu, a contact whose e-mail address
/// belongs to a customer without the number, a customer who is merged and one whose ticket is deleted meanwhile; with
/// notes and tags in the middle and after the end, and with text messages.
fn script(desk: Desk, polls: bool) -> Script {
    let (known, unknown, missed, withheld, menu, contact, merged, deleted) = (0, 1, 2, 3, 4, 5, 6, 7);
    let number = |text: &str| Some(text.to_owned());
    let ring = |call, line, from| Deed::Ring(call, line, from, Vec::new());
    let comment = |call, agent, text: &str| Deed::Comment(call, agent, text.to_owned());
    let over = |call| Deed::HangUp(call, HangUp::default());
    let merge = AtCustomer::MergeInto(second_address_of(&guest(0)));
    let mut deeds = vec![
        (10, ring(known, world::SUPPORT_FR, number(MARTA))),
        (10, ring(unknown, world::SALES_US, number(STRANGER))),
        (10, ring(missed, world::SUPPORT_DE, number("+493023125044"))),
        (16, Deed::Answer(known, Some(world::CAMILLE))),
        (18, Deed::Answer(unknown, Some(world::AMELIA))),
        (20, Deed::Tag(known, world::CAMILLE, "Warranty")),
        (25, Deed::HangUp(missed, HangUp { voicemail: true, ..HangUp::default() })),
        (30, comment(unknown, world::AMELIA, "Wants the invoice")),
        (40, Deed::Transfer(known, world::JONAS, true)),
        (60, over(known)),
        (62, over(unknown)),
        (90, ring(withheld, world::SUPPORT_DE, None)),
        (95, ring(menu, world::RECEPTION, number("+33199001144"))),
        (98, Deed::Choose(menu, "2")),
        (100, Deed::Dial(contact, world::INES, world::SALES_US, CONTACTS[0].to_owned())),
        (104, Deed::Answer(menu, Some(world::THEO))),
        (105, over(withheld)),
        (110, Deed::Answer(contact, None)),
        (130, over(menu)),
        (131, over(contact)),
        (150, comment(known, world::JONAS, "Sends a photo")),
        (160, Deed::Untag(known, "Warranty")),
        (170, Deed::Tag(unknown, world::AMELIA, "Refund")),
        (180, Deed::House(House::Pause)),
        (182, ring(merged, world::SUPPORT_FR, Some(guest(0)))),
        (185, Deed::Customer(guest(0), merge, None)),
        (190, Deed::Answer(merged, Some(world::CAMILLE))),
        (200, Deed::House(House::Resume)),
        (215, over(merged)),
        (220, ring(deleted, world::SUPPORT_DE, Some(guest(1)))),
        (226, Deed::Answer(deleted, Some(world::JONAS))),
        (240, Deed::Person(deleted, Act::Spam)),
        (260, over(deleted)),
        (LOST_S + 20, comment(merged, world::CAMILLE, "Comes by on Friday")),
        (LOST_S + 30, comment(known, world::JONAS, "And a second one")),
        (LOST_S + 40, Deed::Tag(unknown, world::AMELIA, "Complaint")),
    ];
    // Aircall keeps no messages: who polls hears of none.
    let texts = if polls { Vec::new() } else { texts() };
    let count = texts.iter().filter(|(_, deed)| matches!(deed, Deed::Text(..))).count();
    deeds.extend(texts);
    deeds.sort_by_key(|(at, _)| *at);
    let gorgias = GorgiasSwitches {
        refuse_merged_customers: true,
        refuse_unknown_tags: true,
        ..GorgiasSwitches::default()
    };
    // A message's link is never renewed: it must hold until the program is back.
    let aircall =
        AircallSwitches { disable_after: u32::MAX, media_lifetime_s: 3_600, ..AircallSwitches::default() };
    let set_up = SetUp {
        desk,
        lines: vec![world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US, world::RECEPTION],
        language: Language::En,
        unknown_callers: UnknownCallers::Placeholder,
        knows_contacts_address: true,
        polls,
        aircall,
        gorgias,
        front: FrontSwitches::default(),
        front_per_minute: 200,
    };
    Script {
        set_up,
        stretches: vec![Stretch { begin: 0, calm: CALM_S }],
        deeds,
        calls: 8,
        texts: count,
        ends_at: CALM_S + 420,
    }
}

/// A stranger who writes twice at once and sends a file, and a customer whose conversation is closed before they go on.
fn texts() -> Vec<(u64, Deed)> {
    let pdf = || TextFile { name: "invoice.pdf".into(), content_type: "application/pdf".into(), bytes: 900 };
    let text = |number: &str, body: &str| Text {
        line: world::SUPPORT_FR,
        number: number.to_owned(),
        body: body.to_owned(),
        ..Text::default()
    };
    let stranger = STRANGERS_WHO_WRITE[0];
    vec![
        (12, Deed::Text(0, Text { files: vec![pdf()], ..text(stranger, "The invoice") })),
        (12, Deed::Text(1, text(stranger, "Is it right?"))),
        (24, Deed::Text(2, text(&guest(2), "Are you open?"))),
        (270, Deed::AtConversation(guest(2), Act::Close)),
        (280, Deed::Text(3, text(&guest(2), "I stand at the door"))),
        (LOST_S + 25, Deed::Text(4, text(&guest(2), "Never mind"))),
    ]
}
