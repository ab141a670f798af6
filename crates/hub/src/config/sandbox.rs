//! The mark that what this program shows is invented: the sandbox's stand-ins take the vendors' places.
//!
//! Not a key of the configuration: a demo gives it when it starts, and nobody leaves it behind in a file.

use super::{Config, Draft, Fault};

/// Where it is given, as a person knows it.
const OPTION: &str = "--sandbox";

impl Config {
    /// Marks everything that is shown as the sandbox's, whose control page is `control_url`.
    ///
    /// # Errors
    /// The page or a vendor is not on this computer: real data would be called invented.
    pub fn mark_as_sandbox(&mut self, control_url: &str) -> Result<(), Fault> {
        let vendors =
            [("[aircall] api_url", self.aircall.base()), (self.helpdesk.base_key(), self.helpdesk.base())];
        are_the_sandboxs(control_url, &vendors)?;
        self.settings.sandbox_control_url = Some(control_url.to_owned());
        Ok(())
    }
}

impl Draft {
    /// The same of what is not complete yet: neither helpdesk that may still be connected is a real one.
    ///
    /// # Errors
    /// As [`Config::mark_as_sandbox`].
    pub fn mark_as_sandbox(&mut self, control_url: &str) -> Result<(), Fault> {
        let addresses = &self.addresses;
        let mut vendors = vec![("[aircall] api_url", addresses.aircall.as_str())];
        match &self.helpdesk {
            Some((helpdesk, _)) => vendors.push((helpdesk.base_key(), helpdesk.base())),
            None => {
                // Without an address of its own Gorgias' is the account's, which a sandbox is not.
                vendors.extend(addresses.gorgias.as_deref().map(|url| ("[gorgias] api_url", url)));
                if addresses.gorgias.is_none() {
                    vendors.push(("[front] api_url", &addresses.front));
                }
            }
        }
        are_the_sandboxs(control_url, &vendors)?;
        self.settings.sandbox_control_url = Some(control_url.to_owned());
        Ok(())
    }
}

fn are_the_sandboxs(control_url: &str, vendors: &[(&str, &str)]) -> Result<(), Fault> {
    for (key, url) in [(OPTION, control_url)].iter().chain(vendors) {
        if !is_http_on_this_computer(url) {
            return Err(Fault {
                key: (*key).into(),
                problem: format!("{url} is not the sandbox, which is http on this computer"),
                fix: format!("Leave {OPTION} out where calls are real"),
            });
        }
    }
    Ok(())
}

fn is_http_on_this_computer(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.scheme() == "http" && super::read::is_loopback(&url))
}
