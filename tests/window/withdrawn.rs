//! A key that a vendor takes no more: it is told in the window, calls wait, and are written with the next key.

use sidetone_sandbox::aircall_world as world;

use crate::set_up::SetUp;
use crate::wait;

/// `revoke`: at the vendor, or no more. `enter`: a key that is taken. `records`: how many there are of a call.
pub(crate) fn the_key_of_the_helpdesk(
    set_up: &SetUp,
    vendor: &str,
    revoke: impl Fn(bool),
    enter: impl Fn(&SetUp),
    records: impl Fn(&SetUp, u64) -> usize,
) {
    let told = format!("{vendor} has withdrawn the access");
    revoke(true);
    let waiting = set_up.one_call();
    set_up.window.wait_for(&told);
    assert_eq!(records(set_up, waiting), 0);
    set_up.go_to("#setup?step=helpdesk");
    set_up.window.wait_for("Connect your helpdesk");
    set_up.picture(&format!("key-withdrawn-{}", vendor.to_lowercase()));
    set_up.press("Replace the key");
    enter(set_up);
    set_up.press("Connect");
    // Another one of the same account is refused as well, and what waits is not lost by it.
    set_up.window.wait_for(&format!("{vendor} does not accept this"));
    revoke(false);
    set_up.press("Enter it again");
    enter(set_up);
    set_up.press("Connect");
    wait::until("what waited is written", || (records(set_up, waiting) == 1).then_some(()));
    set_up.wait_until_gone(&told);
}

/// Nothing is known of calls meanwhile; what happened is fetched and written with the next key.
pub(crate) fn the_key_of_aircall(set_up: &SetUp) {
    let aircall = set_up.sandbox.control().aircall().clone();
    aircall.switch(|switches| switches.revoked = true);
    let missed = set_up.one_call();
    set_up.window.wait_for("Aircall does not accept the key");
    assert_eq!(set_up.tickets_of(missed), 0);
    set_up.go_to("#setup?step=aircall");
    set_up.window.wait_for("Connect Aircall");
    set_up.picture("key-withdrawn-aircall");
    aircall.switch(|switches| switches.revoked = false);
    set_up.press("Replace the key");
    set_up.fill("API ID", world::API_ID);
    set_up.fill("API token", world::API_TOKEN);
    set_up.press("Connect");
    wait::until("what happened meanwhile is written", || (set_up.tickets_of(missed) == 1).then_some(()));
    set_up.wait_until_gone("Aircall does not accept the key");
}
