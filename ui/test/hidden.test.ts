import { afterEach, expect, it } from 'vitest';

import { covered, hidden, withNumbersCovered } from '../src/format/hidden.svelte';
import type { NumberView } from '../src/wire';

const SPANISH: NumberView = { e164: '+34666444555', received: '0034666444555', national: '666 44 45 55', international: '+34 666 44 45 55', country: 'ES', kind: 'phone' };

afterEach(() => {
  hidden.numbers = false;
});

it('leaves the country code and the last four of a number', () => {
  expect(covered('+34 666 44 45 55')).toBe('+34 ••• •• 45 55');
  expect(covered('+1 202-555-0178')).toBe('+1 •••-•••-0178');
  expect(covered('0199005523')).toBe('••••••5523');
  // Of a short one four would be nearly all.
  expect(covered('3131')).toBe('••31');
});

it('covers numbers in what others wrote, and neither times nor numbers of orders', () => {
  hidden.numbers = true;
  const text = 'Order 10482, 4 Nov 2026 10:15: call 01 99 00 55 23 or +34666444555.';
  expect(withNumbersCovered(text)).toBe('Order 10482, 4 Nov 2026 10:15: call •• •• •• 55 23 or +•••••••4555.');
  hidden.numbers = false;
  expect(withNumbersCovered(text)).toBe(text);
});

it('shows the one number that was asked for, and covers the others', () => {
  hidden.numbers = true;
  expect(hidden.covers(SPANISH)).toBe(true);
  hidden.toggle(SPANISH);
  expect([hidden.covers(SPANISH), hidden.covers({ ...SPANISH, e164: '+34666444556' })]).toEqual([false, true]);
  hidden.toggle(SPANISH);
  expect(hidden.covers(SPANISH)).toBe(true);
  expect(hidden.covers({ ...SPANISH, kind: 'withheld' })).toBe(false);
});
