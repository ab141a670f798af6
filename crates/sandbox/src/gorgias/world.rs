//! The account that the Gorgias stand-in shows at first: invented people with numbers from ranges reserved
//! for fiction. Its users have the e-mail addresses of the Aircall agents, but for Ines Duarte, who is
//! missing on purpose, so that the admin fallback shows.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    objects::{Channel, Message, Party, Ticket, User},
    state::State,
};

/// The company's name, as the consent page tells it.
pub const COMPANY: &str = "Northbrook Kettles";
/// The account's subdomain.
pub const ACCOUNT: &str = "northbrook";
/// The user name of the default Basic credential: the admin's e-mail.
pub const EMAIL: &str = "ana.keller@example.com";
/// The password of the default Basic credential.
pub const API_KEY: &str = "sandbox-gorgias-key";
/// A Bearer token that is accepted as well.
pub const BEARER: &str = "sandbox-gorgias-bearer";
/// The admin, whom both credentials act for.
pub const ADMIN: u64 = 4_100;

struct Known {
    name: &'static str,
    email: &'static str,
    phone: &'static str,
    language: &'static str,
    note: Option<&'static str>,
    /// Subject, first message and status of an older ticket.
    ticket: Option<(&'static str, &'static str, &'static str)>,
}

/// Two customers share a number, and one number is stored in its national spelling.
const CUSTOMERS: [Known; 8] = [
    Known {
        name: "Marta Ibáñez",
        email: "marta.ibanez@example.com",
        phone: "+34666444555",
        language: "es",
        note: Some("Café owner in Valencia. Call back after 17:00, never on Mondays."),
        ticket: Some((
            "Kettle drips at the spout",
            "Hello, the new kettle drips at the spout. Can I swap it in your Madrid shop?",
            "open",
        )),
    },
    Known {
        name: "Lucas Moreau",
        email: "lucas.moreau@example.com",
        phone: "+33199001144",
        language: "fr",
        note: Some("Buys for Moreau Thés, twelve shops. Invoices go to accounting."),
        ticket: Some(("Commande de 40 bouilloires", "Bonjour, où en est notre commande ?", "open")),
    },
    Known {
        name: "Odile Garnier",
        email: "odile.garnier@example.com",
        phone: "+33199001155",
        language: "fr",
        note: None,
        ticket: Some(("Couvercle cassé", "Le couvercle est arrivé cassé.", "closed")),
    },
    Known {
        name: "Priya Nair",
        email: "priya.nair@example.com",
        phone: "+12025550117",
        language: "en",
        note: Some("Prefers text messages."),
        ticket: Some(("Wrong plug", "The plug is for Europe, I live in Washington.", "open")),
    },
    Known {
        name: "Hannah Vogt",
        email: "hannah.vogt@example.com",
        phone: "+493023125044",
        language: "de",
        note: None,
        ticket: Some(("Garantie", "Der Schalter rastet nicht mehr ein.", "open")),
    },
    Known {
        name: "Sam Whitlock",
        email: "sam.whitlock@example.com",
        phone: "+12025550161",
        language: "en",
        note: Some("Shares the phone with the café."),
        ticket: None,
    },
    Known {
        name: "Whitlock Cafés",
        email: "orders@whitlock.example.com",
        phone: "+12025550161",
        language: "en",
        note: None,
        ticket: Some(("Monthly order", "Same as last month, please.", "closed")),
    },
    Known {
        name: "Noor Haddad",
        email: "noor.haddad@example.com",
        phone: "01 99 00 11 77",
        language: "fr",
        note: Some("Number typed in by hand years ago."),
        ticket: None,
    },
];

/// Puts the first day's people and tickets into an empty state.
pub(crate) fn fill(state: &mut State) {
    let long_ago = state.now() - TimeDelta::days(200);
    let user = |id, name: &str, email: &str, role| User {
        id,
        name: name.to_owned(),
        email: email.to_owned(),
        role,
        is_active: true,
        made_at: long_ago,
    };
    state.users = vec![
        user(ADMIN, "Ana Keller", EMAIL, "admin"),
        user(4_101, "Camille Roux", "camille.roux@example.com", "agent"),
        user(4_102, "Jonas Weber", "Jonas.Weber@example.com", "agent"),
        user(4_103, "Amelia Stone", "amelia.stone@example.com", "basic-agent"),
        user(4_104, "Theo Marchand", "theo.marchand@example.com", "lite-agent"),
        user(4_105, "Northbrook Bot", "bot@example.com", "bot"),
    ];
    state.teams = vec![(31, "Care"), (32, "Sales")];
    for (index, known) in CUSTOMERS.iter().enumerate() {
        add(state, known, i64::try_from(index).unwrap_or_default());
    }
}

fn add(state: &mut State, known: &Known, index: i64) {
    let made_at = state.now() - TimeDelta::days(120 - index);
    let phone_channel = state.next_id();
    let customer = state.add_customer(Some(known.name.to_owned()), Some(known.email.to_owned()));
    customer.channels.push(Channel {
        id: phone_channel,
        kind: "phone".to_owned(),
        address: known.phone.to_owned(),
        preferred: false,
    });
    customer.language = Some(known.language.to_owned());
    customer.note = known.note.map(str::to_owned);
    customer.made_at = made_at;
    customer.updated_at = made_at;
    let id = customer.id;
    if let Some((subject, text, status)) = known.ticket {
        add_ticket(state, id, known, (subject, text, status), index);
    }
}

fn add_ticket(
    state: &mut State,
    customer: u64,
    known: &Known,
    (subject, text, status): (&str, &str, &'static str),
    index: i64,
) {
    let at = state.now() - TimeDelta::days(1 + index) - TimeDelta::minutes(37 * (index + 1));
    let tag = state.tag_named(if index % 2 == 0 { "warranty" } else { "order" }, Value::Null);
    let (ticket, message) = (state.next_id(), state.next_id());
    state.tickets.insert(
        ticket,
        Ticket {
            id: ticket,
            external_id: None,
            status,
            priority: "normal",
            channel: "email",
            via: "email",
            from_agent: false,
            customer: Some(customer),
            assignee_user: (index % 2 == 0).then_some(4_101),
            assignee_team: None,
            subject: Some(subject.to_owned()),
            tags: vec![tag],
            custom_fields: json!({}),
            meta: Value::Null,
            language: Some(known.language.to_owned()),
            spam: false,
            is_unread: status == "open",
            created_at: at,
            updated_at: at,
            opened_at: None,
            closed_at: (status == "closed").then_some(at + TimeDelta::hours(5)),
            snoozed_until: None,
            trashed_at: None,
            last_message_at: Some(at),
            last_received_at: Some(at),
            made_at: at,
        },
    );
    state.messages.insert(
        message,
        Message {
            id: message,
            ticket,
            channel: "email",
            via: "email",
            from_agent: false,
            public: true,
            sender: Party::Customer(customer),
            receiver: None,
            source: json!({
                "type": "email",
                "from": {"name": known.name, "address": known.email},
                "to": [{"name": "Northbrook Kettles", "address": "hello@example.com"}],
            }),
            subject: Some(subject.to_owned()),
            body_text: Some(text.to_owned()),
            body_html: Some(format!("<div>{text}</div>")),
            attachments: Vec::new(),
            external_id: None,
            meta: Value::Null,
            sent_at: Some(at),
            created_at: at,
            made_at: at,
        },
    );
    state.threads.insert(ticket, vec![message]);
}
