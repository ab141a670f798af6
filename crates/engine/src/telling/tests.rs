use super::*;

const BOTH: [TellingWay; 2] = [TellingWay::Mail, TellingWay::WebHook];

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn alert(code: &str, calls: u32) -> Alert {
    Alert { code: code.into(), since: at(0).timestamp(), calls, what: "What.".into(), mend: "Mend.".into() }
}

/// What is stored, as a database keeps it.
#[derive(Default)]
struct Kept {
    told: Vec<Told>,
    tellings: Vec<Telling>,
}

impl Kept {
    fn take(&mut self, decided: Decided) {
        for told in decided.told {
            self.told.retain(|known| known.cause != told.cause);
            self.told.push(told);
        }
        for telling in decided.tellings {
            if self.tellings.iter().all(|known| known.id != telling.id) {
                self.tellings.push(telling);
            }
        }
        for changed in decided.changed {
            let known = self.tellings.iter_mut().find(|known| known.id == changed.id).unwrap();
            *known = changed;
        }
    }

    /// One look at what holds; whatever is due is taken.
    fn look(&mut self, alerts: &[Alert], now: DateTime<Utc>) {
        self.look_only(alerts, now);
        for telling in self.tellings.iter_mut().filter(|telling| telling.next_at.is_some()) {
            *telling = telling.clone().tried(Ok(()), now);
        }
    }

    fn look_only(&mut self, alerts: &[Alert], now: DateTime<Utc>) {
        let decided = standing(&self.told, alerts, &BOTH, now);
        self.take(decided);
        for told in gone(&self.told.clone(), alerts, now) {
            let about: Vec<Telling> =
                self.tellings.iter().filter(|telling| telling.about == told.about()).cloned().collect();
            if let Some(decided) = over(told, &about, &BOTH, now) {
                self.take(decided);
            }
        }
    }

    fn states(&self, way: TellingWay) -> Vec<&'static str> {
        self.tellings
            .iter()
            .filter(|telling| telling.way == way)
            .map(|telling| telling.state.code())
            .collect()
    }
}

#[test]
fn a_cause_is_told_once_it_stands_and_when_it_is_over_on_every_way() {
    let mut kept = Kept::default();
    for minute in 0..10 {
        // More calls by the minute are no news.
        kept.look(&[alert("behind", minute)], at(minute.into()));
    }
    for minute in 10..20 {
        kept.look(&[], at(minute));
    }
    for way in BOTH {
        assert_eq!(kept.states(way), ["raised", "over"]);
    }
    let over = kept.tellings.last().unwrap();
    assert_eq!((over.body.calls, over.body.what.as_str()), (9, "What."));
    assert_eq!(over.body.until, Some(at(9).timestamp()), "over since it was last seen");
}

#[test]
fn what_mends_itself_at_once_tells_nobody() {
    let mut kept = Kept::default();
    kept.look(&[alert("gorgias_unreachable", 0)], at(0));
    kept.look(&[alert("gorgias_unreachable", 0)], at(1));
    for minute in 2..30 {
        kept.look(&[], at(minute));
    }
    assert_eq!(kept.tellings, []);
}

#[test]
fn a_cause_that_comes_and_goes_is_told_once_an_hour_at_most() {
    let mut kept = Kept::default();
    // Three minutes on, five minutes off, for three hours.
    for minute in 0..180 {
        let alerts = if minute % 8 < 4 { vec![alert("webhook_disabled", 1)] } else { Vec::new() };
        kept.look(&alerts, at(minute));
    }
    let raised = kept.states(TellingWay::Mail).into_iter().filter(|state| *state == "raised").count();
    assert_eq!(raised, 3);
    assert_eq!(kept.states(TellingWay::Mail).len(), 6, "each with its end");
}

#[test]
fn a_cause_that_is_away_for_a_moment_is_still_the_same() {
    let mut kept = Kept::default();
    for minute in 0..60 {
        let alerts = if minute % 2 == 0 { vec![alert("webhook_disabled", 1)] } else { Vec::new() };
        kept.look(&alerts, at(minute));
    }
    assert_eq!(kept.states(TellingWay::Mail), ["raised"]);
}

