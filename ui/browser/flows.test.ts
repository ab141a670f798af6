/** What a person does with keyboard and pointer, and what must not happen meanwhile. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CallView, LiveEvent } from '../src/wire';
import { Stage, type Options } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

async function withScene(scene: string, test: (page: Page) => Promise<void>, options?: Options): Promise<void> {
  await test(await stage.show(scene, options));
}

const push = (page: Page, body: LiveEvent) => page.evaluate((value) => window.sidetone?.push(value), body);
const asked = (page: Page) => page.evaluate(() => window.sidetone?.asked ?? []);
const place = (page: Page) => page.evaluate(() => location.hash);
const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute('data-call') ?? at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
  });

/** A call that begins, as the host would report it. */
function ring(id: string, over: Partial<CallView> = {}): LiveEvent {
  return {
    event: 'call',
    data: {
      id,
      direction: 'inbound',
      phase: 'ringing',
      outcome: null,
      number: {
        kind: 'phone',
        e164: '+33199004410',
        international: '+33 1 99 00 44 10',
        national: '01 99 00 44 10',
        country: 'FR',
        received: '0199004410',
      },
      customer: null,
      contact_name: 'Odo Lambert',
      line: { id: '801', name: 'Support FR' },
      agent: null,
      started_at: Math.floor(Date.UTC(2026, 10, 19, 13, 31, 7) / 1000),
      answered_at: null,
      ended_at: null,
      missed_reason: null,
      state: 'pending',
      reason: null,
      completeness: { note: 'awaited', tags: 'awaited', recording: 'awaited', voicemail: 'not_expected' },
      ticket: null,
      ...over,
    },
  };
}

const ended = (id: string, over: Partial<CallView> = {}) => ring(id, { phase: 'ended', outcome: 'missed', ended_at: 1_795_095_100, ...over });

describe('the search field', () => {
  it('is reached by / and by Ctrl K, searches as one types, and lets go in two steps', async () => {
    await withScene('calls', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('harlow');
      await page.clock.runFor(300);
      await page.locator('[data-result^="call:"]').first().waitFor();
      expect(await place(page)).toBe('#search?text=harlow');
      expect(await page.locator('[data-result^="call:"]').count()).toBe(2);
      expect(await focused(page)).toBe('Search or dial');
      await page.keyboard.press('Escape');
      await page.clock.runFor(300);
      expect(await place(page), 'an empty field leads back').toBe('#calls');
      await page.keyboard.press('Escape');
      expect(await focused(page)).not.toBe('Search or dial');
      await page.keyboard.press('Control+k');
      expect(await focused(page)).toBe('Search or dial');
    });
  });

  it('leads into the list', async () => {
    await withScene('calls', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.press('ArrowDown');
      expect(await focused(page)).toBe('4186780060');
    });
  });

  it('chooses, opens and calls what was found without leaving the field', async () => {
    await withScene('search', async (page) => {
      const chosen = () => page.locator('[data-result].chosen, [data-result] > .chosen').evaluate((at) => at.closest('[data-result]')?.getAttribute('data-result'));
      await page.keyboard.press('Control+k');
      expect(await chosen()).toBe('customer:70388');
      expect(await page.getByRole('button', { name: 'Call', exact: true }).count(), 'actions only on the chosen row').toBe(1);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await chosen()).toBe('call:4186780059');
      await page.keyboard.press('ArrowUp');
      expect(await focused(page)).toBe('Search or dial');
      await page.keyboard.press('Control+Enter');
      await page.getByText('The number is in Aircall').waitFor();
      expect((await asked(page)).filter((one) => one === 'POST /api/dial')).toHaveLength(1);
      await page.keyboard.press('Control+4');
      await page.locator('.detail h1', { hasText: 'Bastien Roche' }).waitFor();
      expect(await place(page)).toBe('#calls?text=roche&call=4186780059');
    });
  });

  it('marks what was typed, and leads from the notes to their call', async () => {
    await withScene('search', async (page) => {
      expect(await page.locator('[data-result^="customer:"] mark').first().textContent()).toBe('Roche');
      const note = page.locator('[data-result^="note:"]');
      expect(await note.locator('mark').first().textContent()).toBe('Roche');
      await note.locator('a').click();
      await page.locator('.detail h1').waitFor();
      expect(await place(page)).toMatch(/^#calls\?text=roche&call=\d+$/);
    });
  });

  it('offers to call what is a number', async () => {
    await withScene('search-number', async (page) => {
      await page.getByRole('button', { name: 'Call 01 99 00 55 23' }).click();
      await page.getByText('The number is in Aircall').waitFor();
    });
  });

  it('says what was searched in vain, and what could not be searched', async () => {
    await withScene('search-nothing', async (page) => {
      await page.getByText('Nothing for “Zebra”').waitFor();
      await page.getByText('Names, numbers, agents').waitFor();
    });
    await withScene('search-failed', async (page) => {
      await page.getByRole('button', { name: 'Try again' }).click();
      expect((await asked(page)).filter((one) => one.startsWith('calls'))).toHaveLength(2);
    });
  });
});

