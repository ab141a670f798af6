import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Theme = 'light' | 'dark';
const css = readFileSync('src/style/tokens.css', 'utf8');
const usual = css.slice(0, css.indexOf('@media'));
const strong = css.slice(css.indexOf('prefers-contrast'), css.indexOf('prefers-reduced-motion'));

function colours(text: string): Map<string, Record<Theme, string>> {
  const found = text.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g);
  return new Map([...found].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]));
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const ALL = ['canvas', 'fill', 'fill-hover', 'raised', 'accent-fill', 'warn-fill', 'bad-fill'];
const PLAIN = ['canvas', 'fill', 'fill-hover', 'raised'];

/** Role, the surfaces it may stand on, what WCAG asks: 4.5 for text, 3 for controls. */
const TABLE: readonly (readonly [role: string, surfaces: readonly string[], least: number])[] = [
  ['text', ALL, 4.5],
  ['text-2', ALL, 4.5],
  ['text-3', PLAIN, 4.5],
  ['accent', [...PLAIN, 'accent-fill'], 4.5],
  ['warn', ['canvas', 'fill', 'fill-hover', 'warn-fill'], 4.5],
  ['bad', ['canvas', 'fill', 'fill-hover', 'bad-fill'], 4.5],
  ['on-accent', ['accent-solid', 'accent-solid-hover'], 4.5],
  ['on-accent-2', ['accent-solid'], 4.5],
  ['line-strong', ['canvas', 'fill', 'raised'], 3],
  ['accent-solid', ['canvas', 'fill'], 3],
  ['focus', PLAIN, 3],
  ['canvas', ['text'], 4.5],
];

function lowest(tokens: Map<string, Record<Theme, string>>, role: string, surfaces: readonly string[], theme: Theme): number {
  const of = (name: string) => {
    const colour = tokens.get(name)?.[theme];
    if (!colour) throw new Error(`tokens.css has no --${name}`);
    return colour;
  };
  return Math.min(...surfaces.map((surface) => contrast(of(role), of(surface))));
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each(TABLE)('%s is readable on everything it stands on', (role, surfaces, least) => {
    expect(lowest(colours(usual), role, surfaces, theme)).toBeGreaterThanOrEqual(least);
  });

  it('more contrast is more contrast', () => {
    const more = new Map([...colours(usual), ...colours(strong)]);
    for (const [role, surfaces] of [['text-2', ALL], ['text-3', PLAIN], ['line-strong', PLAIN]] as const) {
      expect(lowest(more, role, surfaces, theme), role).toBeGreaterThan(lowest(colours(usual), role, surfaces, theme));
    }
    expect(lowest(more, 'text-3', PLAIN, theme)).toBeGreaterThanOrEqual(7);
  });
});

it('computes what the standard says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

it('takes colours from nowhere but the tokens', () => {
  for (const file of ['base', 'kit', 'layout']) {
    const text = readFileSync(`src/style/${file}.css`, 'utf8');
    expect(text.match(/#[\da-f]{3,8}\b(?!\w)/gi) ?? [], file).toEqual([]);
  }
});
