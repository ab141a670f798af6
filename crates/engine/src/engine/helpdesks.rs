//! Which helpdesk account this database has written into, and since when. Ids of one mean nothing in another: a call that was
//! begun in one gets nothing more while another one is connected, and what was learned there is forgotten.

use chrono::{DateTime, Utc};
use sidetone_protocol::Reason;

use super::answers::ANONYMOUS;
use super::mirror::DIRECTORY;
use super::place::ASKED_FOR;
use crate::assessing::without_what_is_awaited;
use crate::helpdesk::{Assessment, PLACE_KEPT_IN, Standing, Step};
use crate::ledger::{IN_VAIN, Ledger, SHADOW};
use crate::store::{Case, Change, Store, StoreError};

/// The setting: accounts in the order in which they were connected, with the second from which on.
const HELPDESKS: &str = "helpdesks";

/// In the order in which they were connected; the last one is connected now.
pub(crate) struct Helpdesks(Vec<(i64, String)>);

/// Whether this database was ever connected with a helpdesk.
///
/// # Errors
/// If the store cannot be read.
pub fn had_a_helpdesk(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(store.setting(HELPDESKS)?.is_some_and(|all| !all.is_empty()))
}

impl Helpdesks {
    /// As remembered, and with the one that is connected now. Where that is another one than before, `change` forgets what
    /// was learned of customers and where calls go; a plan only (`is_study`) remembers nothing.
    pub(super) fn remembered(
        store: &dyn Store,
        connected: String,
        is_study: bool,
        change: &mut Change,
        now: DateTime<Utc>,
    ) -> Result<Helpdesks, StoreError> {
        let text = store.setting(HELPDESKS)?;
        let mut all: Vec<(i64, String)> =
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        if all.last().is_some_and(|(_, last)| *last == connected) {
            return Ok(Helpdesks(all));
        }
        let is_first = all.is_empty();
        // What was written before anybody remembered this went into the first one.
        all.push((if is_first { 0 } else { now.timestamp() }, connected));
        if !is_study {
            change.settings.push((HELPDESKS.into(), serde_json::to_string(&all)?));
        }
        if !is_study && !is_first {
            tracing::warn!(
                "another helpdesk account is connected; what was learned of the one before is forgotten"
            );
            change.forgets_customers = true;
            let learned = [ANONYMOUS, DIRECTORY, ASKED_FOR].into_iter().chain(PLACE_KEPT_IN);
            change.settings.extend(learned.map(|key| (key.to_owned(), String::new())));
        }
        Ok(Helpdesks(all))
    }

    /// The assessment, unless the call was begun in another account.
    pub(crate) fn apply(&self, case: &Case, mut assessment: Assessment) -> Assessment {
        let Some(reason) = self.elsewhere(&case.ledger) else { return assessment };
        assessment.standing = Standing::Gone(reason);
        (assessment.step, assessment.writes, assessment.files) = (Step::Rest, Vec::new(), Vec::new());
        without_what_is_awaited(assessment)
    }

    /// Why nothing is written for this call while another account is connected than the one it was begun in.
    pub(super) fn elsewhere(&self, ledger: &Ledger) -> Option<Reason> {
        let is_of_the_helpdesk = |key: &str| !matches!(key, SHADOW | IN_VAIN);
        let rows = ledger.rows().filter(|row| is_of_the_helpdesk(&row.holding.key));
        let begun = rows.map(|row| row.written_at.timestamp()).min()?;
        let (_, of) = self.0.iter().rfind(|(since, _)| *since <= begun)?;
        let (_, connected) = self.0.last()?;
        (of != connected).then(|| Reason {
            code: "other_helpdesk".into(),
            text: format!(
                "This call was begun in another helpdesk account ({of}), so nothing more is written for it while {connected} is \
                 connected. If it should be there too, try it again: it is then logged there from its beginning."
            ),
        })
    }
}
