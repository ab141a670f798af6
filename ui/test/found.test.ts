import { expect, it } from 'vitest';

import { excerpt, pieces } from '../src/model/found';

const marked = (text: string, typed: string) => pieces(text, typed).map(({ text: one, hit }) => (hit ? `[${one}]` : one)).join('');

it.each([
  ['Atelier Moreau & Fils SARL', 'moreau', 'Atelier [Moreau] & Fils SARL'],
  ['Marta Ibáñez', 'IBAN', 'Marta [Ibáñ]ez'],
  ['Bäckerei Straße', 'strasse back', '[Bäck]erei [Straße]'],
  ['Moreau', 'reau', 'Moreau'],
  ['01 99 00 55 23', 'moreau 55 23', '01 99 00 [55 23]'],
  ['01 99 00 55 23', '0199005523', '[01 99 00 55 23]'],
  ['01 99 00 55 23', '+33 1 99 00 55 23', '01 99 00 55 23'],
  ['+33 1 99 00 55 23', '0033 1 99', '+[33 1 99] 00 55 23'],
  ['+33 1 99 00 55 23', '01 99 00 55 23', '+33 [1 99 00 55 23]'],
  ['order 10482', '10482 order', '[order] [10482]'],
  ['Nothing', '', 'Nothing'],
])('%s holds %s', (text, typed, expected) => {
  expect(marked(text, typed)).toBe(expected);
});

it('cuts a note to what is around the match', () => {
  const note = 'The parcel came on Monday and nobody was at home, so it was delivered to Atelier Moreau next door, where Odile picks it up tomorrow morning, or sends somebody from the shop to fetch it.';
  const cut = excerpt(note, 'moreau');
  expect(cut.startsWith('… ')).toBe(true);
  expect(cut.endsWith(' …')).toBe(true);
  expect(cut).toContain('to Atelier Moreau next door');
  expect(cut.length).toBeLessThan(note.length);
  expect(excerpt('Call back\n Moreau', 'moreau')).toBe('Call back Moreau');
});
