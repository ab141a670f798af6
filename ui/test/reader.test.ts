import { expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { moment, since } = await import('../src/format/reader.svelte');
const { setLanguage } = await import('../src/words/say.svelte');

const at = (day: number) => new Date(2026, 10, day, 14, 22).getTime() / 1000;

it('a moment begins with a capital by itself, and not within a sentence', () => {
  const said = (['en', 'de', 'fr'] as const).map((language) => {
    setLanguage(language);
    return [moment(at(18), at(19)), since(at(18), at(19)), since(at(17), at(19)), since(at(19), at(19))];
  });
  expect(said).toEqual([
    ['Yesterday, 14:22', 'yesterday, 14:22', 'Tue 17 Nov, 14:22', '14:22'],
    ['Gestern, 14:22', 'gestern, 14:22', 'Di. 17. Nov., 14:22', '14:22'],
    ['Hier, 14:22', 'hier, 14:22', 'mar. 17 nov., 14:22', '14:22'],
  ]);
});
