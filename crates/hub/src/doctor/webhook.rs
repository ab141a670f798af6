//! Our webhook at Aircall (C1), and whose the others are (B16). Pure: the list was read.

use std::collections::BTreeSet;

use aircall::Webhook;
use sidetone_engine::settings::{Arrival, Mode};
use sidetone_engine::webhooks::{EVENTS, host, owner};
use uuid::Uuid;

use super::check::{Check, Deed, fault, hint, passed, some_of};
use super::integrations;
use super::patient::Patient;
use super::{Saying, counted, said};

/// Behind the public address.
pub(super) const PATH: &str = "/webhooks/aircall";

/// What is known of us when the list is looked at.
pub(super) struct Seen<'a> {
    pub(super) patient: &'a Patient,
    pub(super) installation: Option<Uuid>,
    /// Whether a hub runs: it keeps its webhook right by itself.
    pub(super) is_served: bool,
    pub(super) webhooks: &'a [Webhook],
}

impl Seen<'_> {
    pub(super) fn checks(&self) -> Vec<Check> {
        let mut checks = vec![self.other_sidetone(), integrations::check(self.patient, self.webhooks)];
        let settings = &self.patient.config.settings;
        match &settings.arrival {
            Arrival::OwnWebhook { public_url } => checks.extend(self.own(public_url)),
            Arrival::ManualWebhook => checks.extend(self.by_hand()),
            Arrival::Polling => {
                checks.push(
                    passed("webhook", "Aircall is asked, so no webhook is needed")
                        .with_value(said!(value_not_needed)),
                );
            }
        }
        checks
    }

    fn own(&self, public_url: &str) -> Vec<Check> {
        let base = format!("{}{PATH}", public_url.trim_end_matches('/'));
        let wanted = self.installation.map(|id| format!("{base}/{id}"));
        let is_here = |hook: &&Webhook| is_under(url_of(hook), &base);
        let of_ours =
            |hook: &&Webhook| self.installation.is_some() && owner(url_of(hook)) == self.installation;
        let ours: Vec<&Webhook> = self.webhooks.iter().filter(of_ours).collect();
        // Before the first start nobody knows its id: then what leads here is taken for ours.
        let best = ours.iter().copied().find(is_here).or(ours.first().copied());
        let best =
            best.or_else(|| self.webhooks.iter().find(is_here).filter(|_| self.installation.is_none()));
        let Some(best) = best else { return vec![self.no_webhook()] };
        let mut checks =
            vec![passed("webhook", "Our webhook stands at Aircall").with_value(said!(value_there))];
        let right = |action| (action, Deed::PutWebhookRight);
        checks.push(match wanted.as_deref().is_none_or(|wanted| url_of(best) == wanted) {
            true => passed("webhook_address", "It leads to this hub's public address")
                .with_value(host(url_of(best))),
            false => self.by_itself(
                "webhook_address",
                said!(webhook_elsewhere, host = host(url_of(best))),
                right("remake_webhook"),
            ),
        });
        checks.push(match best.active.unwrap_or(true) {
            true => passed("webhook_active", "It is switched on").with_value(said!(value_on)),
            false => self.by_itself("webhook_active", said!(webhook_switched_off), right("enable_webhook")),
        });
        checks.push(match events(best) {
            None => listens(),
            Some(Odd { what, is_deaf: true }) => {
                self.by_itself("webhook_events", what, right("listen_to_our_events"))
            }
            Some(Odd { what, is_deaf: false }) => {
                let mend = said!(webhook_soon_right);
                hint("webhook_events", what, mend).with_remedy("listen_to_our_events", Deed::PutWebhookRight)
            }
        });
        checks.push(once(best, self.webhooks.iter().filter(is_here)));
        checks.extend(self.own_token(best));
        checks
    }

    fn no_webhook(&self) -> Check {
        let (mode, is_read_only) = (self.patient.mode(), !self.others().is_empty());
        if mode == Mode::Off {
            return passed("webhook", "Logging is off, so there is no webhook")
                .with_value(said!(value_not_needed));
        }
        if is_read_only {
            return hint("webhook", said!(webhook_other_writes), said!(webhook_other_writes_mend));
        }
        self.by_itself("webhook", said!(webhook_missing), ("remake_webhook", Deed::PutWebhookRight))
    }

    /// What a hub that runs mends within a minute, and one that does not run when it starts.
    fn by_itself(&self, code: &'static str, what: Saying, (action, deed): (&'static str, Deed)) -> Check {
        if !self.is_served {
            return hint(code, what, said!(right_at_start));
        }
        fault(code, what, said!(right_by_itself)).with_remedy(action, deed)
    }

    fn own_token(&self, best: &Webhook) -> Option<Check> {
        let (engine, token) = (self.patient.engine.as_ref()?, best.token.as_ref()?);
        Some(if engine.would_believe(token.reveal()) {
            passed("webhook_token", "Its token is the one that is expected").with_value(said!(value_known))
        } else {
            self.by_itself(
                "webhook_token",
                said!(webhook_token_unknown),
                ("remake_webhook", Deed::PutWebhookRight),
            )
        })
    }

    fn by_hand(&self) -> Vec<Check> {
        let is_ours = |hook: &&Webhook| {
            let url = url_of(hook).split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
            url.ends_with(PATH) || owner(url).is_some() && owner(url) == self.installation && !stands_in(url)
        };
        let candidates: Vec<&Webhook> = self.webhooks.iter().filter(is_ours).collect();
        let token = self.patient.config.webhook_token.as_ref().map(crate::config::Secret::reveal);
        let has_token = |hook: &&Webhook| hook.token.as_ref().map(aircall::Secret::reveal) == token;
        let Some(best) = candidates.iter().copied().find(has_token).or(candidates.first().copied()) else {
            return vec![fault("webhook", said!(no_hand_made), said!(no_hand_made_mend, path = PATH))];
        };
        let mut checks = vec![
            passed("webhook", "The webhook that was made by hand stands at Aircall")
                .with_value(said!(value_there)),
        ];
        let right = Deed::ChangeWebhook(best.id.clone());
        checks.push(match has_token(&best) {
            true => passed("webhook_token", "Its token is the one that is set here")
                .with_value(said!(value_known)),
            false => fault("webhook_token", said!(hand_made_token), said!(hand_made_token_mend)),
        });
        checks.push(match best.active.unwrap_or(true) {
            true => passed("webhook_active", "It is switched on").with_value(said!(value_on)),
            false => fault("webhook_active", said!(hand_made_off), said!(hand_made_off_mend))
                .with_remedy("enable_webhook", right.clone()),
        });
        checks.push(match events(best) {
            None => listens(),
            Some(Odd { what, is_deaf }) => {
                let mend = said!(listen_mend);
                let check = match is_deaf {
                    true => fault("webhook_events", what, mend),
                    false => hint("webhook_events", what, mend),
                };
                check.with_remedy("listen_to_our_events", right)
            }
        });
        let same = |hook: &&Webhook| url_of(hook) == url_of(best);
        checks.push(once(best, self.webhooks.iter().filter(same)));
        checks
    }

    /// Webhooks of other installations.
    fn others(&self) -> Vec<&Webhook> {
        let here = match &self.patient.config.settings.arrival {
            Arrival::OwnWebhook { public_url } => Some(format!("{}{PATH}", public_url.trim_end_matches('/'))),
            _ => None,
        };
        let is_other = |hook: &&Webhook| {
            let url = url_of(hook);
            // One that leads here is that of an installation that was here before: it becomes ours.
            owner(url).is_some_and(|id| Some(id) != self.installation)
                && !here.as_ref().is_some_and(|base| is_under(url, base))
        };
        self.webhooks.iter().filter(is_other).collect()
    }

    /// Where another installation of this company is reached.
    pub(super) fn other_host(&self) -> Option<String> {
        self.others().first().map(|hook| host(url_of(hook)))
    }

    fn other_sidetone(&self) -> Check {
        let Some(other) = self.other_host() else {
            return passed("other_sidetone", "No other Sidetone writes this company's calls")
                .with_value(said!(value_none));
        };
        let check = fault("other_sidetone", said!(other_sidetone, host = other), said!(other_sidetone_mend));
        match self.patient.engine.as_ref().map(|engine| engine.health().writer.other.is_some()) {
            Some(true) => check.with_remedy("take_over", Deed::TakeOver),
            // Who has not looked yet, or does not run, has nothing to take over.
            _ => check,
        }
    }
}

