/** Privacy (B12): what is kept for how long, whose calls are never logged, and forgetting one number. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = () => stage.page.evaluate(() => window.sidetone?.asked ?? []);

const forgetting = async () => {
  const page = await stage.show('privacy');
  await page.locator('input[name="forget"]').fill('+33 1 99 00 12 34');
  await page.getByRole('button', { name: 'Forget…' }).click();
  const dialog = page.getByRole('dialog', { name: /\+33 1 99 00 12 34/ });
  await dialog.waitFor();
  return { page, dialog };
};

it('asks before a number is forgotten, and forgets nothing where somebody thinks better of it', async () => {
  const { page, dialog } = await forgetting();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await asked()).not.toContain('POST /api/privacy/forget');
});

it('tells what was erased and what stands in the helpdesk still', async () => {
  const { page, dialog } = await forgetting();
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Forget the number' }).click();
  await page.getByRole('heading', { name: 'The number is forgotten' }).waitFor();
  expect(await page.locator('input[name="forget"]').inputValue()).toBe('');
  expect(await asked()).toContain('POST /api/privacy/forget');
  await page.getByText('+33 1 99 00 12 34').first().waitFor();
});

it('tells at the field that what was entered is no number of days', async () => {
  const page = await stage.show('privacy');
  const days = page.getByRole('textbox', { name: 'Days' });
  await days.fill('a year');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await days.getAttribute('aria-invalid')).toBe('true');
  await page.getByText('A whole number, in digits.').waitFor();
  expect(await asked()).not.toContain('POST /api/privacy/keep');
  await days.fill('90');
  expect(await days.getAttribute('aria-invalid')).toBe('false');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.clock.runFor(100);
  expect(await asked()).toContain('POST /api/privacy/keep');
});
