/** Which host shows these pages. */
import type { Host } from './host';

/** The desktop window, the fake host (in builds with scenes, where the address names one), else the hub. */
export async function chooseHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return new (await import('./tauri')).TauriHost();
  if (__SCENES__ && new URLSearchParams(location.search).has('scene')) {
    return (await import('./fake')).sceneHost(location.search);
  }
  return new (await import('./http')).HttpHost();
}
