/** A shadow report of the invented day: one call for each verdict. */
import type { ShadowCall, ShadowRecord, ShadowReport, ShadowVerdict } from '../../wire';
import { someCalls } from './world';

const VERDICTS: readonly ShadowVerdict[] = ['both', 'differs', 'both', 'only_sidetone', 'only_other', 'neither', 'untold'];

export function someShadow(at: number): ShadowReport {
  const calls = someCalls(at)
    .slice(0, VERDICTS.length)
    .map((call, n): ShadowCall => {
      const verdict = VERDICTS[n] ?? 'neither';
      const customer = call.customer?.name ?? 'Anonymous caller';
      const record: ShadowRecord = {
        title: `Inbound call: ${customer}`,
        customer,
        agent: call.agent?.name ?? null,
        tags: ['Aircall', 'Inbound call'],
        at: null,
        url: null,
      };
      const other: ShadowRecord = {
        ...record,
        title: `Call with ${customer}`,
        tags: ['aircall'],
        at: call.started_at + 30,
        url: `https://kettles.example.com/app/ticket/${call.id}`,
      };
      return {
        call,
        verdict,
        differs:
          verdict === 'differs'
            ? [
                { part: 'title', sidetone: record.title, other: other.title },
                { part: 'agent', sidetone: 'Ruth Calder', other: null },
                { part: 'tags', sidetone: 'Inbound call, Support FR', other: null },
              ]
            : [],
        sidetone: verdict === 'only_other' || verdict === 'neither' || verdict === 'untold' ? null : record,
        other: verdict === 'only_sidetone' || verdict === 'neither' || verdict === 'untold' ? null : other,
        looked_at: at - 900,
      };
    });
  return {
    since: at - 172_800,
    until: at + 259_200,
    waiting: 2,
    both: 41,
    differs: 3,
    only_sidetone: 2,
    only_other: 1,
    neither: 4,
    untold: 1,
    calls,
    more: true,
  };
}
