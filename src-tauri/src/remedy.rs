//! What a person can do about an alert with one click: the same as the page's button beside it. Pure.

use sidetone_protocol::{Alert, GapCause, Health, RecoveryState, RecoveryView};

use crate::words::Words;

/// What is offered. Its [id](Remedy::id) is how the system names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Sidetone mends the alert with this code.
    Mend(String),
    /// A person connects a service again, at this step of the set-up.
    Connect(&'static str),
    /// A person looks at it.
    Show,
}

/// The steps of the set-up at which services are connected.
const STEPS: [&str; 2] = ["aircall", "helpdesk"];

impl Remedy {
    /// What is offered for an alert.
    pub fn of(alert: &Alert, health: &Health) -> Self {
        match alert.code.as_str() {
            code @ ("webhook_disabled" | "no_events") if !is_recovered(code, &health.recoveries) => {
                Self::Mend(code.to_owned())
            }
            "aircall_refused" => Self::Connect(STEPS[0]),
            "gorgias_refused" | "gorgias_wrong_account" | "front_refused" => Self::Connect(STEPS[1]),
            _ => Self::Show,
        }
    }

    /// Names it.
    pub fn id(&self) -> String {
        match self {
            Self::Mend(code) => format!("mend:{code}"),
            Self::Connect(step) => format!("connect:{step}"),
            Self::Show => "show".to_owned(),
        }
    }

    /// What an id names.
    pub fn of_id(id: &str) -> Option<Self> {
        match id.split_once(':') {
            Some(("mend", code)) => Some(Self::Mend(code.to_owned())),
            Some(("connect", step)) => STEPS.into_iter().find(|known| *known == step).map(Self::Connect),
            None if id == "show" => Some(Self::Show),
            _ => None,
        }
    }

    /// What its button says.
    pub fn text(&self, words: &Words) -> String {
        match self {
            Self::Mend(_) => words.mend(),
            Self::Connect(_) => words.connect(),
            Self::Show => words.show(),
        }
    }

    /// The page that it leads to, as the part of its address behind `#`; `None`: no page is needed.
    pub fn page(&self) -> Option<String> {
        match self {
            Self::Mend(_) => None,
            Self::Connect(step) => Some(format!("setup?step={step}")),
            Self::Show => Some("health".to_owned()),
        }
    }
}

/// The alert that tells of what is missed for this cause.
fn alert_of(cause: GapCause) -> Option<&'static str> {
    match cause {
        GapCause::WebhookDisabled | GapCause::WebhookMade => Some("webhook_disabled"),
        GapCause::Silent => Some("no_events"),
        _ => None,
    }
}

/// Whether it is mended, and what was missed is being read and written.
fn is_recovered(code: &str, recoveries: &[RecoveryView]) -> bool {
    let goes_on = |one: &RecoveryView| matches!(one.state, RecoveryState::Reading | RecoveryState::Writing);
    recoveries.iter().any(|one| goes_on(one) && alert_of(one.cause) == Some(code))
}

/// What became of an alert that is over: how many calls were written of how many.
pub fn outcome(code: &str, health: &Health) -> Option<(u32, u32)> {
    let of_it = |one: &&RecoveryView| one.state == RecoveryState::Done && alert_of(one.cause) == Some(code);
    let last = health.recoveries.iter().filter(of_it).max_by_key(|one| one.done_at)?;
    (last.calls > 0).then_some((last.written, last.calls))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn what_we_can_mend_is_mended_what_a_person_must_do_is_led_to() {
        for (code, remedy) in [
            ("webhook_disabled", Remedy::Mend("webhook_disabled".into())),
            ("no_events", Remedy::Mend("no_events".into())),
            ("aircall_refused", Remedy::Connect("aircall")),
            ("front_refused", Remedy::Connect("helpdesk")),
            ("other_writer", Remedy::Show),
            ("parked", Remedy::Show),
        ] {
            let found = Remedy::of(&samples::alert(code, 1), &samples::health());
            assert_eq!(found, remedy, "{code}");
            assert_eq!(Remedy::of_id(&found.id()), Some(remedy));
        }
        assert_eq!(Remedy::of_id("connect:elsewhere"), None);
        assert_eq!(Remedy::of_id("tap"), None);
    }

    #[test]
    fn what_is_mended_and_being_caught_up_with_is_not_offered_again() {
        let health = Health {
            recoveries: vec![samples::recovery(GapCause::WebhookMade, RecoveryState::Reading)],
            ..samples::health()
        };
        assert_eq!(Remedy::of(&samples::alert("webhook_disabled", 1), &health), Remedy::Show);
        assert_eq!(outcome("webhook_disabled", &health), None);
        let done = samples::recovery(GapCause::WebhookMade, RecoveryState::Done);
        let health = Health { recoveries: vec![done], ..samples::health() };
        assert_eq!(outcome("webhook_disabled", &health), Some((37, 37)));
        assert_eq!(outcome("no_events", &health), None);
    }
}
