/** What a ticket is called on a button: Gorgias numbers its tickets, Front's ids are no numbers for people. */
import { helpdeskOf } from '../model/helpdesk';
import type { Health, TicketView } from '../wire';
import { say } from '../words/say.svelte';

/** `Ticket #48213`, or `Conversation`. */
export function ticketText(ticket: TicketView, health: Health | null): string {
  return helpdeskOf(health) === 'front' ? say('conversation') : say('ticketNumber', { id: ticket.id });
}
