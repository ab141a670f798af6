/** The theme, the language and what is hidden, applied to the pages and kept by the host. */
import { hidden } from '../format/hidden.svelte';
import type { Preferences } from '../host/host';
import { LANGUAGES, type Language } from '../words/catalogue';
import { preferredLanguage, setLanguage } from '../words/say.svelte';

/** What can be chosen; null follows the system. */
export type Theme = 'light' | 'dark' | null;

/** The choices of this reader. */
export class Choices {
  theme = $state<Theme>(null);
  language = $state<Language | null>(null);
  readonly #preferences: Preferences;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    const theme = preferences.read('theme');
    this.theme = theme === 'light' || theme === 'dark' ? theme : null;
    const language = preferences.read('language');
    this.language = LANGUAGES.find((one) => one === language) ?? null;
    hidden.numbers = preferences.read('numbers') === 'hidden';
    hidden.notes = preferences.read('notes') === 'hidden';
    this.#applyTheme();
    this.#applyLanguage();
  }

  /** Hides numbers, or notes until the call is answered. */
  hide(what: 'numbers' | 'notes', is: boolean): void {
    hidden[what] = is;
    this.#preferences.write(what, is ? 'hidden' : null);
  }

  /** Chooses a theme; null follows the system. */
  chooseTheme(theme: Theme): void {
    this.theme = theme;
    this.#preferences.write('theme', theme);
    this.#applyTheme();
  }

  /** Chooses a language; null follows the system. */
  chooseLanguage(language: Language | null): void {
    this.language = language;
    this.#preferences.write('language', language);
    this.#applyLanguage();
  }

  #applyTheme(): void {
    if (this.theme) document.documentElement.dataset['theme'] = this.theme;
    else delete document.documentElement.dataset['theme'];
  }

  #applyLanguage(): void {
    setLanguage(this.language ?? preferredLanguage(navigator.languages));
  }
}
