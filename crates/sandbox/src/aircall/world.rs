//! The company that the Aircall stand-in shows: invented people, lines, teams, tags and contacts, with
//! numbers from ranges reserved for fiction. Documented constants, so that tests and pages can name them.

use crate::numbers;

/// The company's name, as `GET /v1/company` tells it.
pub const COMPANY: &str = "Northbrook Kettles";
/// The company's id, which only apps hear of.
pub const COMPANY_ID: u64 = 331_001;
/// The user name of the default Basic credential.
pub const API_ID: &str = "sandbox-aircall-id";
/// The password of the default Basic credential.
pub const API_TOKEN: &str = "sandbox-aircall-token";
/// A Bearer token that is accepted as well.
pub const BEARER: &str = "sandbox-aircall-bearer";

/// The line "Support FR", Paris.
pub const SUPPORT_FR: u64 = 881_001;
/// The line "Support DE", Berlin.
pub const SUPPORT_DE: u64 = 881_002;
/// The line "Sales US", New York.
pub const SALES_US: u64 = 881_003;
/// The line "Reception", Paris, with an IVR: 1 Orders, 2 Repairs.
pub const RECEPTION: u64 = 881_004;

/// The agent Camille Roux.
pub const CAMILLE: u64 = 771_001;
/// The agent Jonas Weber.
pub const JONAS: u64 = 771_002;
/// The agent Amelia Stone.
pub const AMELIA: u64 = 771_003;
/// The agent Theo Marchand.
pub const THEO: u64 = 771_004;
/// The agent Ines Duarte, who has no user in the Gorgias stand-in.
pub const INES: u64 = 771_005;

/// The team "Care": Camille, Jonas, Theo.
pub const CARE: u64 = 661_001;
/// The team "Sales": Amelia, Ines.
pub const SALES: u64 = 661_002;

/// One person with a phone in the company.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) time_zone: &'static str,
    pub(crate) language: &'static str,
    pub(crate) wrap_up_s: u64,
    pub(crate) default_line: u64,
    pub(crate) presence: Presence,
    /// Their working hours say that they take no calls at all.
    pub(crate) is_never_available: bool,
}

/// What an agent's phone says, apart from calls (`reference/aircall.md §4.4`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The desktop phone is open and takes calls.
    Available,
    /// Not logged in on the desktop.
    Offline,
    /// Logged in, takes no calls.
    DoNotDisturb,
    /// On a call; never set, always found from the calls.
    InCall,
    /// Writing up the last call; ends by itself.
    AfterCallWork,
}

/// One number of the company.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) e164: &'static str,
    pub(crate) country: &'static str,
    pub(crate) time_zone: &'static str,
    pub(crate) ivr: &'static [(&'static str, &'static str)],
    pub(crate) agents: &'static [u64],
    pub(crate) teams: &'static [u64],
    /// Whether calls are recorded.
    pub(crate) records: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) members: Vec<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) color: String,
    pub(crate) slug: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) id: u64,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) company_name: Option<&'static str>,
    pub(crate) email: Option<&'static str>,
    pub(crate) e164: &'static str,
}

/// Everything about the company that calls refer to.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) agents: Vec<Agent>,
    pub(crate) lines: Vec<Line>,
    pub(crate) teams: Vec<Team>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) contacts: Vec<Contact>,
}

impl World {
    pub(crate) fn agent(&self, id: u64) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.id == id)
    }

    pub(crate) fn line(&self, id: u64) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    pub(crate) fn team(&self, id: u64) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub(crate) fn contact_of(&self, e164: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| numbers::same(contact.e164, e164))
    }
}

impl Default for World {
    fn default() -> Self {
        Self { agents: agents(), lines: lines(), teams: teams(), tags: tags(), contacts: contacts() }
    }
}

fn agents() -> Vec<Agent> {
    let agent = |id, name, email, time_zone, language, default_line| Agent {
        id,
        name,
        email,
        time_zone,
        language,
        wrap_up_s: 20,
        default_line,
        presence: Presence::Available,
        is_never_available: false,
    };
    vec![
        agent(CAMILLE, "Camille Roux", "camille.roux@example.com", "Europe/Paris", "fr-FR", SUPPORT_FR),
        agent(JONAS, "Jonas Weber", "jonas.weber@example.com", "Europe/Berlin", "de-DE", SUPPORT_DE),
        agent(AMELIA, "Amelia Stone", "amelia.stone@example.com", "America/New_York", "en-US", SALES_US),
        agent(THEO, "Theo Marchand", "theo.marchand@example.com", "Europe/Paris", "fr-FR", SUPPORT_FR),
        agent(INES, "Ines Duarte", "ines.duarte@example.com", "Europe/Paris", "en-US", SALES_US),
    ]
}

