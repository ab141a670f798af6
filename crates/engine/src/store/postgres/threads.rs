//! Table `thread`: which threads are held, by whom, and until when. What is not in it is free.
//!
//! A thread is one customer's line of writes. Whoever holds it is the only one to work on it, so that two hubs never
//! make one customer twice. It is held until it is given back, or until its lease is over because its holder is gone.
//! What the holder left unclear in the helpdesk is not written here but in `attempt`, and outlives the lease.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::sql::{Sql, values};
use crate::store::{Claim, LEASE, StoreError, tables};

/// A call that is due, and whose thread nobody else held a moment ago.
pub(super) struct DueCall {
    pub(super) claim: Claim,
    /// Its thread is held by the one who asks, and for long enough.
    pub(super) is_held: bool,
}

/// The calls that may be claimed. Takes no locks and writes nothing: most turns claim nothing new.
pub(super) fn due(
    sql: &mut dyn Sql,
    holder: Uuid,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<DueCall>, StoreError> {
    let long_enough = tables::micros(now + LEASE * 2 / 3);
    sql.rows(
        "SELECT call.id, call.thread, CAST(CASE WHEN thread.holder = $1 AND thread.until >= $2 THEN 1 ELSE 0 END AS BIGINT)
         FROM call LEFT JOIN thread ON thread.key = call.thread
         WHERE call.due_at <= $3 AND (thread.key IS NULL OR thread.holder = $1 OR thread.until <= $3)
         ORDER BY call.due_turn, call.started_at, call.ordinal, call.arrived, call.id LIMIT $4",
        &values![
            holder.to_string(),
            long_enough,
            tables::micros(now),
            limit as i64
        ],
        |row| {
            let claim = Claim { call: tables::call_id(row)?, thread: row.get(1)? };
            Ok(DueCall { claim, is_held: row.flag(2)? })
        },
    )
}

/// Takes the threads of `wanted` that are still free; answers the calls whose thread is held now, in the same order.
pub(super) fn claim_due(
    sql: &mut dyn Sql,
    holder: Uuid,
    wanted: Vec<DueCall>,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, StoreError> {
    // Sorted: two that make the same rows in another order would wait for each other.
    let mut held: BTreeMap<String, bool> = BTreeMap::new();
    for due in &wanted {
        held.entry(due.claim.thread.clone()).or_insert(due.is_held);
    }
    for (thread, is_held) in held.iter_mut().filter(|(_, is_held)| !**is_held) {
        *is_held = claim(sql, holder, thread, now)?;
    }
    let ours = |due: &DueCall| held.get(&due.claim.thread).copied().unwrap_or(false);
    Ok(wanted.into_iter().filter(ours).map(|due| due.claim).collect())
}

/// Takes one thread for the length of a lease, if it is free, its lease is over, or it is `holder`'s already.
pub(super) fn claim(
    sql: &mut dyn Sql,
    holder: Uuid,
    thread: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (holder, until) = (holder.to_string(), tables::micros(now + LEASE));
    // A row that somebody else has locked is about to be his: it is passed over, not waited for.
    let taken = sql.execute(
        "UPDATE thread SET holder = $1, until = $2 WHERE key =
             (SELECT key FROM thread WHERE key = $3 AND (holder = $1 OR until <= $4) FOR UPDATE SKIP LOCKED)",
        &values![&holder, until, thread, tables::micros(now)],
    )?;
    if taken == 1 {
        return Ok(true);
    }
    let added = sql.execute(
        "INSERT INTO thread (key, holder, until) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        &values![thread, &holder, until],
    )?;
    Ok(added == 1)
}

/// Gives threads back.
pub(super) fn release(sql: &mut dyn Sql, holder: Uuid, threads: &[String]) -> Result<(), StoreError> {
    // Need not survive a crash of the server: the lease ends by itself.
    sql.execute("SET LOCAL synchronous_commit = off", &[])?;
    let holder = holder.to_string();
    sql.execute_for_each(
        "DELETE FROM thread WHERE key = $1 AND holder = $2",
        &mut threads.iter().map(|thread| Vec::from(values![thread, &holder])),
    )?;
    Ok(())
}
