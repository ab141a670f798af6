//! The laws of the plan, for lives of calls, set-ups and deeds of people that nobody thought of one by one.
//!
//! Pure: neither clock, store nor network take part. What those add is shown on the simulated days.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed step fails its test

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use sidetone_engine::call::{CaseId, Origin};
use sidetone_engine::helpdesk::{Assessment, Helpdesk, Probed, Standing, Step};
use sidetone_engine::ledger::{Holding, SEEN};
use sidetone_engine::settings::UnknownCallers;
use sidetone_engine::store::Case;

use crate::law::decision::{Decision, decisions};
use crate::law::desk::{Desk, Ticket, answer};
use crate::law::life::{ID, Life, START, join, lives};
use crate::law::world::{ADMIN, FIRST_CUSTOMER, SetUp, World, assess, gorgias, set_ups};

/// Long after the life of a call: nothing has to be waited for.
const LATER: i64 = 9_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(START + seconds, 0).unwrap()
}

/// A call under way, and the desk that it is written to.
#[derive(Clone)]
struct Writing {
    case: Case,
    desk: Desk,
}

impl Writing {
    fn new() -> Writing {
        let mut case = Case::new(CaseId(ID));
        case.selected = Some(true);
        case.adopted = true;
        Writing { case, desk: Desk::default() }
    }

    fn put(&mut self, told: Probed, now: DateTime<Utc>) {
        let Probed::Done(holdings) = told else { panic!("{told:?}") };
        holdings.into_iter().for_each(|holding| self.case.ledger.put(holding, now));
    }

    /// The ticket as the look before a late write shows it.
    fn look(&mut self, now: DateTime<Utc>) {
        let is_deleted = self.desk.tickets.last().unwrap().deleted;
        let shown = if is_deleted {
            answer(404, &json!({"error": {"msg": "Resource not found."}}))
        } else {
            answer(200, &json!([self.desk.shown()]))
        };
        self.put(gorgias().ticket_seen(&self.case, &[], &shown).unwrap(), now);
    }

    /// The few seconds are over for which a look at the ticket holds.
    fn forget_the_look(&mut self) {
        if let Some(detail) = self.case.ledger.detail(SEEN).cloned() {
            let seen = Holding { key: SEEN.into(), helpdesk_id: String::new(), detail };
            self.case.ledger.put(seen, at(-LATER));
        }
    }

    /// The next step; `None` if there is nothing to do before some later moment.
    fn step(&mut self, world: &World, now: DateTime<Utc>, read: &Value) -> Option<()> {
        let assessment = assess(&self.case, world, now);
        match &assessment.step {
            // What became of a customer, the desk does not know: nothing may be written until it is told.
            Step::Rest | Step::Wait(_) | Step::LookAtChosen(_) => return None,
            Step::Read { timeline } => {
                join(&mut self.case, &(Origin::Read { timeline: *timeline }, now.timestamp(), read.clone()));
            }
            Step::LookAtTicket => self.look(now),
            Step::Fetch(wanted) => {
                let file = json!({"url": "https://acme.example.com/a", "name": wanted.name, "content_type": "audio/mpeg"});
                let held = Holding { key: wanted.key.clone(), helpdesk_id: String::new(), detail: file };
                self.put(Probed::Done(vec![held]), now);
            }
            Step::Write => {
                let write = assessment.writes.first().unwrap();
                match gorgias().settle(write, &self.desk.carry_out(write)) {
                    Ok(holdings) => {
                        self.put(Probed::Done(holdings), now);
                        write.removes.iter().for_each(|key| self.case.ledger.remove(key));
                    }
                    // Refused because it is not there: the engine looks.
                    Err(_) => self.look(now),
                }
            }
            other => panic!("{other:?}"),
        }
        Some(())
    }

    /// Everything that can be written at this moment.
    fn write(&mut self, world: &World, now: DateTime<Utc>, read: &Value) {
        for _ in 0..60 {
            if self.step(world, now, read).is_none() {
                return;
            }
        }
        panic!("it does not come to rest: {:?}", assess(&self.case, world, now).writes);
    }

    /// The ledger, but for how facts were packed: a link to a file stands in the note of the end or by itself.
    fn keys(&self) -> BTreeSet<String> {
        let passing = |key: &str| matches!(key, "seen" | "assignee") || key.starts_with("new_tag:");
        let is_link = |key: &str| matches!(key, "recording" | "voicemail");
        let ledger = &self.case.ledger;
        let mut keys: BTreeSet<String> = ledger.rows().map(|row| row.holding.key.clone()).collect();
        let is_packed = ledger.detail("ended").is_some_and(|detail| detail["links"] == true);
        if is_packed || keys.iter().any(|key| is_link(key)) {
            keys.insert("link".into());
        }
        keys.retain(|key| !passing(key) && !is_link(key));
        keys
    }
}

