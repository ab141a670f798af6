/**
 * Why a call is not, or not yet, written: `reason.code` in the reader's language. The engine's English sentence beside it is
 * for logs and other programs; only what a helpdesk answered to a write is nowhere else.
 */
import type { CallView, Reason } from '../wire';
import type { Key } from './catalogue';
import { say } from './say.svelte';

/** Every code of the engine but for those with which a helpdesk refuses a write. `test/why-not.test.ts` holds it against the engine. */
const WORDS = {
  several_matches: 'reasonSeveral',
  choice_gone: 'reasonChoiceGone',
  unknown_caller: 'reasonUnknown',
  no_author: 'reasonNoAuthor',
  odd_customer: 'reasonOddCustomer',
  anonymous_stored: 'reasonAnonymous',
  internal_call: 'reasonInternal',
  by_setting: 'reasonByRule',
  before_go_live: 'reasonBeforeGoLive',
  backfilled: 'reasonBackfilled',
  mode_shadow: 'reasonShadow',
  mode_off: 'reasonOff',
  ticket_trashed: 'reasonTrashed',
  ticket_spam: 'reasonSpam',
  ticket_gone: 'reasonDeleted',
  other_helpdesk: 'reasonOtherHelpdesk',
  not_supported: 'reasonNotSupported',
  withdrawn: 'reasonWithdrawn',
  never_log: 'reasonNeverLog',
  forgotten: 'reasonForgotten',
  expired: 'reasonExpired',
} as const satisfies Record<string, Key>;

/** With these a write or a question was refused; what the helpdesk said is worth reading. */
const REFUSED = {
  missing: 'reasonMissing',
  conflict: 'reasonConflict',
  forbidden: 'reasonForbidden',
  too_large: 'reasonTooLarge',
  in_vain: 'reasonInVain',
  lost: 'reasonLost',
  leads_nowhere: 'reasonLeadsNowhere',
  question_refused: 'reasonQuestionRefused',
} as const satisfies Record<string, Key>;

type Known = (typeof WORDS)[keyof typeof WORDS] | (typeof REFUSED)[keyof typeof REFUSED];

/** The sentence. `helpdesk`: the vendor's name. */
export function whyNot({ code }: Reason, helpdesk: string): string {
  const known = wordsOf(WORDS, code) ?? wordsOf(REFUSED, code) ?? 'reasonRefused';
  // Those that name no helpdesk leave the value alone.
  return say(known as 'reasonUnknown', { helpdesk });
}

/** The engine's own words, in English, where they say more: what the helpdesk answered. */
export function answered({ state, reason }: Pick<CallView, 'state' | 'reason'>): string | null {
  if (!reason || Object.hasOwn(WORDS, reason.code)) return null;
  return state === 'parked' || reason.code === 'question_refused' ? reason.text : null;
}

function wordsOf<T extends Record<string, Known>>(map: T, code: string): Known | null {
  return Object.hasOwn(map, code) ? (map[code as keyof T] ?? null) : null;
}
