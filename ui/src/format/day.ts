/** Days as they are typed and read: `19/11/2026`, `19.11.2026`. On the way between pages and hub a day is `2026-11-19`. Pure. */

type Part = 'day' | 'month' | 'year';

const CENTURY = 2000;

/** `19.11.2026`, in the order and with the marks of the locale. */
export function dayText(day: string, locale: string): string {
  return format(locale).format(noonOf(day));
}

/** `TT.MM.JJJJ`: what dayText writes, in the letters that this language has for day, month and year. */
export function dayPattern(locale: string, letters: string): string {
  const [day = '', month = '', year = ''] = letters;
  const shown: Record<string, string> = { day: day.repeat(2), month: month.repeat(2), year: year.repeat(4) };
  return format(locale)
    .formatToParts(noonOf('2026-11-19'))
    .map(({ type, value }) => shown[type] ?? value)
    .join('');
}

/** What was typed, as a day; null where it is none. Any mark between the figures, a short year or none, and `2026-11-19` will do. */
export function parseDay(text: string, locale: string, today: string): string | null {
  const figures = text.trim().match(/^\d{4}-\d{1,2}-\d{1,2}$/) ? text.trim().split('-') : null;
  if (figures) return checked(Number(figures[0]), Number(figures[1]), Number(figures[2]));
  if (!/^\d{1,4}([\s./-]+\d{1,4}){1,2}[.\s]*$/.test(text.trim())) return null;
  const given = (text.match(/\d+/g) ?? []).map(Number);
  const order = format(locale)
    .formatToParts(noonOf(today))
    .map(({ type }) => type)
    .filter((type): type is Part => type === 'day' || type === 'month' || type === 'year');
  const named = order.filter((part) => given.length > 2 || part !== 'year');
  const at = (part: Part) => given[named.indexOf(part)];
  const year = at('year') ?? Number(today.slice(0, 4));
  return checked(year < 100 ? year + CENTURY : year, at('month') ?? 0, at('day') ?? 0);
}

/** So many days later, or earlier. */
export function daysLater(day: string, days: number): string {
  const at = noonOf(day);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The same day so many months later, or the last one of a shorter month. */
export function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1, 12));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0, 12)).getUTCDate();
  first.setUTCDate(Math.min(date, last));
  return first.toISOString().slice(0, 10);
}

/** The weeks of the month that `day` is in, whole, from the locale's first weekday on. */
export function weeksOf(day: string, locale: string): string[][] {
  const first = `${day.slice(0, 8)}01`;
  const weekday = noonOf(first).getUTCDay();
  let at = daysLater(first, -((weekday - firstWeekday(locale) + 7) % 7));
  const weeks: string[][] = [];
  while (at.slice(0, 7) <= day.slice(0, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, n) => daysLater(at, n)));
    at = daysLater(at, 7);
  }
  return weeks;
}

/** `November 2026`. */
export function monthName(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(noonOf(day));
}

/** `Thursday 19 November 2026`. */
export function wholeDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' }).format(noonOf(day));
}

/** `Thu`, or in full. */
export function weekdayName(day: string, locale: string, width: 'short' | 'long'): string {
  return new Intl.DateTimeFormat(locale, { weekday: width, timeZone: 'UTC' }).format(noonOf(day));
}

/** 0 is Sunday. */
function firstWeekday(locale: string): number {
  // Newer than TypeScript's library; older webviews have neither form.
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  return (known.getWeekInfo?.() ?? known.weekInfo ?? { firstDay: 1 }).firstDay % 7;
}

function checked(year: number, month: number, day: number): string | null {
  const at = new Date(Date.UTC(year, month - 1, day, 12));
  if (year < 1000 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return null;
  return at.toISOString().slice(0, 10);
}

function format(locale: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' });
}

function noonOf(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}
