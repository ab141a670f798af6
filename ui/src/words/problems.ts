/**
 * What the stable code of a refusal means for whoever enters, checks or mends something, and what to do. Every code that the
 * hub can answer to a page of the set-up stands here; `test/problems.test.ts` holds the list against the hub's source.
 *
 * Deliberately not here: refused keys and sign-ins, which come as an answer and not as a refusal (`setup.ts`).
 */
import { vendorName } from '../format/reader.svelte';
import { textIn } from '../host/answer';
import type { HostError } from '../host/host';
import type { Arguments, Key } from './catalogue';
import { say } from './say.svelte';

/** Keys of texts without parameters. */
type Plain = { [K in Key]: Arguments<K> extends [] ? K : never }[Key];

const SENTENCES = {
  forbidden: 'onlyAdmins',
  unauthorized: 'tokenRefused',
  bad_request: 'entryWrong',
  invalid: 'entryWrong',
  internal: 'failedInside',
  broken_off: 'failedInside',
  doctor_failed: 'checksFailed',
  method_not_allowed: 'otherVersion',
  no_such_page: 'otherVersion',
  store_unavailable: 'databaseAway',
  not_set_up: 'notSetUpYet',
  not_connected: 'connectAircallFirst',
  settings_change: 'settingsChange',
  no_engine: 'cannotStart',
  not_kept: 'notKept',
  not_applied: 'keptNotApplied',
  no_public_url: 'addressNeeded',
  no_webhook_token: 'tokenNeeded',
  no_secret_key: 'noSecretKey',
  no_keyring: 'noKeyring',
  keyring_locked: 'keyringLocked',
  passphrase_needed: 'passphraseNeeded',
  wrong_passphrase: 'passphraseWrong',
  passphrase_too_short: 'passphraseTooShort',
  nobody_told: 'nobodyTold',
  not_needed: 'passphraseNotNeeded',
  keeps_no_secrets: 'cannotKeep',
  nobody_asks: 'nobodyAsks',
  no_code: 'noCodeInAddress',
  no_such_sign_in: 'signInForeign',
  no_such_account: 'noSuchAccount',
  not_offered: 'signInNotOffered',
  wrong_app: 'signInMisconfigured',
  port_taken: 'signInPortTaken',
  no_such_fault: 'mendedAlready',
  not_running: 'notRunningYet',
  nobody_else: 'nobodyElseWrites',
  not_uninstalling: 'notUninstalling',
  too_early: 'forgetTooEarly',
  no_time: 'oldNoTime',
  not_live: 'oldNotLive',
  no_such_backfill: 'oldOver',
  no_such_number: 'numberNone',
  ambiguous_number: 'numberSeveral',
  call_is_up: 'forgetCallUp',
  backfill_not_under_way: 'oldOver',
} as const satisfies Record<string, Plain>;

/** Fields by the key that a problem names. */
const FIELDS = {
  'front.inbox': 'inbox',
  'aircall.numbers': 'numbers',
  'aircall.webhook_token': 'webhookToken',
  'aircall.api_id': 'apiId',
  'gorgias.account': 'subdomain',
  'gorgias.email': 'emailOfKey',
  'alerts.smtp': 'mailServer',
  'alerts.to': 'mailTo',
  'alerts.from': 'mailFrom',
  'alerts.webhook_url': 'address',
  'logging.shadow_until': 'shadowDays',
  'logging.language': 'notesLanguage',
  'logging.recordings_keep_days': 'keptFor',
  'privacy.keep_days': 'keepDays',
  'privacy.never_log': 'phoneNumber',
} as const satisfies Record<string, Plain>;

/** The sentence for the code of a refusal; null where the code is not known here. */
export function problemWords({ code, problem }: HostError): string | null {
  switch (code) {
    case null:
      return null;
    case 'wrong_value':
      return wrongValue(textIn(problem, 'key'));
    case 'read_only':
      return `${say('setInFile')}. ${say('setInFileWhat')}`;
    case 'set_in_file':
      return setInFile(problem);
    case 'not_ready':
      return `${say('earlierFirst')}. ${say('earlierFirstWhat')}`;
    case 'other_sidetone':
      return say('besideTitle', { host: textIn(problem, 'host') ?? say('elsewhere') });
    case 'aircall_busy':
      return say('vendorAtLimit', { vendor: vendorName('aircall') });
    case 'aircall_refused':
      return say('accessNotAccepted', { vendor: vendorName('aircall') });
    case 'unreachable':
      return say('vendorUnreachable', { vendor: vendorName('aircall') });
    default:
      return Object.hasOwn(SENTENCES, code) ? say(SENTENCES[code as keyof typeof SENTENCES]) : null;
  }
}

/** `key` as the hub shows it: `[hub] public_url`, `[aircall.oauth] client_id`. */
function wrongValue(key: string | null): string {
  const name = key?.replace(/^\[(.+)\] /, '$1.') ?? '';
  if (name === 'hub.public_url') return say('addressWrong');
  if (name === '') return say('entryWrong');
  return say('valueWrong', { field: Object.hasOwn(FIELDS, name) ? say(FIELDS[name as keyof typeof FIELDS]) : name });
}

/** With the lines that would have to stand there. */
function setInFile(problem: unknown): string {
  const lines = (problem as { lines?: unknown } | null)?.lines;
  const what = `${say('setInFile')}. ${say('setInFileWhat')}`;
  return Array.isArray(lines) ? `${what} [aircall] numbers = [${lines.join(', ')}]` : what;
}
