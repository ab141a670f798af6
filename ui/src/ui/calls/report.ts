/** "Why is this here?" as a text to send to somebody: without names, with telephone numbers masked. */
import { maskedNumber, withoutNumbers } from '../../format/number';
import type { CallDetail, ExplanationView } from '../../wire';

/** The report. Times in UTC, so that it reads the same everywhere. */
export function reportOf(
  detail: CallDetail,
  steps: (one: ExplanationView) => readonly (readonly [name: string, text: string])[],
): string {
  const { call } = detail;
  const head = `Aircall ${call.id}, ${maskedNumber(call.number)}, ${call.line.name}, ${detail.state}`;
  const reason = detail.reason ? [`${detail.reason.code}: ${detail.reason.text}`] : [];
  const blocks = detail.explanation.map((one) =>
    [new Date(one.at * 1000).toISOString(), ...steps(one).map(([name, text]) => `${name}: ${text}`)].join('\n'),
  );
  return nameless([[head, ...reason].join('\n'), ...blocks].map((block) => withoutNumbers(block, call.number)).join('\n\n'), detail);
}

function nameless(text: string, { call, card }: CallDetail): string {
  const candidates = card.candidates.map((one) => one.customer);
  const people = [call.customer, card.customer, card.chosen?.customer, card.named, ...candidates];
  const words = people.flatMap((one) => [one?.name, one?.email]).concat(call.contact_name);
  return words.reduce<string>((left, word) => (word ? left.replaceAll(word, '•••') : left), text);
}
