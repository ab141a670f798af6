/**
 * A window in which one scene follows another, always at the same moment. Each is loaded anew, so nothing of the one before is
 * left; a window of its own for each would cost more than all that is looked at in it.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

import { startChromium } from './chromium';
import { serve, type Running } from './serve';

const FOLDER = fileURLToPath(new URL('../test-results/scenes', import.meta.url));
/** A Thursday afternoon in Paris, with today, yesterday and days before. */
const MOMENT = new Date('2026-11-19T14:31:07+01:00');

/** What a scene's page may be asked to do differently. */
export interface Options {
  readonly width?: number;
  readonly language?: string;
  readonly hash?: string;
}

export class Stage {
  readonly page: Page;
  readonly browser: Browser;
  readonly #server: Running;
  #shown = 0;
  #complaints: string[] = [];

  private constructor(page: Page, browser: Browser, server: Running) {
    this.page = page;
    this.browser = browser;
    this.#server = server;
    page.on('pageerror', (error) => this.#complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text());
    });
  }

  /** Serves the build with scenes, and starts a browser. */
  static async open(): Promise<Stage> {
    if (!existsSync(FOLDER)) throw new Error('There is no build with scenes: run `npm run build:scenes` first.');
    const [browser, server] = await Promise.all([startChromium(), serve(FOLDER)]);
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Paris',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    await page.clock.install({ time: MOMENT });
    return new Stage(page, browser, server);
  }

  async show(scene: string, { width = 380, language = 'en', hash = '' }: Options = {}): Promise<Page> {
    const { page } = this;
    this.#shown += 1;
    this.#complaints = [];
    await page.setViewportSize({ width, height: 720 });
    await page.emulateMedia({ forcedColors: null, contrast: null });
    // Where a click left it, it would hover over what comes next.
    await page.mouse.move(-1, -1);
    await page.clock.setSystemTime(MOMENT);
    // Without the number, an address that differs in its hash alone would load nothing.
    await page.goto(`${this.#server.address}/pages/?scene=${scene}&lang=${language}&shown=${this.#shown}${hash}`);
    await page.locator('main').waitFor();
    await page.clock.runFor(500);
    return page;
  }

  /** What the browser complained of since the scene began to load. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.#server.close();
  }
}
