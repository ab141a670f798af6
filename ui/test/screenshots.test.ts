import { expect, it } from 'vitest';

import { usualViews } from '../screenshots/pages';
import { asked } from '../screenshots/take';
import { SCENES } from '../src/host/fake/scenes';

it('shows only scenes that there are, each once at a width', () => {
  const views = usualViews();
  expect(views.filter(({ scene }) => !(scene in SCENES))).toEqual([]);
  expect(new Set(views.map(({ scene, width }) => `${scene} ${width}`)).size).toBe(views.length);
});

it('takes the usual ones, those that are named, or all, at the width that is asked for', () => {
  expect(asked([])).toEqual({ folder: '../target/screenshots', views: usualViews() });
  expect(asked(['--width', '320', '/tmp/there', 'idle'])).toEqual({ folder: '/tmp/there', views: [{ scene: 'idle', width: 320, height: 720 }] });
  expect(asked(['--all']).views.length).toBe(Object.keys(SCENES).length);
  expect(new Set(asked(['--width', '1280']).views.map(({ width }) => width))).toEqual(new Set([1280]));
});

it('says what it does not understand, before anything is taken', () => {
  expect(() => asked(['--width', '12'])).toThrow('320 to 3840');
  expect(() => asked(['--frames'])).toThrow('--frames');
  expect(() => asked(['/tmp/there', 'nowhere'])).toThrow('nowhere');
});
