//! Calls that happen on their own: a believable small day in a loop, so that a demo has something to show.
//! It rings only once somebody listens (a webhook exists), never has more than two calls up, and leaves a call
//! alone from the moment a person takes it in hand.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{task::AbortHandle, time::sleep};

use crate::{
    aircall::{
        life::{Dial, HangUp, Ring},
        texts::Text,
        world::{AMELIA, CAMILLE, INES, JONAS, SALES_US, SUPPORT_DE, SUPPORT_FR, THEO},
    },
    control::AircallControl,
    dice::Dice,
    hold,
    refused::Refused,
};

/// From the first webhook to the first ring.
const FIRST_RING: Duration = Duration::from_secs(3);
/// Between two rings: this, and up to ten seconds more.
const NEXT_RING: Duration = Duration::from_secs(15);
const NEXT_RING_SPREAD_S: u64 = 11;
const MOST_CALLS_UP: usize = 2;
/// How often to look whether somebody listens, or a phone is free again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The play of one sandbox: on or off.
#[derive(Debug, Clone, Default)]
pub(crate) struct Play(Arc<Mutex<Option<AbortHandle>>>);

impl Play {
    pub(crate) fn start(&self, aircall: &AircallControl, seed: u64) {
        let task = tokio::spawn(run(aircall.clone(), Dice::new(seed)));
        if let Some(before) = hold(&self.0).replace(task.abort_handle()) {
            before.abort();
        }
    }

