/** The doctor's report as a text to send to somebody: in English, without secrets, with telephone numbers masked. */
import { withoutAnyNumbers } from '../../format/number';
import type { CheckView, DoctorReport } from '../../wire';

const MARK = { fault: 'FAULT', hint: 'hint ', passed: 'ok   ' } as const;

/** The report. Times in UTC, so that it reads the same everywhere. */
export function doctorText({ checked_at, checks }: DoctorReport, version: string): string {
  const head = `Sidetone ${version}, checked ${new Date(checked_at * 1000).toISOString()}`;
  return withoutAnyNumbers([head, '', ...checks.map(lines)].join('\n'));
}

function lines({ finding, code, what, value, why, mend }: CheckView): string {
  const first = `${MARK[finding]} ${what} [${code}]${value ? ` (${value})` : ''}`;
  return [first, ...(why ? [`      Why: ${why}`] : []), ...(mend ? [`      To mend: ${mend}`] : [])].join('\n');
}
