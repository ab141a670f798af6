//! The report of shadow mode (B5), from what is kept with its calls.

use sidetone_protocol::{Mode, ShadowCall, ShadowReport, ShadowVerdict};

use super::Handle;
use crate::foresight::SHADOW_BARS;
use crate::gate::GoLive;
use crate::others::Compared;
use crate::store::{ComparedRow, StoreError};

impl Handle {
    /// What another integration wrote for the calls of shadow mode, against what we would have written: figures of all of
    /// them, and the newest `limit` calls. Asks nobody: each call was looked for once, half an hour after it was over.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn shadow_report(&self, limit: usize) -> Result<ShadowReport, StoreError> {
        let (store, settings) = (self.shared.store.as_ref(), &self.shared.settings);
        let is_shadow = settings.logging.mode.0 == Mode::Shadow;
        let modes =
            store.setting(crate::engine::MODE_CHANGES)?.map(|text| GoLive::parse(&text)).unwrap_or_default();
        let since = modes.changes.last().filter(|(_, mode)| is_shadow && *mode == Mode::Shadow);
        let rows = store.compared(limit)?;
        let mut report = ShadowReport {
            since: since.map(|(at, _)| at.timestamp()),
            until: settings.logging.shadow_until.filter(|_| is_shadow).map(|at| at.timestamp()),
            more: rows.len() > limit,
            ..ShadowReport::default()
        };
        if is_shadow {
            let all = store.waiting(SHADOW_BARS)?.into_iter().filter(|id| !id.is_message()).count();
            report.waiting = u32::try_from(all.saturating_sub(rows.len())).unwrap_or(u32::MAX);
        }
        rows.into_iter().for_each(|row| add(&mut report, row));
        Ok(report)
    }
}

fn add(report: &mut ShadowReport, ComparedRow { call, detail, at }: ComparedRow) {
    // What an older program kept in another shape is left out.
    let Ok(Compared { verdict, differs, sidetone, other }) = serde_json::from_value(detail) else { return };
    *match verdict {
        ShadowVerdict::Both => &mut report.both,
        ShadowVerdict::Differs => &mut report.differs,
        ShadowVerdict::OnlySidetone => &mut report.only_sidetone,
        ShadowVerdict::OnlyOther => &mut report.only_other,
        ShadowVerdict::Neither => &mut report.neither,
        ShadowVerdict::Untold => &mut report.untold,
    } += 1;
    if let Some(call) = call {
        let looked_at = at.timestamp();
        report.calls.push(ShadowCall { call, verdict, differs, sidetone, other, looked_at });
    }
}
