/** Where the reader is, as state that follows the address. */
import { parseRoute, routeHash, type Route } from '../model/route';

let current = $state.raw<Route>(parseRoute(location.hash));

window.addEventListener('hashchange', () => {
  current = parseRoute(location.hash);
});

/** The place now. */
export function route(): Route {
  return current;
}

/**
 * Goes to a place. `push` is the reader's own step: the focus follows it and Back undoes it. `quiet` is a step that was
 * not asked for (a ring), `replace` one of many (typing); neither moves the focus.
 */
export function go(to: Partial<Route>, how: 'push' | 'quiet' | 'replace' = 'push'): void {
  const hash = routeHash(to);
  if (hash === location.hash) return;
  if (how === 'push') {
    location.hash = hash;
    return;
  }
  if (how === 'quiet') history.pushState(null, '', hash);
  else history.replaceState(null, '', hash);
  current = parseRoute(hash);
}