describe('the filters', () => {
  it('show days, which can be taken back', async () => {
    await withScene('calls', async (page) => {
      await page.getByRole('button', { name: 'Choose days' }).click();
      await page.getByRole('button', { name: 'Yesterday' }).click();
      expect(await place(page)).toBe('#calls?from=2026-11-18&until=2026-11-18');
      await page.locator('.list [data-call="4186780052"]').waitFor();
      expect(await page.locator('.list [data-call="4186780060"]').count()).toBe(0);
      await page.getByRole('button', { name: 'Choose days: not all are shown' }).click();
      await page.getByRole('button', { name: 'Any day' }).click();
      await page.locator('.list [data-call="4186780060"]').waitFor();
    });
  });

  it('ask once whose calls are mine', async () => {
    await withScene('calls-who', async (page) => {
      await page.getByRole('link', { name: 'Mine' }).click();
      await page.getByRole('button', { name: 'Ruth Calder' }).click();
      expect(await place(page)).toBe('#calls?filter=mine');
      await page.locator('.list [data-call]').first().waitFor();
      const names = await page.locator('.list .second').allTextContents();
      expect(names.every((text) => text.includes('Ruth Calder'))).toBe(true);
    });
  });

  it.each([['en', 380], ['de', 320], ['fr', 320]] as const)('keep the chosen one in sight: %s at %i px', async (language, width) => {
    await withScene(
      'calls-mine',
      async (page) => {
        const [pill, room] = await page.locator('.scroll').evaluate((at) => [at.querySelector('[aria-current]')?.getBoundingClientRect(), at.getBoundingClientRect()]);
        expect(pill && pill.left >= room.left && pill.right <= room.right).toBe(true);
      },
      { language, width },
    );
  });

  it('go along into the export', async () => {
    await withScene('calls-days', async (page) => {
      await page.getByRole('button', { name: 'Export calls' }).click();
      await page.getByRole('button', { name: 'CSV' }).click();
      await page.getByText('Saved as sidetone-calls.csv').waitFor();
      expect(await asked(page)).toContain('export csv all  2026-11-18 2026-11-18');
    });
  });
});

