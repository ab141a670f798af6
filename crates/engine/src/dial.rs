//! A number that Sidetone was asked to dial, and the call that it became (G9).
//!
//! Aircall answers a dial without saying which call it will be (`reference/aircall.md` §5.1). So the wish is stored
//! before it is sent, and the agent's next outbound call to that number within two minutes is the one.

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::CaseId;
use crate::number::E164;

/// The agent picks a line and presses the call key within this time, or it was another call.
pub const BECOMES_A_CALL_WITHIN: TimeDelta = TimeDelta::minutes(2);
/// Aircall's clock and ours may differ by so much.
pub const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(30);
/// What is heard of a call so much later can still be the beginning of one that was dialled: an outage lies between.
pub const DIALS_KEPT: TimeDelta = TimeDelta::days(7);

/// A wish to dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Ours.
    pub id: String,
    /// Whose phone: an Aircall user.
    pub agent: u64,
    /// Whom to call.
    pub number: E164,
    /// The helpdesk's ticket that it was dialled from.
    pub ticket: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The call that it became, or that another wish of the same agent for the same number became.
    pub call: Option<CaseId>,
}

impl Dial {
    fn may_have_become_one_that_began(&self, started_at: DateTime<Utc>) -> bool {
        self.call.is_none()
            && started_at + CLOCKS_DIFFER >= self.at
            && started_at <= self.at + BECOMES_A_CALL_WITHIN
    }
}

/// Of these wishes of one agent for one number: those that a call which began then uses up, the last one first. The last
/// one is what the call is; whoever pressed twice wanted one call.
#[must_use]
pub fn used_up(dials: Vec<Dial>, started_at: DateTime<Utc>) -> Vec<Dial> {
    let mut used: Vec<Dial> =
        dials.into_iter().filter(|dial| dial.may_have_become_one_that_began(started_at)).collect();
    used.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_248_000 + s, 0).expect("in range")
    }

    fn dial(id: &str, s: i64) -> Dial {
        let number = crate::number::parse("+34666444555", None).expect("a number");
        Dial { id: id.into(), agent: 7, number, ticket: Some(id.into()), at: at(s), call: None }
    }

    #[test]
    fn a_call_is_the_last_wish_within_two_minutes_and_uses_up_those_before_it() {
        let used = |started| -> Vec<String> {
            let dials = vec![dial("a", 0), dial("b", 3), dial("late", 200)];
            used_up(dials, at(started)).into_iter().map(|dial| dial.id).collect()
        };
        assert_eq!(used(5), ["b", "a"]);
        assert_eq!(used(120), ["b", "a"]);
        assert_eq!(used(122), ["b"]);
        assert_eq!(used(124), Vec::<String>::new(), "somebody dialled by hand");
        assert_eq!(used(-40), Vec::<String>::new(), "it had begun before");
        assert_eq!(used(-20), ["b", "a"], "the clocks differ");
    }

    #[test]
    fn a_wish_is_used_once() {
        let used = Dial { call: Some(CaseId(1)), ..dial("a", 0) };
        assert_eq!(used_up(vec![used], at(5)), []);
    }
}
