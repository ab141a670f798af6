/// <reference types="vite/client" />
/// <reference types="svelte" />

/** True only in builds made with `--mode scenes`; see `vite.config.ts`. */
declare const __SCENES__: boolean;
