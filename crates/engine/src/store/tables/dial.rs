//! Table `dial`: numbers that Sidetone was asked to dial, and the call that each became.

use chrono::{DateTime, Utc};

use super::{key, micros, moment};
use crate::call::CaseId;
use crate::dial::Dial;
use crate::number::{self, E164};
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, values};

/// Puts wishes as they are now.
///
/// [`StoreError::Stale`] if one of them has become another call meanwhile, or is forgotten.
pub(in crate::store) fn put(sql: &mut dyn Sql, dials: &[Dial]) -> Result<(), StoreError> {
    let (new, used): (Vec<&Dial>, Vec<&Dial>) = dials.iter().partition(|dial| dial.call.is_none());
    sql.execute_for_each(
        "INSERT INTO dial (id, agent, number, ticket, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
        &mut new.into_iter().map(|dial| {
            Vec::from(values![
                &dial.id,
                dial.agent.cast_signed(),
                dial.number.as_str(),
                dial.ticket.as_ref(),
                micros(dial.at),
            ])
        }),
    )?;
    let became = |dial: &&Dial| dial.call.unwrap_or(CaseId(0));
    let put = sql.execute_for_each(
        "UPDATE dial SET call_id = $1 WHERE id = $2 AND call_id IS NULL",
        &mut used.iter().map(|dial| Vec::from(values![key(became(dial)), &dial.id])),
    )?;
    match used.iter().zip(put).find(|(_, rows)| *rows == 0) {
        Some((dial, _)) => Err(StoreError::Stale(became(dial))),
        None => Ok(()),
    }
}

/// What this agent was to dial this number for.
pub(in crate::store) fn of(sql: &mut dyn Sql, agent: u64, number: &E164) -> Result<Vec<Dial>, StoreError> {
    sql.rows(
        "SELECT id, ticket, at, call_id, number FROM dial WHERE agent = $1 AND number = $2 ORDER BY at, id",
        &values![agent.cast_signed(), number.as_str()],
        |row| dial(row, agent),
    )
}

/// Takes a wish back that Aircall does not carry out.
pub(in crate::store) fn take_back(sql: &mut dyn Sql, id: &str) -> Result<(), StoreError> {
    sql.execute("DELETE FROM dial WHERE id = $1 AND call_id IS NULL", &values![id]).map(|_| ())
}

pub(in crate::store) fn forget(sql: &mut dyn Sql, before: DateTime<Utc>) -> Result<(), StoreError> {
    sql.execute("DELETE FROM dial WHERE at < $1", &values![micros(before)]).map(|_| ())
}

fn dial(row: &Row<'_>, agent: u64) -> Result<Dial, StoreError> {
    let text: String = row.get(4)?;
    let number = number::parse(&text, None)
        .ok_or_else(|| StoreError::Damaged("the number of a dial is no number".into()))?;
    Ok(Dial {
        id: row.get(0)?,
        agent,
        number,
        ticket: row.get(1)?,
        at: moment(row.get(2)?),
        call: row.get::<Option<i64>>(3)?.map(|id| CaseId(id.cast_unsigned())),
    })
}
