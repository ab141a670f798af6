/**
 * Runs in the page: texts that stick out of the window, or are cut off without an ellipsis. Self-contained, because it
 * is sent there as it is.
 */
export function cutTexts(): string[] {
  const found: string[] = [];
  const say = (what: string, text: string) => found.push(`${what}: ${text.trim().slice(0, 60)}`);
  if (document.documentElement.scrollWidth > innerWidth) say('the page is wider than the window', `${document.documentElement.scrollWidth}`);
  for (const area of document.querySelectorAll('.page')) {
    if (area.scrollWidth > area.clientWidth) say('an area is wider than its place', area.className);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent ?? '';
    const parent = node.parentElement;
    if (!parent || text.trim() === '' || !parent.checkVisibility({ visibilityProperty: true }) || parent.closest('.hidden-text, [hidden]')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      let { left, right } = box;
      let shortened = false;
      for (let at: Element | null = parent; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (style.clipPath !== 'none') {
          // Present for screen readers only
          left = right = 0;
          break;
        }
        // A dialog lies above the page and is cut off by the window alone.
        const isAbove = at.matches('dialog:modal');
        if (style.overflowX === 'visible') {
          if (isAbove) break;
          continue;
        }
        const edge = at.getBoundingClientRect();
        const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
        if (style.textOverflow === 'ellipsis' || scrolls) {
          shortened ||= right > edge.right + 1;
          left = Math.max(left, edge.left);
          right = Math.min(right, edge.right);
        } else if (left < edge.left - 1 || right > edge.right + 1) {
          say(`cut off by ${at.tagName.toLowerCase()}.${at.className}`, text);
        }
        if (isAbove) break;
      }
      if (left < -1 || right > innerWidth + 1) say('outside the window', text);
      if (shortened && parent.closest('.num, .btn, .tabs, kbd')) say('must never be shortened', text);
    }
  }
  return [...new Set(found)];
}
