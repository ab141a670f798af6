//! Set-ups, and what is known beside the call.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use sidetone_engine::choice::Choice;
use sidetone_engine::directory::{Customer, Matched, People, Person};
use sidetone_engine::files::NOTHING_UNDER_WAY;
use sidetone_engine::gorgias::Gorgias;
use sidetone_engine::helpdesk::{Assessment, Context, Helpdesk, Team};
use sidetone_engine::number;
use sidetone_engine::settings::{
    Arrival, FilesSettings, Keep, Language, Logging, Rate, Recordings, Settings, UnknownCallers,
};
use sidetone_engine::store::Case;

use super::life::AGENTS;

/// The id of the first of those who have the number.
pub const FIRST_CUSTOMER: u64 = 500;
pub const NUMBER: &str = "+34666444555";
/// The admin, who writes where nobody else can.
pub const ADMIN: u64 = 4_100;

pub struct World {
    pub settings: Settings,
    pub people: People,
    pub tags: BTreeSet<String>,
    pub teams: BTreeMap<u64, Team>,
    pub slugs: BTreeMap<u64, String>,
    pub customers: usize,
    /// What a person decided about the number.
    pub choice: Option<Choice>,
}

#[derive(Clone, Debug)]
pub struct SetUp {
    pub language: Language,
    pub unknown: UnknownCallers,
    pub take_recent: bool,
    pub keeps: [Keep; 3],
    /// How many customers have the number.
    pub customers: usize,
    pub known_tags: bool,
    pub recordings: Recordings,
}

pub fn set_ups() -> impl Strategy<Value = SetUp> {
    let languages = prop::sample::select(vec![Language::En, Language::De, Language::Fr]);
    let unknown = prop::sample::select(vec![
        UnknownCallers::Placeholder,
        UnknownCallers::PhoneOnly,
        UnknownCallers::Hold,
    ]);
    let keep = || prop::sample::select(vec![Keep::Open, Keep::Open, Keep::Closed, Keep::Store]);
    let recordings = prop::sample::select(vec![Recordings::Attach, Recordings::Link, Recordings::None]);
    let keeps = [keep(), keep(), keep()];
    (languages, unknown, any::<bool>(), keeps, 0..3usize, any::<bool>(), recordings).prop_map(
        |(language, unknown, take_recent, keeps, customers, known_tags, recordings)| SetUp {
            language,
            unknown,
            take_recent,
            keeps,
            customers,
            known_tags,
            recordings,
        },
    )
}

impl SetUp {
    pub fn world(&self) -> World {
        let person = |id: u64, name: &str, admin| Person {
            id: id.to_string(),
            email: format!("{}@example.com", name.to_uppercase()),
            name: name.into(),
            active: true,
            admin,
            machine: false,
        };
        let mut people: Vec<Person> =
            AGENTS[..3].iter().zip(4_101..).map(|((_, name), id)| person(id, name, false)).collect();
        people.push(person(ADMIN, "Ana", true));
        let team =
            |name: &str, users: &[u64]| Team { name: name.into(), users: users.iter().copied().collect() };
        let known = ["Aircall", "Care", "Inbound call", "Tag 1", "Tag 2"].map(str::to_owned);
        World {
            settings: Settings {
                privacy: Default::default(),
                logging: Logging {
                    language: self.language,
                    unknown_callers: self.unknown,
                    several_take_recent: self.take_recent,
                    log_anonymous: true,
                    recordings: self.recordings,
                    answered: self.keeps[0],
                    missed: self.keeps[1],
                    outbound_unanswered: self.keeps[2],
                    ..Logging::default()
                },
                lines: BTreeSet::from([7]),
                time_zone: None,
                arrival: Arrival::ManualWebhook,
                aircall_rate: Rate { requests: 30, window: std::time::Duration::from_secs(60) },
                helpdesk_rate: Rate { requests: 80, window: std::time::Duration::from_secs(40) },
                enable_webhook: true,
                check_every: std::time::Duration::from_secs(30),
                poll_every: std::time::Duration::from_secs(5),
                files: FilesSettings::in_folder("files".into()),
                study_only: false,
                sandbox_control_url: None,
            },
            people: People(people),
            tags: if self.known_tags { known.into() } else { BTreeSet::new() },
            teams: BTreeMap::from([(5, team("Care", &[11, 12])), (6, team("Sales", &[13, 14]))]),
            slugs: BTreeMap::new(),
            customers: self.customers,
            choice: None,
        }
    }
}

pub fn gorgias() -> Gorgias {
    let credential = gorgias::Credential::basic("ana@example.com", "key");
    Gorgias::new(gorgias::Account::new("http://127.0.0.1:2", credential).unwrap())
}

pub fn assess(case: &Case, world: &World, now: DateTime<Utc>) -> Assessment {
    let customer = |n: usize| Customer {
        id: (FIRST_CUSTOMER + n as u64).to_string(),
        name: format!("Customer {n}"),
        email: None,
        note: None,
        updated_at: None,
        spelled: None,
    };
    let number = number::parse(NUMBER, None).unwrap();
    let matched =
        Matched { number, checked_at: now, customers: (0..world.customers).map(customer).collect() };
    let shared = Matched { customers: Vec::new(), ..matched.clone() };
    gorgias().assess(
        case,
        &Context {
            settings: &world.settings,
            now,
            people: Some(&world.people),
            tags: Some(&world.tags),
            teams: Some(&world.teams),
            agents: None,
            slugs: Some(&world.slugs),
            matched: Some(&matched),
            taken: &BTreeSet::new(),
            anonymous: Some(&shared),
            conversations: &[],
            place: None,
            line_users: &BTreeMap::new(),
            under_way: &NOTHING_UNDER_WAY,
            choice: world.choice.as_ref(),
            remembers_since: now,
        },
    )
}
