//! What the company's webhooks say: which is ours, whose the others are, and what to do next. Pure.
//!
//! Any other installation's webhook, switched on or off, means that we only read. Two that began at the same moment see
//! each other: then the later webhook is withdrawn, so that it never goes back and forth.

use uuid::Uuid;

const PATH: &str = "/webhooks/aircall/";
/// Stands in for an address where there is none. Names under `.invalid` lead nowhere (RFC 6761 §6.4).
const NOWHERE: &str = "https://sidetone.invalid";
/// A webhook without events would be subscribed to all of them (`reference/aircall.md` §5.9): this is the rarest.
const HARDLY_ANY: [&str; 1] = ["integration.deleted"];

/// How our webhook should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) url: String,
    pub(super) active: bool,
    pub(super) events: Vec<&'static str>,
    /// A webhook of ours that a person made by hand is left as it is.
    by_hand: bool,
}

impl Wanted {
    /// The webhook by which events come.
    pub(super) fn receiving(public_url: &str, installation: Uuid, events: &[&'static str]) -> Wanted {
        let url = format!("{}{PATH}{installation}", public_url.trim_end_matches('/'));
        Wanted { url, active: true, events: events.to_vec(), by_hand: false }
    }

    /// The inactive one that shows that we are here.
    pub(super) fn standing_in(installation: Uuid, by_hand: bool) -> Wanted {
        let url = format!("{NOWHERE}{PATH}{installation}");
        Wanted { url, active: false, events: HARDLY_ANY.to_vec(), by_hand }
    }

    fn is_met_by(&self, webhook: &aircall::Webhook) -> bool {
        let events = aircall::webhooks::EventList::new(self.events.iter().copied());
        self.by_hand && !url_of(webhook).starts_with(NOWHERE)
            || webhook.url.as_deref() == Some(self.url.as_str())
                && webhook.active.unwrap_or(true) == self.active
                && events.is_ok_and(|events| events.is_of(webhook))
    }

    /// Whether nothing is wrong with it but that it is switched off.
    fn is_met_once_switched_on(&self, webhook: &aircall::Webhook) -> bool {
        let mut on = webhook.clone();
        on.active = Some(true);
        self.active && webhook.active == Some(false) && self.is_met_by(&on)
    }

    /// Whether a webhook leads to our own address: then it is that of an installation that was here before.
    fn is_here(&self, webhook: &aircall::Webhook) -> bool {
        let base = |url: &str| url.rsplit_once(PATH).map(|(base, _)| base.to_lowercase());
        self.active && base(url_of(webhook)) == base(&self.url)
    }
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing to do.
    Rest,
    /// Make ours.
    Make,
    /// Make this one ours, as it should be.
    Change(String),
    /// Take this one away.
    Remove(String),
}

/// How ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Well,
    /// As it should be, but that Aircall, or somebody, has switched it off.
    SwitchedOff,
    /// Not there, or not as it should be.
    Astray,
}

/// What a look found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) state: State,
    /// Ours, if it stands.
    pub(super) ours: Option<aircall::Webhook>,
    /// The host of another installation, unless it is being taken over.
    pub(super) other: Option<String>,
    pub(super) next: Next,
}

