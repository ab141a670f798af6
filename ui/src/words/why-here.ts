/**
 * "Why is this here?" in the reader's language. A line is a log: it is stored in English, as it was when it was written, and is
 * told apart here by its own sentences. `test/why-here.test.ts` holds them against the engine's source.
 *
 * Deliberately not here: what a vendor answered in words of its own, which stay as they came.
 */
import { exact } from '../format/reader.svelte';
import type { ExplanationView } from '../wire';
import type { Arguments, Key } from './catalogue';
import { say } from './say.svelte';

/** Keys of texts without parameters. */
type Plain = { [K in Key]: Arguments<K> extends [] ? K : never }[Key];

/** The engine's rules, without the rows that they name. */
export const RULES: Readonly<Record<string, Plain>> = {
  'The e-mail belongs to a customer already, so the number is added to that one': 'ruleEmailOwner',
  'The e-mail address belongs to a contact already, so the number is added to that one': 'ruleEmailOwner',
  'A person took our writes back, so what we wrote is removed': 'ruleTakenBack',
  'A person took our writes back: Front lets nobody remove them, so a comment says it': 'ruleMarked',
  'A person took our writes back, so the conversation is whose it was before the call': 'ruleUnassigned',
  'A person moved the call to another contact, so what was written of it is taken back first': 'ruleLeft',
  'The customer has no conversation that takes it, so one is made': 'ruleNewConversation',
  'The customer was made for this message, and another message began the conversation': 'ruleOtherMessageFirst',
  "The customer's conversation is open, so the message is added to it": 'ruleOpenConversation',
  'The conversation was closed less than 72 hours before the message, so it is opened again': 'ruleReopened',
  'A conversation carries the tag of messages and the name of each number it went over': 'ruleMessageTags',
  'A file of the message came after it was written, or will not come': 'ruleMessageFile',
  'A person named the caller, and the customer still had the placeholder that we wrote': 'ruleNamed',
  'A person named the caller, and the contact still was called by the number': 'ruleNamed',
  'A person named the caller, whose customer had been made under a placeholder': 'ruleNamed',
  "The call was placed from this ticket, which gets a note that leads to the call's": 'ruleLinked',
  'Nobody in Gorgias has this number, so a customer is made': 'ruleNewCustomer',
  'Nobody in Front has this number, so a contact is made': 'ruleNewCustomer',
  'The number is withheld: one shared customer for all such callers': 'ruleWithheld',
  'The number is withheld: one shared contact for all such callers': 'ruleWithheld',
  'A tag that Gorgias does not have yet is made once': 'ruleNewTag',
  'The call was answered: ticket, first note, tags and assignee in one': 'ruleAnswered',
  'The call is over: everything known goes into one request': 'ruleAllInOne',
  'The call has ended': 'ruleEnded',
  'What the call left came after the note of its end, or did not come': 'ruleLateFile',
  "A comment becomes one further note in its author's name": 'ruleComment',
  "A comment becomes a comment in its author's name": 'ruleComment',
  'A part that was missing when the ticket was made': 'ruleMissingPart',
  'A person moved the call to another customer, who gets the ticket': 'ruleMoved',
  'A person moved the call to another customer': 'ruleMoved',
  'The call was handed to another agent, and nobody else had reassigned the ticket': 'ruleHandedOn',
  'When the call has ended the status is set, once': 'ruleStatus',
  'Tags that came after the ticket was made': 'ruleLateTags',
  'A tag was taken off in Aircall, and it was we who put it on the ticket': 'ruleUntagged',
  'The customer chosen for this number had been merged into another, who is used from now on': 'ruleChosenMerged',
  'The customer chosen for this number has it no longer, so a person is asked again': 'ruleChosenGone',
  'A person had named the customer in the helpdesk meanwhile: that stays': 'ruleNameKept',
  'The customer to be named was deleted or merged meanwhile': 'ruleNameGone',
  'The customer to be named was deleted meanwhile': 'ruleNameGone',
  'The helpdesk does not show the customer to be named, so the name is not written': 'ruleNameGone',
  "The e-mail address is another customer's, so the name is written without it": 'ruleNoEmail',
  'The helpdesk refuses the e-mail address, so the name is written without it': 'ruleNoEmail',
  "Somebody who cannot be found has the contact's e-mail address; once more without it": 'ruleNoEmail',
  "The customer was refused; once more without the contact's e-mail address": 'ruleNoEmail',
  'A person chose the customer for this number': 'ruleChosenNumber',
  'A person chose the customer for this call': 'ruleChosenCall',
  'A person withdrew what had been chosen for this number': 'ruleChoiceWithdrawn',
  'A person named the caller; the number is looked up once more before the customer is made': 'ruleNamedUnknown',
  'The file is uploaded, so that a note can carry it': 'ruleUploaded',
  'The file goes first, so that the note carries it': 'ruleUploaded',
  'The file cannot be attached, and the note says why': 'ruleNoFile',
  'The note was refused; once more without its files': 'ruleNoFile',
  'What the call was placed from cannot be looked at: nothing is written there, and it tells nothing': 'ruleLinkedUnread',
  'The ticket that the call was placed from was thrown away, so nothing is written there': 'ruleLinkedGone',
  'Several customers share the number: the conversation that the call was placed from may tell who was meant': 'ruleDialledTells',
  'The note in the ticket that the call was placed from is there already': 'ruleLinkedThere',
  'A person threw the ticket away, so nothing more is written to it': 'ruleThrownAway',
  'The customer had been merged into another, who is used from now on': 'ruleMerged',
  'The customer had been deleted, so the caller is matched anew': 'ruleMatchedAnew',
  'A person took back what had been written of this call': 'ruleToTakeBack',
  'The inbox of calls is not there yet, so it is made once': 'ruleInbox',
  "The call is a new activity in the contact's conversation": 'ruleActivity',
  'The first call of this contact: the conversation begins': 'ruleFirstActivity',
  'The conversation goes to the agent of the answered call, and nobody else has taken it': 'ruleAssigned',
  'Front took the call and never showed it: it is sent once more': 'ruleSentAgain',
  'The call is over: its duration is an activity of its own': 'ruleDuration',
  'What the call left is linked in an activity of its own, as soon as there is a link': 'ruleFileLink',
  'The contact has the number without its plus: it is added as Front writes it, so that no second contact is made': 'ruleWithoutPlus',
  'The contact who was chosen gets the number, so that no second contact is made': 'ruleChosenGetsNumber',
  'The contact who was chosen does not get the number: a handle of ours leads there': 'ruleHandle',
  'the record was found in the helpdesk by its marker': 'ruleAdopted',
};

