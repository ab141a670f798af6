/** Which calls, as the API has it. */
import { beginOf, endOf } from '../model/list';
import type { CallQuery } from './host';

/** The parameters of a query but for its pages. */
export function callParameters({ filter, text, from, until, agent }: CallQuery): URLSearchParams {
  const query = new URLSearchParams({ filter: filter === 'mine' ? 'all' : filter });
  if (text) query.set('q', text);
  // The reader's days, which a hub in another zone cannot know.
  if (from) query.set('from', momentAt(beginOf(from)));
  if (until) query.set('until', momentAt(endOf(until)));
  if (filter === 'mine') query.set('agent', agent ?? '');
  return query;
}

function momentAt(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
