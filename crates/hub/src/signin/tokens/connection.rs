//! How a token is come by: looked for in the vault, renewed, kept; one at a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_engine::clock::Clock;
use sidetone_engine::transport::Transport;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinError, spawn_blocking};

use super::{NoBearer, Standing};
use crate::config::Secret;
use crate::signin::app::App;
use crate::signin::code::Code;
use crate::signin::grant::{self, Refusal};
use crate::signin::habits::habits;
use crate::signin::kept::Kept;
use crate::signin::shelf::{Shelf, ShelfError};

/// After a renewal that did not work the next one waits so long.
const PAUSE: TimeDelta = TimeDelta::seconds(15);
/// A token that is refused so soon after it was given is not refused for its age.
const JUST_GIVEN: TimeDelta = TimeDelta::seconds(30);
/// The vault is looked into at least this often, for what other programs put there.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// So often the vault is looked into before a withdrawal is believed, and so long it is between two looks.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

pub(super) struct Connection {
    pub(super) app: App,
    pub(super) shelf: Shelf,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) runtime: Handle,
    /// Whoever holds it looks into the vault and renews.
    pub(super) turn: tokio::sync::Mutex<Trouble>,
    pub(super) current: Mutex<Option<Kept>>,
    pub(super) standing: watch::Sender<Standing>,
}

/// What went wrong and is remembered for the next time.
#[derive(Default)]
pub(super) struct Trouble {
    /// Whose renewal was refused for good.
    withdrawn: Option<Kept>,
    /// What was answered and could not be kept: the old and the new.
    unkept: Option<(Kept, Kept)>,
    /// No renewal before that, and why.
    pause: Option<(DateTime<Utc>, NoBearer)>,
    /// Nobody asks any more.
    ended: bool,
}

impl Trouble {
    pub(super) fn end(&mut self) {
        *self = Trouble { ended: true, ..Trouble::default() };
    }
}

/// What for a token is wanted.
#[derive(Clone, Debug)]
pub(super) enum For {
    /// A request.
    Request,
    /// A request that was refused with this token.
    Again(Secret),
    /// To see whether the authorization stands.
    Keeping,
}