fn lines() -> Vec<Line> {
    vec![
        Line {
            id: SUPPORT_FR,
            name: "Support FR".into(),
            e164: "+33199001010",
            country: "FR",
            time_zone: "Europe/Paris",
            ivr: &[],
            agents: &[CAMILLE, THEO],
            teams: &[CARE],
            records: true,
        },
        Line {
            id: SUPPORT_DE,
            name: "Support DE".into(),
            e164: "+493023125010",
            country: "DE",
            time_zone: "Europe/Berlin",
            ivr: &[],
            agents: &[JONAS],
            teams: &[CARE],
            records: true,
        },
        Line {
            id: SALES_US,
            name: "Sales US".into(),
            e164: "+12025550110",
            country: "US",
            time_zone: "America/New_York",
            ivr: &[],
            agents: &[AMELIA, INES],
            teams: &[SALES],
            records: true,
        },
        Line {
            id: RECEPTION,
            name: "Reception".into(),
            e164: "+33199002020",
            country: "FR",
            time_zone: "Europe/Paris",
            ivr: &[("1", "Orders"), ("2", "Repairs")],
            agents: &[CAMILLE, THEO, AMELIA],
            teams: &[CARE, SALES],
            records: true,
        },
    ]
}

fn teams() -> Vec<Team> {
    vec![
        Team { id: CARE, name: "Care", members: vec![CAMILLE, JONAS, THEO] },
        Team { id: SALES, name: "Sales", members: vec![AMELIA, INES] },
    ]
}

/// The six built-in tags with the slugs of `reference/aircall.md §4.6`, then the company's own.
fn tags() -> Vec<Tag> {
    let tags: [(u64, &str, &str, Option<&'static str>); 10] = [
        (551_001, "Callback Request", "#29C8FF", Some("queue_callback")),
        (551_002, "Called Back", "#B285D1", Some("queue_called_back")),
        (551_003, "Conference", "#000000", Some("conference")),
        (551_004, "Follow Up", "#FF7D03", Some("follow_up_self_assign")),
        (551_005, "Voicemail Drop", "#FCBB26", Some("voicemail_drop")),
        (551_006, "Voice Virtual Agent", "#00B388", Some("voice_virtual_agent")),
        (551_011, "Refund", "#C2410C", None),
        (551_012, "Order status", "#1D4ED8", None),
        (551_013, "Warranty", "#15803D", None),
        (551_014, "Complaint", "#B91C1C", None),
    ];
    tags.into_iter()
        .map(|(id, name, color, slug)| Tag { id, name: name.to_owned(), color: color.to_owned(), slug })
        .collect()
}

fn contacts() -> Vec<Contact> {
    let contact = |id, first_name, last_name, company_name, email, e164| Contact {
        id,
        first_name,
        last_name,
        company_name,
        email,
        e164,
    };
    vec![
        contact(441_001, "Marta", "Ibáñez", None, Some("marta.ibanez@example.com"), "+34666444555"),
        contact(
            441_002,
            "Lucas",
            "Moreau",
            Some("Moreau Thés"),
            Some("lucas.moreau@example.com"),
            "+33199001144",
        ),
        // Known to Aircall only: the helpdesk has never heard of either.
        contact(441_003, "Ruben", "Okafor", None, Some("ruben.okafor@example.com"), "+12025550143"),
        contact(441_004, "Elin", "Sandberg", None, None, "+12025550168"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_in_the_world_leads_somewhere() {
        let world = World::default();
        for line in &world.lines {
            assert!(line.agents.iter().all(|id| world.agent(*id).is_some()), "{}", line.name);
            assert!(line.teams.iter().all(|id| world.team(*id).is_some()), "{}", line.name);
        }
        assert!(world.agents.iter().all(|agent| world.line(agent.default_line).is_some()));
        assert!(world.teams.iter().flat_map(|team| &team.members).all(|id| world.agent(*id).is_some()));
        assert_eq!(world.tags.iter().filter(|tag| tag.slug.is_some()).count(), 6);
    }
}
