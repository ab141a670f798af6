/**
 * Telephone numbers for the reader: national form at home, international abroad, masked where they leave the window.
 *
 * Parsing and grouping happen in Rust; here one of the forms on the wire is chosen.
 */
import type { NumberView } from '../wire';

const NO_BREAK = '\u00a0';

/** The number as this reader expects it; null when it was withheld. `region` is the reader's country, from the system. */
export function numberText(number: NumberView, region: string | null): string | null {
  if (number.kind === 'withheld') return null;
  const home = region !== null && number.country === region;
  const text = (home ? number.national : number.international) ?? number.e164 ?? number.received;
  return text.replaceAll(' ', NO_BREAK);
}

/** What is copied and dialled: E.164, else as received, else nothing. */
export function numberToCopy(number: NumberView): string | null {
  return number.e164 ?? (number.received || null);
}

/** Country code and the last two digits: all that a copied report may say of a number. */
export function maskedNumber(number: NumberView): string {
  const digits = (number.e164 ?? number.received).replace(/\D/g, '');
  const code = /^\+\d+/.exec(number.international ?? '')?.[0] ?? '';
  return `${code}${code ? ' ' : ''}•••${digits.slice(-2)}`;
}

/**
 * `text` without telephone numbers: this call's number in whatever spelling, and anything else in international form.
 * Ids, times and ticket numbers stay, or the report would be of no use.
 */
export function withoutNumbers(text: string, number: NumberView): string {
  let masked = text;
  const spellings = [number.e164, number.national, number.received].map((one) => (one ?? '').replace(/\D/g, ''));
  for (const digits of [...new Set(spellings)].sort((a, b) => b.length - a.length)) {
    if (digits.length < 5) continue;
    const loose = digits.split('').join('[\\s().\\-\u00a0]*');
    masked = masked.replace(new RegExp(`(?:\\+|%2B)?(?<!\\d)${loose}(?!\\d)`, 'gi'), maskedNumber(number));
  }
  return withoutAnyNumbers(masked);
}

/** `text` without anything that is a telephone number in international form. */
export function withoutAnyNumbers(text: string): string {
  return text.replace(/(?:\+|%2B)\d(?:[\s().\-\u00a0]*\d){6,14}/gi, (found) => `+•••${found.replace(/\D/g, '').slice(-2)}`);
}