describe('what was written', () => {
  it('is taken back after a question that lists it', async () => {
    await withScene('detail', async (page) => {
      await page.getByRole('button', { name: 'Undo our writes' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Undo our writes?' });
      await dialog.getByText('Note “Call ended”').waitFor();
      await dialog.getByText('Tags: Aircall, Inbound call, Delivery').waitFor();
      await dialog.getByRole('button', { name: 'Undo our writes' }).click();
      expect(await asked(page)).toContain('take_back 4186780060');
    });
  });

  it('is told to stay where Front keeps it', async () => {
    await withScene('detail-undo-front', async (page) => {
      const dialog = page.getByRole('dialog', { name: 'Undo our writes?' });
      await dialog.getByText('If nothing else is in the conversation').waitFor();
      expect(await dialog.getByRole('listitem').allTextContents()).toEqual(['Inbound call', 'Note “Call commented”', 'Total duration']);
      await dialog.getByText('Front lets nobody remove it').waitFor();
      await dialog.getByRole('button', { name: 'Undo our writes' }).click();
      expect(await asked(page)).toContain('take_back 4186780060');
    });
  });

  it('is moved to whom one finds', async () => {
    await withScene('detail', async (page) => {
      await page.getByRole('button', { name: 'Move', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Move to another customer' });
      await dialog.getByRole('textbox').fill('harlow');
      await page.clock.runFor(400);
      await dialog.getByRole('button', { name: /Harlow/ }).click();
      expect((await asked(page)).some((one) => /^choose 4186780060 \d+ true$/.test(one))).toBe(true);
    });
  });
});

describe('the list', () => {
  it('is one stop, walked with arrows and letters', async () => {
    await withScene('calls', async (page) => {
      expect(await page.locator('.list [data-call][tabindex="0"]').count()).toBe(1);
      await page.locator('.list [data-call]').first().focus();
      const seen: string[] = [];
      for (const key of ['ArrowDown', 'j', 'k', 'ArrowUp', 'ArrowUp', 'End', 'Home']) {
        await page.keyboard.press(key);
        seen.push(await focused(page));
      }
      expect(seen.map((id) => id.slice(-2))).toEqual(['59', '58', '59', '60', '60', '48', '60']);
    });
  });

  it('opens a call with Enter and has it back with Escape', async () => {
    await withScene('calls', async (page) => {
      await page.locator('[data-call="4186780058"]').focus();
      await page.keyboard.press('Enter');
      await page.locator('.detail h1', { hasText: 'Harlow' }).waitFor();
      expect(await focused(page)).not.toBe('4186780058');
      await page.keyboard.press('Escape');
      await page.locator('.list').waitFor();
      expect(await focused(page)).toBe('4186780058');
    });
  });

  it('keeps the focus while calls are read beside it', async () => {
    await withScene(
      'calls',
      async (page) => {
        await page.locator('[data-call="4186780058"]').focus();
        await page.keyboard.press('Enter');
        await page.locator('.detail h1', { hasText: 'Harlow' }).waitFor();
        expect(await focused(page)).toBe('4186780058');
        await page.keyboard.press('ArrowUp');
        expect(await focused(page)).toBe('4186780059');
      },
      { width: 1000 },
    );
  });

  it('loads further pages as one scrolls, and keeps its place while a call is read', async () => {
    await withScene('many', async (page) => {
      const rows = page.locator('.list [data-call]');
      expect(await rows.count()).toBeLessThan(90);
      for (let n = 0; n < 8 && (await rows.count()) < 90; n += 1) {
        await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
        await page.waitForTimeout(100);
      }
      expect(await rows.count()).toBe(90);
      const before = await page.locator('.list').evaluate((list) => list.scrollTop);
      await page.evaluate(() => (location.hash = '#calls?call=4186780060'));
      await page.locator('.detail h1').waitFor();
      await page.goBack();
      await page.locator('.list').waitFor();
      expect(await page.locator('.list').evaluate((list) => list.scrollTop)).toBe(before);
    });
  });

  it('does not move under the hand: new calls wait behind a pill', async () => {
    await withScene('many', async (page) => {
      const list = page.locator('.list');
      await list.evaluate((one) => one.scrollTo(0, 300));
      await page.waitForTimeout(50);
      await push(page, ended('77', { started_at: 1_795_095_080 }));
      const pill = page.getByRole('button', { name: '1 new' });
      await pill.waitFor();
      expect(await page.locator('[data-call="77"]').count()).toBe(0);
      expect(await list.evaluate((one) => one.scrollTop)).toBe(300);
      await pill.click();
      expect(await page.locator('[data-call="77"]').isVisible()).toBe(true);
    });
  });

  it('says what was searched in vain, and leads back', async () => {
    await withScene('nothing', async (page) => {
      await page.getByText('Nothing for “Zebra”').waitFor();
      await page.getByRole('button', { name: 'Show all' }).click();
      expect(await place(page)).toBe('#calls');
      expect(await page.getByRole('textbox', { name: 'Search or dial' }).inputValue()).toBe('');
    });
  });

  it('can be asked for again when it could not be read', async () => {
    await withScene('error', async (page) => {
      await page.getByRole('button', { name: 'Try again' }).click();
      expect((await asked(page)).filter((one) => one.startsWith('calls'))).toHaveLength(2);
    });
  });
});

describe('a ring', () => {
  it('brings Now up without the focus, and the page from before comes back', async () => {
    await withScene('calls', async (page) => {
      await page.getByRole('link', { name: 'Calls', exact: true }).focus();
      await push(page, ring('90'));
      await page.locator('.band h1', { hasText: 'Odo Lambert' }).waitFor();
      expect([await place(page), await focused(page)]).toEqual(['#now', 'Calls']);
      await push(page, ended('90'));
      await page.locator('.list').waitFor();
      expect(await place(page)).toBe('#calls');
    });
  });

  it('takes nothing away from somebody who types', async () => {
    await withScene('calls', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('gre');
      await push(page, ring('90'));
      await page.locator('.live-bar', { hasText: 'Odo Lambert' }).waitFor();
      await page.clock.runFor(400);
      expect([await place(page), await focused(page)]).toEqual(['#search?text=gre', 'Search or dial']);
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('.band h1', { hasText: 'Odo Lambert' }).waitFor();
    });
  });

  it('is said once, when it is known who calls', async () => {
    await withScene('idle', async (page) => {
      const alert = page.locator('.hidden-text[role="alert"]');
      await push(page, ring('90', { contact_name: null }));
      expect(await alert.textContent()).toBe('');
      const customer = { id: '7', name: 'Odo Lambert', email: null, note: null, url: null };
      const card = { call_id: '90', matched: 'found' as const, customer, candidates: [], chosen: null, named: null, other_numbers: [], history: [], history_total: 0 };
      await push(page, { event: 'card', data: card });
      await page.waitForTimeout(50);
      expect(await alert.textContent()).toBe('Odo Lambert is calling, Support FR');
      await push(page, { event: 'card', data: { ...card, history_total: 3 } });
      expect(await alert.textContent()).toBe('Odo Lambert is calling, Support FR');
    });
  });

  it('is said with the number when the helpdesk is slow', async () => {
    await withScene('idle', async (page) => {
      await push(page, ring('90', { contact_name: null }));
      await page.clock.runFor(1_600);
      expect(await page.locator('.hidden-text[role="alert"]').textContent()).toContain('99\u00a000\u00a044\u00a010 is calling');
    });
  });

  it('keeps the room for what the helpdesk says', async () => {
    await withScene('idle', async (page) => {
      await push(page, ring('90', { contact_name: null }));
      await page.locator('.reserved').waitFor();
      await page.clock.runFor(1_600);
      expect(await page.locator('.reserved').count()).toBe(0);
      await page.getByText('Asking Gorgias …').waitFor();
    });
  });

  it('tells the host when its card is on the screen, once', async () => {
    await withScene('idle', async (page) => {
      await push(page, ring('90'));
      await page.locator('.band').waitFor();
      await push(page, ring('90', { phase: 'in_call', answered_at: 1_795_095_080 }));
      await page.clock.runFor(200);
      await page.waitForTimeout(100);
      expect((await asked(page)).filter((one) => one === 'painted 90')).toHaveLength(1);
    });
  });

  it('stands in a bar while another call is up', async () => {
    await withScene('in-call', async (page) => {
      await push(page, ring('90'));
      await page.locator('.live-bar', { hasText: 'Odo Lambert' }).waitFor();
      expect(await page.locator('.band h1').textContent()).toBe('Elena Prats');
    });
  });
});

describe('after a call', () => {
  it('the card goes with D', async () => {
    await withScene('ended', async (page) => {
      await page.locator('.band.over').waitFor();
      await page.keyboard.press('d');
      await page.getByText('Your last calls').waitFor();
    });
  });

  it('the card goes by itself after a minute', async () => {
    await withScene('ended', async (page) => {
      await page.locator('.band.over').waitFor();
      await page.clock.runFor(61_000);
      expect(await page.locator('.band').count()).toBe(0);
    });
  });
});

describe('the window', () => {
  it('is walked area by area with F6', async () => {
    await withScene('sandbox', async (page) => {
      const seen: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        await page.keyboard.press('F6');
        seen.push(await focused(page));
      }
      expect(seen).toEqual(['Search or dial', 'Now', 'All', 'Ring a call', 'Search or dial']);
    });
  });

  it('changes tabs with Ctrl 1 and Ctrl 2, and the focus goes to the heading', async () => {
    await withScene('idle', async (page) => {
      await page.keyboard.press('Control+2');
      await page.locator('.list').waitFor();
      expect(await focused(page)).toBe('Calls');
      await page.keyboard.press('Control+1');
      await page.getByText('Your last calls').waitFor();
      expect(await place(page)).toBe('#now');
    });
  });

  it('shows its keys, and gives the focus back', async () => {
    await withScene('idle', async (page) => {
      await page.getByRole('link', { name: 'Calls' }).focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect(await focused(page)).toBe('Calls');
    });
  });

  it('changes language and theme at once', async () => {
    await withScene('idle', async (page) => {
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByLabel('Language').selectOption('de');
      await page.getByLabel('Darstellung').selectOption('dark');
      await page.getByText('Ihre letzten Anrufe').waitFor();
      const root = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset['theme']]);
      expect(root).toEqual(['de', 'dark']);
      await page.keyboard.press('Escape');
      expect([await focused(page), await page.locator('#menu').isVisible()]).toEqual(['Menü', false]);
    });
  });

  it('opens links through its host', async () => {
    await withScene('ringing', async (page) => {
      await page.getByRole('link', { name: 'Open in Gorgias' }).click();
      expect(await asked(page)).toContain('open https://kettles.example.com/app/customer/70411');
    });
  });
});

