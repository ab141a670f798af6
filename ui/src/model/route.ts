/**
 * Where the reader is, as the part of the address after `#`: `#now`, `#calls?filter=missed&call=4186780376`, `#health`,
 * `#search?text=moreau`, `#missed`,
 * `#setup?step=numbers`, `#doctor`, `#shadow`, `#account`, `#backfill`, `#privacy`.
 * In the address, so that Back goes back, in the window and in a browser alike.
 */
import type { SetupStep } from '../wire';
import { FILTERS, type Filter } from './list';
import { STEPS } from './setup';

/** A place in the pages. */
export interface Route {
  readonly page: 'now' | 'calls' | 'search' | 'missed' | 'health' | 'setup' | 'doctor' | 'shadow' | 'account' | 'backfill' | 'privacy';
  readonly filter: Filter;
  readonly text: string;
  /** The first and the last day of the list, `2026-11-19`. */
  readonly from: string | null;
  readonly until: string | null;
  /** The call whose detail is open. */
  readonly call: string | null;
  /** The page of the set-up; null: the first that is not settled. */
  readonly step: SetupStep | null;
}

/** Where the pages begin. */
export const HOME: Route = { page: 'now', filter: 'all', text: '', from: null, until: null, call: null, step: null };

/** A place from an address; what it does not understand it leaves out. */
export function parseRoute(hash: string): Route {
  const [page = '', search = ''] = hash.replace(/^#/, '').split('?');
  const given = new URLSearchParams(search);
  if (page === 'missed' || page === 'health' || page === 'doctor' || page === 'shadow' || page === 'account' || page === 'backfill' || page === 'privacy') return { ...HOME, page };
  if (page === 'setup') return { ...HOME, page, step: STEPS.find((one) => one === given.get('step')) ?? null };
  if (page === 'search') return { ...HOME, page, text: given.get('text') ?? '' };
  if (page !== 'calls') return HOME;
  return {
    ...HOME,
    page,
    filter: FILTERS.find((one) => one === given.get('filter')) ?? 'all',
    text: given.get('text') ?? '',
    from: dayIn(given.get('from')),
    until: dayIn(given.get('until')),
    call: given.get('call'),
  };
}

function dayIn(text: string | null): string | null {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

/** The address of a place. */
export function routeHash(route: Partial<Route>): string {
  const given = new URLSearchParams();
  if (route.page === 'setup' && route.step) return `#setup?step=${route.step}`;
  if (route.filter && route.filter !== 'all') given.set('filter', route.filter);
  if (route.text) given.set('text', route.text);
  if (route.from) given.set('from', route.from);
  if (route.until) given.set('until', route.until);
  if (route.page === 'search') return `#search?${new URLSearchParams({ text: route.text ?? '' })}`;
  if (route.call) given.set('call', route.call);
  const search = given.toString();
  return `#${route.page ?? 'now'}${search && route.page === 'calls' ? `?${search}` : ''}`;
}