    pub(crate) fn stop(&self) {
        if let Some(task) = hold(&self.0).take() {
            task.abort();
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        hold(&self.0).as_ref().is_some_and(|task| !task.is_finished())
    }
}

/// One call of the day.
#[derive(Debug, Clone, Copy)]
enum Scene {
    /// Rings, is taken, talked through, noted and tagged.
    Answered { from: Option<&'static str>, line: u64, agent: u64, note: &'static str, tag: &'static str },
    /// Rings until the caller leaves a voicemail.
    Voicemail { from: &'static str, line: u64 },
    /// Rings, and the caller gives up.
    GivenUp { from: &'static str, line: u64 },
    /// Text messages: the customer's, and a little later the agent's answer.
    Texts { from: &'static str, line: u64, says: &'static str, agent: u64, answer: &'static str },
    /// An agent calls.
    Outbound { agent: u64, to: &'static str, is_answered: bool, note: &'static str },
}

/// Customers of the helpdesk, a stranger, a withheld number, a shared number, a missed call, calls out, text messages.
const DAY: [Scene; 10] = [
    Scene::Answered {
        from: Some("+34666444555"),
        line: SUPPORT_FR,
        agent: CAMILLE,
        note: "Spout still drips. Swap agreed, Madrid shop will call her.",
        tag: "Warranty",
    },
    Scene::Answered {
        from: Some("+12025550175"),
        line: SALES_US,
        agent: INES,
        note: "New café, wants a quote for six kettles.",
        tag: "Order status",
    },
    Scene::Texts {
        from: "+12025550117",
        line: SALES_US,
        says: "Has the right plug been sent?",
        agent: AMELIA,
        answer: "It left this morning, the tracking number is on its way.",
    },
    Scene::Voicemail { from: "+33199001144", line: SUPPORT_FR },
    Scene::Outbound {
        agent: AMELIA,
        to: "+12025550117",
        is_answered: true,
        note: "Right plug is on its way, told her the tracking number.",
    },
    Scene::Answered {
        from: None,
        line: SUPPORT_DE,
        agent: JONAS,
        note: "Did not want to give a name. Asked about opening hours.",
        tag: "Follow Up",
    },
    Scene::Answered {
        from: Some("+12025550161"),
        line: SALES_US,
        agent: AMELIA,
        note: "Monthly order as usual, plus two lids.",
        tag: "Order status",
    },
    Scene::GivenUp { from: "+493023125044", line: SUPPORT_DE },
    Scene::Answered {
        from: Some("+33199001155"),
        line: SUPPORT_FR,
        agent: THEO,
        note: "Lid arrived broken again, refund promised.",
        tag: "Refund",
    },
    Scene::Outbound { agent: THEO, to: "+33199001144", is_answered: false, note: "" },
];

async fn run(aircall: AircallControl, mut dice: Dice) {
    while !aircall.webhooks().iter().any(|webhook| webhook.active) {
        sleep(LOOK_AGAIN).await;
    }
    sleep(FIRST_RING).await;
    // The first call is always the first scene: a demo begins with somebody the helpdesk knows.
    let mut next = 0;
    loop {
        while aircall.calls_up().len() >= MOST_CALLS_UP {
            sleep(LOOK_AGAIN).await;
        }
        let (scene, talk_s) = (DAY[next % DAY.len()], 8 + dice.below(8));
        let stage = aircall.clone();
        tokio::spawn(async move {
            if let Err(refused) = perform(&stage, scene, talk_s).await {
                tracing::debug!(%refused, "a scene of the play was broken off");
            }
        });
        next += 1;
        // Messages come beside the calls.
        if matches!(scene, Scene::Texts { .. }) {
            continue;
        }
        sleep(NEXT_RING + Duration::from_secs(dice.below(NEXT_RING_SPREAD_S))).await;
    }
}

async fn perform(aircall: &AircallControl, scene: Scene, talk_s: u64) -> Result<(), Refused> {
    match scene {
        Scene::Answered { from, line, agent, note, tag } => {
            let ring = Ring { line, from: from.map(str::to_owned), agents: vec![agent], ..Ring::default() };
            let call = aircall.begin_played(|state| state.ring(&ring))?;
            pause(4).await;
            aircall.played(call, |state| state.answer(call, Some(agent)))?;
            pause(talk_s).await;
            aircall.played(call, |state| state.tag(call, Some(agent), tag).map(drop))?;
            pause(2).await;
            aircall.played(call, |state| state.hang_up(call, &HangUp::default()))?;
            note_later(aircall, call, agent, note).await
        }
        Scene::Voicemail { from, line } => {
            let ring = Ring { line, from: Some(from.to_owned()), ..Ring::default() };
            let call = aircall.begin_played(|state| state.ring(&ring))?;
            pause(9).await;
            let how = HangUp { voicemail: true, ..HangUp::default() };
            aircall.played(call, |state| state.hang_up(call, &how))
        }
        Scene::GivenUp { from, line } => {
            let ring = Ring { line, from: Some(from.to_owned()), ..Ring::default() };
            let call = aircall.begin_played(|state| state.ring(&ring))?;
            pause(7).await;
            aircall.played(call, |state| state.hang_up(call, &HangUp::default()))
        }
        Scene::Texts { from, line, says, agent, answer } => {
            let text = |body: &str, agent| Text {
                line,
                number: from.to_owned(),
                body: body.to_owned(),
                agent,
                ..Text::default()
            };
            aircall.text(&text(says, None))?;
            pause(talk_s).await;
            aircall.text(&text(answer, Some(agent))).map(drop)
        }
        Scene::Outbound { agent, to, is_answered, note } => {
            let dial = Dial { agent, to: to.to_owned(), line: None };
            let call = aircall.begin_played(|state| state.dial(&dial))?;
            pause(5).await;
            if is_answered {
                aircall.played(call, |state| state.answer(call, None))?;
                pause(talk_s).await;
            }
            aircall.played(call, |state| state.hang_up(call, &HangUp::default()))?;
            if is_answered { note_later(aircall, call, agent, note).await } else { Ok(()) }
        }
    }
}

/// Notes are saved when the agent leaves the wrap-up view, which is after `call.ended` in the real service.
async fn note_later(aircall: &AircallControl, call: u64, agent: u64, note: &str) -> Result<(), Refused> {
    sleep(aircall.scaled(35.0)).await;
    aircall.played(call, |state| state.comment(call, Some(agent), note).map(drop))
}

async fn pause(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}