it('shows what the customer has open, asked once for a card, and asks again where that failed', async () => {
  const looks = async (page: Page) => (await asked(page)).filter((what) => what.startsWith('open records'));
  await withScene('ringing', async (page) => {
    const tickets = page.getByRole('region', { name: 'Open tickets' });
    await tickets.getByText('2 of 14').waitFor();
    await tickets.getByRole('link', { name: /Seals for order/ }).click();
    expect(await asked(page)).toContain('open https://kettles.example.com/app/ticket/51984');
    expect(await looks(page)).toEqual(['open records 70411']);
  });
  await withScene('open-failed', async (page) => {
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => looks(page)).toEqual(['open records 70411', 'open records 70411']);
  });
  await withScene('ringing-front', async (page) => {
    await page.getByRole('region', { name: 'Open conversations' }).waitFor();
    await page.getByRole('link', { name: 'Open in Front' }).click();
    await expect.poll(() => asked(page)).toContain('open https://app.example.com/open/cnv_7k2');
  });
});

it('has a refused call written again, and one that was removed made anew', async () => {
  await withScene('detail-parked', async (page) => {
    await page.getByRole('button', { name: 'Write again' }).click();
    await expect.poll(() => asked(page)).toContain('retry 4186780053');
  });
  await withScene('detail-removed', async (page) => {
    await page.getByRole('button', { name: 'Create again' }).click();
    await expect.poll(() => asked(page)).toContain('retry 4186780053');
  });
});

