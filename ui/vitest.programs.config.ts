import { defineConfig } from 'vitest/config';

/** The pages of a real hub, against the sandbox; tests/setup/run says where the programs are. */
export default defineConfig({
  define: { __SCENES__: 'false' },
  test: {
    include: ['programs/**/*.test.ts'],
    environment: 'node',
    // A step that does not come about must not hold up what waits for it.
    testTimeout: 30_000,
    hookTimeout: 40_000,
  },
});
