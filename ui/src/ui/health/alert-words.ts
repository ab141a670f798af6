/** An alert in the reader's language, by its code; the engine's English sentences where the code is not known here. */
import { since, vendorName } from '../../format/reader.svelte';
import { helpdeskOf } from '../../model/helpdesk';
import type { Alert, Health } from '../../wire';
import { say } from '../../words/say.svelte';

/** What a notice says. `english` marks the engine's own words, for screen readers and hyphenation. */
export interface AlertWords {
  readonly title: string;
  readonly what: string;
  readonly english: boolean;
}

/** The alert as title and text. `now` in unix seconds. */
export function alertWords(alert: Alert, health: Health | null, now: number): AlertWords {
  const n = alert.calls;
  const helpdesk = helpdeskOf(health);
  const time = since(alert.since, now);
  // Of no call nothing is said.
  const access = n === 0 ? say('alertAccessNone') : say('alertAccessWhat', { n });
  const own = (title: string, what: string): AlertWords => ({ title, what, english: false });
  switch (alert.code) {
    case 'webhook_disabled':
      return own(say('alertWebhook', { time }), n === 0 ? say('alertWebhookNone') : say('alertWebhookWhat', { n }));
    case 'no_events':
      return own(say('alertNoEvents', { time }), n === 0 ? say('alertWebhookNone') : say('alertNoEventsWhat', { n }));
    case 'aircall_refused':
      return own(say('alertKey'), access);
    case 'gorgias_refused':
      return own(say('alertAccess', { vendor: vendorName('gorgias') }), access);
    case 'front_refused':
      return own(say('alertAccess', { vendor: vendorName('front') }), access);
    case 'aircall_app_refused':
      return own(say('alertApp', { vendor: vendorName('aircall') }), say('alertAppWhat'));
    case 'gorgias_app_refused':
      return own(say('alertApp', { vendor: vendorName('gorgias') }), say('alertAppWhat'));
    case 'front_app_refused':
      return own(say('alertApp', { vendor: vendorName('front') }), say('alertAppWhat'));
    case 'aircall_unreachable':
      return own(say('alertUnreachable', { vendor: vendorName('aircall') }), say('alertUnreachableWhat'));
    case 'gorgias_unreachable':
      return own(say('alertUnreachable', { vendor: vendorName('gorgias') }), say('alertUnreachableWhat'));
    case 'front_unreachable':
      return own(say('alertUnreachable', { vendor: vendorName('front') }), say('alertUnreachableWhat'));
    case 'other_writer':
      return own(say('alertOtherWriter'), say('alertOtherWriterWhat', { host: health?.writer.other ?? say('elsewhere') }));
    case 'uninstalled':
      return own(say('alertUninstalled', { time }), say('alertUninstalledWhat'));
    case 'webhook_stands':
      return own(say('alertWebhookStands'), say('alertWebhookStandsWhat'));
    case 'no_author':
      return own(say('alertNoAuthor', { helpdesk: vendorName(helpdesk) }), say('alertNoAuthorWhat', { n }));
    case 'parked':
      return own(say('alertPerson', { n }), say('alertParkedWhat', { n, helpdesk: vendorName(helpdesk) }));
    case 'account_differs':
      return own(say('alertAccount', { n }), say('alertAccountWhat'));
    case 'behind':
      return own(say('alertBehind'), say('alertSince', { time }));
    case 'held':
      return own(say('heldForName', { n }), say('alertHeldWhat', { n }));
    case 'messages_held':
      return own(say('alertMessagesHeld'), say('alertMessagesHeldWhat', { helpdesk: vendorName(helpdesk) }));
    case 'messages_stopped':
      return own(say('alertMessagesStopped', { helpdesk: vendorName(helpdesk) }), say('alertMessagesStoppedWhat', { helpdesk: vendorName(helpdesk) }));
    case 'recordings_not_kept':
      return own(say('alertRecordings'), say('alertRecordingsWhat'));
    case 'disk_full':
      return own(say('alertDisk'), say('alertDiskWhat'));
    case 'clock_off':
      return own(say('alertClock', { n: Math.abs(health?.computer?.clock_off_seconds ?? 0) }), say('alertClockWhat'));
    case 'keyring_locked':
      return own(say('alertKeyring'), say('alertKeyringWhat'));
    default:
      return { title: alert.what, what: alert.mend, english: true };
  }
}

/** The alert in the few words that fit into the strip. */
export function alertInShort(alert: Alert, health: Health | null, now: number): string {
  if (alert.code === 'webhook_disabled') return alert.calls === 0 ? say('webhookOffNone') : say('webhookOff', { n: alert.calls });
  return alertWords(alert, health, now).title;
}
