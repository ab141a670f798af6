//! Table `call_words`: calls by the words that they are found by (C7). Kept with the call, in the same commit.
//!
//! How words are indexed each database knows itself (`Sql::put_words` and its neighbours). A call's place there is its
//! second, and a number among those of that second: so the newest are found first without sorting, however many there are.

use sidetone_protocol::CallView;

use super::json;
use crate::call::Call;
use crate::search::{self, Flag, Wanted};
use crate::store::sql::{Sql, Stretch, values};
use crate::store::{Case, Filter, Query, StoreError};

/// Of a place so many bits number the calls of one second.
const PLACE_BITS: u32 = 8;

/// Where the calls of a second begin.
fn place_of(second: i64) -> i64 {
    second.clamp(0, i64::MAX >> PLACE_BITS) << PLACE_BITS
}

/// What changes in the index with the calls of one commit. Calls go before it, so that programs that change the same ones
/// wait for each other there.
#[derive(Default)]
pub(super) struct Moves<'a> {
    taken: Vec<(i64, i64)>,
    put: Vec<(i64, i64, &'a str)>,
}

impl<'a> Moves<'a> {
    /// A call as it is now, and the place that it has from now on. `started_at` unset: no list shows it.
    pub(super) fn of(
        &mut self,
        sql: &mut dyn Sql,
        case: &Case,
        started_at: Option<i64>,
        words: &'a str,
    ) -> Result<Option<i64>, StoreError> {
        let (id, known) = (super::key(case.call.id), &case.indexed);
        let seconds = started_at.map_or(0..0, |second| place_of(second)..place_of(second.saturating_add(1)));
        let stays = known.place.filter(|place| seconds.contains(place));
        if stays.is_some() && known.words == words {
            return Ok(stays);
        }
        self.taken.extend(known.place.map(|place| (place, id)));
        if started_at.is_none() {
            return Ok(None);
        }
        let place = match stays {
            Some(place) => place,
            None => self.free(sql, seconds.start, seconds.end)?,
        };
        self.put.push((place, id, words));
        Ok(Some(place))
    }

    /// A place that neither the index nor this commit has given away.
    fn free(&self, sql: &mut dyn Sql, first: i64, end: i64) -> Result<i64, StoreError> {
        let mut place = sql.free_place(first, end)?;
        while self.put.iter().any(|(given, ..)| *given == place) {
            place += 1;
        }
        Ok(place)
    }

    /// Has the index follow.
    pub(super) fn carry_out(self, sql: &mut dyn Sql) -> Result<(), StoreError> {
        for (place, id) in self.taken {
            sql.take_words(place, id)?;
        }
        self.put.into_iter().try_for_each(|(place, id, words)| sql.put_words(place, id, words))
    }
}

/// Takes calls into the index that are not in it.
pub(in crate::store) fn index(sql: &mut dyn Sql, limit: usize) -> Result<usize, StoreError> {
    let found = sql.rows(
        "SELECT id, facts, view, revision FROM call WHERE view IS NOT NULL AND place IS NULL
         ORDER BY started_at DESC, id DESC LIMIT $1",
        &values![limit as i64],
        |row| {
            let (call, view): (Call, CallView) =
                (json(&row.get::<String>(1)?)?, json(&row.get::<String>(2)?)?);
            Ok((row.get::<i64>(0)?, call, view, row.get::<i64>(3)?))
        },
    )?;
    let taken = found.len();
    for (id, call, view, revision) in found {
        let words = search::words_of(&call, &view);
        let place = sql.free_place(place_of(view.started_at), place_of(view.started_at.saturating_add(1)))?;
        // Another program that has read the call meanwhile would take it into the index as well: it reads it anew.
        let was_as_read = sql.execute(
            "UPDATE call SET place = $1, search = $2, revision = revision + 1 WHERE id = $3 AND revision = $4",
            &values![place, &words, id, revision],
        )?;
        if was_as_read == 1 {
            sql.put_words(place, id, &words)?;
        }
    }
    Ok(taken)
}

/// What a query asks of the index; `None` where it needs none.
pub(super) fn wanted(query: &Query) -> Option<Wanted> {
    let typed = query.text.as_deref().and_then(|text| Wanted::of(text, &query.countries));
    let line = query.line.map(|id| Flag::Line(id).wanted());
    let agent = query.agent.map(|id| Flag::Agent(id).wanted());
    let asked = [typed, line, agent].into_iter().flatten().reduce(Wanted::and)?;
    let filter = match query.filter {
        Filter::All => None,
        Filter::NotLogged => Some(Flag::NotLogged),
        Filter::Missed => Some(Flag::Missed),
        Filter::Voicemail => Some(Flag::Voicemail),
    };
    Some(match filter {
        Some(flag) => asked.and(flag.wanted()),
        None => asked,
    })
}

/// The stretch of the index that a query is about; `before`: a page's cursor.
pub(super) fn stretch(
    sql: &mut dyn Sql,
    query: &Query,
    before: Option<(i64, i64)>,
) -> Result<Stretch, StoreError> {
    let from = query.from.map_or(i64::MIN, |from| place_of(from.timestamp()));
    let until = query.until.map_or(i64::MAX, |until| place_of(until.timestamp()));
    let Some((second, id)) = before else { return Ok(Stretch { from, before: until, before_id: i64::MIN }) };
    let place = sql
        .row("SELECT place FROM call WHERE id = $1", &values![id], |row| row.get::<Option<i64>>(0))?
        .flatten()
        .filter(|place| (place_of(second)..place_of(second.saturating_add(1))).contains(place));
    // A call that has moved since, or is gone: what began in earlier seconds.
    let (place, id) = place.map_or((place_of(second), i64::MIN), |place| (place, id));
    Ok(if place < until {
        Stretch { from, before: place, before_id: id }
    } else {
        Stretch { from, before: until, before_id: i64::MIN }
    })
}