const REQUESTS: Readonly<Record<string, Plain>> = {
  "a person's decision": 'whyPerson',
  'look-up': 'whyLookUp',
  'look at the ticket': 'whyLookTicket',
  'look at the ticket that it was placed from': 'whyLookLinked',
  'look at the customer': 'whyLookCustomer',
};

const ANSWERS: Readonly<Record<string, Plain>> = {
  adopted: 'whyAdopted',
  gone: 'whyGone',
  withdrawn: 'takenBack',
  'the tag is there already': 'whyTagThere',
};

/** One step in words; `more`: what stands below it. `isVendors`: as it came, in English or in no language. */
export interface Step {
  readonly text: string;
  readonly more?: string;
  readonly isVendors?: boolean;
}

/** The event, by which way it came, and how often something came again. */
export function eventWords({ event, by, events, first_event_at, repeats }: ExplanationView): Step {
  const text = event === 'read from Aircall' ? say('readFromAircall') : event;
  if (by === null || events === 0 || first_event_at === null) return { text };
  const counted = { n: events, time: exact(first_event_at) };
  const way = by === 'polling' ? say('whyByPolling', counted) : say('whyByWebhook', counted);
  return { text, more: `${way}, ${repeats === 0 ? say('whyNoRepeats') : say('whyRepeats', { n: repeats })}` };
}

/** How the customer was found, and among how many. */
export function matchWords({ match }: ExplanationView): Step {
  const several = /^exact number, (\d+) customers(; dialled from .*)?$/.exec(match);
  if (several) return { text: several[2] ? say('matchedDialled') : say('matchedExact', { n: Number(several[1]) }) };
  switch (match) {
    case 'chosen by a person for this number':
    case 'chosen by a person for this call':
      return { text: say('matchedChosen') };
    case 'nobody had this number; a person named the caller':
      return { text: say('matchedNamed') };
    case 'number withheld: the shared customer':
      return { text: say('matchedWithheld') };
    case 'no telephone number: the shared customer':
      return { text: say('matchedNoNumber') };
    case 'nobody had this number':
      return { text: say('matchedNobody') };
    case 'exact number, the only one':
      return { text: say('matchedExact', { n: 1 }) };
    case 'not looked up yet':
      return { text: say('matchedNotYet') };
    default:
      return { text: match, isVendors: true };
  }
}

/** The rule of the record that led to it, with the rows that it keeps. */
export function ruleWords({ rule }: ExplanationView): Step {
  const [, sentence = rule, rows] = /^(.*?)(?: \(([A-Z]\d+(?:, [A-Z]\d+)*)\))?$/.exec(rule) ?? [];
  const known = Object.hasOwn(RULES, sentence) ? RULES[sentence] : undefined;
  if (!known) return { text: rule, isVendors: true };
  return { text: rows ? `${say(known)} (${rows})` : say(known) };
}

/** Verb and path, or what else was done. */
export function requestWords({ request }: ExplanationView): Step {
  const known = Object.hasOwn(REQUESTS, request) ? REQUESTS[request] : undefined;
  return known ? { text: say(known) } : { text: request, isVendors: true };
}

/** What came of it. */
export function answerWords({ answer }: ExplanationView): Step {
  const known = Object.hasOwn(ANSWERS, answer) ? ANSWERS[answer] : undefined;
  return known ? { text: say(known) } : { text: answer, isVendors: true };
}
