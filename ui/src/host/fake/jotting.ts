/** Aircall's part where a person comments and tags: it has three tags, and takes no emoji. */
import type { CommentAnswer, CommentRequest, TagRequest } from '../../wire';
import type { Answer } from './setup';

const TAGS = ['Delivery', 'Refund', 'Warranty'];

/** Null where it is neither of the two. */
export function jottingAnswer(path: string, body: unknown): Answer | null {
  const what = /^\/api\/calls\/[^/]+\/(comments|tags)$/.exec(path)?.[1];
  if (what === 'comments') {
    const refused = /\p{Extended_Pictographic}/u.test((body as CommentRequest).text);
    const answer: CommentAnswer = refused
      ? { state: 'helpdesk_only', reason: { code: 'refused', text: 'Aircall takes no emoji.' } }
      : { state: 'posted', reason: null };
    return { status: 202, body: answer };
  }
  if (what !== 'tags') return null;
  const unknown = (body as TagRequest).tags.find((tag) => !TAGS.some((one) => one.toLowerCase() === tag.toLowerCase()));
  return unknown === undefined ? { status: 202, body: null } : { status: 422, body: { code: 'no_such_tag', detail: 'The scene says so.' } };
}
