import { describe, expect, it } from 'vitest';

import { AFTER_CALL_MS, EMPTY, otherCalls, reduce, shownCall, type Model, type Stimulus } from '../src/model/model';
import type { CallView } from '../src/wire';
import { aCall, aCard, aHealth, aNow, pushed, RINGING, TALKING } from './samples';

const started: Stimulus = { kind: 'now', now: aNow(), at: 0 };

function after(...stimuli: Stimulus[]): Model {
  return stimuli.reduce(reduce, EMPTY);
}

function call(id: number, view: CallView, at = 0): Stimulus {
  return { kind: 'pushed', pushed: pushed(id, { event: 'call', data: view }), at };
}

describe('a ring', () => {
  it('gets the card, with the look-up under way', () => {
    const model = after(started, call(11, aCall('a', RINGING)));
    expect(shownCall(model)?.card.matched).toBe('looking');
  });

  it('of a withheld number has nothing to look up', () => {
    const number = { ...aCall('a').number, kind: 'withheld' as const };
    expect(shownCall(after(started, call(11, aCall('a', { ...RINGING, number }))))?.card.matched).toBe('withheld');
  });

  it('takes the card that came before it', () => {
    const card: Stimulus = { kind: 'pushed', pushed: pushed(11, { event: 'card', data: aCard('a') }), at: 0 };
    expect(shownCall(after(started, card, call(12, aCall('a', RINGING))))?.card.matched).toBe('found');
  });

  it('fills in place when the helpdesk answers', () => {
    const card: Stimulus = { kind: 'pushed', pushed: pushed(12, { event: 'card', data: aCard('a', { matched: 'unknown' }) }), at: 0 };
    expect(shownCall(after(started, call(11, aCall('a', RINGING)), card))?.card.matched).toBe('unknown');
  });

  it('does not replace the card of a call that is up', () => {
    const model = after(started, call(11, aCall('a', TALKING)), call(12, aCall('b', RINGING)));
    expect([shownCall(model)?.call.id, otherCalls(model).map((one) => one.call.id)]).toEqual(['a', ['b']]);
  });

  it('is shown when asked for', () => {
    const model = after(started, call(11, aCall('a', TALKING)), call(12, aCall('b', RINGING)), { kind: 'show', callId: 'b' });
    expect(shownCall(model)?.call.id).toBe('b');
  });

  it('that nobody answered leaves no card behind', () => {
    const missed = aCall('a', { outcome: 'missed', answered_at: null });
    const model = after(started, call(11, aCall('a', RINGING)), call(12, missed));
    expect([model.shown, model.over, model.recent.map((one) => one.outcome)]).toEqual([null, null, ['missed']]);
  });

  it('takes the place of the call that is just over', () => {
    const model = after(started, call(11, aCall('a', TALKING)), call(12, aCall('a')), call(13, aCall('b', RINGING)));
    expect([model.over, shownCall(model)?.call.id]).toEqual([null, 'b']);
  });
});

describe('the end of a call', () => {
  const ended = [started, call(11, aCall('a', TALKING)), call(12, aCall('a'), 5_000)];

  it('keeps its card', () => expect(after(...ended).over?.call.phase).toBe('ended'));

  it('closes the card after a minute, not before', () => {
    expect(after(...ended, { kind: 'tick', at: 5_000 + AFTER_CALL_MS - 1 }).over).not.toBeNull();
    expect(after(...ended, { kind: 'tick', at: 5_000 + AFTER_CALL_MS }).over).toBeNull();
  });

  it('closes the card at once when dismissed', () => expect(after(...ended, { kind: 'dismiss' }).over).toBeNull());

  it('shows what is written later', () => {
    const later = call(13, aCall('a', { ticket: { id: '5', url: null } }));
    expect(after(...ended, later).over?.call.ticket?.id).toBe('5');
  });

  it('gives the card to the call that waits', () => {
    const model = after(started, call(11, aCall('a', TALKING)), call(12, aCall('b', RINGING)), call(13, aCall('a')));
    expect([model.over, shownCall(model)?.call.id]).toEqual([null, 'b']);
  });

  it('that was missed while events were away shows with the next answer', () => {
    const model = after(started, call(11, aCall('a', TALKING)), {
      kind: 'now',
      now: aNow({ event_id: '40', recent: [aCall('a')] }),
      at: 0,
    });
    expect([model.live, model.over?.call.id]).toEqual([[], 'a']);
  });
});

describe('the order of events', () => {
  it('ignores what is contained already', () => {
    expect(after(started, call(10, aCall('a', RINGING))).live).toEqual([]);
    expect(after(started, call(9, aCall('a', RINGING))).live).toEqual([]);
  });

  it('counts beyond what a number holds', () => {
    const big = '9007199254740993';
    const next = '9007199254740994';
    const model = after({ kind: 'now', now: aNow({ event_id: big }), at: 0 }, {
      kind: 'pushed',
      pushed: pushed(next, { event: 'call', data: aCall('a', RINGING) }),
      at: 0,
    });
    expect(model.live).toHaveLength(1);
  });

  it('takes only the counts of an answer that events overtook', () => {
    const late = aNow({ event_id: '10', today: { calls: 7, written: 7, held: 0, talk_seconds: 1 } });
    const model = after(started, call(11, aCall('a', RINGING)), { kind: 'now', now: late, at: 0 });
    expect([model.live.length, model.today.calls, model.eventId]).toEqual([1, 7, '11']);
  });
});

describe('the last calls', () => {
  it('stand newest first, each once', () => {
    const model = after(
      started,
      call(11, aCall('old', { started_at: 100 })),
      call(12, aCall('new', { started_at: 200 })),
      call(13, aCall('old', { started_at: 100, state: 'parked' })),
    );
    expect(model.recent.map((one) => [one.id, one.state])).toEqual([
      ['new', 'complete'],
      ['old', 'parked'],
    ]);
  });

  it('do not take in a late change of an older call', () => {
    const recent = Array.from({ length: 10 }, (_, n) => aCall(`r${n}`, { started_at: 1_000 - n }));
    const model = after({ kind: 'now', now: aNow({ recent }), at: 0 }, call(11, aCall('ancient', { started_at: 5 })));
    expect(model.recent.map((one) => one.id)).not.toContain('ancient');
  });
});

it('health replaces health', () => {
  const health: Stimulus = { kind: 'pushed', pushed: pushed(11, { event: 'health', data: aHealth({ mode: 'shadow' }) }), at: 0 };
  expect(after(started, health).health?.mode).toBe('shadow');
});

it('remembers since when the hub is away, once', () => {
  const away = (at: number): Stimulus => ({ kind: 'link', state: 'away', at });
  expect(after(started, away(5), away(9)).link).toEqual({ state: 'away', since: 5 });
});
