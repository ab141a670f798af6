/** The doctor's report of the invented company, in the words of the message files: as a hub tells it in each language. */
import de from '../../../../crates/words/de.json';
import en from '../../../../crates/words/en.json';
import fr from '../../../../crates/words/fr.json';
import type { CheckView, DoctorReport, Finding } from '../../wire';
import { fill, LANGUAGES, type Language, type Values } from '../../words/catalogue';

const DOCTOR = {
  en: { ...en.everywhere, ...en.doctor },
  de: { ...de.everywhere, ...de.doctor },
  fr: { ...fr.everywhere, ...fr.doctor },
} as const;

type Key = keyof typeof DOCTOR.en;

/** A text of the message files, or one that reads the same everywhere. */
type Text = readonly [key: Key, values?: Values] | string;

interface Found {
  readonly code: string;
  readonly finding: Finding;
  /** What is right is told in English only. */
  readonly what: Text;
  readonly mend?: Text;
  readonly value?: Text;
  readonly why?: string;
  readonly action?: string | null;
}

const PASSED: readonly Found[] = [
  { code: 'data_dir', finding: 'passed', what: 'The folder can be written', value: ['valueWritable'] },
  { code: 'disk', finding: 'passed', what: 'There is room on the disk', value: ['valueFree', { size: '212 GB' }] },
  { code: 'database', finding: 'passed', what: 'The database answers', value: '3 ms' },
  { code: 'secrets', finding: 'passed', what: 'What was entered is kept encrypted, and can be read', value: ['valueKept', { n: 3 }] },
  { code: 'clock', finding: 'passed', what: 'The clock is right', value: ['valueRight'] },
  { code: 'aircall_key', finding: 'passed', what: 'Aircall accepts the key', value: ['linesCount', { n: 6 }] },
  { code: 'gorgias_key', finding: 'passed', what: 'Gorgias accepts the key', value: ['valueUsers', { n: 14 }] },
  { code: 'permissions', finding: 'passed', what: 'The key may do all that is needed', value: ['nOfM', { n: 7, m: 7 }] },
  { code: 'lines', finding: 'passed', what: 'All selected lines exist', value: ['linesCount', { n: 4 }] },
  { code: 'webhook', finding: 'passed', what: 'Our webhook stands at Aircall', value: ['valueThere'] },
  { code: 'webhook_active', finding: 'passed', what: 'It is switched on', value: ['valueOn'] },
  { code: 'webhook_token', finding: 'passed', what: 'Its token is the one that is expected', value: ['valueKnown'] },
  { code: 'webhook_once', finding: 'passed', what: 'One webhook leads here', value: '1' },
  { code: 'public_address', finding: 'passed', what: 'The public address leads to a Sidetone', value: '82 ms' },
  { code: 'budget', finding: 'passed', what: 'Gorgias’s limit leaves room for calls', value: ['valueByOthers', { n: 31, m: 80 }] },
  { code: 'directory', finding: 'passed', what: 'All customers’ numbers are known, and kept up', value: ['customersCount', { n: 161_204 }] },
];

const WRONG: readonly Found[] = [
  {
    code: 'menu_lines',
    finding: 'fault',
    what: ['menuChosen', { names: 'Main menu' }],
    why: 'A call through a menu can be two calls at Aircall, so it may be written twice.',
    mend: ['menuChosenMend'],
    action: 'leave_menu_out',
  },
  {
    code: 'agents',
    finding: 'fault',
    what: ['noCounterpart', { helpdesk: 'Gorgias', names: 'Ivo Brandt +33 1 99 00 50 14' }],
    why: 'Calls are written in the name of whoever answered, found by the e-mail address.',
    mend: ['noCounterpartGorgias'],
  },
  {
    code: 'webhook_events',
    finding: 'hint',
    what: ['webhookHearsMore', { n: 90, used: 17 }],
    why: 'What is not subscribed to is never seen; what is too much costs requests and disk.',
    mend: ['webhookSoonRight'],
    action: 'listen_to_our_events',
  },
];

function told(text: Text, language: Language): string | null {
  if (typeof text === 'string') return language === 'en' ? text : null;
  const [key, values = {}] = text;
  return fill(DOCTOR[language][key], values, language);
}

function viewed({ code, finding, what, mend, value, why = '', action = null }: Found, language: Language): CheckView {
  const [what_said, mend_said] = [told(what, language), mend ? told(mend, language) : null];
  return {
    code,
    finding,
    what: told(what, 'en') ?? '',
    why,
    mend: (mend && told(mend, 'en')) ?? '',
    said: language !== 'en' && what_said !== null && mend_said !== null ? { what: what_said, mend: mend_said } : null,
    value: (value && told(value, 'en')) ?? null,
    said_value: language !== 'en' && value ? told(value, language) : null,
    action,
  };
}

/** With two faults and a hint, or with nothing to mend; `language` as it was asked for. */
export function doctorReport(kind: 'bad' | 'well', at: number, language: string | null): DoctorReport {
  const asked = LANGUAGES.find((one) => one === language) ?? 'en';
  const found = kind === 'bad' ? [...PASSED.slice(0, 6), ...WRONG, ...PASSED.slice(6)] : PASSED;
  const checks = found.map((one) => viewed(one, asked));
  const count = (finding: Finding) => checks.filter((one) => one.finding === finding).length;
  return { checked_at: at - 12, faults: count('fault'), hints: count('hint'), checks };
}
