import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

import type { Language } from './src/words/catalogue';

declare module 'vitest' {
  interface ProvidedContext {
    /** Every scene is looked at in it. */
    language: Language;
  }
}

const SCENES = 'browser/scenes.test.ts';

/** The catalogue itself is not for whatever reads this file: it imports JSON. */
const languages = readdirSync(new URL('../crates/words', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length) as Language);

/** Tests in a real browser, against what was built. Each file has its own Chromium, the scenes one for each language. */
export default defineConfig({
  test: {
    environment: 'node',
    // More would only be in each other's way.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'pages', include: ['browser/**/*.test.ts'], exclude: [SCENES] } },
      ...languages.map((language) => ({ extends: true as const, test: { name: language, include: [SCENES], provide: { language } } })),
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
