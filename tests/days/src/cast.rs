//! Who takes part in the days: numbers, tags, notes. Everybody is invented, on numbers that are reserved for that.

use sidetone_sandbox::{MissedReason, aircall_world as world, front_world};

use crate::day::{Day, Desk, MARTA};

/// In the helpdesk; the last shares a number with somebody, so that a person must choose (B7).
pub const KNOWN: [&str; 6] =
    [MARTA, "+33199001144", "+33199001155", "+12025550117", "+493023125044", "+12025550161"];
/// Known to Aircall only (G4), with and without an e-mail address.
pub const CONTACTS: [&str; 2] = ["+12025550143", "+12025550168"];
/// Known to nobody; the last stands in the helpdesk in a spelling that an exact search does not match.
pub const STRANGERS: [&str; 6] =
    ["+33199005501", "+33199005502", "+33199005503", "+33199005504", "+12025550199", "+33199001177"];
/// Known to nobody; they only write.
pub const STRANGERS_WHO_WRITE: [&str; 4] = ["+33199003401", "+33199003402", "+33199003403", "+12025550188"];
/// Why nobody answered.
pub const REASONS: [MissedReason; 6] = [
    MissedReason::OutOfOpeningHours,
    MissedReason::ShortAbandoned,
    MissedReason::AbandonedInIvr,
    MissedReason::AbandonedInClassic,
    MissedReason::NoAvailableAgent,
    MissedReason::AgentsDidNotAnswer,
];
/// What agents tag with.
pub const TAGS: [&str; 6] =
    ["Refund", "Order status", "Warranty", "Complaint", "Callback Request", "Called Back"];
/// What agents note.
pub const NOTES: [&str; 5] = [
    "Sends a photo of the kettle",
    "Promised a call on Monday <b>before noon</b>",
    "Wants the invoice again",
    "Größe XL, señal débil",
    "Spoke to the owner & the accountant",
];
/// What is written by text message.
pub const TEXTS: [&str; 6] = [
    "Is my kettle ready?",
    "It still leaks <b>a lot</b>",
    "Thank you & good night 🌙",
    "On my way.\nTen minutes",
    "Merci, à demain",
    "STOP",
];
/// Files that come by text message, and their content types.
pub const FILES: [(&str, &str); 3] =
    [("kettle.jpg", "image/jpeg"), ("invoice 12.pdf", "application/pdf"), ("leak.png", "image/png")];
/// Line, and who answers there.
pub const LINES: [(u64, &[u64]); 3] = [
    (world::SUPPORT_FR, &[world::CAMILLE, world::THEO]),
    (world::SUPPORT_DE, &[world::JONAS]),
    (world::SALES_US, &[world::AMELIA, world::INES]),
];
/// A number of the company itself.
pub const OWN_NUMBER: &str = "+493023125010";

/// How many guests there are.
pub const GUESTS: usize = 40;

/// A customer whom one scene has for itself: what people do to a guest's tickets touches no other call. Each is in the
/// helpdesk twice, as people are who wrote once from another address: the second entry is there to be merged into.
#[must_use]
pub fn guest(n: usize) -> String {
    format!("+331990031{:02}", n % GUESTS)
}

/// The e-mail address of a guest's second entry.
#[must_use]
pub fn second_address_of(number: &str) -> String {
    format!("guest{}.again@example.com", &number[number.len() - 2..])
}

/// The e-mail address that Aircall has of the first of [`CONTACTS`].
const CONTACTS_ADDRESS: &str = "ruben.okafor@example.com";

/// A tag that only people put on tickets.
pub const HANDLED: &str = "handled";

/// Puts the guests, and the people's own tag, into the helpdesk; the contact with an e-mail address, if so, under it, with
/// another number. In Front a guest has an older conversation beside.
///
/// # Panics
/// If the helpdesk refuses.
pub fn invite(day: &Day, knows_contacts_address: bool) {
    let add = |name: &str, email: &str, number: &str| match day.desk() {
        Desk::Gorgias => drop(day.gorgias.add_customer(name, Some(email), number)),
        Desk::Front => drop(day.front.add_contact(name, Some(email), number).expect("nobody has it")),
    };
    if knows_contacts_address {
        add("Ruben Okafor", CONTACTS_ADDRESS, "+33199003299");
    }
    let tag = serde_json::json!({ "name": HANDLED });
    let (status, answer) = match day.desk() {
        Desk::Gorgias => day.gorgias.by_a_person("POST", "/api/tags", &tag),
        Desk::Front => day.front.by_a_person("POST", "/tags", &tag),
    }
    .expect("a request");
    assert!((200..300).contains(&status), "{status} {answer}");
    for n in 0..GUESTS {
        let (number, name) = (guest(n), format!("Guest {n}"));
        add(&name, &format!("guest{n:02}@example.com"), &number);
        let again = number.replacen("+331990031", "+331990032", 1);
        add(&name, &second_address_of(&number), &again);
        if day.desk() == Desk::Front {
            write_in(day, n);
        }
    }
}

/// A guest has written an e-mail before.
fn write_in(day: &Day, n: usize) {
    let mail = serde_json::json!({
        "sender": { "handle": format!("guest{n:02}@example.com") },
        "to": ["hello@example.com"],
        "subject": format!("Order of guest {n}"),
        "body": "Where is my parcel?",
        "type": "email",
        "external_id": format!("mail:{n}"),
        "created_at": (day.now() - chrono::TimeDelta::days(9)).timestamp(),
        "metadata": { "is_inbound": true, "is_archived": false },
    });
    let path = format!("/inboxes/{}/imported_messages", front_world::HELLO);
    let (status, answer) = day.front.by_a_person("POST", &path, &mail).expect("a request");
    assert!((200..300).contains(&status), "{status} {answer}");
}
