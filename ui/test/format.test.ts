import { describe, expect, it } from 'vitest';

import { clockLength, coarse } from '../src/format/duration';
import { maskedNumber, numberText, numberToCopy, withoutNumbers } from '../src/format/number';
import { dayDistance, dayName, exactTime, timeOfDay, timeThere, type Manner } from '../src/format/when';
import type { NumberView } from '../src/wire';
import { reportOf } from '../src/ui/calls/report';
import { aCall, aCard, aDetail } from './samples';

const french: NumberView = {
  kind: 'phone',
  e164: '+33199005523',
  international: '+33 1 99 00 55 23',
  national: '01 99 00 55 23',
  country: 'FR',
  received: '0199005523',
};
const paris: Manner = { locale: 'en-GB', hour12: false, zone: 'Europe/Paris' };
const seconds = (iso: string) => Date.parse(iso) / 1000;

describe('a number', () => {
  it('is national at home and international abroad, without breaks', () => {
    expect(numberText(french, 'FR')).toBe('01\u00a099\u00a000\u00a055\u00a023');
    expect(numberText(french, 'DE')).toBe('+33\u00a01\u00a099\u00a000\u00a055\u00a023');
    expect(numberText(french, null)).toContain('+33');
  });

  it('that cannot be parsed stays as received', () => {
    const short: NumberView = { kind: 'other', e164: null, international: null, national: null, country: null, received: '3117' };
    expect([numberText(short, 'FR'), numberToCopy(short)]).toEqual(['3117', '3117']);
  });

  it('that was withheld has no text', () => expect(numberText({ ...french, kind: 'withheld' }, 'FR')).toBeNull());

  it('is copied as E.164', () => expect(numberToCopy(french)).toBe('+33199005523'));

  it('leaves with country code and two digits at most', () => expect(maskedNumber(french)).toBe('+33 •••23'));
});

describe('a copied report', () => {
  it('masks the number in every spelling', () => {
    for (const spelling of ['+33199005523', '+33 1 99 00 55 23', '01 99 00 55 23', '0199005523', '%2B33199005523', '33199005523']) {
      expect(withoutNumbers(`matched ${spelling}, exactly`, french)).toBe('matched +33 •••23, exactly');
    }
  });

  it('masks other numbers too', () => {
    expect(withoutNumbers('customer has +1 202-555-0142 as well', french)).toBe('customer has +•••42 as well');
  });

  it('keeps ids and times, or it would be of no use', () => {
    const text = 'call 4186780376 at 14:22:11, POST /api/tickets/52071, 201';
    expect(withoutNumbers(text, french)).toBe(text);
  });

  it('has neither names nor numbers', () => {
    const customer = { id: '7', name: 'Elena Prats', email: 'elena@example.com', note: null, url: null };
    const detail = aDetail({
      call: aCall('4186780376', { number: french, customer }),
      card: aCard('4186780376', { customer }),
      explanation: [{ at: 0, event: 'e', by: null, events: 0, first_event_at: null, repeats: 0, match: 'Elena Prats (elena@example.com) by +33199005523', rule: 'r', request: 'q', answer: 'a' }],
    });
    const report = reportOf(detail, (one) => [['Match', one.match]]);
    expect(report).not.toMatch(/Elena|example\.com|99005523/);
    expect(report).toContain('4186780376');
    expect(report).toContain('+33 •••23');
  });
});

describe('a length', () => {
  it('reads like a clock', () => {
    expect([34, 252, 3_765, -3].map(clockLength)).toEqual(['0:34', '4:12', '1:02:45', '0:00']);
  });

  it('has the coarsest unit that says something', () => {
    expect([45, 140, 7_300, 200_000].map(coarse)).toEqual([
      { unit: 'seconds', n: 45 },
      { unit: 'minutes', n: 2 },
      { unit: 'hours', n: 2 },
      { unit: 'days', n: 2 },
    ]);
  });
});

describe('a time', () => {
  const noon = seconds('2026-11-17T16:20:09+01:00');

  it('follows the clock of the system', () => {
    expect(timeOfDay(noon, paris)).toBe('16:20');
    expect(timeOfDay(noon, { ...paris, locale: 'en-US', hour12: true })).toMatch(/^4:20\sPM$/);
    expect(exactTime(noon, paris)).toBe('16:20:09');
  });

  it('keeps midnight in the day that begins', () => {
    expect(timeOfDay(seconds('2026-11-17T00:05:00+01:00'), paris)).toBe('00:05');
  });

  it('knows today and yesterday in the reader’s zone, also when the clocks change', () => {
    const now = seconds('2026-03-29T12:00:00+02:00');
    expect(dayDistance(seconds('2026-03-29T00:30:00+01:00'), now, paris)).toBe('today');
    expect(dayDistance(seconds('2026-03-28T00:10:00+01:00'), now, paris)).toBe('yesterday');
    expect(dayDistance(seconds('2026-03-27T23:50:00+01:00'), now, paris)).toBe('earlier');
  });

  it('names other days, with the year where it is another', () => {
    expect(dayName(noon, noon, paris)).toBe('Tue 17 Nov');
    expect(dayName(noon, noon, { ...paris, locale: 'de-DE' })).toBe('Di. 17. Nov.');
    expect(dayName(noon - 366 * 86_400, noon, paris)).toContain('2025');
  });

  it('is told for a country only where it is certain and differs', () => {
    expect(timeThere(noon, 'GB', paris)).toBe('15:20');
    expect(timeThere(noon, 'DE', paris)).toBeNull();
    expect(timeThere(noon, 'US', paris)).toBeNull();
    expect(timeThere(noon, 'IN', paris)).toBe('20:50');
  });
});
