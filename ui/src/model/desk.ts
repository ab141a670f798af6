/**
 * The missed-call desk: what may be done about a caller, where the reader's hand goes next, what a refusal means. Pure.
 *
 * Deliberately not here: who waits, which the engine decides; asking it (`desk.svelte.ts`).
 */
import type { DeskCaller, DeskTalk, DeskView } from '../wire';
import type { Key } from '../words/catalogue';

/** What can be done about a caller. */
export interface Deeds {
  readonly callBack: boolean;
  readonly claim: boolean;
  readonly release: boolean;
  readonly clear: boolean;
}

/** Whether somebody else has the caller: has claimed it, calls or talks with it. `me`: the reader, by id. */
export function isOthers(caller: DeskCaller, me: string | null): boolean {
  if (caller.talk && isWithUs(caller.talk)) return true;
  return caller.claimed !== null && caller.claimed.agent.id !== me;
}

/** Whether an agent is on the phone with the caller; one who merely rings again still waits. */
export function isWithUs(talk: DeskTalk): boolean {
  return talk.outbound || talk.answered;
}

/** What the reader may do. A caller without a number can only be cleared; who is another one's is left alone. */
export function deeds(caller: DeskCaller, me: string | null): Deeds {
  if (isOthers(caller, me)) return { callBack: false, claim: false, release: false, clear: false };
  const hasNumber = caller.last.number.e164 !== null;
  const isMine = caller.claimed !== null;
  return { callBack: hasNumber, claim: hasNumber && !isMine, release: isMine, clear: true };
}

/** The rows from top to bottom, by their keys. */
export function keysOf(view: DeskView | null): string[] {
  return view ? [...view.waiting, ...view.claimed].map((caller) => caller.key) : [];
}

/** The caller of a key. */
export function callerOf(view: DeskView | null, key: string | null): DeskCaller | null {
  return [...(view?.waiting ?? []), ...(view?.claimed ?? [])].find((caller) => caller.key === key) ?? null;
}

/** Where a key of the list leads from a row; null: nowhere. Without a row, down and up lead to an end. */
export function moved(keys: readonly string[], from: string | null, key: string): string | null {
  const at = from === null ? -1 : keys.indexOf(from);
  const last = keys.length - 1;
  const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at < 0 ? last : at - 1, k: at < 0 ? last : at - 1, Home: 0, End: last }[key];
  return to === undefined ? null : (keys[Math.max(0, Math.min(last, to))] ?? null);
}

/** Which row the hand goes to when this one goes: the next one, else the one before. */
export function besides(keys: readonly string[], gone: string): string | null {
  const at = keys.indexOf(gone);
  return keys[at + 1] ?? keys[at - 1] ?? null;
}

/** The view without a caller, until the engine says the same. */
export function without(view: DeskView, key: string): DeskView {
  const others = (callers: readonly DeskCaller[]) => callers.filter((caller) => caller.key !== key);
  return { ...view, waiting: others(view.waiting), claimed: others(view.claimed) };
}

/** What is said of a dial that was not taken, by the problem's code. */
export function dialRefusal(code: string | null): Key {
  switch (code) {
    case 'agent_unavailable':
      return 'deskClosed';
    case 'unclear':
      return 'deskUnclear';
    default:
      return 'deskNotDialled';
  }
}
