/** Why a decision was not taken, in words; by the codes of the hub and of the desktop program. */
import { say } from './say.svelte';

/** `code` is null where nothing more is known. */
export function refusal(code: string | null, helpdesk: string): string {
  switch (code) {
    case 'record_begun':
    case 'being_written':
      return say('writtenAlready');
    case 'nothing_written':
      return say('nothingToUndo');
    case 'call_is_up':
      return say('callIsUp');
    case 'no_such_customer':
      return say('customerGone');
    case 'known_caller':
      return say('namedAlready', { helpdesk });
    case 'several_matches':
      return say('chooseOne');
    case 'bad_request':
    case 'invalid':
      return say('checkNameAndEmail');
    default:
      return say('notTaken');
  }
}
