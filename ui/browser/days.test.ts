/** Days: typed as the language of the pages writes them, or picked from a month. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { violationsInBothThemes } from './accessible';
import { cutTexts } from './cut-texts';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const hash = () => stage.page.evaluate(() => location.hash);

it('are written as the language has them, and change with it', async () => {
  for (const [language, label, example, written] of [
    ['en', 'First day', 'dd/mm/yyyy', '18/11/2026'],
    ['de', 'Erster Tag', 'TT.MM.JJJJ', '18.11.2026'],
    ['fr', 'Premier jour', 'jj/mm/aaaa', '18/11/2026'],
  ] as const) {
    const page = await stage.show('calls-days-asked', { language });
    const field = page.getByRole('textbox', { name: label });
    expect(await field.getAttribute('placeholder')).toBe(example);
    await field.fill(written.replaceAll(/\D/g, '-'));
    await field.blur();
    expect(await field.inputValue()).toBe(written);
    expect(await page.locator('input[type="date"]').count()).toBe(0);
  }
});

it('are typed and stepped with the arrows, and what is none goes nowhere', async () => {
  const page = await stage.show('calls-days-asked');
  const [first, last] = [page.getByRole('textbox', { name: 'First day' }), page.getByRole('textbox', { name: 'Last day' })];
  await first.fill('31/2/2026');
  await first.press('Enter');
  await last.focus();
  await page.getByText('That is no day. Write it as 19/11/2026.').waitFor();
  expect(await hash()).toBe('#calls');
  await first.fill('16/11');
  await first.press('ArrowUp');
  expect(await first.inputValue()).toBe('17/11/2026');
  await last.fill('1/11/26');
  await last.press('Enter');
  await page.getByText('The first day is after the last.').waitFor();
  await last.fill('18/11/26');
  await last.press('Enter');
  expect(await hash()).toBe('#calls?from=2026-11-17&until=2026-11-18');
});

it('are picked from a month with the keyboard; Escape closes the month alone', async () => {
  const page = await stage.show('calls-days-asked');
  const opener = page.getByRole('button', { name: 'First day: Calendar' });
  await opener.click();
  const here = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(await here()).toBe('Thursday, 19 November 2026');
  expect(await violationsInBothThemes(page)).toEqual([]);
  for (const width of [380, 320]) {
    await page.setViewportSize({ width, height: 720 });
    expect(await page.evaluate(cutTexts)).toEqual([]);
  }
  for (const key of ['ArrowLeft', 'ArrowUp', 'PageUp']) await page.keyboard.press(key);
  expect(await here()).toBe('Sunday, 11 October 2026');
  await page.keyboard.press('Escape');
  expect([await here(), await page.getByRole('dialog').count()]).toEqual(['First day: Calendar', 1]);
  await opener.click();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  const first = page.getByRole('textbox', { name: 'First day' });
  expect([await first.inputValue(), await first.evaluate((at) => at === document.activeElement)]).toEqual(['18/11/2026', true]);
});
