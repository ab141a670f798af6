//! What is done to Sidetone itself.

use sidetone_engine::settings::Mode;
use sidetone_sandbox::{HangUp, aircall_world as world};

use super::writer::Writer;
use crate::script::{Deed, HOUSE_S, House, SCENES_BEGIN_S};

/// Writing is paused for some minutes of the stretch that begins then.
pub fn pause(w: &mut Writer, begin: u64) {
    let at = begin + w.chance.between(60, SCENES_BEGIN_S - 300);
    let until = at + w.chance.between(20, 300);
    w.deed(at, Deed::House(House::Pause));
    w.deed(until, Deed::House(House::Resume));
}

/// For some minutes it is off, or only looks: what begins then is never written (B15), what began before is finished.
pub fn other_mode(w: &mut Writer, at: u64) {
    let mode = *w.chance.one_of(&[Mode::Off, Mode::Shadow]);
    let across = talk(w, at - 60, at + 30, world::SUPPORT_FR, world::CAMILLE);
    w.deed(at, Deed::House(House::Mode(mode)));
    let within = talk(w, at + 40, at + 80, world::SUPPORT_DE, world::JONAS);
    w.deed(at + 180, Deed::House(House::Mode(Mode::Live)));
    for call in [across, within] {
        let note = w.note();
        w.deed(at + 200, Deed::Comment(call, world::CAMILLE, note));
    }
    talk(w, at + 210, at + 250, world::SUPPORT_FR, world::THEO);
    let writes = w.guest(at + HOUSE_S);
    for when in [at + 60, at + 220] {
        w.text(when, world::SUPPORT_FR, &writes, None);
    }
}

/// The computer is off between this stretch and the next, for a night or for days.
pub fn night(w: &mut Writer, at: u64) {
    let end = at + HOUSE_S;
    w.away = w.chance.between(8, 24 * 7) * 3_600;
    w.deed(end + 1, Deed::House(House::Off));
    w.deed(end + w.away - 10, Deed::House(House::On));
}

/// A second installation is started, and only reads (B16).
pub fn second_joins(w: &mut Writer, at: u64) {
    w.deed(at, Deed::House(House::SecondJoins));
}

/// The second installation takes over, between two calls and shortly before a third, which must wait.
pub fn take_over(w: &mut Writer, at: u64) {
    talk(w, at - 200, at - 160, world::SUPPORT_FR, world::CAMILLE);
    w.deed(at, Deed::House(House::TakeOver));
    w.has_moved = true;
    let after = w.chance.between(4, 60);
    talk(w, at + after, at + after + 40, world::SUPPORT_DE, world::JONAS);
    let writes = w.guest(at + HOUSE_S);
    for when in [at - 150, at + after + 5, at + 240] {
        w.text(when, world::SUPPORT_FR, &writes, None);
    }
}

/// A call of somebody, answered after 8 s.
fn talk(w: &mut Writer, from: u64, to: u64, line: u64, agent: u64) -> usize {
    let caller = w.caller();
    let call = w.ring(from, line, caller, &[]);
    w.deed(from + 8, Deed::Answer(call, Some(agent)));
    w.deed(to, Deed::HangUp(call, HangUp::default()));
    call
}
