/** Reads an answer of the API, whichever way it came: its body, or a `HostError` with the problem's code (RFC 9457). */
import { HostError, type Failure } from './host';

/** The body of a good answer. */
export function bodyOrThrow<T>(path: string, status: number, body: unknown): T {
  if (status >= 200 && status < 300) return (body ?? null) as T;
  const code = textIn(body, 'code') ?? (status === 403 ? 'forbidden' : null);
  throw new HostError(failureOf(status), `${path} answered ${status}`, code, textIn(body, 'detail'), body);
}

function failureOf(status: number): Failure {
  if (status === 401) return 'unauthorized';
  if (status === 404) return 'gone';
  return status >= 500 ? 'unreachable' : 'refused';
}

/** A text of a body, if it has one of that name. */
export function textIn(body: unknown, name: string): string | null {
  const found = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : null;
  return typeof found === 'string' ? found : null;
}
