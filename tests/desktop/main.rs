//! The real program in a real window system: Xvfb, a window manager, a session bus with a panel of our own on it.
//!
//! The calls come from a scripted backend (feature `fake-backend`), everything else is what a user runs. The program
//! under test is the one that cargo built, or the one that `SIDETONE_BIN` names. What the window looks like is left
//! in `target/desktop/` as pictures.
//!
//! Needs Debian's `xvfb openbox xdotool wmctrl x11-utils imagemagick dbus-daemon webkit2gtk-driver`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod calls;
mod page;
mod panel;
mod program;
mod session;
mod wait;
mod window;

mod keyboard;
mod notifications;
mod rest;
mod start;
mod web;
