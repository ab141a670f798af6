/** Why a customer may be the caller, in words. */
import type { Candidate, MatchReason } from '../wire';
import type { Key } from './catalogue';
import { say } from './say.svelte';

const REASONS = {
  chosen: 'chosenBefore',
  exact_number: 'exactNumber',
  same_email: 'sameEmail',
  same_email_domain: 'sameEmailDomain',
  same_name: 'sameName',
  last_call: 'lastCall',
  recently_updated: 'changedLast',
} as const satisfies Record<Exclude<MatchReason, 'other_spelling'>, Key>;

/** A chip. */
export interface Reason {
  readonly text: string;
  /** The number is the very same. */
  readonly exact: boolean;
}

/** All reasons, the strongest first. A reason that these pages do not know is left out. */
export function matchReasons({ reasons, spelled, calls }: Candidate): Reason[] {
  const texts = reasons.map((reason): Reason | null => {
    if (reason === 'other_spelling') return { text: say('sameNumberWritten', { text: spelled ?? '' }), exact: false };
    return Object.hasOwn(REASONS, reason) ? { text: say(REASONS[reason]), exact: reason === 'exact_number' } : null;
  });
  const called = calls > 0 ? [{ text: say('calledTimes', { n: calls }), exact: false }] : [];
  return [...texts.filter((one) => one !== null), ...called];
}
