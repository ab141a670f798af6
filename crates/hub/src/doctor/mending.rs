//! What Sidetone can do about a fault at a click.

use std::collections::BTreeSet;

use aircall::webhooks::{EventList, WebhookUpdate};
use sidetone_engine::store::StoreError;
use sidetone_engine::transport::TransportError;
use sidetone_engine::webhooks::EVENTS;

use super::check::{Check, Deed};
use super::patient::Patient;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mending {
    /// It is done, or under way.
    Begun,
    /// A change of the configuration, for whoever keeps it: these lines are selected from now on.
    SelectLines(BTreeSet<u64>),
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum NotMended {
    /// The last look found no such thing, or that it cannot be done at a click.
    #[error("this was not found at the last look, or it is a person's to mend; check again")]
    NoSuchFault,
    /// It needs the engine, which does not run here.
    #[error("this needs the running hub")]
    NotRunning,
    /// Nobody else writes any more.
    #[error("no other Sidetone writes any more; check again")]
    NobodyElse,
    /// Aircall is not to be reached.
    #[error("Aircall cannot be reached: {0}")]
    Unreachable(#[from] TransportError),
    /// Aircall does not do it.
    #[error("Aircall refuses: {0}")]
    Refused(#[from] aircall::Error),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does what the check of this code offers under this word.
///
/// # Errors
/// [`NotMended`], which says what to do.
pub async fn mend(
    patient: &Patient,
    checks: &[Check],
    code: &str,
    action: &str,
) -> Result<Mending, NotMended> {
    let remedies = checks.iter().filter(|check| check.code == code).filter_map(|check| check.remedy.as_ref());
    let remedy = remedies.into_iter().find(|remedy| remedy.action == action).ok_or(NotMended::NoSuchFault)?;
    let engine = || patient.engine.as_ref().ok_or(NotMended::NotRunning);
    match &remedy.deed {
        Deed::PutWebhookRight => engine()?.put_webhook_right(),
        Deed::ChangeWebhook(id) => change_webhook(patient, id).await?,
        Deed::RemoveWebhooks(ids) => {
            for id in ids {
                remove_webhook(patient, id).await?;
            }
        }
        Deed::TakeOver => {
            if !engine()?.take_over().await {
                return Err(NotMended::NobodyElse);
            }
        }
        Deed::Resume => engine()?.resume().await?,
        Deed::SelectLines(lines) => return Ok(Mending::SelectLines(lines.clone())),
    }
    Ok(Mending::Begun)
}

/// One that a person made: the engine leaves it alone.
async fn change_webhook(patient: &Patient, id: &str) -> Result<(), NotMended> {
    // The list is never empty.
    let Ok(events) = EventList::new(EVENTS) else { return Ok(()) };
    let request = aircall::webhooks::update(id, &WebhookUpdate::enable(events));
    let answer = patient.transport.send(request.to_http(&patient.config.aircall)).await?;
    request.parse(&answer)?;
    Ok(())
}

async fn remove_webhook(patient: &Patient, id: &str) -> Result<(), NotMended> {
    let request = aircall::webhooks::delete(id);
    let answer = patient.transport.send(request.to_http(&patient.config.aircall)).await?;
    match request.parse(&answer) {
        Err(error) if error.kind() != aircall::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
