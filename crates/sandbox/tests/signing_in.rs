//! The stand-ins let an app in as the references say the vendors do (`reference/aircall.md §1.3`, `gorgias.md §2`,
//! `front.md §1.3`). What Front's tokens are worth is in `front/oauth.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;
mod sign_in;
