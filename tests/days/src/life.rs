//! Living a day: the script's deeds and the troubles in the order of time, a program that is started again whenever it
//! was killed, and people who come back later where there is nothing yet to work on.

mod deeds;
mod harm;
mod waiting;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sidetone_engine::AdoptProgress;
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::{Arrival, Logging, Mode, ModeSetting};
use sidetone_protocol::{CallState, WriterState};
use sidetone_sandbox::{FaultId, FrontLimits, GorgiasLimits};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use self::waiting::Waiting;
use crate::cast;
use crate::day::{Day, Plan, Second, morning};
use crate::lifeline::Lifeline;
use crate::promises::{self, Done};
use crate::records::Records;
use crate::script::{Deed, House, Script};
use crate::stores::Stores;
use crate::trouble::{Kind, Trouble, Whose};

/// A person looks so often whether what they wait for is there.
const LOOKS_AGAIN: Duration = Duration::from_secs(2);
/// A person at Sidetone tries so soon again what did not succeed.
const TRIES_AGAIN: Duration = Duration::from_secs(5);
/// So long after it became calm a person has written again what was refused for good, and once more after that.
const RETRIES_S: [u64; 2] = [30, 240];

/// What a day left.
pub struct Lived {
    /// The helpdesk's records.
    pub records: Records,
    /// What happened, line by line.
    pub story: Vec<String>,
    /// What should have been settled and was not.
    pub unsettled: Vec<String>,
    /// What the laws promise whatever the other day is like, and was not kept.
    pub broken: Vec<String>,
    /// The steps that the program made from where a kill at a step was asked for until it was calm, by kind.
    pub steps: Vec<String>,
}

/// How a day is to be set up.
pub(crate) fn plan(script: &Script, stores: &Stores) -> Plan {
    let logging = Logging {
        mode: ModeSetting(Mode::Live),
        log_anonymous: true,
        language: script.set_up.language,
        unknown_callers: script.set_up.unknown_callers,
        // A lost database takes the memory of going live with it; the configured line stays (B15).
        from: Some(morning()),
        ..Logging::default()
    };
    let by_default = Plan::default();
    let arrival = if script.set_up.polls { Arrival::Polling } else { by_default.arrival.clone() };
    Plan {
        desk: script.set_up.desk,
        lines: script.set_up.lines.clone(),
        stores: stores.clone(),
        logging,
        arrival,
        ..by_default
    }
    .with_files()
}

/// Lives the day of this script; a quiet day has no troubles.
pub async fn live(script: &Script, troubles: &[Trouble], stores: &Stores) -> Lived {
    let day = Day::begin(plan(script, stores)).await;
    day.aircall.switch(|s| *s = script.set_up.aircall.clone());
    day.gorgias.switch(|s| *s = script.set_up.gorgias.clone());
    day.front.switch(|s| *s = script.set_up.front.clone());
    day.front.set_limits(FrontLimits { per_minute: script.set_up.front_per_minute, ..day.front.limits() });
    cast::invite(&day, script.set_up.knows_contacts_address);
    let life = Life {
        begun: Instant::now(),
        stores,
        script,
        calls: vec![None; script.calls],
        texts: vec![None; script.texts],
        names: BTreeMap::new(),
        stays_down: Duration::ZERO,
        up_at: None,
        is_off: false,
        second: None,
        waiting: Waiting::default(),
        house: VecDeque::new(),
        house_again: Instant::now(),
        done: Vec::new(),
        grace: Duration::from_secs(if troubles.is_empty() { 10 } else { 130 }),
        is_full: false,
        going_on: Vec::new(),
        faults: HashMap::new(),
        crowded: Vec::new(),
        counting: None,
        steps: Vec::new(),
        adopting: None,
        adopts_when_up: false,
        story: Vec::new(),
        unsettled: Vec::new(),
        quiet_limits: day.gorgias.limits(),
        day,
    };
    life.run(troubles).await
}