/// Reads the list of webhooks.
pub(super) fn next(
    webhooks: &[aircall::Webhook],
    installation: Uuid,
    wanted: &Wanted,
    taking_over: bool,
) -> Found {
    let owned = webhooks.iter().filter_map(|webhook| Some((owner(url_of(webhook))?, webhook)));
    let (ours, others): (Vec<_>, Vec<_>) = owned.partition(|(owner, _)| *owner == installation);
    let ours: Vec<&aircall::Webhook> = ours.into_iter().map(|(_, webhook)| webhook).collect();
    let others = others.into_iter().map(|(_, webhook)| webhook);
    let (former, others): (Vec<_>, Vec<_>) = others.partition(|webhook| wanted.is_here(webhook));
    // Ours as it should be, if there is one; any other of ours is too much.
    let best = ours.iter().find(|w| wanted.is_met_by(w)).or(ours.first()).copied();
    let id = |webhook: &aircall::Webhook| webhook.id.clone();
    let age = |webhook: &aircall::Webhook| (webhook.created_at, webhook.id.clone());

    let state = match best {
        Some(ours) if wanted.is_met_by(ours) => State::Well,
        Some(ours) if wanted.is_met_once_switched_on(ours) => State::SwitchedOff,
        Some(_) | None => State::Astray,
    };
    let mut found = Found { state, ours: best.cloned(), other: None, next: Next::Rest };
    if let Some(other) = others.first().filter(|_| !taking_over) {
        found.other = Some(host(url_of(other)));
        let younger = best.filter(|ours| others.iter().all(|other| age(other) < age(ours)));
        found.next = younger.map_or(Next::Rest, |ours| Next::Remove(id(ours)));
        return found;
    }
    let displaced = former.first().or(others.first()).copied();
    found.next = match (best, displaced) {
        // Changed rather than removed and made: no event falls between the two.
        (None, Some(theirs)) => Next::Change(id(theirs)),
        (None, None) => Next::Make,
        // Nothing is taken away before ours stands as it should (G22).
        (Some(ours), _) if !wanted.is_met_by(ours) => Next::Change(id(ours)),
        (Some(_), Some(theirs)) => Next::Remove(id(theirs)),
        (Some(best), None) => {
            let spare = ours.iter().find(|other| other.id != best.id);
            spare.map_or(Next::Rest, |spare| Next::Remove(id(spare)))
        }
    };
    found
}

/// The id of the first webhook of this installation, whatever its address leads to.
pub(super) fn first_of(webhooks: &[aircall::Webhook], installation: Uuid) -> Option<String> {
    let ours = webhooks.iter().find(|webhook| owner(url_of(webhook)) == Some(installation))?;
    Some(ours.id.clone())
}

fn url_of(webhook: &aircall::Webhook) -> &str {
    webhook.url.as_deref().unwrap_or_default()
}

/// The installation of Sidetone that a webhook's address ends in; `None` for everybody else's webhooks.
#[must_use]
pub fn owner(url: &str) -> Option<Uuid> {
    let (_, rest) = url.rsplit_once(PATH)?;
    let id = rest.split(['/', '?', '#']).next()?;
    (id.len() == 36).then(|| Uuid::parse_str(id).ok()).flatten()
}