#[test]
fn what_stands_for_days_is_told_again_once_a_day() {
    let mut kept = Kept::default();
    for minute in 0..(3 * 24 * 60) {
        kept.look(&[alert("no_author", 2)], at(minute));
    }
    assert_eq!(kept.states(TellingWay::WebHook), ["raised", "changed", "changed"]);
}

#[test]
fn two_that_decide_the_same_from_the_same_reading_make_one_telling_of_it() {
    let mut kept = Kept::default();
    kept.look(&[alert("behind", 1)], at(0));
    let first = standing(&kept.told, &[alert("behind", 1)], &BOTH, at(3));
    let second = standing(&kept.told, &[alert("behind", 1)], &BOTH, at(3) + TimeDelta::seconds(4));
    assert_eq!(first.tellings.len(), 2);
    kept.take(first);
    kept.take(second);
    assert_eq!(kept.states(TellingWay::Mail), ["raised"]);
}

#[test]
fn whoever_was_not_told_that_it_began_is_not_told_that_it_is_over() {
    let mut kept = Kept::default();
    for minute in 0..5 {
        kept.look_only(&[alert("behind", 1)], at(minute));
    }
    // The web hook takes it, the mail server does not.
    for telling in &mut kept.tellings {
        let result = match telling.way {
            TellingWay::Mail => Err("535".to_owned()),
            TellingWay::WebHook => Ok(()),
        };
        *telling = telling.clone().tried(result, at(5));
    }
    for minute in 5..10 {
        kept.look_only(&[], at(minute));
    }
    assert_eq!(kept.states(TellingWay::WebHook), ["raised", "over"]);
    assert_eq!(kept.states(TellingWay::Mail), ["raised"]);
    let mail = kept.tellings.iter().find(|telling| telling.way == TellingWay::Mail).unwrap();
    assert_eq!((mail.outcome, mail.next_at), (Some(Outcome::Withdrawn), None));
}

#[test]
fn while_it_is_being_told_its_end_waits() {
    let mut kept = Kept::default();
    for minute in 0..5 {
        kept.look_only(&[alert("behind", 1)], at(minute));
    }
    for telling in &mut kept.tellings {
        telling.claimed_until = Some(at(5) + IN_HAND);
    }
    let told = kept.told[0].clone();
    assert_eq!(over(&told, &kept.tellings, &BOTH, at(5)), None);
    assert!(over(&told, &kept.tellings, &BOTH, at(8)).is_some(), "whoever had it in hand is gone");
}

#[test]
fn what_is_refused_is_tried_ever_more_rarely_and_given_up_after_a_day() {
    let raised =
        Telling::new(TellingWay::Mail, "behind-1", "raised", TellingState::Raised, Body::default(), at(0));
    let (mut telling, mut waits) = (raised, Vec::new());
    let mut now = at(0);
    while let Some(next) = telling.next_at {
        waits.push((next - now).num_seconds());
        now = next;
        telling = telling.tried(Err("the server refuses".into()), now);
    }
    assert_eq!(waits[..8], [0, 30, 60, 120, 240, 480, 960, 1800]);
    assert!(waits[8..].iter().all(|wait| *wait == 1800));
    assert_eq!(telling.outcome, Some(Outcome::GivenUp));
    assert!((24..25).contains(&(now - at(0)).num_hours()), "{now}");
    let view = views(&[telling.clone()], &[TellingWay::Mail]).remove(0);
    assert_eq!(view.given_up_at, Some(now.timestamp()));
    assert_eq!(view.text.as_deref(), Some("the server refuses"));
    // What goes through later takes the note away.
    let later = Telling { id: "later".into(), ..telling.clone() };
    let later =
        Telling { next_at: Some(now), outcome: None, ..later }.tried(Ok(()), now + TimeDelta::hours(1));
    let view = views(&[telling, later], &[TellingWay::Mail]).remove(0);
    assert_eq!((view.given_up_at, view.text), (None, None));
}
