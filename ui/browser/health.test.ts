/** Alerts and health: what is not there yet, what could not be read, and the one click about each alert. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { violationsInBothThemes } from './accessible';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = () => stage.page.evaluate(() => window.sidetone?.asked ?? []);
/** The notice with this title. */
const notice = (title: string) => stage.page.locator('.notice').filter({ has: stage.page.getByRole('heading', { name: title }) });

describe('what is not there', () => {
  it('shows grey rows where a part of the page is still read, and the rest at once', async () => {
    const page = await stage.show('health-loading');
    expect(await page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(2);
    expect(await page.locator('main').textContent()).toContain('Nothing waits');
  });

  it('says what could not be read and why, and reads it at one click', async () => {
    const page = await stage.show('health-unread');
    const parts = page.locator('.unread');
    expect(await parts.allTextContents()).toEqual([
      expect.stringMatching(/Who is told could not be read.*The database does not answer.*Try again/s),
      expect.stringMatching(/Where recordings are kept could not be read.*The database does not answer.*Try again/s),
    ]);
    expect(await violationsInBothThemes(page)).toEqual([]);
    const again = parts.first().getByRole('button', { name: 'Try again' });
    await again.click();
    await page.clock.runFor(300);
    // It failed once more: the button is where it was, and still in hand.
    expect(await again.evaluate((at) => at === document.activeElement)).toBe(true);
    await page.evaluate(() => window.sidetone?.answers());
    await again.click();
    await page.getByText('ops@example.com, Ada <ada@example.com>').waitFor();
    await parts.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('none: recordings are not kept').waitFor();
    expect(await parts.count()).toBe(0);
  });

  it('tells from when the picture is while the hub does not answer, and what to do', async () => {
    const page = await stage.show('health-away');
    const away = notice('Hub away since 14:31');
    expect(await away.textContent()).toContain('What stands here is as it was then.');
    await away.getByRole('button', { name: 'Try again' }).click();
    await away.getByText('Sidetone did not answer').waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    // What is known stays.
    expect(await page.locator('main').textContent()).toContain('key accepted');
  });

  it.each(['privacy', 'account', 'backfill', 'missed'])('shows grey rows, and no emptiness, while %s is read', async (name) => {
    const page = await stage.show(`${name}-loading`);
    await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('reads the settings of privacy again at one click', async () => {
    const page = await stage.show('privacy-failed');
    await page.getByText('The settings could not be read').waitFor();
    await page.evaluate(() => window.sidetone?.answers());
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'How long calls are kept' }).waitFor();
  });
});

describe('alerts', () => {
  it('mends at one click', async () => {
    const page = await stage.show('health-webhook');
    await page.getByRole('button', { name: 'Mend' }).click();
    expect(await asked()).toContain('mend webhook_disabled');
  });

  it('lead to where each is mended, with what was said beside our words', async () => {
    await stage.show('health-alerts');
    const links = async (title: string) => notice(title).getByRole('link').evaluateAll((all) => all.map((at) => at.getAttribute('href')));
    expect(await links('Aircall does not take our webhook')).toEqual(['#setup?step=events', '#doctor']);
    expect(await notice('Aircall does not take our webhook').locator('[lang=en]').textContent()).toContain('url is not reachable');
    expect(await links('Gorgias refuses an answer')).toEqual(['#setup?step=helpdesk', '#doctor']);
    expect(await links('There is no Gorgias account')).toEqual(['#setup?step=helpdesk']);
    expect(await links('3 calls wait for a decision')).toEqual(['#calls?filter=not_logged']);
    expect(await links('Shadow mode has lasted its time')).toEqual(['#shadow', '#setup?step=go_live']);
    expect(await notice('Recordings cannot be passed on').locator('[lang=en]').textContent()).toBe('/var/lib/sidetone/files: Permission denied');
  });

  it('of a later engine stand in its own words, marked as English', async () => {
    const page = await stage.show('health-alerts', { language: 'fr' });
    const own = page.locator('.notice[lang=en]');
    expect(await own.allTextContents()).toEqual([expect.stringMatching(/A later Sidetone knows what this is\..*It says what to do\./s)]);
    expect(await own.getByRole('button').or(own.getByRole('link')).count()).toBe(0);
  });
});

it('shows the calls behind each figure', async () => {
  const page = await stage.show('health-bad');
  await page.getByRole('link', { name: 'Show: 1 call refused' }).click();
  expect(page.url()).toMatch(/#calls\?filter=not_logged$/);
});

it('copies a report in English without a telephone number', async () => {
  const page = await stage.show('health-bad', { language: 'de' });
  await page.getByRole('button', { name: 'Bericht kopieren' }).click();
  await page.getByText('Kopiert').waitFor();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain('ALERT [webhook_disabled] since 2026-11-19T10:31:07.000Z, calls: 37');
  expect(report).toContain('gorgias: unreachable, last answer 2026-11-19T13:22:07.000Z (The connection timed out after 30 seconds.)');
  expect(report).not.toMatch(/undefined|NaN|null/);
});
