/** An account of the invented week: calls that should be in the helpdesk, and calls that need not be. */
import type { Account, AccountReason } from '../../wire';
import { someCalls } from './world';

const DAY = 86_400;
/** Monday, 16 November 2026, in Paris: the tests stand on the Thursday after. */
const MONDAY = 1_794_870_000 - DAY;

export function someAccount(at: number, time: { from: number; to: number } | null): Account {
  const { from, to } = time ?? { from: MONDAY - 7 * DAY, to: MONDAY };
  // The invented calls are of today; a week ago there were the same.
  const calls = someCalls(at).map((call) => ({ ...call, started_at: call.started_at - 8 * DAY }));
  const reason = (code: string, wanted: boolean, first: number, n: number, more = 0): AccountReason => ({
    code,
    wanted,
    n: n + more,
    calls: calls.slice(first, first + n),
  });
  return {
    from,
    to,
    aircall: 412,
    helpdesk: 401,
    differing: [reason('no_author', true, 0, 2), reason('pending', true, 2, 1), reason('by_setting', false, 3, 2, 5), reason('ticket_gone', false, 5, 1)],
    unknown: 0,
    reading: { from, to, read_at: at - 3 * DAY, listed: 412, found: 1 },
    is_read: false,
  };
}
