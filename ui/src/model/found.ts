/**
 * Where a text holds what was typed, as the call log's index compares: without capitals and accents, words from their
 * beginning, numbers whatever stands between their digits. Pure.
 */

/** A part of a text; `hit`: it was typed. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** So much of a note stands before what was found, and in all, in characters. */
const BEFORE = 18;
const LENGTH = 90;

/** A text in parts. */
export function pieces(text: string, typed: string): Piece[] {
  const marked = hits(text, typed);
  const found: Piece[] = [];
  let begun = 0;
  for (let at = 1; at <= text.length; at += 1) {
    if (at < text.length && marked[at] === marked[begun]) continue;
    found.push({ text: text.slice(begun, at), hit: marked[begun] ?? false });
    begun = at;
  }
  return found;
}

/** A text cut to what is around the first match, with dots where something is left out. */
export function excerpt(text: string, typed: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  const first = hits(plain, typed).indexOf(true);
  if (first < 0 || plain.length <= BEFORE) return plain;
  const from = first <= BEFORE ? 0 : plain.indexOf(' ', first - BEFORE) + 1;
  const rest = plain.slice(0, from + LENGTH);
  const until = rest.length === plain.length ? plain.length : Math.max(rest.lastIndexOf(' '), plain.indexOf(' ', first));
  return `${from > 0 ? '… ' : ''}${plain.slice(from, until)}${until < plain.length ? ' …' : ''}`;
}

function hits(text: string, typed: string): boolean[] {
  const marked = new Array<boolean>(text.length).fill(false);
  const { folded, at } = fold(text);
  const mark = (from: number, length: number): void => {
    const first = at[from] ?? 0;
    const last = at[from + length - 1] ?? first;
    marked.fill(true, first, last + 1);
  };
  for (const word of wordsOf(typed)) {
    for (let from = folded.indexOf(word); from >= 0; from = folded.indexOf(word, from + 1)) {
      if (from === 0 || !isPart(folded[from - 1])) mark(from, word.length);
    }
  }
  for (const number of numbersOf(typed)) markNumber(text, number, marked);
  return marked;
}

/** The last digits of a number, or its first ones, with all that stands between them. */
function markNumber(text: string, number: string, marked: boolean[]): void {
  for (const run of text.matchAll(/\+?\d[\d\s()./\u2010-\u2013-]*\d|\d/g)) {
    const places = [...run[0]].flatMap((c, at) => (/\d/.test(c) ? [run.index + at] : []));
    const digits = places.map((at) => text[at]).join('');
    const from = digits.endsWith(number) ? digits.length - number.length : digits.startsWith(number) ? 0 : -1;
    if (from >= 0) marked.fill(true, places[from] ?? 0, (places[from + number.length - 1] ?? 0) + 1);
  }
}

/** What was typed as words; numbers of three digits and more are no words. */
function wordsOf(typed: string): string[] {
  const numeric = /^[\d+().\-/]+$/;
  const words = typed.split(/\s+/).filter((chunk) => !numeric.test(chunk));
  const single = words.flatMap((chunk) => fold(chunk).folded.split(/[^\p{L}\p{N}]+/u));
  return single.filter((word) => word !== '');
}

function numbersOf(typed: string): string[] {
  const runs = typed.match(/(?:^|(?<=\s))\+?[\d().\-/]+(?:\s+[\d().\-/]+)*(?=\s|$)/g) ?? [];
  const all = runs.flatMap((run) => {
    const digits = run.replace(/\D/g, '');
    // With a country's code, or with the zero that stands for it.
    return [digits, digits.replace(/^00/, ''), digits.replace(/^0/, '')];
  });
  return [...new Set(all)].filter((digits) => digits.length >= 2);
}

/** Small letters without accents, and from where in the text each came. */
function fold(text: string): { readonly folded: string; readonly at: readonly number[] } {
  let folded = '';
  const at: number[] = [];
  let place = 0;
  for (const c of text) {
    const plain = c.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('ø', 'o').replaceAll('ł', 'l');
    folded += plain;
    for (let one = 0; one < plain.length; one += 1) at.push(place);
    place += c.length;
  }
  return { folded, at };
}

function isPart(c: string | undefined): boolean {
  return c !== undefined && /[\p{L}\p{N}]/u.test(c);
}
