/** Settings of the pages, in the storage of this browser or window. */
import type { Preferences } from './host';

/** Keeps settings in `localStorage`; forgets them with the page where there is none. */
export function storedPreferences(): Preferences {
  const storage = localStorageOrNull();
  return {
    read: (name) => storage?.getItem(name) ?? null,
    write: (name, value) => (value === null ? storage?.removeItem(name) : storage?.setItem(name, value)),
  };
}

function localStorageOrNull(): Storage | null {
  try {
    // Reading the property throws where a browser forbids storage.
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
