/** Takes pictures of the pages in every language, light and dark, from one browser and the build with scenes. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Stage } from '../browser/stage';
import { SCENES } from '../src/host/fake/scenes';
import { LANGUAGES } from '../src/words/catalogue';
import { at, usualViews, type View } from './pages';
import { writeSheets, type Row } from './sheet';

const THEMES = ['light', 'dark'] as const;

/** What is asked for on the command line. */
interface Asked {
  readonly folder: string;
  readonly views: readonly View[];
}

/** `[--width N] [--all] [FOLDER] [SCENE…]`; throws what is wrong about it. */
export function asked(words: readonly string[]): Asked {
  let width: number | null = null;
  let all = false;
  const rest: string[] = [];
  for (let n = 0; n < words.length; n += 1) {
    const word = words[n] ?? '';
    if (word === '--all') all = true;
    else if (word === '--width') {
      n += 1;
      width = Number(words[n]);
      if (!Number.isInteger(width) || width < 320 || width > 3840) throw new Error('--width takes a number of pixels, 320 to 3840');
    } else if (word.startsWith('-')) throw new Error(`there is no ${word}`);
    else rest.push(word);
  }
  const [folder = '../target/screenshots', ...scenes] = rest;
  for (const scene of scenes) if (!(scene in SCENES)) throw new Error(`there is no scene ${scene}`);
  if (all || scenes.length > 0) return { folder, views: at(all ? Object.keys(SCENES) : scenes, width ?? 380) };
  const usual = usualViews();
  return { folder, views: width === null ? usual : at([...new Set(usual.map((view) => view.scene))], width) };
}

/** Takes them, and says where they are. */
export async function take(words: readonly string[]): Promise<string[]> {
  const { folder, views } = asked(words);
  const into = resolve(folder);
  mkdirSync(into, { recursive: true });
  const stage = await Stage.open();
  try {
    const rows: Row[] = [];
    for (const view of views) rows.push({ title: `${view.scene}, ${view.width} px`, width: view.width, files: await pictures(stage, view, into) });
    const columns = LANGUAGES.flatMap((language) => THEMES.map((theme) => `${language}, ${theme}`));
    return await writeSheets(stage.browser, rows, views[0]?.height ?? 0, columns, into);
  } finally {
    await stage.close();
  }
}

async function pictures(stage: Stage, { scene, width }: View, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const language of LANGUAGES) {
    const page = await stage.show(scene, { width, language });
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      const path = join(folder, `${scene}-${width}-${language}-${theme}.png`);
      await page.screenshot({ path });
      files.push(path);
    }
  }
  return files;
}
