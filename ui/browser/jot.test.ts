/** What an agent adds to a call (G13): notes and tags that go to Aircall and from there into the record. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = () => stage.page.evaluate(() => (window.sidetone?.asked ?? []).filter((one) => one.startsWith('POST')));
const active = () => stage.page.evaluate(() => document.activeElement?.tagName);

describe('a note', () => {
  it('is written and sent with the keyboard, and the hand stays in the field', async () => {
    const page = await stage.show('in-call');
    await page.keyboard.press('m');
    await page.keyboard.type('Lid does not close.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('In Aircall; Gorgias follows.').waitFor();
    expect(await asked()).toEqual(['POST /api/calls/4186780071/comments']);
    expect([await active(), await page.getByRole('textbox', { name: 'Another note' }).inputValue()]).toEqual(['TEXTAREA', '']);
    await page.keyboard.press('Control+Enter');
    await page.getByText('Write the note first.').waitFor();
    await page.keyboard.press('Escape');
    expect(await active()).not.toBe('TEXTAREA');
  });

  it('that Aircall does not take says where it goes', async () => {
    const page = await stage.show('in-call');
    await page.getByRole('textbox', { name: 'Your note' }).fill('Nice caller 🙂');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Aircall does not take it; it goes to Gorgias alone.').waitFor();
  });

  it('is under the hand whatever the helpdesk says meanwhile, and kept with the call', async () => {
    const page = await stage.show('named');
    const field = page.getByRole('textbox', { name: 'Your note' });
    await field.click();
    await page.keyboard.type('Asks for ');
    await page.evaluate(() => {
      const customer = { id: '70999', name: 'Dana Whitfield', email: null, url: null, note: null };
      const card = { call_id: '4186780072', matched: 'found' as const, customer, candidates: [], chosen: null, named: null, other_numbers: [], history: [], history_total: 0 };
      window.sidetone?.push({ event: 'card', data: card });
    });
    await page.keyboard.type('an invoice');
    expect(await field.inputValue()).toBe('Asks for an invoice');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+2');
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await page.keyboard.press('Control+1');
    expect(await field.inputValue()).toBe('Asks for an invoice');
  });

  it('is not offered while nothing is logged', async () => {
    const page = await stage.show('shadow');
    await page.getByRole('heading', { name: 'Would be written' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Your note' }).count()).toBe(0);
  });
});

it('is not offered where another Sidetone writes', async () => {
  const page = await stage.show('in-call');
  const field = page.getByRole('textbox', { name: 'Your note' });
  await field.waitFor();
  await page.evaluate(() => {
    const health = window.sidetone?.health();
    if (health) window.sidetone?.push({ event: 'health', data: { ...health, writer: { state: 'read_only', other: 'sidetone.example.com' } } });
  });
  await field.waitFor({ state: 'detached' });
});

describe('after the call', () => {
  it('the card stays while somebody writes, and goes when that is done', async () => {
    const page = await stage.show('ended');
    const field = page.getByRole('textbox', { name: 'Your note' });
    await field.fill('Sends a photo');
    await page.clock.runFor(150_000);
    expect(await field.inputValue()).toBe('Sends a photo');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('In Aircall').waitFor();
    await field.or(page.getByRole('textbox', { name: 'Another note' })).blur();
    await page.clock.runFor(62_000);
    await page.getByText('calls today').waitFor();
  });

  it('tags used lately are added by figures', async () => {
    const page = await stage.show('ended');
    await page.getByText('Call ended').waitFor();
    await page.keyboard.press('2');
    await page.locator('.chip.tag', { hasText: 'Warranty' }).waitFor();
    expect(await asked()).toEqual(['POST /api/calls/4186780071/tags']);
    expect(await page.getByRole('group', { name: 'Used lately' }).getByRole('button').allInnerTexts()).not.toContain('Warranty');
  });
});

describe('a tag', () => {
  it('is added by name with the keyboard, and the hand goes back to where it was', async () => {
    const page = await stage.show('in-call');
    await page.keyboard.press('t');
    await page.keyboard.type('refund');
    await page.keyboard.press('Enter');
    await page.locator('.chip.tag', { hasText: 'refund' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Add tag');
  });

  it('that Aircall does not have is said, and stays to be corrected', async () => {
    const page = await stage.show('in-call');
    await page.getByRole('button', { name: 'Add tag' }).click();
    await page.keyboard.type('Refnud');
    await page.keyboard.press('Enter');
    await page.getByText('Aircall has no tag “Refnud”.').waitFor();
    expect([await active(), await page.getByLabel('Name of the tag in Aircall').inputValue()]).toEqual(['INPUT', 'Refnud']);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Add tag');
  });
});
