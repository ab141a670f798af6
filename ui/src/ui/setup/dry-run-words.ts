/** A call of a dry run in words: how it ended, and for what it would wait. */
import { itemsOf } from '../../model/ledger';
import type { CallView, RecordPreview, RequestPreview, Vendor } from '../../wire';
import { language, say } from '../../words/say.svelte';
import { itemWords } from '../calls/item-text';

/** Answered, missed, voicemail. */
export function outcomeWords(call: CallView): string {
  switch (call.outcome) {
    case 'voicemail':
      return say('voicemail');
    case 'missed':
    case 'unanswered':
      return call.direction === 'outbound' ? say('nobodyAnswered') : say('missedCall');
    default:
      return say('answeredCall');
  }
}

/** What a person would have to do before it is logged; null where nobody has to. */
export function waitWords(call: CallView): string | null {
  if (call.reason?.code === 'no_author') return say('waitsForAuthor');
  if (call.state !== 'held') return null;
  return call.reason?.code === 'unknown_caller' ? say('waitsForName') : say('waitsForChoice');
}

/** Why there is nothing to write for a call that waits for nobody. */
export function nothingWords(call: CallView): string {
  if (call.state === 'complete') return say('alreadyWritten');
  // A call that nobody answered is looked at a minute later: a voicemail may follow.
  return call.state === 'pending' ? say('onlyJustOver') : say('notLoggedCall');
}

/** The helpdesk's word for a status. */
export function statusWords(status: string): string {
  switch (status) {
    case 'open':
      return say('statusOpen');
    case 'closed':
      return say('statusClosed');
    case 'archived':
      return say('statusArchived');
    default:
      return status;
  }
}

/** How the customer was found. */
export function matchedWords({ matched, matched_by, matches }: RecordPreview): string {
  switch (matched_by) {
    case 'chosen':
      return say('matchedChosen');
    case 'named':
      return say('matchedNamed');
    case 'withheld':
      return say('matchedWithheld');
    case 'no_number':
      return say('matchedNoNumber');
    case 'nobody':
      return say('matchedNobody');
    case 'exact_number':
      return say('matchedExact', { n: matches });
    case 'dialled':
      return say('matchedDialled');
    case 'not_looked_up':
      return say('matchedNotYet');
    default:
      return matched;
  }
}

/** What a request achieves: the engine's rule where that is read, else what it settles. */
export function requestWords({ key, rule }: RequestPreview, call: CallView, vendor: Exclude<Vendor, 'aircall'>): string {
  if (language() === 'en' || key === '') return rule;
  if (key === 'inbox') return say('inbox');
  if (key === 'file') return say('attachFile');
  const words = itemsOf(key, call).map((item) => (item.kind === 'tags' ? say('tags') : itemWords(item, vendor)));
  return [...new Set(words)].join(', ');
}
