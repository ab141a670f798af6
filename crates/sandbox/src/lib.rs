#![doc = include_str!("../README.md")]

mod aircall;
mod body;
mod clock;
mod control;
mod desk;
mod dice;
mod faults;
mod front;
mod gorgias;
mod journal;
mod numbers;
mod oauth;
mod paper;
mod play;
mod record;
mod refused;
mod sandbox;
mod serve;
mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use aircall::{
    call::{Direction, MissedReason, ShownCard},
    delivery::{ANSWER_WITHIN, Deliver, Delivery},
    life::{Dial, HangUp, Ring},
    limits::AircallLimits,
    odd::{WebhookChange, WebhookSeed},
    switches::{AircallSwitches, FailuresOf, ResetUnit},
    texts::{Text, TextFile},
    webhooks::EVENTS,
    world::{self as aircall_world, Presence},
};
pub use control::{AircallControl, Control, FrontControl, GorgiasControl, WebhookState};
pub use desk::FAULT_HEADER;
pub use faults::{Fault, FaultId, FaultKind};
pub use front::{
    imports::{FrontImport, ImportFate},
    limits::FrontLimits,
    messages::FrontSendAttempt,
    switches::{
        AssignOnImport, DuplicateExternalId, ExternalIdScope, FrontSwitches, GoneConversation, Location,
        MergedContact, MovedImport, OauthExpires, PhoneAlias, RefreshRotation, ReopenOnImport,
        SubjectOnReopen,
    },
    world as front_world,
};
pub use gorgias::{
    limits::{GorgiasLimits, Rate},
    messages::SendAttempt,
    switches::{GorgiasSwitches, OauthExpiresIn, PhoneFilter, PhoneMatching},
    world as gorgias_world,
};
pub use journal::JournalEntry;
pub use oauth::{App, AuthorizeFaults, Redirect};
pub use refused::Refused;
pub use sandbox::{Options, Sandbox, SandboxError};
pub use serve::{Ports, Served};

/// Takes a lock. A test that panicked while holding it must not hide its own message behind a second panic.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