it('is paused from the menu, and goes on from the strip', async () => {
  await withScene('idle', async (page) => {
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Pause logging' }).click();
    await expect.poll(() => asked(page)).toContain('pause');
  });
  await withScene('paused', async (page) => {
    await page.getByText('6 kept').waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(() => asked(page)).toContain('resume');
  });
});

it('says where another Sidetone writes, and takes over', async () => {
  await withScene('other-writer', async (page) => {
    await page.getByText('sidetone.example.com').waitFor();
    await page.getByRole('button', { name: 'Take over' }).click();
    await expect.poll(() => asked(page)).toContain('mend other_writer');
  });
});

it('says that it is uninstalled and of no events, and begins again', async () => {
  await withScene('uninstalled', async (page) => {
    await page.getByRole('heading', { name: /^Uninstalled since/ }).waitFor();
    expect(await page.getByText('in real time').count()).toBe(0);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(() => asked(page)).toContain('resume');
  });
});

it('copies why a call is there without number and name', async () => {
  await withScene('detail', async (page) => {
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Copied').first().waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('+34 •••55');
    expect(copied).toContain('POST /api/tickets');
    expect(copied).not.toMatch(/Elena|666444555/);
  });
});

it('asks for a token, says when it is wrong, and lets in with the right one', async () => {
  await withScene('sign-in', async (page) => {
    const enter = () => page.getByRole('button', { name: 'Sign in' }).click();
    await enter();
    await page.getByText('Enter the token.').waitFor();
    await page.getByLabel('Admin token').fill('wrong');
    await enter();
    await page.getByText('The hub does not accept this token.').waitFor();
    await page.getByLabel('Admin token').fill('right');
    await page.keyboard.press('Enter');
    await page.getByText('Your last calls').waitFor();
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin token').waitFor();
  });
});

