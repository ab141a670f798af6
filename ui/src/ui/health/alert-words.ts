/**
 * An alert in the reader's language, by its code; the engine's English sentences where the code is not known here.
 * `test/alerts.test.ts` holds the codes against the engine's source.
 *
 * Deliberately not here: what a click does about it (`alert-deeds.ts`).
 */
import { age, since, vendorName } from '../../format/reader.svelte';
import { helpdeskOf } from '../../model/helpdesk';
import type { Alert, Health, Vendor } from '../../wire';
import { say } from '../../words/say.svelte';

/** What a notice says. `english` marks the engine's own words, for screen readers and hyphenation. */
export interface AlertWords {
  readonly title: string;
  /** What it means and what to do. */
  readonly what: string;
  /** What a disk, Aircall or a helpdesk said, where nothing else tells it: in English. */
  readonly detail: string | null;
  readonly english: boolean;
}

/** What an alert is worded from. */
interface Facts {
  readonly alert: Alert;
  readonly health: Health | null;
  readonly n: number;
  readonly helpdesk: string;
  readonly time: string;
  readonly now: number;
}

type Said = readonly [title: string, what: string, detail?: string];

/** What goes wrong with any outside service: `{vendor}_{this}`. */
const OF_VENDOR = {
  refused: ({ n }, vendor) => [
    vendor === 'aircall' ? say('alertKey') : say('alertAccess', { vendor: vendorName(vendor) }),
    // Of no call nothing is said.
    n === 0 ? say('alertAccessNone') : say('alertAccessWhat', { n }),
  ],
  app_refused: (_, vendor) => [say('alertApp', { vendor: vendorName(vendor) }), say('alertAppWhat')],
  wrong_account: (_, vendor) => [say('alertAddress', { vendor: vendorName(vendor) }), say('alertAddressWhat')],
  unreachable: (_, vendor) => [say('alertUnreachable', { vendor: vendorName(vendor) }), say('alertUnreachableWhat')],
} as const satisfies Readonly<Record<string, (facts: Facts, vendor: Vendor) => Said>>;

const WORDS = {
  webhook_disabled: ({ n, time }) => [say('alertWebhook', { time }), n === 0 ? say('alertWebhookNone') : say('alertWebhookWhat', { n })],
  webhook_refused: ({ alert }) => [say('alertHook'), say('alertHookWhat'), alert.mend],
  webhook_stands: () => [say('alertWebhookStands'), say('alertWebhookStandsWhat')],
  no_events: ({ n, time }) => [say('alertNoEvents', { time }), n === 0 ? say('alertWebhookNone') : say('alertNoEventsWhat', { n })],
  other_writer: ({ health }) => [say('alertOtherWriter'), say('alertOtherWriterWhat', { host: health?.writer.other ?? say('elsewhere') })],
  uninstalled: ({ time }) => [say('alertUninstalled', { time }), say('alertUninstalledWhat')],
  shadow_over: () => [say('alertShadow'), say('alertShadowWhat')],
  no_author: ({ n, helpdesk }) => [say('alertNoAuthor', { helpdesk }), say('alertNoAuthorWhat', { n })],
  held: ({ n }) => [say('heldForName', { n }), say('alertHeldWhat', { n })],
  messages_held: ({ helpdesk }) => [say('alertMessagesHeld'), say('alertMessagesHeldWhat', { helpdesk })],
  messages_stopped: ({ helpdesk }) => [say('alertMessagesStopped', { helpdesk }), say('alertMessagesStoppedWhat', { helpdesk })],
  parked: ({ n, helpdesk }) => [say('alertPerson', { n }), say('alertParkedWhat', { n, helpdesk })],
  question_refused: ({ alert, n, helpdesk }) => [
    say('alertQuestion', { helpdesk }),
    n === 0 ? say('alertQuestionNone') : say('alertQuestionWhat', { n }),
    alert.mend,
  ],
  account_differs: ({ n }) => [say('alertAccount', { n }), say('alertAccountWhat')],
  behind: ({ alert, n, helpdesk, now }) => [say('alertBehind'), say('alertBehindWhat', { n, helpdesk, time: age(now - alert.since) })],
  files_not_kept: ({ alert }) => [say('alertFiles'), say('alertFilesWhat'), whereAndWhy(alert.what)],
  recordings_not_kept: ({ alert }) => [say('alertRecordings'), say('alertRecordingsWhat'), whereAndWhy(alert.what)],
  disk_full: () => [say('alertDisk'), say('alertDiskWhat')],
  clock_off: ({ health }) => [say('alertClock', { n: Math.abs(health?.computer?.clock_off_seconds ?? 0) }), say('alertClockWhat')],
  keyring_locked: () => [say('alertKeyring'), say('alertKeyringWhat')],
} as const satisfies Readonly<Record<string, (facts: Facts) => Said>>;

/** The folder and what the system said of it, out of the engine's sentence; the sentence where it is put otherwise. */
function whereAndWhy(what: string): string {
  const [, folder, why] = / in (.+?)(?: on their way)? \((.+)\)\./s.exec(what) ?? [];
  return folder && why ? `${folder}: ${why}` : what;
}

const VENDORS: readonly Vendor[] = ['aircall', 'gorgias', 'front'];

/** Every code that is told in the reader's language. */
export const ALERT_CODES: readonly string[] = [
  ...Object.keys(WORDS),
  ...VENDORS.flatMap((vendor) => Object.keys(OF_VENDOR).map((what) => `${vendor}_${what}`)),
];

/** The alert as title and text. `now` in unix seconds. */
export function alertWords(alert: Alert, health: Health | null, now: number): AlertWords {
  const facts: Facts = { alert, health, n: alert.calls, helpdesk: vendorName(helpdeskOf(health)), time: since(alert.since, now), now };
  const said = known(facts);
  if (!said) return { title: alert.what, what: alert.mend, detail: null, english: true };
  const [title, what, detail] = said;
  return { title, what, detail: detail || null, english: false };
}

function known(facts: Facts): Said | null {
  const { code } = facts.alert;
  if (Object.hasOwn(WORDS, code)) return WORDS[code as keyof typeof WORDS](facts);
  const vendor = VENDORS.find((one) => code.startsWith(`${one}_`));
  const what = vendor && code.slice(vendor.length + 1);
  return vendor && what && Object.hasOwn(OF_VENDOR, what) ? OF_VENDOR[what as keyof typeof OF_VENDOR](facts, vendor) : null;
}

/** The alert in the few words that fit into the strip. */
export function alertInShort(alert: Alert, health: Health | null, now: number): string {
  if (alert.code === 'webhook_disabled') return alert.calls === 0 ? say('webhookOffNone') : say('webhookOff', { n: alert.calls });
  if (alert.code === 'held') return say('heldInShort', { n: alert.calls });
  return alertWords(alert, health, now).title;
}
