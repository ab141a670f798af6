/** What a line of the ledger is about, in words. */
import { helpdeskOf } from '../../model/helpdesk';
import type { Item } from '../../model/ledger';
import type { Health, Vendor } from '../../wire';
import { say } from '../../words/say.svelte';

const NOTE_TITLE = { answered: 'callAnswered', ended: 'callEnded', missed: 'missedCall', comment: 'callCommented', unknown: 'unknownCaller' } as const;

/** One item: `Ticket #48213`, `Note “Call ended”`, `Tags: Aircall, Delivery`. */
export function itemText(item: Item, health: Health | null): string {
  return itemWords(item, helpdeskOf(health));
}

/** The same where it is known whose record it is. */
export function itemWords(item: Item, helpdesk: Vendor): string {
  switch (item.kind) {
    case 'ticket':
      if (helpdesk === 'front') return say('conversation');
      return item.id === null ? say('ticket') : say('ticketNumber', { id: item.id });
    case 'note':
      return say('noteTitled', { title: say(NOTE_TITLE[item.title]) });
    case 'tags':
      return say('tagList', { tags: item.tags.join(', ') });
    case 'part':
      return say(item.part);
    case 'file':
      return say('fileOf', { part: say(item.part) });
    case 'call':
      return say(item.what);
    case 'duration':
      return say('totalDuration');
    case 'taken_back':
      return say('takenBack');
    case 'customer':
      return say('customer');
    case 'assignee':
      return say('assignee');
    case 'status':
      return say('status');
    case 'other':
      return item.key;
  }
}

/** Several facts in one request. */
export function itemsText(items: readonly Item[], health: Health | null): string {
  return items.map((item) => itemText(item, health)).join(' · ');
}
