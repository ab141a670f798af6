/** A call of a dry run in words: how it ended, and for what it would wait. */
import type { CallView } from '../../wire';
import { say } from '../../words/say.svelte';

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
