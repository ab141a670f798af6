//! SQLite behind [`Store`]: WAL, `synchronous=FULL`, one writing connection, one for reading.

mod rows;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use rusqlite_migration::{M, Migrations};
use sidetone_protocol::{CallView, ExplanationView, OutboxView, Pushed, Today};

use self::rows::{attempt, case, case_columns, json, micros, moment, origin_text};
use super::{
    Arrivals, Case, CaseChange, Change, Filter, InboxRow, Query, Receipt, Received, Store, StoreError,
};
use crate::call::CallId;
use crate::directory::Matched;
use crate::ledger::{Holding, Ledger, LedgerRow};
use crate::number::E164;

/// Migrations that have landed are never edited; new ones are added at the end.
const MIGRATIONS: &[&str] = &[include_str!("sqlite/001_first.sql")];

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    // Closed first: the last connection to close empties the write-ahead log, and only the writer can.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens or makes the file, and brings it to this program's version.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer program made it; it is left alone then. [`StoreError::Refused`] if it cannot
    /// be opened.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let mut writer = Connection::open(path)?;
        writer.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;",
        )?;
        let known = MIGRATIONS.len();
        let found = writer.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? as usize;
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        Migrations::new(MIGRATIONS.iter().map(|sql| M::up(sql)).collect())
            .to_latest(&mut writer)
            .map_err(|error| StoreError::Refused(error.to_string()))?;
        let reader = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        reader.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;")?;
        Ok(SqliteStore { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Lets the file grow to so many pages at most: how tests make a full disk.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.writer().pragma_update(None, "max_page_count", pages)?;
        Ok(())
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic while holding the connection rolls its transaction back; the connection stays usable.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ids(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<CallId>, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached(sql)?;
        let ids = statement.query_map(params, |row| row.get::<_, i64>(0))?;
        ids.map(|id| Ok(CallId(id?.cast_unsigned()))).collect()
    }

    fn views(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<CallView>, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached(sql)?;
        let views = statement.query_map(params, |row| row.get::<_, String>(0))?;
        views.map(|text| json(&text?)).collect()
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::Refused(error.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Damaged(error.to_string())
    }
}

impl Store for SqliteStore {
    fn receive(&self, batch: &[Received]) -> Result<Vec<Receipt>, StoreError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let receipts = batch
            .iter()
            .map(|statement| {
                let (origin, event) = origin_text(&statement.origin);
                let added = transaction
                    .prepare_cached(
                        "INSERT INTO inbox (hash, origin, event, call_id, odd, as_of, received_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                         ON CONFLICT (hash) DO NOTHING",
                    )?
                    .execute(params![
                        &statement.hash[..],
                        origin,
                        event,
                        statement.call.map(|c| c.0.cast_signed()),
                        statement.is_odd,
                        statement.as_of,
                        micros(statement.received_at),
                        statement.body.to_string()
                    ])?;
                if added == 1 {
                    return Ok(Receipt::New);
                }
                transaction
                    .prepare_cached("UPDATE inbox SET repeats = repeats + 1 WHERE hash = ?")?
                    .execute([&statement.hash[..]])?;
                Ok(Receipt::Repeat)
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        transaction.commit()?;
        Ok(receipts)
    }

    fn unfolded(&self, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached(
            "SELECT id, origin, event, call_id, as_of, body FROM inbox WHERE folded = 0 ORDER BY id LIMIT ?",
        )?;
        let mut rows = statement.query([limit as i64])?;
        let mut unfolded = Vec::new();
        while let Some(row) = rows.next()? {
            unfolded.push(InboxRow {
                id: row.get(0)?,
                origin: rows::origin(&row.get::<_, String>(1)?, row.get(2)?),
                call: row.get::<_, Option<i64>>(3)?.map(|id| CallId(id.cast_unsigned())),
                as_of: row.get(4)?,
                body: json(&row.get::<_, String>(5)?)?,
            });
        }
        Ok(unfolded)
    }

    fn commit(&self, change: &Change) -> Result<Vec<Pushed>, StoreError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        for id in &change.folded {
            transaction.prepare_cached("UPDATE inbox SET folded = 1 WHERE id = ?")?.execute([id])?;
        }
        for case in &change.cases {
            put_case(&transaction, case, change.at)?;
        }
        for matched in &change.matched {
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO matched (number, checked_at, customers) VALUES (?, ?, ?)",
                )?
                .execute(params![
                    matched.number.as_str(),
                    micros(matched.checked_at),
                    serde_json::to_string(&matched.customers)?
                ])?;
        }
        for (key, value) in &change.settings {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)")?
                .execute([key, value])?;
        }
        let mut pushed = Vec::with_capacity(change.push.len());
        for body in &change.push {
            transaction
                .prepare_cached("INSERT INTO pushed (at, body) VALUES (?, ?)")?
                .execute(params![micros(change.at), serde_json::to_string(body)?])?;
            pushed.push(Pushed { id: transaction.last_insert_rowid().to_string(), body: body.clone() });
        }
        transaction.commit()?;
        Ok(pushed)
    }

    fn case(&self, id: CallId) -> Result<Option<Case>, StoreError> {
        let reader = self.reader();
        let key = id.0.cast_signed();
        let sql = concat!("SELECT ", case_columns!(), " FROM call WHERE id = ?");
        let Some(mut found) =
            reader.prepare_cached(sql)?.query_row([key], |row| Ok(case(row))).optional()?.transpose()?
        else {
            return Ok(None);
        };
        let mut statement = reader
            .prepare_cached("SELECT key, helpdesk_id, detail, written_at FROM ledger WHERE call_id = ?")?;
        let mut rows = statement.query([key])?;
        let mut ledger = Vec::new();
        while let Some(row) = rows.next()? {
            let holding = Holding {
                key: row.get(0)?,
                helpdesk_id: row.get(1)?,
                detail: json(&row.get::<_, String>(2)?)?,
            };
            ledger.push(LedgerRow { holding, written_at: moment(row.get(3)?) });
        }
        found.ledger = Ledger::new(ledger);
        let mut statement = reader.prepare_cached(
            "SELECT write, state, begun_at, probes, next_at, reason_code, reason_text FROM attempt WHERE call_id = ? ORDER BY begun_at, key",
        )?;
        let mut rows = statement.query([key])?;
        while let Some(row) = rows.next()? {
            found.attempts.push(attempt(row)?);
        }
        Ok(Some(found))
    }

    fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CallId>, StoreError> {
        self.ids(
            "SELECT id FROM call WHERE due_at <= ? ORDER BY started_at < ?, started_at, id LIMIT ?",
            params![micros(now), now.timestamp() - 3600, limit as i64],
        )
    }

    fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let reader = self.reader();
        let next: Option<i64> = reader
            .prepare_cached("SELECT due_at FROM call WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(next.map(moment))
    }

    fn under_way(&self) -> Result<Vec<CallId>, StoreError> {
        self.ids("SELECT DISTINCT call_id FROM attempt WHERE state = 'Sent'", [])
    }

    fn unsettled(&self) -> Result<Vec<CallId>, StoreError> {
        self.ids("SELECT DISTINCT call_id FROM attempt WHERE state <> 'Parked'", [])
    }

    fn pending(&self) -> Result<Vec<CallId>, StoreError> {
        self.ids("SELECT id FROM call WHERE state = 'pending' ORDER BY started_at, id", [])
    }

    fn waiting(&self, reason: &str) -> Result<Vec<CallId>, StoreError> {
        self.ids(
            "SELECT id FROM call WHERE state IN ('held', 'parked', 'not_logged', 'pending') AND reason = ? ORDER BY started_at",
            [reason],
        )
    }

    fn live(&self) -> Result<Vec<CallId>, StoreError> {
        self.ids("SELECT id FROM call WHERE live = 1 ORDER BY started_at, id", [])
    }

    fn calls(&self, query: &Query) -> Result<(Vec<CallView>, Option<String>), StoreError> {
        let filter = match query.filter {
            Filter::All => "1",
            Filter::NotLogged => "state IN ('held', 'parked', 'not_logged') AND wanted = 1",
            Filter::Missed => "outcome IN ('missed', 'voicemail')",
            Filter::Voicemail => "outcome = 'voicemail'",
        };
        let (before, before_id) =
            query.before.as_deref().and_then(rows::cursor).unwrap_or((i64::MAX, i64::MAX));
        let limit = query.limit.clamp(1, 200);
        let words: Vec<String> =
            query.text.as_deref().unwrap_or_default().split_whitespace().take(6).map(rows::pattern).collect();
        let search = "search LIKE ? ESCAPE '\\' AND ".repeat(words.len());
        let sql = format!(
            "SELECT view FROM call WHERE view IS NOT NULL AND {search} {filter} AND (started_at, id) < (?, ?)
             ORDER BY started_at DESC, id DESC LIMIT ?"
        );
        let mut values: Vec<Box<dyn rusqlite::ToSql>> = words.into_iter().map(|w| Box::new(w) as _).collect();
        values.extend([
            Box::new(before) as Box<dyn rusqlite::ToSql>,
            Box::new(before_id),
            Box::new(limit as i64 + 1),
        ]);
        let mut views = self.views(&sql, rusqlite::params_from_iter(values))?;
        let more = views.len() > limit;
        views.truncate(limit);
        let next = views.last().filter(|_| more).map(|last| format!("{}.{}", last.started_at, last.id));
        Ok((views, next))
    }

    fn history(&self, number: &E164, but: CallId, limit: usize) -> Result<(Vec<CallView>, u32), StoreError> {
        let but = but.0.cast_signed();
        let views = self.views(
            "SELECT view FROM call WHERE view IS NOT NULL AND number = ? AND id <> ? ORDER BY started_at DESC LIMIT ?",
            params![number.as_str(), but, limit as i64],
        )?;
        let total = self
            .reader()
            .prepare_cached("SELECT count(*) FROM call WHERE view IS NOT NULL AND number = ? AND id <> ?")?
            .query_row(params![number.as_str(), but], |row| row.get(0))?;
        Ok((views, total))
    }

    fn trace(&self, id: CallId) -> Result<Vec<ExplanationView>, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached("SELECT line FROM trace WHERE call_id = ? ORDER BY id")?;
        let lines = statement.query_map([id.0.cast_signed()], |row| row.get::<_, String>(0))?;
        lines.map(|line| json(&line?)).collect()
    }

    fn matched(&self, number: &E164) -> Result<Option<Matched>, StoreError> {
        let row: Option<(i64, String)> = self
            .reader()
            .prepare_cached("SELECT checked_at, customers FROM matched WHERE number = ?")?
            .query_row([number.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        row.map(|(at, customers)| {
            Ok(Matched { number: number.clone(), checked_at: moment(at), customers: json(&customers)? })
        })
        .transpose()
    }

    fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let reader = self.reader();
        Ok(reader
            .prepare_cached("SELECT value FROM setting WHERE key = ?")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    fn pushed_since(&self, id: i64, limit: usize) -> Result<Option<Vec<Pushed>>, StoreError> {
        let reader = self.reader();
        let oldest: Option<i64> = reader.query_row("SELECT min(id) FROM pushed", [], |row| row.get(0))?;
        let newest: Option<i64> = reader
            .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'pushed'", [], |row| row.get(0))
            .optional()?;
        // An id that this store never gave, or one whose successors are forgotten: the reader must begin anew.
        if id > newest.unwrap_or(0) || oldest.map_or(id < newest.unwrap_or(0), |oldest| id + 1 < oldest) {
            return Ok(None);
        }
        let mut statement =
            reader.prepare_cached("SELECT id, body FROM pushed WHERE id > ? ORDER BY id LIMIT ?")?;
        let rows = statement.query_map(params![id, limit as i64], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        let pushed = rows.map(|row| {
            let (id, body) = row?;
            Ok(Pushed { id: id.to_string(), body: json(&body)? })
        });
        pushed.collect::<Result<Vec<_>, StoreError>>().map(Some)
    }

    fn last_pushed(&self) -> Result<i64, StoreError> {
        let reader = self.reader();
        let newest = reader
            .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'pushed'", [], |row| row.get(0))
            .optional()?;
        Ok(newest.unwrap_or(0))
    }

    fn outbox(&self, now: DateTime<Utc>) -> Result<OutboxView, StoreError> {
        let reader = self.reader();
        let (calls, writes, oldest): (u32, u32, Option<i64>) = reader
            .prepare_cached("SELECT count(*), coalesce(sum(due_writes), 0), min(due_since) FROM call WHERE due_at IS NOT NULL AND due_writes > 0")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut outbox = OutboxView {
            calls,
            writes,
            oldest_seconds: oldest.map_or(0, |at| (now - moment(at)).num_seconds().max(0) as u32),
            ..OutboxView::default()
        };
        let mut statement = reader.prepare_cached(
            "SELECT state, count(*) FROM call WHERE state IN ('held', 'parked', 'not_logged') AND wanted = 1 GROUP BY state",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let count = row.get(1)?;
            match row.get::<_, String>(0)?.as_str() {
                "held" => outbox.held = count,
                "parked" => outbox.parked = count,
                _ => outbox.not_logged = count,
            }
        }
        Ok(outbox)
    }

    fn today(&self, since: DateTime<Utc>) -> Result<Today, StoreError> {
        let reader = self.reader();
        let today = reader
            .prepare_cached(
                "SELECT count(*), coalesce(sum(state = 'complete'), 0),
                        coalesce(sum(state IN ('held', 'parked', 'not_logged') AND wanted = 1), 0), coalesce(sum(talk_seconds), 0)
                 FROM call WHERE view IS NOT NULL AND started_at >= ?",
            )?
            .query_row([since.timestamp()], |row| {
                Ok(Today { calls: row.get(0)?, written: row.get(1)?, held: row.get(2)?, talk_seconds: row.get(3)? })
            })?;
        Ok(today)
    }

    fn arrivals(&self) -> Result<Arrivals, StoreError> {
        let reader = self.reader();
        let (stored, repeats): (i64, i64) =
            // Nothing is ever taken out, so the newest id is the count; the rest is read off partial indexes.
            reader.query_row(
                "SELECT coalesce(max(id), 0), (SELECT coalesce(sum(repeats), 0) FROM inbox WHERE repeats > 0) FROM inbox",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
        let odd: i64 = reader.query_row("SELECT count(*) FROM inbox WHERE odd = 1", [], |row| row.get(0))?;
        let last: Option<i64> = reader
            .query_row("SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .optional()?;
        Ok(Arrivals {
            stored: stored.cast_unsigned(),
            repeats: repeats.cast_unsigned(),
            odd: odd.cast_unsigned(),
            last_event_at: last.map(|at| moment(at).timestamp()),
        })
    }

    fn forget_pushed(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer().execute("DELETE FROM pushed WHERE at < ?", [micros(before)])?;
        Ok(())
    }
}

fn put_case(transaction: &Transaction<'_>, change: &CaseChange, at: DateTime<Utc>) -> Result<(), StoreError> {
    let case = &change.case;
    let id = case.call.id.0.cast_signed();
    let list = rows::ListColumns::of(case, change.view.as_ref())?;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO call (id, facts, selected, barred, reads_failed, reads_given_up, adopted, carded,
                 due_at, due_writes, due_since, started_at, live, number, state, reason, wanted, outcome, talk_seconds, search, view)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            serde_json::to_string(&case.call)?,
            case.selected,
            case.barred,
            case.reads.failed,
            case.reads.given_up,
            case.adopted,
            case.carded,
            case.due.map(|d| micros(d.at)),
            case.due.map_or(0, |d| d.writes),
            case.due.map(|d| micros(d.since)),
            list.started_at,
            list.live,
            list.number,
            list.state,
            list.reason,
            list.wanted,
            list.outcome,
            list.talk_seconds,
            list.search,
            list.view
        ])?;
    for holding in &change.put {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO ledger (call_id, key, helpdesk_id, detail, written_at) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![id, holding.key, holding.helpdesk_id, holding.detail.to_string(), micros(at)])?;
    }
    for key in &change.remove {
        transaction
            .prepare_cached("DELETE FROM ledger WHERE call_id = ? AND key = ?")?
            .execute(params![id, key])?;
    }
    transaction.prepare_cached("DELETE FROM attempt WHERE call_id = ?")?.execute([id])?;
    for attempt in &change.attempts {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO attempt (call_id, key, write, state, begun_at, probes, next_at, reason_code, reason_text)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                id,
                attempt.write.key(),
                serde_json::to_string(&attempt.write)?,
                rows::attempt_state(attempt.state),
                micros(attempt.begun_at),
                attempt.probes,
                attempt.next_at.map(micros),
                attempt.reason.as_ref().map(|r| &r.0),
                attempt.reason.as_ref().map(|r| &r.1)
            ])?;
    }
    for line in &change.trace {
        transaction
            .prepare_cached("INSERT INTO trace (call_id, line) VALUES (?, ?)")?
            .execute(params![id, serde_json::to_string(line)?])?;
    }
    Ok(())
}
