//! Table `matched`: who has which number, as the helpdesk said last.

use super::{json, micros, moment};
use crate::directory::Matched;
use crate::number::E164;
use crate::store::StoreError;
use crate::store::sql::{Sql, values};

pub(in crate::store) fn forget_all(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("DELETE FROM matched", &values![])?;
    Ok(())
}

pub(in crate::store) fn put(sql: &mut dyn Sql, matched: &[Matched]) -> Result<(), StoreError> {
    for matched in matched {
        sql.execute(
            "INSERT INTO matched (number, checked_at, customers) VALUES ($1, $2, $3)
             ON CONFLICT (number) DO UPDATE SET checked_at = excluded.checked_at, customers = excluded.customers",
            &values![
                matched.number.as_str(),
                micros(matched.checked_at),
                serde_json::to_string(&matched.customers)?
            ],
        )?;
    }
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, number: &E164) -> Result<Option<Matched>, StoreError> {
    sql.row("SELECT checked_at, customers FROM matched WHERE number = $1", &values![number.as_str()], |row| {
        Ok(Matched {
            number: number.clone(),
            checked_at: moment(row.get(0)?),
            customers: json(&row.get::<String>(1)?)?,
        })
    })
}
