//! Table `choice`: what people decided about numbers, until that is withdrawn or fulfilled.

use super::{json, micros, moment};
use crate::choice::Choice;
use crate::number::E164;
use crate::store::StoreError;
use crate::store::sql::{Sql, values};

pub(in crate::store) fn forget_all(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("DELETE FROM choice", &values![])?;
    Ok(())
}

pub(in crate::store) fn put(sql: &mut dyn Sql, choices: &[Choice]) -> Result<(), StoreError> {
    for choice in choices {
        sql.execute(
            "INSERT INTO choice (number, whose, chosen_at) VALUES ($1, $2, $3)
             ON CONFLICT (number) DO UPDATE SET whose = excluded.whose, chosen_at = excluded.chosen_at",
            &values![choice.number.as_str(), serde_json::to_string(&choice.whose)?, micros(choice.at)],
        )?;
    }
    Ok(())
}

pub(in crate::store) fn forget(sql: &mut dyn Sql, numbers: &[E164]) -> Result<(), StoreError> {
    for number in numbers {
        sql.execute("DELETE FROM choice WHERE number = $1", &values![number.as_str()])?;
    }
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, number: &E164) -> Result<Option<Choice>, StoreError> {
    sql.row("SELECT whose, chosen_at FROM choice WHERE number = $1", &values![number.as_str()], |row| {
        Ok(Choice { number: number.clone(), whose: json(&row.get::<String>(0)?)?, at: moment(row.get(1)?) })
    })
}
