import { defineConfig } from 'vitest/config';

/** Tests in a real browser, against what was built. One file at a time: they share one Chromium and two cores. */
export default defineConfig({
  test: {
    include: ['browser/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
