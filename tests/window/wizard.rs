//! The steps of the set-up that are alike whatever somebody connects.

use std::time::Duration;

use sidetone_sandbox::aircall_world as world;

use crate::set_up::SetUp;

impl SetUp {
    /// Secrets are kept with a passphrase, and Aircall is connected with its key. It had a call before.
    pub(crate) fn connect_aircall(&self) {
        self.one_call();
        self.window.wait_for("Secrets cannot be kept");
        self.fill("Passphrase", "correct horse battery staple");
        self.press("Keep with this passphrase");
        self.window.wait_for("Connect Aircall");
        self.fill("API ID", world::API_ID);
        self.fill("API token", world::API_TOKEN);
        self.press("Connect");
        self.window.wait_for("Key accepted");
        self.press("Continue");
        self.window.wait_for("Connect your helpdesk");
    }

    /// From the numbers to the window as it is every day: one line, calls are polled, all rules as they stand.
    pub(crate) fn go_on_to_live(&self) {
        self.window.wait_for("Which numbers should be logged?");
        self.tick("Support FR");
        self.press("Continue with 1 line");
        self.window.wait_for("How do events arrive?");
        self.tick("Polling");
        self.window.wait_for("What polling cannot show");
        self.press("Continue");
        self.window.wait_for("What becomes of unknown callers?");
        self.press("Continue");
        self.window.wait_for("What would be written");
        self.wait_until_pressable("Go live");
        self.press("Go live");
        // The same words stand on the button of the step before.
        self.window.wait_for("In the next minute");
        self.press("Go live");
        self.window.wait_for("Sidetone is live");
        self.press("Open Sidetone");
        // Aircall tells the beginning of a call in whole seconds: one of this second would be from before.
        std::thread::sleep(Duration::from_secs(1));
    }
}
