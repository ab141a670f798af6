/**
 * What the windows know, and how each stimulus changes it. Pure: time comes with the stimulus.
 *
 * Deliberately not here: asking the host (`session.svelte.ts`), the list under Calls (`list.ts`), words.
 */
import type { CallView, Card, DeskCounts, Health, LiveCall, Now, Pushed, Today } from '../wire';

/** How long the card of a call stays after its end, unless it is dismissed. */
export const AFTER_CALL_MS = 60_000;

/** How many cards are kept that came before their call did. */
const EARLY_CARDS = 8;

/** The call that has just ended, still on show. */
export interface Over extends LiveCall {
  /** When its end was seen here, in milliseconds. */
  readonly at: number;
}

/** Whether events arrive; `since` in milliseconds. */
export type Link = { readonly state: 'live' } | { readonly state: 'away'; readonly since: number };

/** Everything that the pages show, except the list under Calls. */
export interface Model {
  /** False until the first answer. */
  readonly ready: boolean;
  /** The newest event contained; a decimal string. */
  readonly eventId: string;
  /** Calls that are up, oldest first. */
  readonly live: readonly LiveCall[];
  /** Which of them has the card. */
  readonly shown: string | null;
  /** The call whose card stays for a minute after its end. */
  readonly over: Over | null;
  /** The last calls, newest first. */
  readonly recent: readonly CallView[];
  readonly today: Today;
  /** Null until the first answer. */
  readonly health: Health | null;
  /** How many callers wait for a call back. */
  readonly desk: DeskCounts;
  readonly link: Link;
  /** Cards whose call has not come yet. */
  readonly early: readonly Card[];
}

/** What can happen. Times in milliseconds. */
export type Stimulus =
  | { readonly kind: 'now'; readonly now: Now; readonly at: number }
  | { readonly kind: 'pushed'; readonly pushed: Pushed; readonly at: number }
  | { readonly kind: 'link'; readonly state: 'live' | 'away'; readonly at: number }
  | { readonly kind: 'tick'; readonly at: number }
  /** The same while somebody writes on the card of the call that is over. */
  | { readonly kind: 'stay'; readonly at: number }
  | { readonly kind: 'show'; readonly callId: string }
  | { readonly kind: 'dismiss' };

/** Before the first answer. */
export const EMPTY: Model = {
  ready: false,
  eventId: '0',
  live: [],
  shown: null,
  over: null,
  recent: [],
  today: { calls: 0, written: 0, held: 0, talk_seconds: 0 },
  health: null,
  desk: { waiting: 0, claimed: 0 },
  link: { state: 'live' },
  early: [],
};

/** The model after the stimulus; the same object where nothing changed. */
export function reduce(model: Model, stimulus: Stimulus): Model {
  switch (stimulus.kind) {
    case 'now':
      return withNow(model, stimulus.now, stimulus.at);
    case 'pushed':
      return withPushed(model, stimulus.pushed, stimulus.at);
    case 'link':
      return withLink(model, stimulus.state, stimulus.at);
    case 'tick':
      return model.over && stimulus.at - model.over.at >= AFTER_CALL_MS ? { ...model, over: null } : model;
    case 'stay':
      return model.over ? { ...model, over: { ...model.over, at: stimulus.at } } : model;
    case 'show':
      return model.live.some((one) => one.call.id === stimulus.callId)
        ? { ...model, shown: stimulus.callId, over: null }
        : model;
    case 'dismiss':
      return model.over ? { ...model, over: null } : model;
  }
}

/** The call that has the card while it is up. */
export function shownCall(model: Model): LiveCall | null {
  return model.live.find((one) => one.call.id === model.shown) ?? null;
}

/** The other calls that are up. */
export function otherCalls(model: Model): readonly LiveCall[] {
  return model.live.filter((one) => one.call.id !== model.shown);
}

function withNow(model: Model, now: Now, at: number): Model {
  if (model.ready && isOlder(now.event_id, model.eventId)) {
    // Events overtook the answer. Its counts are still the best there are; everything else is known better.
    return { ...model, today: now.today };
  }
  const shown = shownCall(model);
  const gone = shown && !now.live.some((one) => one.call.id === shown.call.id) ? shown : null;
  const end = gone && now.recent.find((call) => call.id === gone.call.id && call.phase === 'ended');
  const next: Model = {
    ...model,
    ready: true,
    eventId: now.event_id,
    live: now.live,
    recent: now.recent,
    today: now.today,
    health: now.health,
    desk: now.desk,
    early: [],
    over: model.over && refreshed(model.over, now.recent),
  };
  return end ? afterCall(next, { call: end, card: gone.card }, at) : withShown(next);
}

