//! From nothing to live in the real window (A3): the real program with its own engine, a person's clicks and keys, the
//! sandbox in the vendors' place; then a pause (B15), an access that is withdrawn (G20), and uninstalling (G21). There is no
//! keyring in this session, so a passphrase keeps what is entered. What the window looks like is left in
//! `target/tmp/desktop/` as pictures.
//!
//! Needs what `tests/desktop` needs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../desktop/panel.rs"]
#[allow(dead_code, reason = "tests/desktop uses the rest")]
mod panel;
#[path = "../desktop/session.rs"]
#[allow(dead_code, reason = "tests/desktop uses the rest")]
mod session;
mod set_up;
#[path = "../desktop/wait.rs"]
#[allow(dead_code, reason = "tests/desktop uses the rest")]
mod wait;
#[path = "../desktop/window.rs"]
mod window;
mod withdrawn;
mod wizard;

use std::time::Duration;

use set_up::SetUp;
use sidetone_sandbox::{aircall_world as world, front_world, gorgias_world};

#[test]
fn with_keys_an_admin_gets_from_nothing_to_a_logged_call() {
    let set_up = SetUp::start(false);
    let window = &set_up.window;
    let earlier = set_up.one_call();
    window.wait_for("Secrets cannot be kept");
    set_up.picture("set-up-passphrase");
    set_up.fill("Passphrase", "short");
    set_up.press("Keep with this passphrase");
    window.wait_for("at least");
    set_up.fill("Passphrase", "correct horse battery staple");
    set_up.press("Keep with this passphrase");

    window.wait_for("Connect Aircall");
    set_up.fill("API ID", world::API_ID);
    set_up.fill("API token", "a-wrong-token");
    set_up.press("Connect");
    window.wait_for("Aircall does not accept this key");
    set_up.press("Enter it again");
    set_up.fill("API token", world::API_TOKEN);
    set_up.press("Connect");
    window.wait_for("Key accepted");
    set_up.picture("set-up-aircall");
    set_up.press("Continue");

    window.wait_for("Connect your helpdesk");
    set_up.fill("Subdomain", "north brook");
    set_up.fill("E-mail of the user", gorgias_world::EMAIL);
    set_up.fill("API key", "a-wrong-key");
    set_up.press("Connect");
    window.wait_for("There is no Gorgias account");
    set_up.fill("Subdomain", gorgias_world::ACCOUNT);
    set_up.press("Connect");
    window.wait_for("Gorgias does not accept this key");
    set_up.press("Enter it again");
    set_up.fill("API key", gorgias_world::API_KEY);
    set_up.press("Connect");
    window.wait_for("Disconnect and forget");
    set_up.picture("set-up-helpdesk");
    set_up.press("Continue");

    window.wait_for("Which numbers should be logged?");
    set_up.tick("Support FR");
    set_up.picture("set-up-numbers");
    set_up.press("Continue with 1 line");

    window.wait_for("How do events arrive?");
    set_up.tick("Polling");
    window.wait_for("What polling cannot show");
    set_up.picture("set-up-events");
    set_up.press("Continue");

    window.wait_for("What becomes of unknown callers?");
    set_up.picture("set-up-callers");
    set_up.press("Continue");

    window.wait_for("What would be written");
    set_up.wait_until_pressable("Go live");
    set_up.picture("set-up-dry-run");
    set_up.press("Go live");
    set_up.picture("set-up-go-live");
    assert_eq!(set_up.tickets_of(earlier), 0, "nothing was written so far");
    set_up.press("Go live");
    window.wait_for("Sidetone is live");
    set_up.press("Open Sidetone");

    set_up.wait_until_polled();
    let call = set_up.one_call();
    wait::until("the call is in the helpdesk", || (set_up.tickets_of(call) == 1).then_some(()));
    assert_eq!(set_up.tickets_of(earlier), 0, "it was over before anybody went live");
    set_up.picture("set-up-done");

    paused_and_resumed(&set_up);
    let gorgias = set_up.sandbox.control().gorgias().clone();
    withdrawn::the_key_of_the_helpdesk(
        &set_up,
        "Gorgias",
        |is_revoked| gorgias.switch(|switches| switches.revoked = is_revoked),
        |set_up| set_up.fill("API key", gorgias_world::API_KEY),
        |set_up, call| set_up.tickets_of(call),
    );
    withdrawn::the_key_of_aircall(&set_up);

    // And back to nothing: Aircall has no webhook of ours any more, and what was entered is forgotten.
    assert!(
        !set_up.sandbox.control().aircall().webhooks().is_empty(),
        "an inactive one stands for this installation"
    );
    set_up.go_to("#setup?step=go_live");
    set_up.press("Uninstall");
    window.wait_for("Uninstall Sidetone?");
    set_up.picture("set-up-uninstall");
    set_up.press_in_dialog("Uninstall");
    wait::until("the webhook is gone", || {
        set_up.sandbox.control().aircall().webhooks().is_empty().then_some(())
    });
    window.wait_for("An earlier step comes first");
    let secrets = [world::API_TOKEN, gorgias_world::API_KEY, "correct horse battery staple"];
    set_up.has_kept_none_of(&secrets);
}