impl Connection {
    pub(super) fn current(&self) -> Option<Kept> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, kept: Option<Kept>, standing: Standing) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        self.standing.send_if_modified(|before| {
            let changes = *before != standing;
            if changes {
                tracing::info!(vendor = ?self.app.vendor, ?standing, "the sign-in");
                *before = standing;
            }
            changes
        });
    }

    pub(super) async fn read(&self) -> Result<Option<Kept>, ShelfError> {
        let (shelf, vendor) = (self.shelf.clone(), self.app.vendor);
        let kept = done(spawn_blocking(move || shelf.of(vendor)).await)?;
        // A token of another Gorgias account never goes to this one's host.
        Ok(kept.filter(|kept| self.app.account.is_none() || kept.account == self.app.account))
    }

    pub(super) async fn settle(&self, wanted: For) -> Result<Secret, NoBearer> {
        let mut trouble = self.turn.lock().await;
        if trouble.ended {
            return Err(NoBearer::Ended);
        }
        if let Some((old, new)) = trouble.unkept.take() {
            self.keep(&mut trouble, old, new).await?;
        }
        let now = self.clock.now();
        let Some(kept) = self.read().await.map_err(|error| unread(&error))? else {
            *trouble = Trouble::default();
            self.set(None, Standing::SignedOut);
            return Err(NoBearer::SignedOut);
        };
        if trouble.withdrawn.as_ref().is_some_and(|withdrawn| withdrawn.is_same_grant(&kept)) {
            return Err(NoBearer::Withdrawn);
        }
        trouble.withdrawn = None;
        if self.is_enough(&kept, &wanted, now) {
            self.set(Some(kept.clone()), Standing::Good);
            return Ok(kept.access());
        }
        let is_usable = kept.is_alive(now) && !matches!(&wanted, For::Again(refused) if kept.is(refused));
        match self.renewed(&mut trouble, kept.clone(), &wanted, now).await {
            Ok(kept) => Ok(kept.access()),
            Err(error @ (NoBearer::Withdrawn | NoBearer::SignedOut)) => Err(error),
            // It is good for a while yet.
            Err(_) if is_usable => {
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept.clone());
                Ok(kept.access())
            }
            Err(error) => Err(error),
        }
    }

    fn is_enough(&self, kept: &Kept, wanted: &For, now: DateTime<Utc>) -> bool {
        match wanted {
            For::Again(refused) => !kept.is(refused),
            For::Request => !kept.is_due(now),
            For::Keeping => {
                let every = habits(self.app.vendor).renew_every;
                !kept.is_due(now) && every.is_none_or(|every| kept.age(now) < every)
            }
        }
    }

    async fn renewed(
        &self,
        trouble: &mut Trouble,
        kept: Kept,
        wanted: &For,
        now: DateTime<Utc>,
    ) -> Result<Kept, NoBearer> {
        let Some(refresh) = kept.refresh() else {
            return Err(NoBearer::Refused);
        };
        if matches!(wanted, For::Again(_)) && kept.age(now) < JUST_GIVEN {
            return Err(NoBearer::Refused);
        }
        if let Some((until, why)) = &trouble.pause
            && now < *until
        {
            return Err(why.clone());
        }
        match grant::renew(&self.app, &self.transport, &refresh, now).await {
            Ok(grant) => {
                trouble.pause = None;
                let new = kept.renewed(grant, self.clock.now());
                self.keep(trouble, kept, new).await
            }
            Err(refusal) => self.was_refused(trouble, kept, refusal).await,
        }
    }

    /// Keeps what a renewal gave; only then it is used.
    async fn keep(&self, trouble: &mut Trouble, old: Kept, new: Kept) -> Result<Kept, NoBearer> {
        let (shelf, vendor) = (self.shelf.clone(), self.app.vendor);
        let (before, after) = (old.clone(), new.clone());
        match done(spawn_blocking(move || shelf.replace(vendor, &before, &after)).await) {
            Ok(Ok(())) => {
                self.set(Some(new.clone()), Standing::Good);
                Ok(new)
            }
            // Somebody else renewed it, signed in anew, or disconnected, while we asked.
            Ok(Err(there)) => self.take(there),
            Err(error) => {
                tracing::warn!(%error, vendor = ?self.app.vendor, "a renewed sign-in could not be kept yet");
                trouble.unkept = Some((old, new));
                Err(unread(&error))
            }
        }
    }

    async fn was_refused(
        &self,
        trouble: &mut Trouble,
        kept: Kept,
        refusal: Refusal,
    ) -> Result<Kept, NoBearer> {
        if refusal.is_withdrawn() {
            // Another program may have renewed with the same refresh token, been given another one, and be about to keep
            // it.
            for _ in 0..LOOKS {
                let there = self.read().await.map_err(|error| unread(&error))?;
                if !there.as_ref().is_some_and(|there| there.is_same_grant(&kept)) {
                    return self.take(there);
                }
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            tracing::warn!(vendor = ?self.app.vendor, "the authorization was withdrawn");
            trouble.withdrawn = Some(kept);
            self.set(None, Standing::Withdrawn);
            return Err(NoBearer::Withdrawn);
        }
        tracing::warn!(
            vendor = ?self.app.vendor,
            code = refusal.code.as_str(),
            detail = refusal.detail,
            "a sign-in could not be renewed"
        );
        let why = match refusal.code {
            Code::WrongApp => NoBearer::App(refusal.detail),
            // Whatever else a server says of a renewal is no verdict on what the person gave.
            _ => NoBearer::Unreachable(refusal.detail),
        };
        self.standing.send_replace(Standing::Troubled(refusal.code));
        trouble.pause = Some((self.clock.now() + PAUSE, why.clone()));
        Err(why)
    }

    fn take(&self, there: Option<Kept>) -> Result<Kept, NoBearer> {
        let standing = if there.is_some() { Standing::Good } else { Standing::SignedOut };
        self.set(there.clone(), standing);
        there.ok_or(NoBearer::SignedOut)
    }

    /// Until the next look.
    pub(super) fn rest(&self) -> Duration {
        let now = self.clock.now();
        let Some(kept) = self.current() else { return LOOK_EVERY };
        if matches!(*self.standing.borrow(), Standing::Troubled(_)) {
            return PAUSE.to_std().unwrap_or(LOOK_EVERY);
        }
        let every = habits(self.app.vendor).renew_every.map(|every| now + every - kept.age(now));
        let next = [kept.due_at(), every].into_iter().flatten().min();
        let wait = next.and_then(|next| (next - now).to_std().ok()).unwrap_or(LOOK_EVERY);
        wait.clamp(Duration::from_secs(1), LOOK_EVERY)
    }
}

fn unread(error: &ShelfError) -> NoBearer {
    NoBearer::Shelf(error.to_string())
}

/// What a task on the database brought.
pub(in crate::signin) fn done<T>(task: Result<Result<T, ShelfError>, JoinError>) -> Result<T, ShelfError> {
    task.unwrap_or_else(|error| {
        tracing::error!(%error, "a task on the database ended early");
        Err(ShelfError::Unreadable)
    })
}