/// For a person: where a webhook leads, without anything of its address that may be secret.
#[must_use]
pub fn host(url: &str) -> String {
    if url.starts_with(NOWHERE) {
        return "a computer without a public address".into();
    }
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const US: Uuid = Uuid::from_u128(1);
    const THEM: Uuid = Uuid::from_u128(2);
    const EVENTS: [&str; 2] = ["call.created", "call.ended"];

    fn ours() -> Wanted {
        Wanted::receiving("https://hub.example.com/", US, &EVENTS)
    }

    fn webhook(id: &str, url: &str, active: bool, made: &str) -> aircall::Webhook {
        let value =
            json!({"webhook_id": id, "url": url, "active": active, "events": EVENTS, "created_at": made});
        aircall::Webhook::from_value(&value).expect("a webhook")
    }

    fn at(id: &str, installation: Uuid, host: &str, minute: u32) -> aircall::Webhook {
        let url = format!("https://{host}/webhooks/aircall/{installation}");
        webhook(id, &url, true, &format!("2026-11-21T08:{minute:02}:00.000Z"))
    }

    #[test]
    fn other_peoples_webhooks_are_nobody() {
        for url in [
            "https://crm.example.com/hooks",
            "https://crm.example.com/webhooks/aircall",
            "https://crm.example.com/webhooks/aircall/7",
            "https://crm.example.com/webhooks/aircall/",
            "https://crm.example.com/webhooks/other/00000000-0000-0000-0000-000000000002",
        ] {
            let found = next(&[webhook("w", url, true, "")], US, &ours(), false);
            assert_eq!((found.other, found.next), (None, Next::Make), "{url}");
        }
    }

    #[test]
    fn another_installation_means_read_only_whether_it_is_switched_on_or_off() {
        let mut other = at("w", THEM, "other.example.com:8443", 0);
        for active in [Some(true), Some(false), None] {
            other.active = active;
            let found = next(std::slice::from_ref(&other), US, &ours(), false);
            assert_eq!(found.other.as_deref(), Some("other.example.com:8443"));
            assert_eq!(found.next, Next::Rest, "no webhook is made");
        }
    }

    #[test]
    fn of_two_that_began_together_only_the_later_withdraws() {
        let both = [at("a", US, "hub.example.com", 0), at("b", THEM, "other.example.com", 1)];
        let first = next(&both, US, &ours(), false);
        assert_eq!(first.next, Next::Rest);
        let theirs = Wanted::receiving("https://other.example.com", THEM, &EVENTS);
        let second = next(&both, THEM, &theirs, false);
        assert_eq!(second.next, Next::Remove("b".into()));
        assert!(first.other.is_some() && second.other.is_some(), "until then both only read");
    }

    #[test]
    fn a_take_over_turns_theirs_into_ours_and_removes_what_is_left() {
        let theirs = [at("a", THEM, "one.example.com", 0), at("b", Uuid::from_u128(3), "two.example.com", 1)];
        assert_eq!(next(&theirs, US, &ours(), true).next, Next::Change("a".into()));
        let then = [at("a", US, "hub.example.com", 0), theirs[1].clone()];
        assert_eq!(next(&then, US, &ours(), true).next, Next::Remove("b".into()));
        assert_eq!(next(&then[..1], US, &ours(), true).next, Next::Rest);
    }

    #[test]
    fn the_webhook_of_an_installation_that_was_at_our_address_becomes_ours() {
        let before = at("a", THEM, "HUB.example.com", 0);
        let found = next(&[before], US, &ours(), false);
        assert_eq!((found.other, found.next), (None, Next::Change("a".into())));
    }

    #[test]
    fn ours_is_put_right_and_a_second_one_removed() {
        let mut off = at("a", US, "hub.example.com", 0);
        assert_eq!(next(std::slice::from_ref(&off), US, &ours(), false).next, Next::Rest);
        let good = at("b", US, "hub.example.com", 1);
        off.active = Some(false);
        assert_eq!(next(std::slice::from_ref(&off), US, &ours(), false).next, Next::Change("a".into()));
        assert_eq!(next(&[off, good], US, &ours(), false).next, Next::Remove("a".into()));
        let moved = at("c", US, "old.example.com", 0);
        assert_eq!(next(&[moved], US, &ours(), false).next, Next::Change("c".into()), "the address changed");
    }

    #[test]
    fn another_one_is_removed_only_once_ours_stands_as_it_should() {
        // G22
        let mut own = at("a", US, "hub.example.com", 1);
        let former = at("b", THEM, "hub.example.com", 0);
        own.active = Some(false);
        assert_eq!(next(&[own.clone(), former.clone()], US, &ours(), false).next, Next::Change("a".into()));
        own.active = Some(true);
        assert_eq!(next(&[own, former], US, &ours(), false).next, Next::Remove("b".into()));
    }

    #[test]
    fn without_an_address_an_inactive_webhook_stands_for_the_installation() {
        let wanted = Wanted::standing_in(US, false);
        assert_eq!(next(&[], US, &wanted, false).next, Next::Make);
        let just_made = webhook("a", &wanted.url, true, "");
        assert_eq!(next(std::slice::from_ref(&just_made), US, &wanted, false).next, Next::Change("a".into()));
        let theirs = Wanted::standing_in(THEM, false);
        let found = next(&[just_made], THEM, &theirs, false);
        assert!(found.other.is_some_and(|host| host.contains("without a public address")));
        let by_hand = at("b", US, "hub.example.com", 0);
        assert_eq!(next(&[by_hand], US, &Wanted::standing_in(US, true), false).next, Next::Rest);
    }
}
