//! The helpdesk of a configuration: exactly one of `[gorgias]` and `[front]`.

use std::sync::Arc;

use sidetone_engine::front::Front;
use sidetone_engine::gorgias::Gorgias;
use sidetone_engine::helpdesk::Helpdesk;

/// Which helpdesk, and how it is reached.
#[derive(Clone, Debug)]
pub enum HelpdeskAccount {
    /// Gorgias.
    Gorgias(gorgias::Account),
    /// Front.
    Front {
        /// The company.
        account: front::Account,
        /// The name of the inbox that calls go into.
        inbox: String,
        /// Where people work.
        app_url: String,
    },
}

impl HelpdeskAccount {
    /// The helpdesk, as the engine is given it.
    #[must_use]
    pub fn open(&self) -> Arc<dyn Helpdesk> {
        match self {
            HelpdeskAccount::Gorgias(account) => Arc::new(Gorgias::new(account.clone())),
            HelpdeskAccount::Front { account, inbox, app_url } => {
                Arc::new(Front::new(account.clone(), inbox).with_app_url(app_url))
            }
        }
    }

    /// The address of its API.
    #[must_use]
    pub fn base(&self) -> &str {
        match self {
            HelpdeskAccount::Gorgias(account) => account.base(),
            HelpdeskAccount::Front { account, .. } => account.base(),
        }
    }

    /// The key of that address, as a person knows it.
    #[must_use]
    pub fn base_key(&self) -> &'static str {
        match self {
            HelpdeskAccount::Gorgias(_) => "[gorgias] api_url",
            HelpdeskAccount::Front { .. } => "[front] api_url",
        }
    }

    /// Where its pages for the browser are.
    #[must_use]
    pub fn pages(&self) -> &str {
        match self {
            HelpdeskAccount::Gorgias(account) => account.base(),
            HelpdeskAccount::Front { app_url, .. } => app_url,
        }
    }
}
