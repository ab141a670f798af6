//! Living a day: the script's deeds and the troubles in the order of time, and a program that is started again whenever
//! it was killed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use sidetone_sandbox::{AircallLimits, Dial, Fault, GorgiasLimits, Refused, Ring};
use tokio::time::{Instant, sleep_until};

use crate::day::{Day, Plan, morning};
use crate::people;
use crate::records::Records;
use crate::script::{CALM_S, CallNo, Deed, MISHAP_S, PEOPLE_S, STRETCH_S, STRETCHES, Script};
use crate::stores::Stores;
use crate::trouble::{Kind, Trouble, Whose};

/// What a day left.
pub struct Lived {
    /// The helpdesk's records.
    pub records: Records,
    /// What happened, line by line.
    pub story: Vec<String>,
    /// What should have been settled and was not.
    pub unsettled: Vec<String>,
}

impl Lived {
    /// What is wrong with this day, measured by the quiet one.
    #[must_use]
    pub fn faults_beside(&self, quiet: &Lived) -> Vec<String> {
        let unsettled = self.unsettled.iter().map(|what| format!("  does not settle: {what}"));
        let difference = self.records.differ_from(&quiet.records).map(|difference| difference.to_string());
        unsettled.chain(difference).collect()
    }
}

/// Lives the day of this script; a quiet day has no troubles.
pub async fn live(script: &Script, troubles: &[Trouble], stores: &Stores) -> Lived {
    let mut plan =
        Plan { lines: script.lines.clone(), stores: stores.clone(), ..Plan::default() }.with_files();
    // A lost database takes the memory of going live with it; the configured line stays (B15).
    plan.logging.from = Some(morning());
    let day = Day::begin(plan).await;
    day.aircall.switch(|s| {
        // Aircall moves a call's start by a second minutes after the end, and no event says so. A record that is
        // written later says what Aircall says then; that is right, and no fault of the day.
        s.rewrite = false;
        // What a switched-off webhook misses waits for gap recovery (B1); see `Kind::WebhookOff`.
        s.disable_after = u32::MAX;
    });
    let life = Life {
        begun: Instant::now(),
        calls: vec![None; script.calls],
        names: BTreeMap::new(),
        stays_down: Duration::ZERO,
        up_at: None,
        story: Vec::new(),
        unsettled: Vec::new(),
        quiet_limits: day.gorgias.limits(),
        day,
    };
    life.run(script, troubles).await
}

