/** Dates and times of day, by Intl. Pure: locale, clock and zone are given. Times on the wire are unix seconds. */

/** How this reader reads times. `zone` undefined means the system's. */
export interface Manner {
  readonly locale: string;
  readonly hour12: boolean;
  readonly zone?: string | undefined;
}

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(manner: Manner, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([manner, options]);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(manner.locale, { ...options, timeZone: manner.zone });
    cache.set(key, found);
  }
  return found;
}

function cycle(manner: Manner): Intl.DateTimeFormatOptions {
  return { hour: manner.hour12 ? 'numeric' : '2-digit', minute: '2-digit', hourCycle: manner.hour12 ? 'h12' : 'h23' };
}

/** `14:22`, or `2:22 pm` where the system says twelve hours. */
export function timeOfDay(at: number, manner: Manner): string {
  return formatter(manner, cycle(manner)).format(at * 1000);
}

/** `14:22:11`: ledger and health only. */
export function exactTime(at: number, manner: Manner): string {
  return formatter(manner, { ...cycle(manner), second: '2-digit' }).format(at * 1000);
}

/** `Tue 17 Nov`; with the year where it is not this one. */
export function dayName(at: number, now: number, manner: Manner): string {
  const year = formatter(manner, { year: 'numeric' });
  const options: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
  if (year.format(at * 1000) !== year.format(now * 1000)) options.year = 'numeric';
  return formatter(manner, options).format(at * 1000).replace(',', '');
}

/** The day as a key that sorts and compares, in the reader's zone: `2026-11-21`. */
export function dayKey(at: number, manner: Manner): string {
  return formatter({ ...manner, locale: 'sv-SE' }, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at * 1000);
}

/** How far back the day of `at` lies, as far as there is a word for it. */
export function dayDistance(at: number, now: number, manner: Manner): 'today' | 'yesterday' | 'earlier' {
  const key = dayKey(at, manner);
  if (key === dayKey(now, manner)) return 'today';
  // Noon of today minus a day is yesterday, whatever daylight saving does.
  const [year, month, day] = dayKey(now, manner).split('-').map(Number) as [number, number, number];
  const noonYesterday = Date.UTC(year, month - 1, day - 1, 12);
  return key === new Date(noonYesterday).toISOString().slice(0, 10) ? 'yesterday' : 'earlier';
}

/**
 * The time of day in a country, if all its zones agree on one and it differs from the reader's by an hour or more.
 * Where they disagree (United States, Spain with the Canaries) nothing is better than a guess.
 */
export function timeThere(at: number, country: string, manner: Manner): string | null {
  const zones = zonesOf(country);
  if (zones.length === 0) return null;
  const [first, ...more] = zones.map((zone) => timeOfDay(at, { ...manner, zone }));
  if (first === undefined || more.some((one) => one !== first)) return null;
  const here = offsetMinutes(at, manner.zone);
  const there = offsetMinutes(at, zones[0]);
  return Math.abs(here - there) >= 60 ? first : null;
}

function zonesOf(country: string): string[] {
  // Newer than TypeScript's library; older webviews have neither form.
  const locale = new Intl.Locale('und', { region: country }) as Intl.Locale & {
    getTimeZones?: () => string[] | undefined;
    timeZones?: string[];
  };
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

function offsetMinutes(at: number, zone: string | undefined): number {
  const parts = formatter({ locale: 'en-US', hour12: false, zone }, { timeZoneName: 'longOffset' }).formatToParts(at * 1000);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (!found) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
}