describe('several customers with one number', () => {
  it('are chosen from by key, and R decides whether that is remembered', async () => {
    await withScene('several', async (page) => {
      await page.getByText('Who is it?').waitFor();
      await page.keyboard.press('r');
      await page.keyboard.press('2');
      await page.keyboard.press('1');
      expect((await asked(page)).filter((one) => one.startsWith('choose'))).toEqual(['choose 4186780072 70389 false']);
    });
  });

  it('are chosen from by pointer, are remembered unless one says otherwise, and keys beyond the last do nothing', async () => {
    await withScene('several', async (page) => {
      await page.keyboard.press('4');
      await page.getByRole('button', { name: /Agathe Roche/ }).click();
      expect((await asked(page)).filter((one) => one.startsWith('choose'))).toEqual(['choose 4186780072 70392 true']);
    });
  });

  it('are not chosen by what is typed into a field', async () => {
    await withScene('several', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('12r');
      expect((await asked(page)).filter((one) => one.startsWith('choose'))).toEqual([]);
    });
  });

  it('may be somebody else, whom S finds', async () => {
    await withScene('several', async (page) => {
      await page.keyboard.press('s');
      const dialog = page.getByRole('dialog', { name: 'Someone else' });
      await dialog.getByRole('textbox').fill('harlow');
      await dialog.getByRole('button', { name: /Harlow & Pine/ }).click();
      expect((await asked(page)).filter((one) => one.startsWith('choose'))).toEqual([expect.stringMatching(/^choose 4186780072 \d+ true$/)]);
      await dialog.waitFor({ state: 'detached' });
    });
  });

  it('are chosen from in the call’s detail, too', async () => {
    await withScene('detail-several', async (page) => {
      await page.getByText('Elena Prats is no longer there. Choose again.').waitFor();
      await page.keyboard.press('1');
      expect(await asked(page)).toContain('choose 4186780055 70388 true');
    });
  });

  it('are asked about again when the choice is withdrawn', async () => {
    await withScene('chosen', async (page) => {
      await page.getByText('Bastien Roche is remembered for this number.').waitFor();
      await page.getByRole('button', { name: 'Withdraw' }).click();
      expect(await asked(page)).toContain('withdraw 4186780072');
    });
  });
});

describe('an unknown caller', () => {
  it('is named with the keyboard; the fields never take the focus by themselves', async () => {
    await withScene('unknown', async (page) => {
      expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('INPUT');
      await page.getByLabel('Name').focus();
      await page.keyboard.press('Enter');
      await page.getByText('Enter the name.').waitFor();
      await page.keyboard.type(' Dana Whitfield ');
      await page.keyboard.press('Tab');
      await page.keyboard.type('dana@whitfield.example.com');
      await page.keyboard.press('Enter');
      expect(await asked(page)).toContain('name 4186780072 Dana Whitfield dana@whitfield.example.com');
    });
  });

  it('may be somebody who is there already, under another number', async () => {
    await withScene('unknown', async (page) => {
      await page.getByRole('button', { name: 'Find an existing one' }).click();
      const dialog = page.getByRole('dialog', { name: 'Find an existing one' });
      await dialog.getByRole('textbox').fill('harlow');
      await dialog.getByLabel('Remember for this number').uncheck();
      await dialog.getByRole('button', { name: /Harlow & Pine/ }).click();
      expect((await asked(page)).filter((one) => one.startsWith('choose'))).toEqual([expect.stringMatching(/^choose 4186780072 \d+ false$/)]);
    });
  });

  it('is named in the call’s detail', async () => {
    await withScene('detail-unknown', async (page) => {
      await page.getByLabel('Name').fill('Dana Whitfield');
      await page.getByRole('button', { name: 'Create customer' }).click();
      expect(await asked(page)).toContain('name 4186780055 Dana Whitfield');
    });
  });

  it('who is named has the name in the band, and no field any more', async () => {
    await withScene('named', async (page) => {
      await page.locator('.band h1', { hasText: 'Dana Whitfield' }).waitFor();
      expect(await page.getByLabel('Name').count()).toBe(0);
      await page.getByText('Will be created as “Dana Whitfield”').waitFor();
    });
  });
});
