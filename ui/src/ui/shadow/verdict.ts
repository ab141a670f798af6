/** How two records of one call compare, in words. */
import type { ShadowPart, ShadowVerdict } from '../../wire';
import { say } from '../../words/say.svelte';

/** In the order of the figures. */
export const VERDICTS: readonly ShadowVerdict[] = ['both', 'differs', 'only_sidetone', 'only_other', 'neither', 'untold'];

export function verdictWords(verdict: ShadowVerdict): string {
  switch (verdict) {
    case 'both':
      return say('verdictBoth');
    case 'differs':
      return say('verdictDiffers');
    case 'only_sidetone':
      return say('verdictOnlySidetone');
    case 'only_other':
      return say('verdictOnlyOther');
    case 'neither':
      return say('verdictNeither');
    case 'untold':
      return say('verdictUntold');
  }
}

export function partWords(part: ShadowPart): string {
  switch (part) {
    case 'customer':
      return say('customer');
    case 'agent':
      return say('assignee');
    case 'title':
      return say('partTitle');
    case 'tags':
      return say('partTagsLacking');
  }
}
