/**
 * The list under Calls: pages of it, and what happens when a call begins or changes. Pure.
 *
 * Nothing moves under the hand: a row that is shown changes in place even where it no longer fits the filter, and new
 * calls wait behind "2 new" unless the list stands at its top.
 */
import type { CallPage, CallView } from '../wire';
import { standing } from './record';

/** The filters, in the order of the pills. */
export const FILTERS = ['all', 'not_logged', 'missed', 'voicemail', 'mine'] as const;

/** Which calls. */
export type Filter = (typeof FILTERS)[number];

/** What was asked for. */
export interface Query {
  readonly filter: Filter;
  /** Names, numbers, agents, lines, teams, tags, notes; empty for any. */
  readonly text: string;
  /** The first and the last day, `2026-11-19`, as the reader's calendar has them. */
  readonly from?: string | null;
  readonly until?: string | null;
  /** Whose calls `mine` are, as an Aircall user's id. */
  readonly agent?: string | null;
}

/** Whether two queries ask the same. */
export function isSame(one: Query, other: Query): boolean {
  const parts = (query: Query) => [query.filter, query.text, query.from ?? null, query.until ?? null, query.agent ?? null];
  return parts(one).join('\n') === parts(other).join('\n');
}

/** The list as far as it is loaded. */
export interface List {
  readonly query: Query;
  readonly calls: readonly CallView[];
  /** New calls that wait for the reader, newest first. */
  readonly fresh: readonly CallView[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
  /** `loading`: the first page is on its way. `more`: a further one is. `failed`: the last attempt did not succeed. */
  readonly status: 'loading' | 'more' | 'ready' | 'failed';
}

/** A list of which nothing is loaded yet. */
export function emptyList(query: Query): List {
  return { query, calls: [], fresh: [], next: null, status: 'loading' };
}

/** The first page came: it replaces what stood there. */
export function withFirstPage(list: List, page: CallPage): List {
  return { ...list, calls: page.calls, fresh: [], next: page.next, status: 'ready' };
}

/** A further page came. A call that moved between the pages is not shown twice. */
export function withNextPage(list: List, page: CallPage): List {
  const known = new Set(list.calls.map((call) => call.id));
  const added = page.calls.filter((call) => !known.has(call.id));
  return { ...list, calls: [...list.calls, ...added], next: page.next, status: 'ready' };
}

/** A call began or changed. */
export function withChangedCall(list: List, call: CallView, atTop: boolean): List {
  const replace = (one: CallView) => (one.id === call.id ? call : one);
  if (list.calls.some((one) => one.id === call.id)) return { ...list, calls: list.calls.map(replace) };
  if (list.fresh.some((one) => one.id === call.id)) return { ...list, fresh: list.fresh.map(replace) };
  const newest = list.calls[0];
  const isNew = !newest || call.started_at >= newest.started_at;
  if (list.status === 'loading' || !isNew || !fits(call, list.query)) return list;
  return atTop ? { ...list, calls: [call, ...list.calls] } : { ...list, fresh: [call, ...list.fresh] };
}

/** The reader asked for the new calls. */
export function withFreshShown(list: List): List {
  return list.fresh.length === 0 ? list : { ...list, calls: [...list.fresh, ...list.calls], fresh: [] };
}

/** Whether a call belongs under the filter. What a search text finds only the host knows: such a list does not grow. */
function fits(call: CallView, query: Query): boolean {
  if (query.text) return false;
  const { from, until } = query;
  if ((from && call.started_at < beginOf(from)) || (until && call.started_at >= endOf(until))) return false;
  switch (query.filter) {
    case 'all':
      return true;
    case 'missed':
      return call.outcome === 'missed' || call.outcome === 'voicemail';
    case 'voicemail':
      return call.outcome === 'voicemail';
    case 'not_logged':
      return standing(call).kind === 'problem';
    case 'mine':
      return call.agent !== null && call.agent.id === query.agent;
  }
}

/** When a day begins where the reader is, unix seconds. */
export function beginOf(day: string): number {
  return Math.floor(new Date(`${day}T00:00:00`).getTime() / 1000);
}

/** When it ends. */
export function endOf(day: string): number {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return Math.floor(next.getTime() / 1000);
}

/** A day by the reader's calendar; `back`: so many days before. */
export function dayOf(ms: number, back = 0): string {
  const at = new Date(ms);
  at.setDate(at.getDate() - back);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Calls of one day, newest first. */
export interface Day {
  /** As `dayOf` named it. */
  readonly key: string;
  readonly calls: readonly CallView[];
  /** All calls of the day are loaded, so their number may be shown. */
  readonly whole: boolean;
}

/** Splits the list into days. The last day is whole only when nothing more is to come. */
export function byDay(list: List, dayOf: (at: number) => string): Day[] {
  const days: { key: string; calls: CallView[] }[] = [];
  for (const call of list.calls) {
    const key = dayOf(call.started_at);
    const last = days.at(-1);
    if (last?.key === key) last.calls.push(call);
    else days.push({ key, calls: [call] });
  }
  return days.map((day, at) => ({ ...day, whole: at < days.length - 1 || list.next === null }));
}