/// While logging is paused, nothing is written; what came meanwhile is written afterwards. Both can be done in the window and
/// in the tray.
fn paused_and_resumed(set_up: &SetUp) {
    let window = &set_up.window;
    set_up.open_menu();
    set_up.press("Pause logging");
    window.wait_for("Paused since");
    let before = set_up.writes();
    let call = set_up.one_call();
    set_up.wait_for_tray("1 call kept");
    set_up.wait_for_tray("Logging paused since");
    window.wait_for("1 kept");
    // By then it is over as well.
    set_up.wait_until_polled();
    set_up.picture("paused");
    assert_eq!((set_up.writes(), set_up.tickets_of(call)), (before, 0), "nothing is written meanwhile");
    set_up.tray().choose("Resume logging");
    wait::until("what waited is written", || (set_up.tickets_of(call) == 1).then_some(()));
    set_up.wait_until_gone("Paused since");

    // The other way round.
    set_up.tray().choose("Pause logging");
    window.wait_for("Paused since");
    set_up.press("Resume");
    set_up.wait_for_tray("Pause logging");
    set_up.wait_until_gone("Paused since");
    assert_eq!(set_up.tickets_of(call), 1);
}

#[test]
fn with_a_token_of_front_an_admin_gets_from_nothing_to_a_logged_call() {
    let set_up = SetUp::start(false);
    let window = &set_up.window;
    set_up.connect_aircall();
    set_up.tick("Front");
    set_up.fill("API token", "a-wrong-token");
    set_up.press("Connect");
    window.wait_for("Front does not accept this token");
    set_up.press("Enter it again");
    set_up.fill("API token", front_world::TOKEN);
    set_up.press("Connect");
    window.wait_for("Disconnect and forget");
    set_up.picture("set-up-front");
    set_up.press("Continue");
    set_up.go_on_to_live();
    let call = set_up.one_call();
    wait::until("the call is in Front", || (set_up.conversations_of(call) == 1).then_some(()));
    set_up.picture("set-up-front-done");
    let front = set_up.sandbox.control().front().clone();
    withdrawn::the_key_of_the_helpdesk(
        &set_up,
        "Front",
        |is_revoked| front.switch(|switches| switches.revoked = is_revoked),
        |set_up| set_up.fill("API token", front_world::TOKEN),
        |set_up, call| set_up.conversations_of(call),
    );
    set_up.has_kept_none_of(&[world::API_TOKEN, front_world::TOKEN]);
}

