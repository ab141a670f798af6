//! A4: what people are told of alerts who look at no window: once, when it lasts, when it is over, and over restarts.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sidetone_days::stores::Stores;
use sidetone_engine::telling::{Courier, Telling};
use sidetone_protocol::{TellingView, TellingWay};

use crate::day::{Day, MARTA, Plan};

/// A mail server and a web hook that say what they are told to say.
#[derive(Default)]
pub struct Postbox {
    pub taken: Mutex<Vec<Telling>>,
    refusal: Mutex<Option<&'static str>>,
    hangs: Mutex<bool>,
}

#[async_trait]
impl Courier for Postbox {
    fn ways(&self) -> Vec<TellingWay> {
        vec![TellingWay::Mail]
    }

    async fn carry(&self, telling: &Telling) -> Result<(), String> {
        let (refusal, hangs) = (*self.refusal.lock().unwrap(), *self.hangs.lock().unwrap());
        if let Some(text) = refusal {
            return Err(text.to_owned());
        }
        self.taken.lock().unwrap().push(telling.clone());
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl Postbox {
    pub fn told(&self) -> Vec<(String, &'static str)> {
        let taken = self.taken.lock().unwrap();
        taken.iter().map(|telling| (telling.body.code.clone(), telling.state.code())).collect()
    }

    fn ids(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|telling| telling.id.clone()).collect()
    }
}

async fn begin(stores: Stores) -> (Day, Arc<Postbox>) {
    let postbox = Arc::new(Postbox::default());
    let courier: Arc<dyn Courier> = Arc::clone(&postbox) as Arc<dyn Courier>;
    let day = Day::begin(Plan { courier: Some(courier), stores, ..Plan::default() }).await;
    (day, postbox)
}

/// An alert that stands as long as we say so.
fn disk_is_full(day: &Day, full: bool) {
    day.handle.computer_is(Some(if full { 10 << 20 } else { 10 << 30 }), false);
}

fn view(day: &Day) -> TellingView {
    day.handle.health().telling.remove(0)
}

fn pair(code: &str, state: &'static str) -> (String, &'static str) {
    (code.to_owned(), state)
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_access_is_told_with_its_calls_and_when_all_is_written() {
    let (day, postbox) = begin(Stores::Sqlite).await;
    day.gorgias.switch(|s| s.revoked = true);
    day.handle.check_access();
    day.pass(60).await;
    assert_eq!(day.handle.health().alerts.len(), 1);
    assert_eq!(postbox.told(), [], "not at once");
    let call = day.answered(MARTA).await;
    day.pass(150).await;
    assert_eq!(postbox.told(), [pair("gorgias_refused", "raised")]);
    let body = postbox.taken.lock().unwrap()[0].body.clone();
    assert_eq!(body.calls, 1);
    assert!((120..400).contains(&(day.now().timestamp() - body.since)), "{body:?}");
    // Another call is no news.
    day.answered(MARTA).await;
    day.pass(3_600).await;
    assert_eq!(postbox.told().len(), 1);
    day.gorgias.switch(|s| s.revoked = false);
    day.pass(300).await;
    day.ticket(call);
    assert_eq!(postbox.told(), [pair("gorgias_refused", "raised"), pair("gorgias_refused", "over")]);
    assert_eq!((view(&day).waiting, view(&day).failing_since), (0, None));
}

#[tokio::test(start_paused = true)]
async fn what_is_over_within_a_minute_tells_nobody() {
    let (day, postbox) = begin(Stores::Sqlite).await;
    disk_is_full(&day, true);
    day.pass(60).await;
    disk_is_full(&day, false);
    day.pass(3_600).await;
    assert_eq!(postbox.told(), []);
}

#[tokio::test(start_paused = true)]
async fn a_restart_tells_nothing_twice_and_forgets_nothing() {
    let (mut day, postbox) = begin(Stores::Sqlite).await;
    disk_is_full(&day, true);
    day.pass(60).await;
    // It stands, and nobody was told yet.
    day.kill_and_restart().await;
    disk_is_full(&day, true);
    day.pass(90).await;
    assert_eq!(postbox.told(), [pair("disk_full", "raised")]);
    for _ in 0..3 {
        day.kill_and_restart().await;
        disk_is_full(&day, true);
        day.pass(400).await;
    }
    assert_eq!(postbox.told().len(), 1);
    // It ends while nothing runs.
    day.kill().await;
    day.pass(3_600).await;
    day.start().unwrap();
    disk_is_full(&day, false);
    day.pass(100).await;
    assert_eq!(postbox.told().len(), 1, "it may only not have been seen yet");
    day.pass(120).await;
    assert_eq!(postbox.told(), [pair("disk_full", "raised"), pair("disk_full", "over")]);
}

#[tokio::test(start_paused = true)]
async fn killed_while_it_is_told_it_goes_out_again_under_the_same_id() {
    let (mut day, postbox) = begin(Stores::Sqlite).await;
    *postbox.hangs.lock().unwrap() = true;
    disk_is_full(&day, true);
    day.pass(130).await;
    assert_eq!(postbox.told().len(), 1, "it left, and no answer came");
    day.kill_and_restart().await;
    *postbox.hangs.lock().unwrap() = false;
    disk_is_full(&day, true);
    day.pass(300).await;
    let ids = postbox.ids();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "whoever receives it knows it again");
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_what_is_being_told() {
    let (mut day, postbox) = begin(Stores::Sqlite).await;
    disk_is_full(&day, true);
    day.pass(130).await;
    day.handle.stop().await;
    day.kill().await;
    day.start().unwrap();
    disk_is_full(&day, true);
    day.pass(600).await;
    assert_eq!(postbox.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_mail_server_refuses_is_shown_tried_again_and_is_no_alert() {
    let (day, postbox) = begin(Stores::Sqlite).await;
    *postbox.refusal.lock().unwrap() = Some("the mail server refused: 535 wrong password");
    disk_is_full(&day, true);
    day.pass(1_800).await;
    let codes: Vec<String> = day.handle.health().alerts.into_iter().map(|alert| alert.code).collect();
    assert_eq!(codes, ["disk_full"]);
    let failing = view(&day);
    assert_eq!(
        (failing.waiting, failing.text.as_deref()),
        (1, Some("the mail server refused: 535 wrong password"))
    );
    assert!(failing.failing_since.is_some_and(|since| day.now().timestamp() - since > 1_500), "{failing:?}");
    *postbox.refusal.lock().unwrap() = None;
    // A person has put it right and does not want to wait.
    day.handle.tell_again();
    day.pass(10).await;
    assert_eq!(postbox.told(), [pair("disk_full", "raised")]);
    assert_eq!((view(&day).waiting, view(&day).failing_since, view(&day).text), (0, None, None));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_told_for_a_day_is_given_up_with_a_note() {
    let (day, postbox) = begin(Stores::Sqlite).await;
    *postbox.refusal.lock().unwrap() = Some("nobody there");
    disk_is_full(&day, true);
    day.pass(25 * 3_600).await;
    let view = view(&day);
    assert!(view.given_up_at.is_some(), "{view:?}");
    // It stands, so the day's reminder waits by now; it is the next thing that is told.
    *postbox.refusal.lock().unwrap() = None;
    day.pass(3_600).await;
    assert_eq!(postbox.told(), [pair("disk_full", "changed")]);
}

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_of_two_hubs_one_tells() {
    let (day, postbox) = begin(Stores::Postgres).await;
    let (other, _task) = day.start_another();
    disk_is_full(&day, true);
    other.computer_is(Some(10 << 20), false);
    day.pass(600).await;
    assert_eq!(postbox.told(), [pair("disk_full", "raised")]);
    // One of them still sees it.
    disk_is_full(&day, false);
    day.pass(600).await;
    assert_eq!(postbox.told().len(), 1);
    other.computer_is(Some(10 << 30), false);
    day.pass(600).await;
    assert_eq!(postbox.told(), [pair("disk_full", "raised"), pair("disk_full", "over")]);
}
