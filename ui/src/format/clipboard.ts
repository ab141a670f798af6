/** Copies text. A hub reached without https has no clipboard interface; there a selection is copied instead. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  area.className = 'hidden-text';
  document.body.append(area);
  area.select();
  // Deprecated, and the only way left on an insecure origin.
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
