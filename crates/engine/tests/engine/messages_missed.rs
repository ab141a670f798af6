//! B1: text messages that were missed cannot be read back, for Aircall keeps no history of them. What is told of them says
//! whether any may be missing, and about how many.

use sidetone_protocol::{MessagesLost, RecoveryState, RecoveryView};
use sidetone_sandbox::{Text, aircall_world as world};

use crate::day::{Day, Desk, MARTA, Plan};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn writes(day: &Day, body: &str) {
    let text = Text { line: world::SUPPORT_FR, number: MARTA.into(), body: body.into(), ..Text::default() };
    day.aircall.text(&text).unwrap();
}

/// The program does not run for so long, and has read and written afterwards what can be.
async fn away(day: &mut Day, seconds: u64) -> RecoveryView {
    day.kill().await;
    day.pass(seconds).await;
    day.start().unwrap();
    day.pass(5 * MINUTE).await;
    let told = day.handle.health().recoveries.pop().expect("shown");
    assert_eq!(told.state, RecoveryState::Done, "{told:?}");
    assert!(told.until.unwrap() - told.since >= i64::try_from(seconds).unwrap(), "{told:?}");
    told
}

#[tokio::test(start_paused = true)]
async fn of_text_messages_that_were_missed_it_is_told_about_how_many_there_were() {
    for desk in [Desk::Gorgias, Desk::Front] {
        let mut day = Day::begin(Plan { desk, ..Plan::default() }).await;
        let begun = day.now();
        let passed = |day: &Day| u64::try_from((day.now() - begun).num_seconds()).unwrap();
        assert_eq!(
            away(&mut day, 30 * MINUTE).await.messages,
            MessagesLost::None,
            "{desk}: nobody ever wrote"
        );

        // From the second hour on somebody writes: four times in the third hour of the first Saturday.
        day.pass(HOUR - passed(&day)).await;
        writes(&day, "The first of all");
        day.pass(2 * HOUR - passed(&day)).await;
        for text in ["One", "Two", "Three", "Four"] {
            writes(&day, text);
            day.pass(10 * MINUTE).await;
        }
        day.pass(3 * HOUR - passed(&day)).await;
        let unknown = away(&mut day, HOUR).await.messages;
        assert_eq!(unknown, MessagesLost::About(0), "{desk}: nobody knows yet how many there usually are");

        // A week later the same hour is missed: four came in it before.
        day.pass(MINUTE).await;
        let until = 7 * DAY + 2 * HOUR - passed(&day);
        away(&mut day, until).await;
        let before = passed(&day) - 7 * DAY;
        assert!((2 * HOUR..2 * HOUR + 10 * MINUTE).contains(&before), "{before}");
        let same_hour = away(&mut day, HOUR).await.messages;
        assert_eq!(
            same_hour,
            MessagesLost::About(3),
            "{desk}: of the four, one lies before the hour that was missed"
        );

        // And two weeks later: none in that hour of the week before, so it is half of them.
        let until = 14 * DAY + 2 * HOUR - passed(&day);
        away(&mut day, until).await;
        let mean = away(&mut day, HOUR).await.messages;
        assert_eq!(mean, MessagesLost::About(2), "{desk}: the mean of two weeks, 3 and 0, rounded");
        let another_day = away(&mut day, DAY).await;
        day.pass(2 * HOUR).await;
        let quiet = away(&mut day, HOUR).await.messages;
        assert_eq!(
            quiet,
            MessagesLost::About(0),
            "{desk}: on a Sunday hardly anybody writes: {another_day:?}"
        );
    }
}
