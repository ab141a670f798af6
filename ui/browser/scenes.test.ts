/** Every scene in both themes, three languages and two widths: accessible, nothing overflowing, nothing cut off. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SCENES } from '../src/host/fake/scenes';
import { LANGUAGES } from '../src/words/catalogue';
import { violations } from './accessible';
import { startChromium } from './chromium';
import { cutTexts } from './cut-texts';
import { openScene, serveScenes } from './open-scene';
import type { Running } from './serve';

/** Wide layouts are worth a look where they differ. */
const WIDE = ['idle', 'calls', 'detail', 'ringing', 'health-bad', 'sandbox-call', 'setup-numbers', 'setup-dry-run', 'setup-callers', 'setup-events-hand', 'setup-go-faults', 'doctor'];

let browser: Browser;
let server: Running;

beforeAll(async () => {
  [browser, server] = await Promise.all([startChromium(), serveScenes()]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

describe.each(LANGUAGES)('in %s', (language) => {
  it.each(Object.keys(SCENES))('%s', async (scene) => {
    const page = await openScene(browser, server, scene, language);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);

    for (const theme of ['light', 'dark']) {
      await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
      expect(await violations(page), `${theme}, axe`).toEqual([]);
    }
    for (const width of WIDE.includes(scene) ? [380, 320, 720, 960, 1100] : [380, 320]) {
      await page.setViewportSize({ width, height: 720 });
      for (const font of ['', "'DejaVu Sans'"]) {
        // The widest font that a Linux desktop falls back to
        await page.evaluate((value) => document.documentElement.style.setProperty('--font', value), font);
        expect(await page.evaluate(cutTexts), `${width} px ${font}`).toEqual([]);
      }
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

it('sees a text that is cut off, sticks out, or is shortened where it must not be', async () => {
  const page = await openScene(browser, server, 'calls', 'en');
  const after = async (selector: string, property: string, value: string) => {
    await page.locator(selector).first().evaluate((at: HTMLElement, [name, to]) => at.style.setProperty(name ?? '', to ?? ''), [property, value]);
    const found = await page.evaluate(cutTexts);
    await page.locator(selector).first().evaluate((at: HTMLElement) => at.removeAttribute('style'));
    return found.join();
  };
  await page.locator('.day').first().evaluate((at: HTMLElement) => at.style.setProperty('overflow', 'hidden'));
  expect(await after('.day', 'width', '20px')).toContain('Today');
  expect(await after('.strip', 'width', '700px')).toContain('cut off by div.app');
  expect(await after('.row .side .num', 'transform', 'translateX(90px)')).toContain('14:25');
  expect(await page.evaluate(cutTexts)).toEqual([]);
  await page.context().close();
});

it('keeps what the keys and colours say when the system takes the colours away', async () => {
  const page = await openScene(browser, server, 'calls', 'en');
  await page.emulateMedia({ forcedColors: 'active' });
  await page.locator('[data-call]').first().focus();
  const [chip, chosen] = await page.evaluate(() => {
    const style = (selector: string) => getComputedStyle(document.querySelector(selector) ?? document.body);
    return [style('.chip').borderTopStyle, style('.row.chosen').outlineStyle];
  });
  expect([chip, chosen]).toEqual(['solid', 'solid']);
  await page.context().close();
});

it('moves nothing for those who asked for less motion', async () => {
  const page = await openScene(browser, server, 'ringing', 'en');
  const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running').length);
  expect(moving).toBe(0);
  await page.context().close();
});