fn listens() -> Check {
    passed("webhook_events", "It listens to exactly what Sidetone handles")
        .with_value(counted!(value_events, EVENTS.len()))
}

/// What is wrong with what a webhook listens to.
struct Odd {
    what: Saying,
    /// Something that Sidetone handles is missing.
    is_deaf: bool,
}

fn events(hook: &Webhook) -> Option<Odd> {
    let theirs: BTreeSet<&str> = hook.events.iter().map(String::as_str).collect();
    let missing: Vec<String> =
        EVENTS.iter().filter(|event| !theirs.contains(*event)).map(ToString::to_string).collect();
    if !missing.is_empty() {
        return Some(Odd { what: said!(webhook_deaf, events = some_of(&missing)), is_deaf: true });
    }
    (theirs.len() > EVENTS.len()).then(|| Odd {
        what: said!(webhook_hears_more, n = theirs.len(), used = EVENTS.len()),
        is_deaf: false,
    })
}

fn once<'a>(best: &Webhook, here: impl Iterator<Item = &'a Webhook>) -> Check {
    let spare: Vec<String> = here.filter(|hook| hook.id != best.id).map(|hook| hook.id.clone()).collect();
    if spare.is_empty() {
        return passed("webhook_once", "One webhook leads here").with_value("1");
    }
    hint("webhook_once", said!(webhook_twice, n = spare.len() + 1), said!(webhook_twice_mend))
        .with_remedy("remove_spare_webhooks", Deed::RemoveWebhooks(spare))
}

/// Whether an address is this one, or one below it.
fn is_under(url: &str, base: &str) -> bool {
    let (url, base) = (url.to_lowercase(), base.to_lowercase());
    url.strip_prefix(&base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether it is the inactive one that stands for an installation and leads nowhere.
fn stands_in(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(|host| host.ends_with(".invalid")))
}

pub(super) fn url_of(hook: &Webhook) -> &str {
    hook.url.as_deref().unwrap_or_default()
}
