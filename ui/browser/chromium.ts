/** A Chromium for the tests: `CHROMIUM` names it, else it is looked for in the path. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Starts it without a window. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? findInPath(), args: ['--no-sandbox', '--disable-gpu'] });
}

function findInPath(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  throw new Error('There is no Chromium in the path: install the package `chromium`, or set CHROMIUM to its program.');
}
