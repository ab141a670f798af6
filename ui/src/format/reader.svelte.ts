/**
 * The formats bound to this reader: language of the windows, region and clock of the system.
 *
 * Deliberately not here: the formats themselves, which are pure and take all this as arguments.
 */
import type { CallView, NumberView, Vendor } from '../wire';
import { language, say } from '../words/say.svelte';
import { dayPattern, dayText, parseDay } from './day';
import { coarse } from './duration';
import { covered, hidden, withNumbersCovered } from './hidden.svelte';
import { numberText } from './number';
import { dayDistance, dayName, exactTime, timeOfDay, timeThere, type Manner } from './when';

const USUAL_LOCALE = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR' } as const;

/** Names are names: the same in every language. */
const VENDORS: Readonly<Record<Vendor, string>> = { aircall: 'Aircall', gorgias: 'Gorgias', front: 'Front' };

/** WebKitGTK passes the system's locale on as it is, and `C.UTF-8` is no language tag. */
export function usable(tags: readonly string[]): string[] {
  return tags.filter((tag) => {
    try {
      return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
    } catch {
      return false;
    }
  });
}

/** The reader's country: from the system's languages, not from the language of the windows. */
function region(): string | null {
  for (const tag of usable(navigator.languages)) {
    const found = new Intl.Locale(tag).region;
    if (found) return found;
  }
  return null;
}

const HOUR_12 = new Intl.DateTimeFormat(usable(navigator.languages), { hour: 'numeric' }).resolvedOptions().hour12 ?? false;

function manner(): Manner {
  const spoken = language();
  const locale = usable(navigator.languages).find((tag) => tag.startsWith(`${spoken}-`)) ?? USUAL_LOCALE[spoken];
  return { locale, hour12: HOUR_12 };
}

/** `14:22`. */
export function time(at: number): string {
  return timeOfDay(at, manner());
}

/** `14:22:11`. */
export function exact(at: number): string {
  return exactTime(at, manner());
}

/** The locale in which this reader reads dates. */
export function spokenLocale(): string {
  return manner().locale;
}

/** `19.11.2026` of `2026-11-19`. */
export function dayWritten(day: string): string {
  return dayText(day, manner().locale);
}

/** What was typed as a day, `2026-11-19`; null where it is none. */
export function dayTyped(text: string, today: string): string | null {
  return parseDay(text, manner().locale, today);
}

/** `TT.MM.JJJJ`. */
export function dayExample(): string {
  return dayPattern(manner().locale, say('dayLetters'));
}

/** `Today`, `Yesterday`, `Tue 17 Nov`. */
export function day(at: number, now: number): string {
  const distance = dayDistance(at, now, manner());
  return distance === 'earlier' ? dayName(at, now, manner()) : say(distance);
}

/** `Today, 14:22`. */
export function dayAndTime(at: number, now: number): string {
  return say('dayAndTime', { day: day(at, now), time: time(at) });
}

/** `14:22` today, with the day before it otherwise: `Yesterday, 14:22`. */
export function moment(at: number, now: number): string {
  return dayDistance(at, now, manner()) === 'today' ? time(at) : dayAndTime(at, now);
}

/** The same within a sentence: `yesterday, 14:22`. Names of days stay as the language writes them. */
export function since(at: number, now: number): string {
  if (dayDistance(at, now, manner()) !== 'yesterday') return moment(at, now);
  return say('dayAndTime', { day: say('yesterday').toLocaleLowerCase(language()), time: time(at) });
}

/** `2 min`: the coarsest unit. */
export function age(seconds: number): string {
  const { unit, n } = coarse(seconds);
  return say(unit, { n });
}

/** `1 h 12`, or `12 min` below an hour. */
export function talkTime(seconds: number): string {
  if (seconds < 3600) return say('minutes', { n: Math.floor(seconds / 60) });
  return say('hoursMinutes', {
    h: Math.floor(seconds / 3600),
    m: String(Math.floor((seconds % 3600) / 60)).padStart(2, '0'),
  });
}

/** The clock of a country, where it is certain and differs by an hour or more. */
export function clockThere(at: number, country: string): string | null {
  return timeThere(at, country, manner());
}

/** A country by name. */
export function countryName(country: string): string {
  return new Intl.DisplayNames([language()], { type: 'region' }).of(country) ?? country;
}

/** The number for this reader, or the words for a withheld one. */
export function phone(number: NumberView): string {
  // Covered, it has its country code, or four digits would be all there is.
  const text = numberText(number, hidden.covers(number) ? null : region());
  if (text === null) return say('numberWithheld');
  return hidden.covers(number) ? covered(text) : text;
}

/** Who the other party is, as far as known: customer, else Aircall's contact, else the number. */
export function callerName(call: CallView): string {
  return withNumbersCovered(call.customer?.name || call.contact_name || '') || phone(call.number);
}

/** Whether `callerName` has nothing better than a number. */
export function isNameless(call: CallView): boolean {
  return !call.customer?.name && !call.contact_name;
}

/** The vendor's own name. */
export function vendorName(vendor: Vendor): string {
  return VENDORS[vendor];
}

/** `161,204`, by the language of the windows. */
export function figure(n: number): string {
  return new Intl.NumberFormat(manner().locale).format(n);
}

/** `Support FR and Support DE`. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(manner().locale, { type: 'conjunction' }).format(names);
}

/** `2.2`: with at most one place. */
export function decimal(n: number): string {
  return new Intl.NumberFormat(manner().locale, { maximumFractionDigits: 1 }).format(n);
}
