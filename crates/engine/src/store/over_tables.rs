//! [`Store`] over the tables: which of them each question and each change concerns.
//!
//! The queries are in `tables`, and what a [`Database`] does in its own way in `sqlite` and `postgres`.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sidetone_protocol::{
    CallView, ExplanationView, MessageView, Named, OutboxView, Pushed, TellingWay, Today,
};

use super::sql::Database;
use super::tables::{
    attempt, backfill, call, call_list, call_words, choice, conversation, desk, dial, directory, erasure,
    gap, inbox, kept_file, ledger, matched, message_list, own_comment, pushed, setting, telling, trace,
};
use super::{
    Arrivals, Case, CaseChange, Change, Claim, ComparedRow, FullCall, InboxRow, Mentioned, MessageQuery,
    Query, Receipt, Received, Store, StoreError, Trawl,
};
use crate::account::Stored;
use crate::backfill::{Backfill, BackfillFigures};
use crate::call::CaseId;
use crate::choice::Choice;
use crate::conversation::Conversation;
use crate::desk::{AtTheDesk, DeskQuery};
use crate::dial::Dial;
use crate::directory::entry::{Listed, Place, Size, Unmatched};
use crate::directory::{Dealings, Matched};
use crate::erasing::{Erased, ErasedCase};
use crate::gap::Gap;
use crate::keep::{KeptFile, KeptState};
use crate::number::E164;
use crate::telling::{Telling, Told};

impl<D: Database> Store for D {
    fn receive(&self, batch: &[Received]) -> Result<Vec<Receipt>, StoreError> {
        self.write(|sql| inbox::receive(sql, batch))
    }

    fn unfolded(&self, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.read(|sql| inbox::unfolded(sql, limit))
    }

    fn commit(&self, change: &Change) -> Result<Vec<Pushed>, StoreError> {
        // In one order, whoever commits: two programs that change the same calls wait for each other, and never in a ring.
        let mut cases: Vec<&CaseChange> = change.cases.iter().collect();
        cases.sort_by_key(|changed| changed.case.call.id);
        self.write(|sql| {
            setting::provide(sql, &change.provided)?;
            if change.forgets_customers {
                matched::forget_all(sql)?;
                conversation::forget_all(sql)?;
                choice::forget_all(sql)?;
                directory::forget_all(sql)?;
            }
            inbox::receive(sql, &change.received)?;
            inbox::fold(sql, &change.folded)?;
            call::put(sql, &cases)?;
            ledger::put(sql, &cases, change.at)?;
            attempt::put(sql, &cases)?;
            own_comment::put(sql, &cases)?;
            dial::put(sql, &change.dials)?;
            trace::put(sql, &cases)?;
            matched::put(sql, &change.matched)?;
            conversation::put(sql, &change.conversations)?;
            choice::forget(sql, &change.withdrawn)?;
            choice::put(sql, &change.choices)?;
            desk::put(sql, &change.desk, change.at)?;
            directory::put(sql, &change.directory)?;
            gap::put(sql, &change.gaps)?;
            telling::put(sql, &change.telling)?;
            backfill::put(sql, &change.backfills)?;
            kept_file::put(sql, &change.kept)?;
            kept_file::want(sql, &change.to_keep)?;
            setting::put(sql, &change.settings)?;
            // Last: from here to the commit all others wait for their ids.
            pushed::put(sql, &change.push, change.at)
        })
    }

    fn case(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        self.read(|sql| call::case(sql, id))
    }

    fn claim_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Claim>, StoreError> {
        Database::claim_due(self, now, limit)
    }

    fn claim(&self, thread: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Database::claim(self, thread, now)
    }

    fn release(&self, threads: &[String]) -> Result<(), StoreError> {
        Database::release(self, threads)
    }

    fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|sql| call::next_due(sql, now))
    }

    fn under_way(&self) -> Result<Vec<CaseId>, StoreError> {
        self.read(attempt::under_way)
    }

    fn unsettled(&self) -> Result<Vec<CaseId>, StoreError> {
        self.read(attempt::unsettled)
    }

    fn pending(&self) -> Result<Vec<CaseId>, StoreError> {
        self.read(call::pending)
    }

    fn due_from(&self, at: DateTime<Utc>) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| call::due_from(sql, at))
    }

    fn waiting(&self, reason: &str) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| call::waiting(sql, reason))
    }

    fn live(&self) -> Result<Vec<CaseId>, StoreError> {
        self.read(call::live)
    }

    fn calls(&self, query: &Query) -> Result<(Vec<CallView>, Option<String>), StoreError> {
        self.read(|sql| call_list::page(sql, query))
    }

    fn calls_in_full(&self, query: &Query) -> Result<(Vec<FullCall>, Option<String>), StoreError> {
        self.read(|sql| call_list::page_in_full(sql, query))
    }

    fn count_calls(&self, query: &Query, most: u32) -> Result<u32, StoreError> {
        self.read(|sql| call_list::count(sql, query, most))
    }

    fn index_calls(&self, limit: usize) -> Result<usize, StoreError> {
        self.write(|sql| call_words::index(sql, limit))
    }

    fn history(&self, number: &E164, but: CaseId, limit: usize) -> Result<(Vec<CallView>, u32), StoreError> {
        self.read(|sql| call_list::history(sql, number, but, limit))
    }

    fn messages(&self, query: &MessageQuery) -> Result<(Vec<MessageView>, Option<String>), StoreError> {
        self.read(|sql| message_list::page(sql, query))
    }

    fn has_earlier_message(&self, case: &Case, number: &E164) -> Result<bool, StoreError> {
        self.read(|sql| message_list::has_earlier(sql, case, number))
    }

    fn conversation(&self, customer: &str) -> Result<Option<Conversation>, StoreError> {
        self.read(|sql| conversation::of(sql, customer))
    }

    fn trace(&self, id: CaseId) -> Result<Vec<ExplanationView>, StoreError> {
        self.read(|sql| trace::of(sql, id))
    }

    fn matched(&self, number: &E164) -> Result<Option<Matched>, StoreError> {
        self.read(|sql| matched::of(sql, number))
    }

    fn choice(&self, number: &E164) -> Result<Option<Choice>, StoreError> {
        self.read(|sql| choice::of(sql, number))
    }

    fn unfinished(&self, number: &E164) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| call::unfinished(sql, number))
    }

    fn held_by_others(&self, id: CaseId, activities: &[&str]) -> Result<BTreeSet<String>, StoreError> {
        self.read(|sql| ledger::held_by_others(sql, id, activities))
    }

    fn dealings(&self, customer: &str) -> Result<Dealings, StoreError> {
        self.read(|sql| ledger::dealings(sql, customer))
    }

    fn compared(&self, heads: usize) -> Result<Vec<ComparedRow>, StoreError> {
        self.read(|sql| ledger::compared(sql, heads))
    }

    fn listed(&self, number: &E164) -> Result<Vec<Listed>, StoreError> {
        self.read(|sql| directory::listed(sql, number))
    }

    fn numbers_of(&self, customer: &str, limit: usize) -> Result<Vec<E164>, StoreError> {
        self.read(|sql| directory::numbers_of(sql, customer, limit))
    }

    fn ending_in(&self, digits: &str, limit: usize) -> Result<Vec<Listed>, StoreError> {
        self.read(|sql| directory::ending_in(sql, digits, limit))
    }

    fn unmatched(&self, after: Option<&Place>, limit: usize) -> Result<Vec<Unmatched>, StoreError> {
        self.read(|sql| directory::unmatched(sql, after, limit))
    }

    fn without_country_code(&self, after: Option<&Place>, limit: usize) -> Result<Vec<Place>, StoreError> {
        self.read(|sql| directory::without_country_code(sql, after, limit))
    }

    fn directory_size(&self) -> Result<Size, StoreError> {
        self.read(directory::size)
    }

    fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read(|sql| setting::of(sql, key))
    }

    fn setting_once(&self, key: &str, value: &str) -> Result<String, StoreError> {
        self.write(|sql| setting::once(sql, key, value))
    }

    fn replace_setting(&self, key: &str, old: &str, new: &str) -> Result<bool, StoreError> {
        self.write(|sql| setting::replace(sql, key, old, new))
    }

    fn pushed_since(&self, id: i64, limit: usize) -> Result<Option<Vec<Pushed>>, StoreError> {
        self.read(|sql| pushed::since(sql, id, limit))
    }

    fn last_pushed(&self) -> Result<i64, StoreError> {
        self.read(|sql| sql.last_pushed())
    }

    fn outbox(&self, now: DateTime<Utc>) -> Result<OutboxView, StoreError> {
        self.read(|sql| call_list::outbox(sql, now))
    }

    fn today(&self, since: DateTime<Utc>) -> Result<Today, StoreError> {
        self.read(|sql| call_list::today(sql, since))
    }

    fn arrivals(&self) -> Result<Arrivals, StoreError> {
        self.read(inbox::arrivals)
    }

    fn gaps(&self, done_since: DateTime<Utc>) -> Result<Vec<Gap>, StoreError> {
        self.read(|sql| gap::since(sql, done_since))
    }

    fn backfills(&self) -> Result<Vec<Backfill>, StoreError> {
        self.read(backfill::all)
    }

    fn backfill_figures(&self, of: &Backfill) -> Result<BackfillFigures, StoreError> {
        self.read(|sql| backfill::figures(sql, of))
    }

    fn barred_between(
        &self,
        seconds: (i64, i64),
        after: Option<(i64, CaseId)>,
        limit: usize,
    ) -> Result<Vec<(i64, CaseId)>, StoreError> {
        self.read(|sql| backfill::barred(sql, seconds, after, limit))
    }

    fn heard_of(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| backfill::heard_of(sql, ids))
    }

    fn listed_gists(&self, ids: &[CaseId]) -> Result<HashMap<CaseId, [u8; 32]>, StoreError> {
        self.read(|sql| call::listed(sql, ids))
    }

    fn unheard(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| inbox::unheard(sql, ids))
    }

    fn repeats(&self, id: CaseId) -> Result<u32, StoreError> {
        self.read(|sql| inbox::repeats(sql, id))
    }

    fn still_pending(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| call::still_pending(sql, ids))
    }

    fn first_message_at(&self) -> Result<Option<i64>, StoreError> {
        self.read(message_list::first_at)
    }

    fn messages_between(&self, from: i64, to: i64) -> Result<u32, StoreError> {
        self.read(|sql| message_list::between(sql, from, to))
    }

    fn dials(&self, agent: u64, number: &E164) -> Result<Vec<Dial>, StoreError> {
        self.read(|sql| dial::of(sql, agent, number))
    }

    fn take_back_dial(&self, id: &str) -> Result<(), StoreError> {
        self.write(|sql| dial::take_back(sql, id))
    }

    fn forget_dials(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| dial::forget(sql, before))
    }

    fn with_open_comments(&self) -> Result<Vec<CaseId>, StoreError> {
        self.read(own_comment::open)
    }

    fn desk(&self, query: &DeskQuery<'_>) -> Result<Vec<AtTheDesk>, StoreError> {
        self.read(|sql| desk::of(sql, query))
    }

    fn done_at_the_desk(&self, since: DateTime<Utc>, day: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.read(|sql| desk::done(sql, since, day))
    }

    fn lines_of(&self, agent: u64, since: DateTime<Utc>) -> Result<Vec<Named>, StoreError> {
        self.read(|sql| desk::lines_of(sql, agent, since))
    }

    fn forget_desk(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| desk::forget(sql, before))
    }

    fn told(&self) -> Result<Vec<Told>, StoreError> {
        self.read(telling::told)
    }

    fn tellings_about(&self, about: &str) -> Result<Vec<Telling>, StoreError> {
        self.read(|sql| telling::about(sql, about))
    }

    fn tellings_since(&self, since: DateTime<Utc>) -> Result<Vec<Telling>, StoreError> {
        self.read(|sql| telling::since(sql, since))
    }

    fn claim_tellings(
        &self,
        ways: &[TellingWay],
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Telling>, StoreError> {
        if self.read(|sql| telling::due(sql, now, 1))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|sql| telling::claim(sql, ways, now, limit))
    }

    fn tell_again(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| telling::again(sql, now))
    }

    fn forget_tellings(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| telling::forget(sql, before))
    }

    fn account(&self, from: i64, to: i64) -> Result<Stored, StoreError> {
        self.read(|sql| call_list::account(sql, from, to))
    }

    fn files_due(
        &self,
        now: DateTime<Utc>,
        states: &[KeptState],
        limit: usize,
    ) -> Result<Vec<KeptFile>, StoreError> {
        self.read(|sql| kept_file::due(sql, now, states, limit))
    }

    fn next_file_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(kept_file::next_due)
    }

    fn calls_waiting_for_files(&self, now: DateTime<Utc>) -> Result<u32, StoreError> {
        self.read(|sql| kept_file::waiting(sql, now))
    }

    fn kept_in(&self, folder: &str, limit: usize) -> Result<Vec<KeptFile>, StoreError> {
        self.read(|sql| kept_file::lie_in(sql, folder, limit))
    }

    fn kept_files(&self, call: CaseId) -> Result<Vec<KeptFile>, StoreError> {
        self.read(|sql| kept_file::of(sql, call))
    }

    fn let_files_go(&self, before: DateTime<Utc>, at: DateTime<Utc>) -> Result<usize, StoreError> {
        self.write(|sql| kept_file::let_go_before(sql, before, at))
    }

    fn erase(&self, calls: &[CaseId], why: Erased, at: DateTime<Utc>) -> Result<Vec<Pushed>, StoreError> {
        self.write(|sql| erasure::erase(sql, calls, why, at))
    }

    fn erased(&self, id: CaseId) -> Result<Option<ErasedCase>, StoreError> {
        self.read(|sql| erasure::of(sql, id))
    }

    fn expired(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<CaseId>, StoreError> {
        self.read(|sql| erasure::expired(sql, before, limit))
    }

    fn overdue(&self, before: DateTime<Utc>) -> Result<u32, StoreError> {
        self.read(|sql| erasure::overdue(sql, before))
    }

    fn forget_before(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| erasure::forget_before(sql, before))
    }

    fn to_erase(&self, limit: usize) -> Result<Vec<(CaseId, Erased)>, StoreError> {
        self.read(|sql| erasure::to_erase(sql, limit))
    }

    fn note_forgotten(&self, hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| erasure::note_forgotten(sql, hash, at))
    }

    fn forgotten_at(&self, hash: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|sql| erasure::forgotten_at(sql, hash))
    }

    fn trawl_calls(
        &self,
        number: &E164,
        until: DateTime<Utc>,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Trawl, StoreError> {
        self.write(|sql| erasure::trawl_calls(sql, number, until, after, limit))
    }

    fn trawl_inbox(
        &self,
        number: &E164,
        until: DateTime<Utc>,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Trawl, StoreError> {
        self.write(|sql| erasure::trawl_inbox(sql, number, until, after, limit))
    }

    fn trawl_texts(
        &self,
        number: &E164,
        part: usize,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Option<Trawl>, StoreError> {
        self.write(|sql| erasure::trawl_texts(sql, number, part, after, limit))
    }

    fn forget_number(&self, number: &E164) -> Result<Mentioned, StoreError> {
        self.write(|sql| erasure::forget_number(sql, number))
    }

    fn scrub(&self, first: bool) -> Result<bool, StoreError> {
        Database::scrub(self, first)
    }

    fn forget_pushed(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|sql| pushed::forget(sql, before))
    }
}
