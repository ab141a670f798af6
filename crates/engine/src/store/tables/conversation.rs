//! Table `conversation`: which thread takes a customer's text messages, as last seen.

use super::{json, micros};
use crate::conversation::Conversation;
use crate::store::StoreError;
use crate::store::sql::{Sql, values};

pub(in crate::store) fn forget_all(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("DELETE FROM conversation", &values![])?;
    Ok(())
}

pub(in crate::store) fn put(sql: &mut dyn Sql, conversations: &[Conversation]) -> Result<(), StoreError> {
    for conversation in conversations {
        sql.execute(
            "INSERT INTO conversation (customer, seen_at, conversation) VALUES ($1, $2, $3)
             ON CONFLICT (customer) DO UPDATE SET seen_at = excluded.seen_at, conversation = excluded.conversation",
            &values![
                &conversation.customer,
                micros(conversation.seen_at),
                serde_json::to_string(conversation)?
            ],
        )?;
    }
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, customer: &str) -> Result<Option<Conversation>, StoreError> {
    sql.row("SELECT conversation FROM conversation WHERE customer = $1", &values![customer], |row| {
        json(&row.get::<String>(0)?)
    })
}