/// Lives a call to its end, writing after those events that `writes_after` names, and once more at the end. `between`
/// acts after every event.
fn lived(
    life: &Life,
    writes_after: &[bool],
    world: impl Fn(usize) -> World,
    mut between: impl FnMut(usize, &mut Writing),
) -> (Writing, Assessment) {
    let mut writing = Writing::new();
    let told = life.told();
    for (index, statement) in told.iter().enumerate() {
        join(&mut writing.case, statement);
        if writes_after.get(index).copied().unwrap_or(false) {
            // Late enough that tags which came just now have waited for each other.
            writing.write(&world(index), at(statement.1 - START + 6), &statement.2);
        }
        between(index, &mut writing);
    }
    let world = world(told.len());
    writing.write(&world, at(LATER), &told.last().unwrap().2);
    let end = assess(&writing.case, &world, at(LATER) + TimeDelta::hours(1));
    (writing, end)
}

fn moments() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(any::<bool>(), 24)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Record − ledger after writing is empty, and stays so.
    #[test]
    fn what_is_written_need_not_be_written(life in lives(), set_up in set_ups(), writes in moments()) {
        let (mut writing, end) = lived(&life, &writes, |_| set_up.world(), |_, _| {});
        prop_assert!(end.writes.is_empty(), "{:?}", end.writes);
        let before = writing.desk.clone();
        writing.write(&set_up.world(), at(2 * LATER), &life.told().last().unwrap().2);
        prop_assert_eq!(&before, &writing.desk);
        prop_assert!(before.tickets.len() <= 1);
        prop_assert_eq!(end.standing == Standing::Logged, !before.tickets.is_empty(), "{:?}", end.standing);
    }

    /// Whenever is written, the ledger ends the same, and so does the ticket but for the packing of its notes.
    #[test]
    fn when_it_is_written_changes_no_record(life in lives(), set_up in set_ups(), writes in moments()) {
        let (at_once, _) = lived(&life, &[], |_| set_up.world(), |_, _| {});
        let (by_and_by, _) = lived(&life, &writes, |_| set_up.world(), |_, _| {});
        prop_assert_eq!(at_once.keys(), by_and_by.keys());
        let plain = |ticket: &Ticket| Ticket { notes: Default::default(), customer: Value::Null, ..ticket.clone() };
        let tickets = |writing: &Writing| writing.desk.tickets.iter().map(plain).collect::<Vec<_>>();
        prop_assert_eq!(tickets(&at_once), tickets(&by_and_by));
    }

    /// What a person did is never undone, whenever it was done.
    #[test]
    fn a_plan_never_undoes_a_person(
        life in lives(),
        set_up in set_ups(),
        writes in moments(),
        when in 0..12usize,
        deed in 0..6u8,
    ) {
        let mut done = None;
        let (mut writing, end) = lived(&life, &writes, |_| set_up.world(), |index, writing| {
            // A ticket closed during the call is opened once at its end (G8).
            let is_over = writing.case.ledger.has("status");
            let ticket = writing.desk.tickets.last_mut();
            let Some(ticket) = ticket.filter(|_| index >= when && done.is_none() && (deed > 0 || is_over)) else { return };
            match deed {
                0 => ticket.status = "closed".into(),
                1 => ticket.assignee = Some(ADMIN),
                2 => ticket.tags = BTreeSet::from(["VIP".to_owned()]),
                3 => ticket.tags.insert("VIP".to_owned()).then_some(()).unwrap(),
                4 => ticket.trashed = true,
                _ => ticket.deleted = true,
            }
            done = Some(ticket.clone());
            writing.forget_the_look();
        });
        let Some(left) = done else { return Ok(()) };
        let now = writing.desk.tickets.last().unwrap().clone();
        match deed {
            0 => prop_assert_eq!(&now.status, "closed"),
            1 => prop_assert_eq!(now.assignee, Some(ADMIN)),
            2 => prop_assert!(now.tags.contains("VIP") && !now.tags.contains("Aircall")),
            3 => prop_assert!(now.tags.contains("VIP")),
            _ => {
                prop_assert_eq!((&now.notes, &now.tags, now.assignee), (&left.notes, &left.tags, left.assignee));
                if !matches!(end.standing, Standing::Gone(_)) {
                    return Ok(());
                }
                // Created again on request: one more ticket, with everything in it.
                let (put, remove) = writing.case.ledger.begun_again();
                remove.iter().for_each(|key| writing.case.ledger.remove(key));
                writing.put(Probed::Done(put), at(LATER));
                writing.write(&set_up.world(), at(2 * LATER), &life.told().last().unwrap().2);
                prop_assert_eq!(writing.desk.tickets.len(), 2);
                let (whole, _) = lived(&life, &[], |_| set_up.world(), |_, _| {});
                let plain = |ticket: &Ticket| Ticket { customer: Value::Null, ..ticket.clone() };
                prop_assert_eq!(plain(&writing.desk.tickets[1]), plain(&whole.desk.tickets[0]));
            }
        }
    }

    /// Frozen: what was begun in one language, for one customer and under one subject is finished so, whatever is set
    /// since.
    #[test]
    fn what_was_begun_is_finished_as_it_was_begun(
        life in lives(),
        before in set_ups(),
        after in set_ups(),
        writes in moments(),
        when in 0..12usize,
    ) {
        let set_up = |index: usize, from: usize| {
            let mut world = if index < from { before.world() } else { after.world() };
            // How a ticket is left at the end is asked when the call has ended.
            let logging = &mut world.settings.logging;
            [logging.answered, logging.missed, logging.outbound_unanswered] = before.keeps;
            world
        };
        let mut is_begun = false;
        let (mixed, _) = lived(&life, &writes, |index| set_up(index, when), |index, writing| {
            is_begun |= index < when && writing.case.ledger.has("ticket");
        });
        if is_begun {
            let (plain, _) = lived(&life, &writes, |index| set_up(index, usize::MAX), |_, _| {});
            prop_assert_eq!(mixed.desk.tickets, plain.desk.tickets);
        }
    }

    /// A line, an agent or a tag that is renamed in Aircall changes nothing that was written.
    #[test]
    fn names_are_frozen(life in lives(), set_up in set_ups()) {
        let (mut writing, _) = lived(&life, &[true; 24], |_| set_up.world(), |_, _| {});
        // A tag put on and taken off within one second is off by its events, and on or off as a read of the call says.
        let mut renamed = life.told().last().unwrap().2.clone();
        join(&mut writing.case, &(Origin::Listed, START + LATER, renamed.clone()));
        writing.write(&set_up.world(), at(LATER + 60), &renamed);
        let before = writing.desk.clone();
        renamed["number"]["name"] = json!("Another line");
        // Whom Aircall knows by name is not held any more: that would be news, and no other name (G4).
        if life.contact || set_up.unknown != UnknownCallers::Hold {
            renamed["contact"] = json!({"id": 3, "first_name": "Martina"});
        }
        for key in ["user", "transferred_by", "transferred_to"] {
            if renamed[key].is_object() {
                renamed[key]["name"] = json!("Another name");
            }
        }
        for tag in renamed["tags"].as_array_mut().unwrap() {
            tag["name"] = json!(format!("Renamed {}", tag["id"]));
        }
        join(&mut writing.case, &(Origin::Listed, START + LATER + 120, renamed.clone()));
        writing.write(&set_up.world(), at(2 * LATER), &renamed);
        prop_assert_eq!(before.tickets, writing.desk.tickets);
    }

    /// The facts come in any order and any number of times: the record is the same.
    #[test]
    fn the_order_in_which_it_is_told_changes_no_record(
        life in lives(),
        set_up in set_ups(),
        order in Just((0..24usize).chain(0..24).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let told = life.told();
        let mut shuffled = Writing::new();
        order.iter().filter_map(|index| told.get(*index)).for_each(|one| join(&mut shuffled.case, one));
        shuffled.write(&set_up.world(), at(LATER), &told.last().unwrap().2);
        let (in_order, _) = lived(&life, &[], |_| set_up.world(), |_, _| {});
        prop_assert_eq!(shuffled.desk.tickets, in_order.desk.tickets);
    }

    /// B7: nothing is written to a customer who was not chosen, and is not the only one, unless a rule allows it; and a
    /// choice that is still good is followed.
    #[test]
    fn nothing_is_written_to_whom_nobody_chose(
        life in lives(),
        set_up in set_ups(),
        writes in moments(),
        customers in 0..4usize,
        decision in decisions(),
        when in 0..12usize,
    ) {
        let set_up = SetUp { customers, ..set_up };
        // A decision that comes after everything else is none.
        let decision = if when <= life.told().len() { decision } else { Decision::default() };
        let world = |index: usize| World {
            choice: decision.for_the_number().filter(|_| index >= when),
            ..set_up.world()
        };
        let (mut is_begun, mut is_given) = (false, false);
        let (writing, end) = lived(&life, &writes, world, |index, writing| {
            is_begun |= index < when && writing.case.ledger.has("customer");
            if index + 1 >= when && !is_given && !is_begun {
                is_given = true;
                writing.put(Probed::Done(decision.for_the_call().into_iter().collect()), at(0));
            }
        });
        let first = Some(FIRST_CUSTOMER).filter(|_| customers == 1 || customers > 1 && set_up.take_recent);
        let good = decision.good(customers);
        for ticket in &writing.desk.tickets {
            let to = ticket.customer.as_u64().unwrap();
            // The desk gives low numbers to the customers whom we make.
            let is_made = to < FIRST_CUSTOMER;
            let is_allowed = is_made || Some(to) == first || decision.names(to);
            prop_assert!(is_allowed, "{to} of {customers}");
            prop_assert!(!is_made || life.withheld || customers == 0, "{customers} have the number");
            if let Some(good) = good.filter(|_| !life.withheld && !is_begun) {
                prop_assert_eq!(to, good, "what was chosen is followed");
            }
        }
        if !life.withheld && customers > 1 && !set_up.take_recent && good.is_none() {
            prop_assert!(writing.desk == Desk::default(), "{:?}", end.standing);
        }
    }
}
