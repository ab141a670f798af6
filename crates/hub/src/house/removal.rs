//! Our webhook is taken away while no engine runs that could do it: the helpdesk is not connected (any more), or Aircall is
//! being disconnected. Its address says which one is ours; everybody else's stay.

use std::time::Duration;

use aircall::{Account, Paging, Webhook};
use sidetone_engine::transport::Transport;
use sidetone_engine::webhooks::owner;
use uuid::Uuid;

/// All of it, requests and looks.
const WITHIN: Duration = Duration::from_secs(12);
/// A list is read so far, 50 on a page.
const MOST_PAGES: usize = 20;
/// There is one of ours; now and then one too many.
const MOST_DELETED: usize = 4;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// Aircall shows none of ours.
    Gone,
    /// What we have to ask with is refused.
    Refused,
    /// Aircall did not answer, or did not do it.
    Stands,
}

/// Deletes those of `installation`, and looks whether they are gone.
pub(super) async fn take_away(account: &Account, transport: &dyn Transport, installation: Uuid) -> Removal {
    let work = async {
        for _ in 0..=MOST_DELETED {
            let ours = match first_of(account, transport, installation).await {
                Ok(Some(id)) => id,
                Ok(None) => return Removal::Gone,
                Err(why) => return why,
            };
            let delete = aircall::webhooks::delete(&ours);
            let Ok(answer) = transport.send(delete.to_http(account)).await else { return Removal::Stands };
            match delete.parse(&answer) {
                Ok(()) => {}
                Err(error) if error.kind() == aircall::ErrorKind::NotFound => {}
                Err(_) => return Removal::Stands,
            }
        }
        Removal::Stands
    };
    tokio::time::timeout(WITHIN, work).await.unwrap_or(Removal::Stands)
}

/// The id of the first of ours that Aircall shows.
async fn first_of(
    account: &Account,
    transport: &dyn Transport,
    installation: Uuid,
) -> Result<Option<String>, Removal> {
    let mut request = aircall::webhooks::list(Paging::default());
    for _ in 0..MOST_PAGES {
        let answer = transport.send(request.to_http(account)).await.map_err(|_| Removal::Stands)?;
        let page = request
            .parse(&answer)
            .map_err(|error| if error.is_credential() { Removal::Refused } else { Removal::Stands })?;
        let is_ours = |webhook: &&Webhook| webhook.url.as_deref().and_then(owner) == Some(installation);
        if let Some(webhook) = page.items.iter().find(is_ours) {
            return Ok(Some(webhook.id.clone()));
        }
        match request.next_page(&page) {
            Some(next) => request = next,
            None => return Ok(None),
        }
    }
    // Of a list that was not read to its end, nobody knows.
    Err(Removal::Stands)
}
