/**
 * Server-sent events from a byte stream. `EventSource` cannot send an Authorization header, hence by hand.
 *
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html, without `retry`.
 */

/** One event. Comment lines are not events. */
export interface ServerEvent {
  readonly id: string;
  readonly name: string;
  readonly data: string;
}

/** Reads until the stream ends. `alive` is called for every piece that arrives, comments included. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  event: (event: ServerEvent) => void,
  alive: () => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    rest += value;
    // A carriage return at the very end may be half of a line end: it waits for the next piece.
    const blocks = rest.replace(/\r\n|\r(?!$)/g, '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const parsed = parseBlock(block);
      if (parsed) event(parsed);
    }
  }
}

function parseBlock(block: string): ServerEvent | null {
  let id = '';
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }
  return data.length > 0 ? { id, name, data: data.join('\n') } : null;
}