/// The moments of a day, in order.
enum Moment<'a> {
    End(&'a Trouble),
    Deed(&'a Deed),
    Begin(&'a Trouble),
    /// Nothing is wrong from now on.
    Calm,
    /// Everything must be written by now.
    Settled,
    BackUp,
}

struct Life {
    day: Day,
    begun: Instant,
    /// Aircall's ids, by place in the script; unknown before the call, or when it was refused.
    calls: Vec<Option<u64>>,
    names: BTreeMap<String, String>,
    /// How long the program stays down when it is killed at a step.
    stays_down: Duration,
    up_at: Option<Instant>,
    story: Vec<String>,
    unsettled: Vec<String>,
    quiet_limits: GorgiasLimits,
}

impl Life {
    async fn run(mut self, script: &Script, troubles: &[Trouble]) -> Lived {
        let mut moments: Vec<(u64, Moment<'_>)> = Vec::new();
        for trouble in troubles {
            moments.push((trouble.at + trouble.lasts, Moment::End(trouble)));
            moments.push((trouble.at, Moment::Begin(trouble)));
        }
        for stretch in 0..STRETCHES {
            let begin = stretch * STRETCH_S;
            moments.push((begin + CALM_S, Moment::Calm));
            moments.push((begin + PEOPLE_S - 1, Moment::Settled));
            if troubles.iter().any(|t| t.kind == Kind::RestoreBackup && t.at > begin + MISHAP_S) {
                moments.push((begin + MISHAP_S - 30, Moment::BackUp));
            }
        }
        moments.extend(script.deeds.iter().map(|(at, deed)| (*at, Moment::Deed(deed))));
        moments.push((script.ends_at(), Moment::Settled));
        moments.sort_by_key(|(at, _)| *at);

        for (at, moment) in moments {
            self.until(at).await;
            match moment {
                Moment::Deed(deed) => self.deed(script, deed),
                Moment::Begin(trouble) => {
                    self.tell(at, format!("begins: {:?}", trouble.kind));
                    self.begin(trouble).await;
                }
                Moment::End(trouble) => self.end(trouble),
                Moment::Calm => self.calm(),
                Moment::Settled => self.look_whether_settled(at),
                Moment::BackUp => {
                    self.day.kill().await;
                    self.day.shelf.back_up();
                    self.start();
                }
            }
        }
        self.story.push(format!("{} events were lost", self.day.receiver.lost()));
        let records = Records::of(&self.day.gorgias.dump(), &self.names);
        self.day.kill().await;
        Lived { records, story: self.story, unsettled: self.unsettled }
    }

    fn tell(&mut self, at: u64, what: String) {
        self.story.push(format!("{at:>5} s  {what}"));
    }

    /// Lets time pass until that second of the day, and starts the program again where it was killed.
    async fn until(&mut self, second: u64) {
        let at = self.begun + Duration::from_secs(second);
        loop {
            if let Some(up) = self.up_at {
                sleep_until(up.min(at)).await;
                if up > at {
                    return;
                }
                self.start();
                continue;
            }
            let lifeline = self.day.lifeline.clone();
            tokio::select! {
                biased;
                () = lifeline.cut() => {
                    self.story.push(format!("{:>5} s  killed at a step", self.begun.elapsed().as_secs()));
                    self.kill(self.stays_down).await;
                }
                () = sleep_until(at) => return,
            }
        }
    }

    async fn kill(&mut self, stays_down: Duration) {
        self.day.kill().await;
        self.up_at = Some(Instant::now() + stays_down);
    }

    fn start(&mut self) {
        // A full disk lets no program start; whoever looks after the machine tries again.
        self.up_at = self.day.start().err().map(|_| Instant::now() + Duration::from_secs(5));
    }

    async fn begin(&mut self, trouble: &Trouble) {
        let (aircall, gorgias) = (self.day.aircall.clone(), self.day.gorgias.clone());
        match &trouble.kind {
            Kind::Next(Whose::Aircall, fault) => aircall.add_fault(fault.clone()),
            Kind::Next(Whose::Helpdesk, fault) => gorgias.add_fault(fault.clone()),
            Kind::Outage(Whose::Aircall, kind) => aircall.add_fault(Fault::next(u32::MAX, kind.clone())),
            Kind::Outage(Whose::Helpdesk, kind) => gorgias.add_fault(Fault::next(u32::MAX, kind.clone())),
            Kind::Crowd(per_second) => {
                gorgias.set_limits(GorgiasLimits { others_per_second: *per_second, ..self.quiet_limits })
            }
            Kind::AircallCrowd => {
                let limits = aircall.limits();
                aircall.set_limits(AircallLimits { others_per_minute: limits.per_minute - 3, ..limits });
            }
            Kind::ListLag(seconds) => gorgias.switch(|s| s.list_lag_s = *seconds),
            Kind::Repeats => aircall.switch(|s| s.duplicate = true),
            Kind::Shuffle(seconds) => aircall.switch(|s| s.shuffle_s = *seconds),
            Kind::Late(seconds) => aircall.switch(|s| s.delay_s = *seconds),
            Kind::Lost => self.day.receiver.lose(true),
            Kind::WebhookOff => aircall.disable_webhooks(),
            Kind::Kill => self.kill(Duration::from_secs(trouble.lasts)).await,
            Kind::KillAtStep(steps) => {
                self.stays_down = Duration::from_secs(trouble.lasts);
                self.day.lifeline.cut_after(*steps);
            }
            Kind::FullDisk => self.day.fill_disk(true),
            Kind::LoseDatabase => {
                self.kill(Duration::from_secs(trouble.lasts)).await;
                self.day.shelf.lose();
            }
            Kind::RestoreBackup => {
                self.kill(Duration::from_secs(trouble.lasts)).await;
                self.day.shelf.restore();
            }
        }
    }

    fn end(&mut self, trouble: &Trouble) {
        let (aircall, gorgias) = (&self.day.aircall, &self.day.gorgias);
        match &trouble.kind {
            Kind::Outage(Whose::Aircall, _) => aircall.clear_faults(),
            Kind::Outage(Whose::Helpdesk, _) => gorgias.clear_faults(),
            Kind::Crowd(_) => gorgias.set_limits(self.quiet_limits),
            Kind::AircallCrowd => aircall.set_limits(AircallLimits::default()),
            Kind::ListLag(_) => gorgias.switch(|s| s.list_lag_s = 0.0),
            Kind::Repeats => aircall.switch(|s| s.duplicate = false),
            Kind::Shuffle(_) => aircall.switch(|s| s.shuffle_s = 0.0),
            Kind::Late(_) => aircall.switch(|s| s.delay_s = 0.0),
            Kind::Lost => self.day.receiver.lose(false),
            Kind::FullDisk => self.day.fill_disk(false),
            Kind::Next(..)
            | Kind::WebhookOff
            | Kind::Kill
            | Kind::KillAtStep(_)
            | Kind::LoseDatabase
            | Kind::RestoreBackup => {}
        }
    }

    /// Faults that nothing met yet are taken back: from here on both days are quiet.
    fn calm(&mut self) {
        self.day.aircall.clear_faults();
        self.day.gorgias.clear_faults();
        self.day.lifeline.spare();
    }

    fn look_whether_settled(&mut self, at: u64) {
        let health = self.day.handle.health();
        if health.outbox.calls > 0 || !self.day.is_running() {
            let waiting: Vec<String> = health.alerts.iter().map(|alert| alert.code.clone()).collect();
            self.unsettled
                .push(format!("{at} s: {} calls still wait; alerts {waiting:?}", health.outbox.calls));
        }
    }

    fn deed(&mut self, script: &Script, deed: &Deed) {
        let done = self.try_deed(script, deed);
        let at = self.begun.elapsed().as_secs();
        let refused = done.err().map(|refused| format!(" (refused: {refused})")).unwrap_or_default();
        self.tell(at, format!("{deed:?}{refused}"));
    }

    /// What Aircall refuses (a busy agent, a call that is over) it refuses on both days.
    fn try_deed(&mut self, script: &Script, deed: &Deed) -> Result<(), Refused> {
        let aircall = self.day.aircall.clone();
        let id = |call: &CallNo| {
            self.calls[*call].ok_or_else(|| Refused::NotNow("the call was never made".to_owned()))
        };
        match deed {
            Deed::Ring(call, line, from, keys) => {
                let ring = Ring { line: *line, from: from.clone(), ivr: keys.clone(), ..Ring::default() };
                let id = aircall.ring(&ring)?;
                self.began(script, *call, id);
            }
            Deed::Dial(call, agent, line, to) => {
                let id = aircall.dial(&Dial { agent: *agent, to: to.clone(), line: Some(*line) })?;
                self.began(script, *call, id);
            }
            Deed::Choose(call, key) => aircall.choose(id(call)?, key)?,
            Deed::Answer(call, agent) => aircall.answer(id(call)?, *agent)?,
            Deed::Decline(call, agent) => aircall.decline(id(call)?, *agent)?,
            Deed::Hold(call, on) => aircall.hold(id(call)?, *on)?,
            Deed::Transfer(call, to, succeeds) => aircall.transfer(id(call)?, *to, *succeeds)?,
            Deed::TransferOutside(call, to) => {
                let mut data = aircall.call(id(call)?).unwrap_or_default();
                data["external_transferred_to"] = json!(to);
                aircall.emit("call.external_transferred", data);
            }
            Deed::HangUp(call, how) => {
                let id = id(call)?;
                if how.never_connected {
                    self.day.receiver.keep(id, "call.ended");
                }
                aircall.hang_up(id, how)?;
            }
            Deed::Comment(call, agent, text) => {
                let comment = aircall.comment(id(call)?, *agent, text)?;
                self.names.insert(comment.to_string(), format!("of {text:?}"));
            }
            Deed::Tag(call, agent, tag) => drop(aircall.tag(id(call)?, Some(*agent), tag)?),
            Deed::Untag(call, tag) => aircall.untag(id(call)?, tag)?,
            Deed::Person(call, act) => people::act(&self.day, id(call)?, *act),
        }
        Ok(())
    }

    fn began(&mut self, script: &Script, call: CallNo, id: u64) {
        if script.is_transferred(call) {
            self.day.receiver.keep(id, "call.answered");
        }
        self.calls[call] = Some(id);
        self.names.insert(id.to_string(), format!("#{call}"));
    }
}
