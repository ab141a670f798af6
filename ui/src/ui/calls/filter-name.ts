/** The filters in words. */
import type { Filter } from '../../model/list';
import { say } from '../../words/say.svelte';

/** The text of a filter's pill. */
export function filterName(filter: Filter): string {
  switch (filter) {
    case 'all':
      return say('all');
    case 'not_logged':
      return say('notLogged');
    case 'missed':
      return say('missed');
    case 'voicemail':
      return say('voicemailTag');
    case 'mine':
      return say('mine');
  }
}
