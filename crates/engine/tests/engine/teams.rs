//! G15, the team's tag: of the answering agent among the teams that rang; of all that rang, if nobody answered; of who
//! dialled, if that is just one.

use serde_json::Value;
use sidetone_sandbox::{Dial, HangUp, Ring, aircall_world as world};

use crate::day::{Day, MARTA, Plan, tags};

/// A call through Reception's menu, on which Care and Sales ring.
fn reception_rings(day: &Day) -> u64 {
    let ring =
        Ring { line: world::RECEPTION, from: Some(MARTA.into()), ivr: vec!["1".into()], ..Ring::default() };
    day.aircall.ring(&ring).unwrap()
}

async fn talk_and_hang_up(day: &Day, call: u64, agent: Option<u64>) -> Value {
    day.pass(6).await;
    day.aircall.answer(call, agent).unwrap();
    day.pass(10).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(90).await;
    day.ticket(call)
}

/// Camille, who is in Care, joins Sales; by the end of ten minutes the lists tell.
async fn camille_joins_sales(day: &Day) {
    let path = format!("/v1/teams/{}/users/{}", world::SALES, world::CAMILLE);
    assert_eq!(day.aircall.by_a_person("POST", &path, &Value::Null).unwrap().0, 201);
    day.pass(11 * 60).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_teams_that_rang_the_answering_agents_is_named() {
    let day = Day::begin(Plan::default()).await;
    for (agent, team) in [(world::CAMILLE, "Care"), (world::AMELIA, "Sales")] {
        let call = reception_rings(&day);
        let ticket = talk_and_hang_up(&day, call, Some(agent)).await;
        let mut expected = ["Aircall", "Inbound call", "Reception", team];
        expected.sort_unstable();
        assert_eq!(tags(&ticket), expected, "G15");
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_of_both_teams_that_rang_has_both_named() {
    let day = Day::begin(Plan::default()).await;
    camille_joins_sales(&day).await;
    let call = reception_rings(&day);
    let ticket = talk_and_hang_up(&day, call, Some(world::CAMILLE)).await;
    assert_eq!(tags(&ticket), ["Aircall", "Care", "Inbound call", "Reception", "Sales"], "G15");
    // On a line of Care's alone, Sales did not ring.
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    let ticket = talk_and_hang_up(&day, call, Some(world::CAMILLE)).await;
    assert_eq!(tags(&ticket), ["Aircall", "Care", "Inbound call", "Support FR"], "G15");
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_names_all_teams_that_rang() {
    let day = Day::begin(Plan::default()).await;
    let call = reception_rings(&day);
    day.pass(15).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(90).await;
    let ticket = day.ticket(call);
    assert_eq!(
        tags(&ticket),
        ["Aircall", "Care", "Inbound call", "Missed call", "Reception", "Sales"],
        "G15"
    );
}

#[tokio::test(start_paused = true)]
async fn an_outbound_call_names_the_agents_only_team_and_none_of_several() {
    let day = Day::begin(Plan::default()).await;
    let dial = Dial { agent: world::CAMILLE, to: MARTA.into(), line: None };
    let call = day.aircall.dial(&dial).unwrap();
    let ticket = talk_and_hang_up(&day, call, None).await;
    assert_eq!(tags(&ticket), ["Aircall", "Care", "Outbound call", "Support FR"], "G15: in one");
    camille_joins_sales(&day).await;
    let call = day.aircall.dial(&dial).unwrap();
    let ticket = talk_and_hang_up(&day, call, None).await;
    assert_eq!(tags(&ticket), ["Aircall", "Outbound call", "Support FR"], "G15: in two");
}
