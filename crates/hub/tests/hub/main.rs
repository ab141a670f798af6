//! The hub as a whole, over real sockets, and the programs it comes with: one program, so that what all tests share is built
//! once, and those that wait do so side by side.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

mod program;

mod account;
mod actions;
mod backfill;
mod brake;
mod chosen;
mod decisions;
mod doctor;
mod export;
mod files;
mod front;
mod held;
mod killed;
mod leaving;
mod messages;
mod missed;
mod numbers;
mod on_postgres;
mod over_http;
mod privacy;
mod recorded_events;
mod setup;
mod signed_in;
mod signin;
mod signin_at_stand_ins;
mod study;
mod switched;
mod telling;
mod whole_program;
