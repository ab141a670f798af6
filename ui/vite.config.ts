import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/**
 * One build for both faces: the desktop window loads it from its own scheme, the hub from a folder below its address,
 * hence relative paths. `--mode scenes` adds the fake host (`src/host/fake.ts`), which no shipped build contains.
 */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte()],
  define: { __SCENES__: JSON.stringify(mode === 'scenes') },
  // The message files lie beside Rust's share of them; the development server serves nothing else from above.
  server: { fs: { allow: ['.', '../crates/words'] } },
  build: {
    // The first versions with `light-dark()`; older targets would have it rewritten into something that ignores `data-theme`.
    target: ['chrome123', 'safari17.5', 'firefox120'],
    // Inlined assets would be `data:` URLs, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
  },
}));
