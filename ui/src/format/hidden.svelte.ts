/**
 * What this reader hides: numbers in every window, notes until the call is answered (B12). For who sits where others look on.
 *
 * Deliberately not here: what is copied, dialled and exported, which stays whole.
 */
import type { NumberView } from '../wire';

/** So long a number that was asked for is shown. */
const SHOWN_MS = 10_000;

/** The digits that stay. */
const LAST = 4;

class Hidden {
  numbers = $state(false);
  notes = $state(false);
  #shown = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether this number is to be covered now. */
  covers(number: NumberView): boolean {
    return this.numbers && number.kind !== 'withheld' && this.#shown !== keyOf(number);
  }

  /** Shows one number for a while, or covers it again. */
  toggle(number: NumberView): void {
    clearTimeout(this.#timer);
    this.#shown = this.#shown === keyOf(number) ? null : keyOf(number);
    if (this.#shown !== null) this.#timer = setTimeout(() => (this.#shown = null), SHOWN_MS);
  }
}

/** One for all windows of this program. */
export const hidden = new Hidden();

function keyOf(number: NumberView): string {
  return number.e164 ?? number.received;
}

/** `+34 ••• •• 45 55`: country code and the last four; of a short one the last two. */
export function covered(number: string): string {
  const code = /^\+\d{1,3}(?=[\s\u00a0])/.exec(number)?.[0] ?? '';
  const rest = number.slice(code.length);
  const digits = rest.replace(/\D/g, '').length;
  const stays = digits > 2 * LAST - 2 ? LAST : 2;
  let left = digits;
  return code + rest.replace(/\d/g, (digit) => (left-- > stays ? '•' : digit));
}

/** A text of somebody else's with the numbers in it covered, where numbers are. */
export function withNumbersCovered(text: string): string {
  return hidden.numbers ? text.replace(/\+?\d(?:[\s().\-/\u00a0]*\d){8,14}/g, covered) : text;
}
