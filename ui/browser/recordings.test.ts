/** Where recordings are kept (C6), on the page Alerts and health: the folder, what is wrong with it, and for how long. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { violationsInBothThemes } from './accessible';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = () => stage.page.evaluate(() => (window.sidetone?.asked ?? []).filter((one) => one.includes('recordings') || one.includes('folder')));
const days = () => stage.page.getByRole('textbox', { name: 'Kept for' });
/** What is said of the field, by the ids that it names. */
const described = () =>
  days().evaluate((field) =>
    (field.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id))
      .filter((at) => at !== null && !at.hidden)
      .map((at) => at?.textContent?.trim()),
  );

it.each(['abc', '-1', '1.5', '', '1000000'])('tells at the field that “%s” is no number of days, and keeps nothing', async (text) => {
  const page = await stage.show('recordings');
  expect(await days().getAttribute('aria-invalid')).toBe('false');
  await days().fill(text);
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await days().getAttribute('aria-invalid')).toBe('true');
  expect(await described()).toEqual(['A whole number, in digits.']);
  expect(await days().evaluate((at) => at === document.activeElement)).toBe(true);
  expect(await asked()).toEqual(['GET /api/recordings']);
  expect(await violationsInBothThemes(page)).toEqual([]);
  await days().fill('30');
  expect([await days().getAttribute('aria-invalid'), await described()]).toEqual(['false', []]);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' });
  expect(await asked()).toEqual(['GET /api/recordings', 'POST /api/recordings']);
});

it('shows the folder whole, lets another be chosen, and lets it go', async () => {
  const page = await stage.show('recordings');
  await page.getByText('/srv/telephony/Aufzeichnungen und Voicemails').waitFor();
  await page.getByRole('button', { name: 'Choose folder' }).click();
  await page.getByText('/home/ada/Recordings').waitFor();
  await page.getByRole('button', { name: 'Keep none' }).click();
  await page.getByText('none: recordings are not kept').waitFor();
  expect(await days().count()).toBe(0);
  expect(await asked()).toEqual(['GET /api/recordings', 'choose a folder', 'GET /api/recordings', 'DELETE /api/recordings']);
});

it.each([
  ['recordings-away', 'the folder is not there'],
  ['recordings-full', 'No space left on device (os error 28)'],
])('says what the folder of %s lacks, above and at the folder', async (scene, why) => {
  const page = await stage.show(scene);
  const notice = page.locator('.notice').filter({ hasText: 'Recordings cannot be kept' });
  expect(await notice.textContent()).toContain('Make room in their folder, connect its disk');
  expect(await notice.locator('[lang=en]').textContent()).toBe(`/media/archive/Sidetone: ${why}`);
  expect(await page.locator('.row').filter({ hasText: 'Folder' }).textContent()).toContain('cannot be written to');
});
