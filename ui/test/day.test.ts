import { expect, it } from 'vitest';

import { dayPattern, dayText, daysLater, monthsLater, parseDay, weeksOf } from '../src/format/day';

const TODAY = '2026-11-19';

it('writes and names a day as the language has it', () => {
  expect(['en-GB', 'en-US', 'de-DE', 'fr-FR'].map((locale) => dayText(TODAY, locale))).toEqual(['19/11/2026', '11/19/2026', '19.11.2026', '19/11/2026']);
  expect([dayPattern('en-US', 'dmy'), dayPattern('de-DE', 'TMJ'), dayPattern('fr-FR', 'jma')]).toEqual(['mm/dd/yyyy', 'TT.MM.JJJJ', 'jj/mm/aaaa']);
});

it('reads a day however it is typed', () => {
  for (const typed of ['1.6.2026', '01/06/2026', '1 6 26', '1-6-2026', '1.6.', '1.6', '2026-06-01']) {
    expect(parseDay(typed, 'de-DE', TODAY), typed).toBe('2026-06-01');
  }
  expect(parseDay('6/1/2026', 'en-US', TODAY)).toBe('2026-06-01');
  for (const none of ['', '31.2.2026', '0.6.2026', '1.13.2026', 'gestern', '1', '1.6.2026.4']) expect(parseDay(none, 'de-DE', TODAY), none).toBeNull();
});

it('reads back what it wrote, in every order', () => {
  for (const locale of ['en-GB', 'en-US', 'de-DE', 'fr-FR', 'en-CA', 'sv-SE']) expect(parseDay(dayText('2026-02-03', locale), locale, TODAY), locale).toBe('2026-02-03');
});

it('counts over the ends of months and years, and over changes of the clock', () => {
  expect([daysLater('2026-03-28', 2), daysLater('2027-01-01', -1)]).toEqual(['2026-03-30', '2026-12-31']);
  expect([monthsLater('2026-03-31', -1), monthsLater('2026-12-15', 1), monthsLater('2028-03-31', -1)]).toEqual(['2026-02-28', '2027-01-15', '2028-02-29']);
});

it('shows whole weeks from the day on which they begin there', () => {
  const german = weeksOf(TODAY, 'de-DE');
  expect([german[0]?.[0], german.at(-1)?.[6], german.every((week) => week.length === 7)]).toEqual(['2026-10-26', '2026-12-06', true]);
  expect(weeksOf(TODAY, 'en-US')[0]?.[0]).toBe('2026-11-01');
});
