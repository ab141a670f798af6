//! The company that the Front stand-in shows at first: the people of the Gorgias stand-in, as far as Front can have them.
//! Its teammates have the e-mail addresses of the Aircall agents, but for Ines Duarte, who is missing on purpose. The inbox
//! for calls is missing as well: whoever logs calls has to make it.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    events::Actor,
    objects::{Channel, Conversation, Handle, Inbox, Message, Moment, Place, Recipient, Tag, Team, Teammate},
    rules::{Rule, Trigger},
    state::State,
};

/// The company's name, as `GET /me` tells it.
pub const COMPANY: &str = "Northbrook Kettles";
/// The company's id.
pub const COMPANY_ID: &str = "cmp_nbk";
/// The company's API token.
pub const TOKEN: &str = "sandbox-front-token";
/// The number of the admin, who acts when a person does.
pub(crate) const ADMIN: u64 = 4_100;
/// The id of the admin, Ana Keller.
pub const ANA: &str = "tea_35w";
/// The id of Camille Roux.
pub const CAMILLE: &str = "tea_35x";
/// The id of Jonas Weber.
pub const JONAS: &str = "tea_35y";
/// The id of Amelia Stone.
pub const AMELIA: &str = "tea_35z";
/// The id of Theo Marchand.
pub const THEO: &str = "tea_360";
/// The id of the bot that a token writes as.
pub const BOT: &str = "tea_361";
/// The id of the workspace "Care", the oldest.
pub const CARE: &str = "tim_v";
/// The id of the workspace "Sales".
pub const SALES: &str = "tim_w";
/// The id of the inbox "Hello", which has an e-mail channel.
pub const HELLO: &str = "inb_1f";
/// The id of the inbox "Sales desk".
pub const SALES_DESK: &str = "inb_1g";
/// The id of a custom channel of the inbox "Hello".
pub const WEB_FORM: &str = "cha_1q";
/// The id of the e-mail channel of the inbox "Hello".
pub const MAILBOX: &str = "cha_1p";

struct Known {
    name: &'static str,
    email: &'static str,
    phone: &'static str,
    note: Option<&'static str>,
    /// Subject, first message and status of an older conversation.
    conversation: Option<(&'static str, &'static str, Place)>,
}

/// Front lets no two contacts have one handle: the two who share a number have it in two spellings, and one number is
/// stored without its `+`.
const CONTACTS: [Known; 8] = [
    Known {
        name: "Marta Ibáñez",
        email: "marta.ibanez@example.com",
        phone: "+34666444555",
        note: Some("Café owner in Valencia. Call back after 17:00, never on Mondays."),
        conversation: Some((
            "Kettle drips at the spout",
            "Hello, the new kettle drips at the spout. Can I swap it in your Madrid shop?",
            Place::Open,
        )),
    },
    Known {
        name: "Lucas Moreau",
        email: "lucas.moreau@example.com",
        phone: "+33199001144",
        note: Some("Buys for Moreau Thés, twelve shops. Invoices go to accounting."),
        conversation: Some((
            "Commande de 40 bouilloires",
            "Bonjour, où en est notre commande ?",
            Place::Open,
        )),
    },
    Known {
        name: "Odile Garnier",
        email: "odile.garnier@example.com",
        phone: "+33199001155",
        note: None,
        conversation: Some(("Couvercle cassé", "Le couvercle est arrivé cassé.", Place::Archived)),
    },
    Known {
        name: "Priya Nair",
        email: "priya.nair@example.com",
        phone: "+12025550117",
        note: Some("Prefers text messages."),
        conversation: Some(("Wrong plug", "The plug is for Europe, I live in Washington.", Place::Open)),
    },
    Known {
        name: "Hannah Vogt",
        email: "hannah.vogt@example.com",
        phone: "+493023125044",
        note: None,
        conversation: Some(("Garantie", "Der Schalter rastet nicht mehr ein.", Place::Open)),
    },
    Known {
        name: "Sam Whitlock",
        email: "sam.whitlock@example.com",
        phone: "+12025550161",
        note: Some("Shares the phone with the café."),
        conversation: None,
    },
    Known {
        name: "Whitlock Cafés",
        email: "orders@whitlock.example.com",
        phone: "12025550161",
        note: None,
        conversation: Some(("Monthly order", "Same as last month, please.", Place::Archived)),
    },
    Known {
        name: "Noor Haddad",
        email: "noor.haddad@example.com",
        phone: "33199001177",
        note: Some("Number typed in by hand years ago."),
        conversation: None,
    },
];

/// The phone number that the contact with this e-mail address has on the first day.
#[must_use]
pub fn phone_of(email: &str) -> Option<&'static str> {
    CONTACTS.iter().find(|known| known.email == email).map(|known| known.phone)
}