#[test]
fn by_sign_in_the_browser_comes_back_to_the_window_and_calls_are_logged() {
    let set_up = SetUp::start(true);
    let window = &set_up.window;
    let gorgias = set_up.sandbox.control().gorgias().clone();
    set_up.connect_aircall();

    // A subdomain that nobody has, a refusal, a browser that was closed, a code that is too old; then a yes.
    set_up.fill("Subdomain", "north brook");
    set_up.press("Sign in");
    window.wait_for("There is no Gorgias account");
    set_up.fill("Subdomain", gorgias_world::ACCOUNT);
    set_up.press("Sign in");
    let address = set_up.opened_in_browser();
    set_up.picture("set-up-waits-for-browser");
    set_up.browse(&gorgias.refuse_consent(&address).unwrap());
    window.wait_for("The access was refused at Gorgias");

    set_up.press("Start again");
    let left = set_up.opened_in_browser();
    window.wait_for("Waiting for the browser");
    // Somebody else's answer touches nothing of it.
    let page = set_up.browse(&set_up.foreign_answer_to(&left));
    assert!(page.contains("This sign-in was not started here"), "{page}");
    window.wait_for("Waiting for the browser");
    set_up.press("Open again");
    assert_eq!(set_up.opened_in_browser(), left, "the same sign-in");
    set_up.be_later(11);
    window.wait_for("The sign-in was closed before it was done");
    set_up.be_later(0);
    set_up.picture("set-up-browser-closed");

    gorgias.change_app(|app| app.code_s = -1);
    set_up.press("Start again");
    let address = set_up.opened_in_browser();
    assert_ne!(address, left);
    set_up.browse(&gorgias.consent(&address).unwrap());
    window.wait_for("The code was used already, or is too old");
    set_up.picture("set-up-code-too-old");
    gorgias.change_app(|app| app.code_s = 600);

    set_up.press("Start again");
    let address = set_up.opened_in_browser();
    let page = set_up.browse(&gorgias.consent(&address).unwrap());
    assert!(page.contains("Signed in to Gorgias"), "{page}");
    window.wait_for("Disconnect and forget");
    set_up.picture("set-up-signed-in");
    set_up.press("Continue");
    set_up.go_on_to_live();
    let call = set_up.one_call();
    wait::until("the call is in Gorgias", || (set_up.tickets_of(call) == 1).then_some(()));

    withdrawn_and_given_again(&set_up);
    signed_in_to_front_instead(&set_up);
}

#[test]
fn by_sign_in_to_front_an_admin_gets_from_nothing_to_a_logged_call() {
    let set_up = SetUp::start(true);
    let window = &set_up.window;
    let front = set_up.sandbox.control().front().clone();
    set_up.connect_aircall();
    set_up.tick("Front");

    // A refusal, an answer to somebody else, a browser that was closed, a code that is too old; then a yes.
    set_up.press("Sign in");
    let address = set_up.opened_in_browser();
    set_up.paste(&front.refuse_consent(&address).unwrap());
    window.wait_for("The access was refused at Front");
    set_up.picture("set-up-front-refused");

    set_up.press("Start again");
    let left = set_up.opened_in_browser();
    set_up.paste("https://localhost:8791/oauth/front/callback");
    window.wait_for("This address holds no answer of a sign-in");
    set_up.paste("https://localhost:8791/oauth/front/callback?code=1&state=guessed");
    window.wait_for("This sign-in was not started here");

    set_up.press("Start again");
    let closed = set_up.opened_in_browser();
    assert_ne!(closed, left);
    window.wait_for("Waiting for the browser");
    set_up.be_later(11);
    window.wait_for("The sign-in was closed before it was done");
    set_up.be_later(0);

    front.change_app(|app| app.code_s = -1);
    set_up.press("Start again");
    let address = set_up.opened_in_browser();
    set_up.paste(&front.consent(&address).unwrap());
    window.wait_for("The code has expired");
    set_up.picture("set-up-front-code-too-old");
    front.change_app(|app| app.code_s = 600);

    set_up.press("Start again");
    let address = set_up.opened_in_browser();
    set_up.paste(&front.consent(&address).unwrap());
    window.wait_for("Disconnect and forget");
    set_up.press("Continue");
    set_up.go_on_to_live();
    let call = set_up.one_call();
    wait::until("the call is in Front", || (set_up.conversations_of(call) == 1).then_some(()));
    set_up.picture("set-up-front-signed-in-done");

    // The app is removed at Front: it is told, the call waits, and is written after the next sign-in.
    front.uninstall();
    let waiting = set_up.one_call();
    window.wait_for("Front has withdrawn the access");
    assert_eq!(set_up.conversations_of(waiting), 0);
    set_up.go_to("#setup?step=helpdesk");
    window.wait_for("Connect your helpdesk");
    set_up.press("Connect again");
    set_up.press("Sign in");
    let address = set_up.opened_in_browser();
    set_up.paste(&front.consent(&address).unwrap());
    wait::until("what waited is written", || (set_up.conversations_of(waiting) == 1).then_some(()));
    set_up.wait_until_gone("Front has withdrawn the access");
}

