//! A call with what agents wrote through Sidetone in it: as it is written into the helpdesk (G13).

use std::borrow::Cow;

use serde_json::json;

use super::{Call, Fact};
use crate::ledger::Ledger;
use crate::own_comment::OwnComment;

impl Call {
    /// Comments of ours have their agent and their words; those that Aircall does not have stand beside them.
    #[must_use]
    pub(crate) fn with_own<'a>(&'a self, own: &[OwnComment], ledger: &Ledger) -> Cow<'a, Call> {
        if own.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut call = self.clone();
        for one in own {
            let author = one.agent.as_ref().map(|a| json!({ "id": a.id, "name": a.name, "email": a.email }));
            let is_written_alone = ledger.has(&format!("comment:own:{}", one.n));
            if let Some(id) = one.comment {
                match call.comments.get_mut(&id).filter(|_| !is_written_alone) {
                    Some(fact) => {
                        fact.value["content"] = one.text.clone().into();
                        fact.value["posted_by"] = author.clone().unwrap_or_default();
                    }
                    // One note is there already.
                    None => drop(call.comments.remove(&id)),
                }
            }
            if is_written_alone || one.comment.is_none() && one.goes_alone() {
                let value = json!({
                    "id": one.n, "own": true, "content": one.text, "posted_at": one.at.timestamp(), "posted_by": author,
                });
                let fact = Fact { as_of: one.at.timestamp(), rank: 0, value };
                // Aircall counts up from small numbers.
                call.comments.insert(u64::MAX - one.n, fact);
            }
        }
        Cow::Owned(call)
    }
}
