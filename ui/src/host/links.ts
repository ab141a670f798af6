/** Which addresses may be opened. They come from a helpdesk, so `javascript:` and the like are possible. */

/** `url` if it is https, http on this computer (the sandbox), or `tel:` and a number in E.164; null otherwise. */
export function safeUrl(url: string | null | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  if (/^tel:\+\d{7,15}$/.test(url)) return url;
  const { protocol, hostname } = new URL(url);
  const local = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return protocol === 'https:' || (protocol === 'http:' && local) ? url : null;
}