/// The app is uninstalled at Gorgias: it is told, calls wait, and are written after the next sign-in.
fn withdrawn_and_given_again(set_up: &SetUp) {
    let window = &set_up.window;
    let gorgias = set_up.sandbox.control().gorgias().clone();
    gorgias.uninstall();
    gorgias.expire_tokens();
    let waiting = set_up.one_call();
    window.wait_for("Gorgias has withdrawn the access");
    set_up.go_to("#health");
    window.wait_for("Alerts and health");
    set_up.picture("access-withdrawn");
    set_up.press("Connect");
    window.wait_for("Connect your helpdesk");
    assert_eq!(set_up.tickets_of(waiting), 0);
    set_up.press("Connect again");
    set_up.fill("Subdomain", gorgias_world::ACCOUNT);
    set_up.press("Sign in");
    let address = set_up.opened_in_browser();
    set_up.browse(&gorgias.consent(&address).unwrap());
    wait::until("what waited is written", || (set_up.tickets_of(waiting) == 1).then_some(()));
    set_up.wait_until_gone("Gorgias has withdrawn the access");
    set_up.picture("access-given-again");
}

/// Front comes back to no address of this computer, so that the address is pasted. What was settled else stays.
fn signed_in_to_front_instead(set_up: &SetUp) {
    let window = &set_up.window;
    let control = set_up.sandbox.control();
    let (gorgias, front) = (control.gorgias().clone(), control.front().clone());
    set_up.press("Disconnect and forget");
    window.wait_for("Disconnect Gorgias?");
    set_up.press_in_dialog("Disconnect and forget");
    wait::until("the sign-in is given back", || {
        gorgias.journal(0).iter().any(|asked| asked.path == "/oauth/revoke").then_some(())
    });
    set_up.tick("Front");
    set_up.press("Sign in");
    let address = set_up.opened_in_browser();
    let back = front.consent(&address).unwrap();
    assert!(back.starts_with("https://localhost:8791/oauth/front/callback?"), "{back}");
    set_up.press("Paste the address");
    set_up.fill("Address", "https://localhost:8791/oauth/front/callback?code=1&state=guessed");
    set_up.press("Finish");
    window.wait_for("This sign-in was not started here");
    set_up.press("Start again");
    let address = set_up.opened_in_browser();
    let back = front.consent(&address).unwrap();
    set_up.press("Paste the address");
    set_up.fill("Address", &back);
    set_up.press("Finish");
    window.wait_for("Disconnect and forget");
    set_up.picture("set-up-signed-in-to-front");
    // Into another helpdesk nothing is written before somebody goes live.
    set_up.go_to("#setup?step=go_live");
    window.wait_for("In the next minute");
    set_up.press("Go live");
    window.wait_for("Sidetone is live");
    std::thread::sleep(Duration::from_secs(1));
    let call = set_up.one_call();
    wait::until("the call is in Front", || (set_up.conversations_of(call) == 1).then_some(()));
    assert_eq!(set_up.tickets_of(call), 0);
}
