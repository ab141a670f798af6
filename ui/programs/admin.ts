/**
 * An admin in a browser: finds things by what is written on them, in the language of the window.
 *
 * With SIDETONE_SHOTS set, each place that is looked at is kept there as pictures, wide and narrow, light and dark.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

import { violations } from '../browser/accessible';
import { cutTexts } from '../browser/cut-texts';
import { CATALOGUES, fill, LANGUAGES, type Arguments, type Key, type Language, type Values } from '../src/words/catalogue';
import { ADMIN } from './programs';

const LOCALE: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR' };
const WIDTHS = [1280, 380];
/** Nothing on this machine takes longer. */
const AT_MOST_MS = 10_000;

const language = LANGUAGES.find((one) => one === process.env['SIDETONE_LANGUAGE']) ?? 'en';
const shots = process.env['SIDETONE_SHOTS'];
let taken = 0;

/** What is written in the window. */
export function say<K extends Key>(key: K, ...[values]: Arguments<K>): string {
  return fill(CATALOGUES[language][key], (values ?? {}) as Values, LOCALE[language]);
}

export class Admin {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // That an answer was 4xx or did not come is said there as well; what the page makes of it is tested.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) this.complaints.push(message.text());
    });
  }

  static async with(browser: Browser): Promise<Admin> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: LOCALE[language],
      timezoneId: 'Europe/Paris',
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    context.setDefaultTimeout(AT_MOST_MS);
    return new Admin(context, await context.newPage());
  }

  /** Comes to a hub for the first time. */
  async comeTo(hub: string): Promise<void> {
    await this.page.goto(`${hub}/`);
    await this.page.getByLabel(say('adminToken')).fill(ADMIN);
    await this.press('signIn');
    await this.isAt('connectAircall');
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async press<K extends Key>(key: K, ...values: Arguments<K>): Promise<void> {
    await this.button(say(key, ...values)).click();
  }

  async pick(text: string): Promise<void> {
    await this.page.getByRole('radio', { name: text, exact: true }).check({ force: true });
  }

  async fill<K extends Key>(key: K, text: string, ...values: Arguments<K>): Promise<void> {
    await this.page.getByLabel(say(key, ...values), { exact: true }).fill(text);
  }

  async isAt<K extends Key>(title: K, ...values: Arguments<K>): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: say(title, ...values), exact: true }).waitFor();
  }

  /** The one sentence that says what is wrong. */
  async isTold<K extends Key>(key: K, ...values: Arguments<K>): Promise<void> {
    await this.page.getByRole('alert').getByText(say(key, ...values), { exact: true }).waitFor();
  }

  /** It stands somewhere on the page. */
  async reads(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** What a step says that was settled in it. */
  async settled(text: string): Promise<void> {
    await this.page.locator('.steps .u', { hasText: text }).first().waitFor();
  }

  /** A page that the vendor opened for a person. */
  async consent(press: () => Promise<void>): Promise<Page> {
    const [opened] = await Promise.all([this.context.waitForEvent('page'), press()]);
    opened.setDefaultTimeout(AT_MOST_MS);
    return opened;
  }

  /** Nothing is cut off and nothing is inaccessible here, as it stands. */
  async look(name: string): Promise<void> {
    expect(await violations(this.page), name).toEqual([]);
    const size = this.page.viewportSize();
    for (const width of WIDTHS) {
      await this.page.setViewportSize({ width, height: width < 720 ? 720 : 800 });
      expect(await this.page.evaluate(cutTexts), `${name} at ${width} px`).toEqual([]);
      if (shots) await this.#shoot(shots, `${name}-${width}`);
    }
    if (size) await this.page.setViewportSize(size);
  }

  /** Keeps a picture of how it stands, where pictures are kept. */
  async keep(name: string): Promise<void> {
    if (shots) await this.#shoot(shots, name);
  }

  async #shoot(folder: string, name: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    taken += 1;
    const number = String(taken).padStart(3, '0');
    for (const theme of ['light', 'dark']) {
      await this.page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
      await this.page.screenshot({ path: join(folder, `${language}-${number}-${name}-${theme}.png`), animations: 'disabled' });
    }
    await this.page.evaluate(() => delete document.documentElement.dataset['theme']);
  }

  async leave(): Promise<void> {
    await this.context.close();
    expect(this.complaints).toEqual([]);
  }
}