/// Puts the first day's people and conversations into an empty state.
pub(crate) fn fill(state: &mut State) {
    let teammate = |id, (first_name, last_name), email: &str, is_admin, kind| {
        let email = email.to_owned();
        (id, Teammate { id, email, first_name, last_name, is_admin, is_blocked: false, kind })
    };
    state.teammates = [
        teammate(ADMIN, ("Ana", "Keller"), "ana.keller@example.com", true, "user"),
        teammate(4_101, ("Camille", "Roux"), "camille.roux@example.com", false, "user"),
        teammate(4_102, ("Jonas", "Weber"), "Jonas.Weber@example.com", false, "user"),
        teammate(4_103, ("Amelia", "Stone"), "amelia.stone@example.com", false, "user"),
        teammate(4_104, ("Theo", "Marchand"), "theo.marchand@example.com", false, "user"),
        teammate(4_105, ("Northbrook", "Bot"), "bot@example.com", false, "api"),
    ]
    .into();
    state.teams = vec![Team { id: 31, name: "Care" }, Team { id: 32, name: "Sales" }];
    let inbox = |id, name: &str, team, teammates: &[u64]| {
        let (name, teammates) = (name.to_owned(), teammates.to_vec());
        (
            id,
            Inbox {
                id,
                name,
                team,
                teammates,
                is_private: false,
                is_public: false,
                custom_fields: json!({}),
            },
        )
    };
    state.inboxes =
        [inbox(51, "Hello", 31, &[ADMIN, 4_101, 4_102, 4_104]), inbox(52, "Sales desk", 32, &[ADMIN, 4_103])]
            .into();
    state.channels = vec![
        Channel { id: 61, name: "Hello", address: "hello@example.com", kind: "smtp", inbox: 51 },
        Channel { id: 62, name: "Web form", address: "web-form", kind: "custom", inbox: 51 },
    ];
    state.rules = vec![
        Rule { id: 71, name: "Voicemails", trigger: Trigger::InboundSubject("Voicemail"), tag: "voicemail" },
        Rule { id: 72, name: "Refunds", trigger: Trigger::Comment("refund"), tag: "refund" },
    ];
    let made_at = state.now() - TimeDelta::days(200);
    for (id, name) in [(81, "warranty"), (82, "order"), (83, "voicemail"), (84, "refund")] {
        let (name, description, highlight) = (name.to_owned(), None, None);
        state.tags.insert(id, Tag { id, name, description, highlight, is_shown_in_lists: true, made_at });
    }
    for (index, known) in CONTACTS.iter().enumerate() {
        add(state, known, i64::try_from(index).unwrap_or_default());
    }
}

fn add(state: &mut State, known: &Known, index: i64) {
    let made_at = state.now() - TimeDelta::days(120 - index);
    let handle = |source, handle: &str| Handle { source, handle: handle.to_owned() };
    let handles = vec![handle("email", known.email), handle("phone", known.phone)];
    let id = state.add_contact(Some(known.name.to_owned()), handles, made_at);
    if let Some(contact) = state.contacts.get_mut(id) {
        contact.description = known.note.map(str::to_owned);
    }
    if let Some((subject, text, place)) = known.conversation {
        let at = state.now() - TimeDelta::days(1 + index) - TimeDelta::minutes(37 * (index + 1));
        let from = Recipient {
            name: Some(known.name.to_owned()),
            handle: known.email.to_owned(),
            role: "from",
            contact: Some(id),
        };
        add_conversation(state, from, (subject, text, place), at, index % 2 == 0);
    }
}

fn add_conversation(
    state: &mut State,
    from: Recipient,
    (subject, text, place): (&str, &str, Place),
    at: Moment,
    is_even: bool,
) {
    let (conversation, message, event) = (state.next_id(), state.next_id(), state.next_id());
    state.conversations.insert(
        conversation,
        Conversation {
            id: conversation,
            subject: subject.to_owned(),
            place,
            assignee: is_even.then_some(4_101),
            inboxes: vec![51],
            tags: vec![if is_even { 81 } else { 82 }],
            links: Vec::new(),
            recipient: Some(from.clone()),
            custom_fields: json!({}),
            created_at: at,
            updated_at: at,
            made_at: at,
        },
    );
    let to = Recipient {
        name: Some(COMPANY.to_owned()),
        handle: "hello@example.com".to_owned(),
        role: "to",
        contact: None,
    };
    let uid = state.dice.hex();
    state.uids.insert(uid.clone(), message);
    state.messages_in.insert(conversation, vec![message]);
    state.messages.insert(
        message,
        Message {
            id: message,
            uid,
            conversation,
            kind: "email",
            is_inbound: true,
            created_at: at,
            subject: Some(subject.to_owned()),
            author: None,
            recipients: vec![from, to],
            body: text.to_owned(),
            files: Vec::new(),
            external_id: None,
            metadata: json!({}),
            ran_rules: true,
            made_at: at,
        },
    );
    state.events.push(super::events::Event {
        id: event,
        kind: "inbound",
        at,
        actor: Actor::Inboxes,
        conversation,
        target: Some(super::changes::Target::Message(message)),
    });
}