/// The moments of a day, in order.
enum Moment<'a> {
    End(usize, &'a Trouble),
    Deed(&'a Deed),
    Begin(usize, &'a Trouble),
    /// Nothing is wrong from now on.
    Calm,
    /// A person has written again what was refused for good.
    Retry,
    /// Everything must be written by now.
    Settled,
}

struct Life<'a> {
    day: Day,
    begun: Instant,
    stores: &'a Stores,
    script: &'a Script,
    /// Aircall's ids, by place in the script; unknown before the call, or when it was refused.
    calls: Vec<Option<u64>>,
    /// The same for text messages.
    texts: Vec<Option<String>>,
    names: BTreeMap<String, String>,
    /// How long the program stays down when it is killed at a step.
    stays_down: Duration,
    up_at: Option<Instant>,
    /// The computer is switched off.
    is_off: bool,
    second: Option<Second>,
    waiting: Waiting<'a>,
    /// What is to be done to Sidetone, in order.
    house: VecDeque<House>,
    house_again: Instant,
    /// What people did in the helpdesk.
    done: Vec<Done>,
    /// What left before a person threw a ticket away may arrive so much later.
    grace: Duration,
    /// The disk is full.
    is_full: bool,
    /// Troubles that have begun and not ended.
    going_on: Vec<(usize, Kind)>,
    faults: HashMap<usize, Vec<(Whose, FaultId)>>,
    /// When others left no room, with a minute for it to become free again.
    crowded: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// The lifeline on which a kill at a step waits, and how many steps it had behind it.
    counting: Option<(Lifeline, usize)>,
    steps: Vec<String>,
    adopting: Option<mpsc::UnboundedReceiver<AdoptProgress>>,
    adopts_when_up: bool,
    story: Vec<String>,
    unsettled: Vec<String>,
    quiet_limits: GorgiasLimits,
}

impl<'a> Life<'a> {
    async fn run(mut self, troubles: &'a [Trouble]) -> Lived {
        for (at, moment) in moments(self.script, troubles) {
            self.until(at).await;
            match moment {
                Moment::Deed(deed) => self.deed(deed).await,
                Moment::Begin(no, trouble) => {
                    self.tell(format!("begins: {:?}", trouble.kind));
                    self.begin(no, trouble).await;
                }
                Moment::End(no, trouble) => self.end(no, trouble),
                Moment::Calm => self.calm(),
                Moment::Retry => self.retry(),
                Moment::Settled => self.look_whether_settled(),
            }
        }
        self.story.push(format!("{} events were lost", self.day.receiver.lost()));
        let records = Records::of(self.day.desk(), &self.day.helpdesk_dump(), &self.names);
        let broken =
            promises::broken(&self.day, self.script, (&self.calls, &self.texts), &self.done, &self.crowded);
        self.day.kill().await;
        Lived { records, story: self.story, unsettled: self.unsettled, broken, steps: self.steps }
    }

    fn second_of_the_day(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    fn tell(&mut self, what: String) {
        self.story.push(format!("{:>6} s  {what}", self.second_of_the_day()));
    }

    /// Lets time pass until that second of the day; starts the program again where it was killed, and lets people do
    /// what they could not do before.
    async fn until(&mut self, second: u64) {
        let at = self.begun + Duration::from_secs(second);
        loop {
            self.take_up_what_waits().await;
            let again = [self.up_at, self.when_something_waits()].into_iter().flatten().min();
            let next = again.map_or(at, |again| again.min(at));
            let lifeline = self.day.lifeline.clone();
            tokio::select! {
                biased;
                () = lifeline.cut(), if self.day.is_running() => {
                    self.tell("killed at a step".to_owned());
                    self.kill(self.stays_down).await;
                }
                () = sleep_until(next) => {
                    if self.up_at.is_some_and(|up| up <= Instant::now()) {
                        self.start();
                    }
                    if Instant::now() >= at {
                        return;
                    }
                }
            }
        }
    }

    async fn kill(&mut self, stays_down: Duration) {
        self.day.kill().await;
        // Whoever had asked for it sees it break off, and asks again.
        self.adopts_when_up |= self.how_adopting_went().is_some();
        self.up_at = Some(Instant::now() + stays_down);
    }

    fn start(&mut self) {
        // A full disk lets no program start; whoever looks after the machine tries again.
        self.up_at = self.day.start().err().map(|_| Instant::now() + TRIES_AGAIN);
        if self.up_at.is_none() && std::mem::take(&mut self.adopts_when_up) {
            self.adopting = Some(self.day.handle.adopt_since(morning()));
        }
    }

    fn look_whether_settled(&mut self) {
        let at = self.second_of_the_day();
        let health = self.day.handle.health();
        let mut lacks = Vec::new();
        if !self.day.is_running() {
            lacks.push("the program is down".to_owned());
        }
        if health.outbox.calls > 0 {
            let alerts: Vec<&str> = health.alerts.iter().map(|alert| alert.code.as_str()).collect();
            lacks.push(format!("{} calls still wait; alerts {alerts:?}", health.outbox.calls));
            lacks.extend(self.waiting_calls());
        }
        if health.writer.state != WriterState::Sole {
            lacks.push(format!("it does not write: {:?}", health.writer));
        }
        lacks.extend(self.waiting.still().map(|what| format!("a person still waits: {what}")));
        lacks.extend(self.house.iter().map(|what| format!("a person could not do this: {what:?}")));
        lacks.extend(self.how_adopting_went());
        self.unsettled.extend(lacks.into_iter().map(|what| format!("{at} s: {what}")));
    }

    /// Which calls still wait, and for what.
    fn waiting_calls(&self) -> Vec<String> {
        let calls = self.calls.iter().flatten();
        let details = calls.filter_map(|call| Some((*call, self.day.handle.call(CaseId(*call)).ok()??)));
        details
            .filter(|(_, detail)| detail.state == CallState::Pending)
            .map(|(call, detail)| format!("{} waits: {:?}", self.name(call), detail.completeness))
            .collect()
    }

    /// Calls and messages of which something was refused for good are written again, as the window offers it.
    fn retry(&mut self) {
        for call in self.calls.clone().into_iter().flatten() {
            let Ok(Some(detail)) = self.day.handle.call(CaseId(call)) else { continue };
            let code = detail.reason.map(|reason| reason.code).unwrap_or_default();
            // Such a ticket is somebody's will.
            if detail.state == CallState::Parked && !code.starts_with("ticket_") {
                self.tell(format!("a person has {} written again: {code}", self.name(call)));
                self.day.handle.retry(CaseId(call));
            }
        }
        for (n, id) in
            self.texts.iter().enumerate().filter_map(|(n, id)| Some((n, id.clone()?))).collect::<Vec<_>>()
        {
            let Ok(Some(detail)) = self.day.handle.message(&id) else { continue };
            if detail.message.state == CallState::Parked && self.day.handle.retry_message(&id).is_ok() {
                self.tell(format!("a person has text #{n} written again: {:?}", detail.message.reason));
            }
        }
    }

    fn name(&self, call: u64) -> String {
        self.names.get(&call.to_string()).cloned().unwrap_or_default()
    }
}

fn moments<'a>(script: &'a Script, troubles: &'a [Trouble]) -> Vec<(u64, Moment<'a>)> {
    let mut moments: Vec<(u64, Moment<'_>)> = Vec::new();
    for (no, trouble) in troubles.iter().enumerate() {
        moments.push((trouble.at + trouble.lasts, Moment::End(no, trouble)));
        moments.push((trouble.at, Moment::Begin(no, trouble)));
    }
    for stretch in &script.stretches {
        moments.push((stretch.calm, Moment::Calm));
        moments.extend(RETRIES_S.map(|after| (stretch.calm + after, Moment::Retry)));
        moments.push((stretch.people() - 1, Moment::Settled));
        moments.push((stretch.end(), Moment::Settled));
    }
    moments.retain(|(at, _)| *at < script.ends_at);
    moments.push((script.ends_at, Moment::Settled));
    moments.extend(script.deeds.iter().map(|(at, deed)| (*at, Moment::Deed(deed))));
    // Of the same second: what ends goes first only if it began before.
    moments
        .sort_by_key(|(at, moment)| (*at, matches!(moment, Moment::End(_, trouble) if trouble.lasts == 0)));
    moments
}
