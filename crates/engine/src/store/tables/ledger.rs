//! Table `ledger`: what the helpdesk holds because we wrote it, by call and key.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{json, key, micros, moment};
use crate::call::CaseId;
use crate::directory::Dealings;
use crate::ledger::{Holding, Ledger, LedgerRow, SHADOW};
use crate::store::sql::{Sql, values};
use crate::store::{CaseChange, ComparedRow, StoreError};

/// What is newly held, and what is no longer.
pub(in crate::store) fn put(
    sql: &mut dyn Sql,
    changes: &[&CaseChange],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let put =
        changes.iter().flat_map(|change| change.put.iter().map(|holding| (change.case.call.id, holding)));
    sql.execute_for_each(
        "INSERT INTO ledger (call_id, key, helpdesk_id, detail, written_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (call_id, key) DO UPDATE SET helpdesk_id = excluded.helpdesk_id, detail = excluded.detail,
             written_at = excluded.written_at",
        &mut put.map(|(id, holding)| {
            Vec::from(values![
                key(id),
                &holding.key,
                &holding.helpdesk_id,
                holding.detail.to_string(),
                micros(at)
            ])
        }),
    )?;
    let removed =
        changes.iter().flat_map(|change| change.remove.iter().map(|held| (change.case.call.id, held)));
    sql.execute_for_each(
        "DELETE FROM ledger WHERE call_id = $1 AND key = $2",
        &mut removed.map(|(id, held)| Vec::from(values![key(id), held])),
    )?;
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, id: CaseId) -> Result<Ledger, StoreError> {
    let rows = sql.rows(
        "SELECT key, helpdesk_id, detail, written_at FROM ledger WHERE call_id = $1",
        &values![key(id)],
        |row| {
            let holding =
                Holding { key: row.get(0)?, helpdesk_id: row.get(1)?, detail: json(&row.get::<String>(2)?)? };
            Ok(LedgerRow { holding, written_at: moment(row.get(3)?) })
        },
    )?;
    Ok(Ledger::new(rows))
}

/// Of these activities and comments those that another call holds.
pub(in crate::store) fn held_by_others(
    sql: &mut dyn Sql,
    id: CaseId,
    activities: &[&str],
) -> Result<BTreeSet<String>, StoreError> {
    let mut held = BTreeSet::new();
    for activity in activities {
        // What has no id is left out as in the index `ledger_held`, or that does not serve.
        let other = sql.row(
            "SELECT call_id FROM ledger WHERE helpdesk_id = $1 AND helpdesk_id <> '' AND call_id <> $2
                 AND (key IN ('main', 'message', 'duration', 'recording') OR substr(key, 1, 8) = 'comment:')
                 LIMIT 1",
            &values![*activity, key(id)],
            |row| row.get::<i64>(0),
        )?;
        held.extend(other.map(|_| (*activity).to_owned()));
    }
    Ok(held)
}

/// What our records tell of a customer.
pub(in crate::store) fn dealings(sql: &mut dyn Sql, customer: &str) -> Result<Dealings, StoreError> {
    let found = sql.row(
        "SELECT count(*), max(call.started_at), max(ticket.written_at) FROM ledger
         JOIN call ON call.id = ledger.call_id
         LEFT JOIN ledger AS ticket ON ticket.call_id = ledger.call_id AND ticket.key = 'ticket'
         WHERE ledger.key = 'customer' AND ledger.helpdesk_id = $1",
        &values![customer],
        |row| {
            let ticket: Option<i64> = row.get(2)?;
            Ok(Dealings {
                calls: row.count(0)?,
                last_call_at: row.get::<Option<i64>>(1)?.filter(|at| *at > 0),
                last_ticket_at: ticket.map(|at| moment(at).timestamp()),
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// What was found of calls of shadow mode, newest call first.
pub(in crate::store) fn compared(sql: &mut dyn Sql, heads: usize) -> Result<Vec<ComparedRow>, StoreError> {
    let mut row_number = 0;
    sql.rows(
        "SELECT call.view, ledger.detail, ledger.written_at FROM ledger JOIN call ON call.id = ledger.call_id
         WHERE ledger.key = $1 AND call.view IS NOT NULL ORDER BY call.started_at DESC, call.id DESC",
        &values![SHADOW],
        |row| {
            row_number += 1;
            let call = (row_number <= heads).then(|| json(&row.get::<String>(0)?)).transpose()?;
            Ok(ComparedRow { call, detail: json(&row.get::<String>(1)?)?, at: moment(row.get(2)?) })
        },
    )
}
