/**
 * A check of the doctor in the reader's language: its name and why it matters, by its code. What was found and how to
 * mend it come from the doctor, who is told the language, because they name lines, agents and figures.
 */
import { vendorName } from '../../format/reader.svelte';
import type { CheckView } from '../../wire';
import type { Arguments, Key } from '../../words/catalogue';
import { language, say } from '../../words/say.svelte';

/** A text of a check. `english` marks the doctor's own words, for screen readers and hyphenation. */
export interface CheckWords {
  readonly title: string;
  readonly english: boolean;
}

/** Keys of texts without parameters. */
type Plain = { [K in Key]: Arguments<K> extends [] ? K : never }[Key];

const NAMES = {
  data_dir: 'checkDataDir',
  disk: 'checkDisk',
  recordings_dir: 'recordingsKept',
  database: 'checkDatabase',
  secrets: 'checkSecrets',
  admin_token: 'adminToken',
  alerts: 'checkAlerts',
  clock: 'checkClock',
  mode: 'checkMode',
  sandbox: 'sandbox',
  lines: 'checkLines',
  menu_lines: 'checkMenus',
  line_users: 'checkLineUsers',
  recording: 'recordings',
  time_zone: 'checkTimeZone',
  language: 'notesLanguage',
  agents_online: 'checkAgentsOnline',
  arrival: 'events',
  public_url: 'publicAddress',
  public_address: 'checkAnswers',
  webhook: 'webhook',
  webhook_active: 'checkWebhookActive',
  webhook_address: 'checkWebhookAddress',
  webhook_once: 'checkWebhookOnce',
  webhook_events: 'checkWebhookEvents',
  webhook_token: 'webhookToken',
  other_sidetone: 'checkOtherSidetone',
  other_integrations: 'checkOthers',
  permissions: 'permissions',
  fallback_author: 'checkFallbackAuthor',
  agents: 'checkAgents',
  front_inbox: 'inbox',
  inbox_access: 'checkInboxAccess',
  budget: 'checkBudget',
  directory: 'numberDirectory',
} as const satisfies Record<string, Plain>;

const WHYS = {
  data_dir: 'whyDataDir',
  disk: 'whyDisk',
  recordings_dir: 'whyRecordingsDir',
  database: 'whyDatabase',
  secrets: 'whySecrets',
  admin_token: 'whyAdminToken',
  alerts: 'whyAlerts',
  clock: 'whyClock',
  mode: 'whyMode',
  sandbox: 'whySandbox',
  aircall_key: 'whyAircallKey',
  lines: 'whyLines',
  menu_lines: 'whyMenus',
  line_users: 'whyLineUsers',
  recording: 'whyRecording',
  time_zone: 'whyTimeZone',
  language: 'whyLanguage',
  agents_online: 'whyAgentsOnline',
  arrival: 'whyArrival',
  public_url: 'whyPublicUrl',
  public_address: 'whyAnswers',
  webhook: 'whyWebhook',
  webhook_active: 'whyWebhookActive',
  webhook_address: 'whyWebhookAddress',
  webhook_once: 'whyWebhookOnce',
  webhook_events: 'whyWebhookEvents',
  webhook_token: 'whyWebhookToken',
  other_sidetone: 'whyOtherSidetone',
  other_integrations: 'whyOthers',
  gorgias_key: 'whyHelpdeskKey',
  front_key: 'whyHelpdeskKey',
  account: 'whyAccount',
  permissions: 'whyPermissions',
  fallback_author: 'whyFallbackAuthor',
  agents: 'whyAgents',
  front_inbox: 'whyFrontInbox',
  inbox_access: 'whyInboxAccess',
  budget: 'whyBudget',
  directory: 'whyDirectory',
} as const satisfies Record<string, Plain>;

function found<T extends Record<string, Plain>>(map: T, code: string): string | null {
  return Object.hasOwn(map, code) ? say(map[code as keyof T] as 'mend') : null;
}

/** Where the doctor is asked in the reader's language. */
export function doctorPath(): string {
  return language() === 'en' ? '/api/doctor' : `/api/doctor?language=${language()}`;
}

/** What a card is called: the sentence of what was found; the name of the check where it is there in English only. */
export function cardTitle(check: CheckView): CheckWords {
  if (language() === 'en') return { title: check.what, english: true };
  return check.said ? { title: check.said.what, english: false } : checkName(check);
}

/** How to mend it; null where nothing is to be said. */
export function checkMend(check: CheckView): CheckWords | null {
  if (check.mend === '') return null;
  return check.said ? { title: check.said.mend, english: false } : { title: check.mend, english: true };
}

/** The name of a check. */
export function checkName(check: CheckView): CheckWords {
  const known = nameOf(check.code);
  return known === null ? { title: check.what, english: true } : { title: known, english: false };
}

function nameOf(code: string): string | null {
  switch (code) {
    case 'aircall_key':
      return say('checkKey', { vendor: vendorName('aircall') });
    case 'gorgias_key':
      return say('checkKey', { vendor: vendorName('gorgias') });
    case 'front_key':
      return say('checkKey', { vendor: vendorName('front') });
    case 'account':
      return say('checkAccount', { vendor: vendorName('gorgias') });
    default:
      return found(NAMES, code);
  }
}

/** Why it matters; null where nothing is to be said. */
export function checkWhy(check: CheckView): CheckWords | null {
  const known = found(WHYS, check.code);
  if (known !== null) return { title: known, english: false };
  return check.why === '' ? null : { title: check.why, english: true };
}

/** The words of the button for what can be done from here. */
export function actionWords(action: string): string {
  switch (action) {
    case 'enable_webhook':
      return say('mendEnable');
    case 'listen_to_our_events':
      return say('mendListen');
    case 'remake_webhook':
      return say('mendMake');
    case 'remove_spare_webhooks':
      return say('mendRemove');
    case 'leave_menu_out':
      return say('leaveMenuOut');
    case 'leave_missing_lines_out':
      return say('leaveOut');
    case 'take_over':
      return say('takeOver');
    case 'resume':
      return say('resume');
    default:
      return say('mend');
  }
}