function withPushed(model: Model, pushed: Pushed, at: number): Model {
  if (!isOlder(model.eventId, pushed.id)) return model;
  const moved = { ...model, eventId: pushed.id };
  const { body } = pushed;
  switch (body.event) {
    case 'health':
      return { ...moved, health: body.data };
    case 'desk':
      return { ...moved, desk: body.data };
    case 'card':
      return withCard(moved, body.data);
    case 'call':
      return withCall(moved, body.data, at);
  }
}

function withCard(model: Model, card: Card): Model {
  if (model.live.some((one) => one.call.id === card.call_id)) {
    return { ...model, live: model.live.map((one) => (one.call.id === card.call_id ? { ...one, card } : one)) };
  }
  if (model.over?.call.id === card.call_id) return { ...model, over: { ...model.over, card } };
  const others = model.early.filter((one) => one.call_id !== card.call_id);
  return { ...model, early: [...others, card].slice(-EARLY_CARDS) };
}

function withCall(model: Model, call: CallView, at: number): Model {
  const known = model.live.find((one) => one.call.id === call.id);
  const next = { ...model, recent: withRecent(model.recent, call) };
  if (call.phase !== 'ended') {
    if (known) {
      return { ...next, live: next.live.map((one) => (one === known ? { ...one, call } : one)) };
    }
    const card = model.early.find((one) => one.call_id === call.id) ?? looking(call);
    const live = [...next.live, { call, card }].sort((a, b) => a.call.started_at - b.call.started_at);
    return withShown({ ...next, live, early: model.early.filter((one) => one.call_id !== call.id) });
  }
  if (next.over?.call.id === call.id) return { ...next, over: { ...next.over, call } };
  if (!known) return next;
  const rest = { ...next, live: next.live.filter((one) => one !== known) };
  return model.shown === call.id ? afterCall(rest, { call, card: known.card }, at) : rest;
}

/** The shown call is over: the next one gets the card, or its own card stays for a while if people talked. */
function afterCall(model: Model, ended: LiveCall, at: number): Model {
  const next = withShown({ ...model, shown: null });
  if (next.shown !== null || ended.call.answered_at === null) return next;
  return { ...next, over: { ...ended, at } };
}

/** Gives the card to a call that is up: the one that has it keeps it, else talking goes before ringing. */
function withShown(model: Model): Model {
  if (model.live.some((one) => one.call.id === model.shown)) return model;
  const next = model.live.find((one) => one.call.phase === 'in_call') ?? model.live[0];
  return next ? { ...model, shown: next.call.id, over: null } : { ...model, shown: null };
}

function withLink(model: Model, state: 'live' | 'away', at: number): Model {
  if (state === model.link.state) return model;
  return { ...model, link: state === 'live' ? { state } : { state, since: at } };
}

function withRecent(recent: readonly CallView[], call: CallView): readonly CallView[] {
  if (recent.some((one) => one.id === call.id)) return recent.map((one) => (one.id === call.id ? call : one));
  const oldest = recent.at(-1);
  // A late change of a call from before the list's end does not belong into it.
  if (oldest && recent.length >= 10 && call.started_at < oldest.started_at) return recent;
  return [call, ...recent].sort((a, b) => b.started_at - a.started_at).slice(0, Math.max(10, recent.length));
}

function refreshed(over: Over, recent: readonly CallView[]): Over {
  const call = recent.find((one) => one.id === over.call.id);
  return call ? { ...over, call } : over;
}

function looking(call: CallView): Card {
  return {
    call_id: call.id,
    matched: call.number.kind === 'withheld' ? 'withheld' : 'looking',
    customer: null,
    candidates: [],
    chosen: null,
    named: null,
    history: [],
    history_total: 0,
    other_numbers: [],
  };
}

/** Ids are decimal strings that may be larger than a number holds. */
function isOlder(id: string, than: string): boolean {
  return id.length === than.length ? id < than : id.length < than.length;
}
