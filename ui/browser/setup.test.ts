/** The set-up and the doctor, driven as an admin drives them, against the scripted hub. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { violationsInBothThemes } from './accessible';
import { cutTexts } from './cut-texts';
import { Stage, type Options } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

async function withScene(scene: string, test: (page: Page) => Promise<void>, options?: Options): Promise<void> {
  await test(await stage.show(scene, { width: 960, ...options }));
}

const asked = (page: Page) => page.evaluate(() => window.sidetone?.asked ?? []);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const heading = (page: Page) => page.locator('main h1').textContent();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const press = async (page: Page, name: string) => {
  await button(page, name).click();
  await page.clock.runFor(300);
};
/** Accessible and uncut as it stands now, in both themes and at the narrowest width. */
async function looksRight(page: Page): Promise<void> {
  expect(await violationsInBothThemes(page)).toEqual([]);
  const size = page.viewportSize();
  for (const width of [960, 380, 320]) {
    await page.setViewportSize({ width, height: 720 });
    expect(await page.evaluate(cutTexts), `${width} px`).toEqual([]);
  }
  if (size) await page.setViewportSize(size);
}

async function enterKey(page: Page, token: string): Promise<void> {
  await page.getByText('With a key').click();
  await page.getByLabel('API ID').fill('8c1f');
  await page.getByLabel('API token').fill(token);
  await press(page, 'Connect');
}

it('leads from nothing to live by the keyboard alone', async () => {
  await withScene('setup-aircall', async (page) => {
    expect(await heading(page)).toBe('Connect Aircall');
    await enterKey(page, 'a-token-of-aircall');
    expect(await page.locator('.steps').textContent()).toContain('Key accepted, 6 lines');

    const goOn = async (name: string) => {
      await button(page, name).focus();
      await page.keyboard.press('Enter');
      await page.clock.runFor(500);
    };
    await goOn('Continue');
    expect(await focused(page)).toBe('Connect your helpdesk');
    await page.getByText('With a key').click();
    await page.getByLabel('Subdomain').fill('acme');
    await page.getByLabel('E-mail of the user').fill('admin@example.com');
    await page.getByLabel('API key').fill('a-key-of-gorgias');
    await page.keyboard.press('Enter');
    await page.clock.runFor(300);
    expect(await page.locator('main').textContent()).toContain('7 of 7');

    await goOn('Continue');
    expect(await focused(page)).toBe('Which numbers should be logged?');
    await page.getByRole('checkbox', { name: 'Support FR' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('checkbox', { name: 'Sales US' }).focus();
    await page.keyboard.press('Space');
    await goOn('Continue with 2 lines');

    expect(await focused(page)).toBe('How do events arrive?');
    await page.getByLabel('Public address').last().fill('https://hub.example.com');
    await goOn('Save and test');
    expect(await page.locator('main').textContent()).toContain('Test event arrived after 0.8');
    await goOn('Continue');

    expect(await focused(page)).toBe('What becomes of unknown callers?');
    await goOn('Continue');
    expect(await focused(page)).toBe('What would be written');
    await page.clock.runFor(5_000);
    await page.locator('.tiles').waitFor();
    await goOn('Go live');

    expect(await heading(page)).toBe('Go live');
    expect(await asked(page)).not.toContain('POST /api/setup/go');
    await goOn('Go live');
    expect(await page.locator('main').textContent()).toContain('Sidetone is live');
    await goOn('Open Sidetone');
    await page.locator('.tabs').waitFor();
    expect(await page.evaluate(() => location.hash)).toBe('#now');
  });
});

describe('a key', () => {
  it.each([
    ['wrong', 'Aircall does not accept this key (403).', 'Enter it again'],
    ['not_an_api', 'What answers is not Aircall. A proxy or a firewall may stand in between.', 'Try again'],
    ['forbidden', 'Aircall knows the access, but does not let it read what is needed. It takes an admin’s.', 'Enter it again'],
    ['unreachable', 'Aircall cannot be reached from here. Check network, proxy and firewall.', 'Try again'],
    ['rate_limited', 'Aircall is at its limit of requests. In a minute it can be tried again.', 'Try again'],
  ])('that is refused (%s) says why, and has one button', async (token, sentence, next) => {
    await withScene('setup-aircall', async (page) => {
      await enterKey(page, token);
      const notice = page.locator('[role="alert"] .notice');
      expect(await notice.locator('.text').textContent()).toBe(sentence);
      expect(await notice.getByRole('button').allTextContents()).toEqual([next]);
      expect(await button(page, 'Continue').getAttribute('aria-disabled')).toBe('true');
      if (token === 'wrong') await looksRight(page);
    });
  });

  it('that is entered again goes into the same field', async () => {
    await withScene('setup-aircall', async (page) => {
      await enterKey(page, 'wrong');
      await press(page, 'Enter it again');
      await page.keyboard.type('the-right-token-9');
      await press(page, 'Connect');
      expect(await page.locator('main .card').textContent()).toContain('Aircall, Acme Kettles');
    });
  });

  it('shows its last four characters while it is typed, and never again', async () => {
    await withScene('setup-aircall', async (page) => {
      await page.getByText('With a key').click();
      const field = page.getByLabel('API token');
      expect(await field.getAttribute('type')).toBe('password');
      await field.fill('0123456789abcd3f9a');
      expect((await page.locator('.secret').textContent())?.trim()).toBe('…3f9a');
      await page.getByLabel('API ID').fill('8c1f');
      expect((await page.locator('.secret').textContent())?.trim()).toBe('');
      await press(page, 'Connect');
      expect(await page.content()).not.toContain('3f9a');
    });
  });

  it('needs all fields, and the first that is empty gets the focus', async () => {
    await withScene('setup-keys-only', async (page) => {
      await page.getByLabel('Subdomain').fill('acme');
      await press(page, 'Connect');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('email');
      expect(await asked(page)).not.toContain('POST /api/setup/helpdesk');
      await looksRight(page);
    });
  });

  it('for a mistyped subdomain leads back to that field', async () => {
    await withScene('setup-keys-only', async (page) => {
      await page.getByLabel('Subdomain').fill('acmee');
      await page.getByLabel('E-mail of the user').fill('admin@example.com');
      await page.getByLabel('API key').fill('a-key');
      await press(page, 'Connect');
      expect(await page.locator('[role="alert"] .text').textContent()).toBe('There is no Gorgias account “acmee”.');
      await press(page, 'Correct the subdomain');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('account');
    });
  });

  it('that may not do all that is needed says what is missing', async () => {
    await withScene('setup-keys-only', async (page) => {
      await page.getByRole('radio', { name: 'Front' }).check();
      await page.getByLabel('API token').fill('partly');
      await press(page, 'Connect');
      expect(await page.locator('main .card').textContent()).toContain('6 of 7');
      expect(await page.locator('main .card').textContent()).toContain('Missing: uploads.');
    });
  });

  it('is replaced, and a connection forgotten only after it was asked', async () => {
    await withScene('setup-aircall-done', async (page) => {
      await press(page, 'Replace the key');
      await page.getByText('With a key').waitFor();
      await press(page, 'Cancel');
      await press(page, 'Disconnect and forget');
      const dialog = page.getByRole('dialog');
      expect(await dialog.textContent()).toContain('Disconnect Aircall?');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(await asked(page)).not.toContain('DELETE /api/setup/aircall');
      await press(page, 'Disconnect and forget');
      await dialog.getByRole('button', { name: 'Disconnect and forget' }).click();
      await page.clock.runFor(300);
      expect(await asked(page)).toContain('DELETE /api/setup/aircall');
      expect(await page.locator('main .card').count()).toBe(0);
    });
  });
});

describe('a sign-in', () => {
  it('opens the browser, waits, and is done by itself', async () => {
    await withScene('setup-aircall', async (page) => {
      await press(page, 'Sign in');
      expect(await page.locator('main [role="status"]').first().textContent()).toBe('Waiting for the browser …');
      expect(await asked(page)).toContain('open https://aircall.example.com/oauth/authorize');
      await press(page, 'Open again');
      expect((await asked(page)).filter((one) => one.startsWith('open ')).length).toBe(2);
      await page.clock.runFor(4_000);
      expect(await page.locator('.steps').textContent()).toContain('Signed in, 6 lines');
      expect(await button(page, 'Continue').getAttribute('aria-disabled')).toBe('false');
    });
  });

  it('that waits looks right in German', async () => {
    await withScene(
      'setup-aircall-waiting',
      async (page) => {
        await press(page, 'Anmelden');
        await press(page, 'Adresse einfügen');
        await looksRight(page);
      },
      { language: 'de' },
    );
  });

  it('can be finished by the address, where the browser does not come back', async () => {
    await withScene('setup-aircall-waiting', async (page) => {
      await press(page, 'Sign in');
      await press(page, 'Paste the address');
      await page.getByLabel('Address').fill('http://127.0.0.1:7411/oauth/aircall/callback?code=abc&state=def');
      await press(page, 'Finish');
      expect(await page.locator('main .card').textContent()).toContain('Aircall, Acme Kettles');
    });
  });

  it('that was refused says so, and starts again', async () => {
    await withScene('setup-aircall-refused', async (page) => {
      await press(page, 'Sign in');
      await page.clock.runFor(4_000);
      expect(await page.locator('[role="alert"] .text').textContent()).toBe('The access was refused at Aircall. Start again and allow it.');
      await looksRight(page);
      await press(page, 'Start again');
      expect(await page.locator('main [role="status"]').first().textContent()).toBe('Waiting for the browser …');
    });
  });

  it('after which nothing may be read says so, and is no connection', async () => {
    await withScene('setup-aircall-forbidden', async (page) => {
      await press(page, 'Sign in');
      await page.clock.runFor(4_000);
      expect(await page.locator('[role="alert"] .text').textContent()).toBe(
        'Aircall knows the access, but does not let it read what is needed. It takes an admin’s.',
      );
      expect(await page.locator('main .card').count()).toBe(0);
      await press(page, 'Start again');
      expect(await page.locator('main [role="status"]').first().textContent()).toBe('Waiting for the browser …');
    });
  });

  it('whose tab was closed ends with its time', async () => {
    await withScene('setup-aircall-waiting', async (page) => {
      await press(page, 'Sign in');
      await page.clock.runFor(601_000);
      expect(await page.locator('[role="alert"] .text').textContent()).toBe('The sign-in was closed before it was done.');
    });
  });

  it('is given up by Cancel, by another way and by leaving the step', async () => {
    await withScene('setup-aircall-waiting', async (page) => {
      const given = async () => (await asked(page)).filter((one) => one.startsWith('DELETE /api/setup/sign-in/')).length;
      await press(page, 'Sign in');
      await press(page, 'Cancel');
      expect(await given()).toBe(1);
      await press(page, 'Sign in');
      await page.getByText('With a key').click();
      await page.clock.runFor(300);
      expect(await given()).toBe(2);
    });
  });

  it('at a Gorgias account that does not exist asks for the subdomain again', async () => {
    await withScene('setup-helpdesk', async (page) => {
      await page.getByLabel('Subdomain').fill('acmee');
      await press(page, 'Sign in');
      expect(await page.locator('[role="alert"] .text').textContent()).toBe('There is no Gorgias account “acmee”.');
      await press(page, 'Correct the subdomain');
      await page.keyboard.type('acme');
      await press(page, 'Sign in');
      await page.clock.runFor(4_000);
      expect(await page.locator('main .card').textContent()).toContain('Gorgias, acme');
    });
  });

  it('that began in the app store is taken or refused by the admin', async () => {
    for (const [name, path, left] of [['Accept', 'accept', 1], ['Refuse', 'refuse', 0]] as const) {
      await withScene('setup-asked', async (page) => {
        expect(await heading(page)).toBe('Connect your helpdesk');
        await press(page, name);
        expect(await asked(page)).toContain(`POST /api/setup/${path}`);
        expect(await page.locator('main .card').count()).toBe(left);
      });
    }
  });

  it('that began in the app store and is not accepted says so, and can be tried again or refused', async () => {
    await withScene('setup-asked-forbidden', async (page) => {
      await press(page, 'Accept');
      expect(await page.locator('[role="alert"] .text').textContent()).toBe(
        'Gorgias knows the access, but does not let it read what is needed. It takes an admin’s.',
      );
      await looksRight(page);
      expect(await page.locator('main .card').count()).toBe(0);
      await press(page, 'Try again');
      expect((await asked(page)).filter((one) => one.startsWith('POST /api/setup/accept')).length).toBe(2);
      await press(page, 'Refuse');
      expect(await page.locator('[role="alert"] .text').count()).toBe(0);
    });
  });
});

describe('where secrets cannot be kept', () => {
  it('the passphrase opens them, and a wrong one says so', async () => {
    await withScene('setup-passphrase', async (page) => {
      await page.getByLabel('Passphrase').fill('wrong');
      await press(page, 'Unlock');
      expect(await page.locator('.wrong').textContent()).toContain('This passphrase does not open the file.');
      expect(await page.getByLabel('Passphrase').inputValue()).toBe('');
      await page.getByLabel('Passphrase').fill('right');
      await press(page, 'Unlock');
      await button(page, 'Sign in').waitFor();
    });
  });

  it('nothing can be entered until then', async () => {
    await withScene('setup-no-key', async (page) => {
      expect(await page.locator('main input').count()).toBe(0);
      expect(await page.locator('main .notice').textContent()).toContain('This hub has no key of its own');
    });
  });
});

describe('the numbers', () => {
  it('are searched, and all that are found chosen or left out at once', async () => {
    await withScene('setup-numbers', async (page) => {
      const all = page.getByRole('checkbox', { name: 'Select all' });
      expect(await all.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true);
      await page.getByRole('searchbox').fill('logistics');
      expect(await page.locator('tbody .name').allTextContents()).toEqual(['Returns', 'Warehouse']);
      await all.check();
      await button(page, 'Continue with 5 lines').waitFor();
      await all.uncheck();
      await button(page, 'Continue with 3 lines').waitFor();
      await page.getByRole('searchbox').fill('zebra');
      await press(page, 'Show all');
      expect(await page.locator('tbody .name').count()).toBe(6);
    });
  });

  it('show the teams of each, and say where there is none', async () => {
    await withScene('setup-numbers', async (page) => {
      const teamsOf = (line: string) => page.locator('tbody tr', { has: page.getByRole('checkbox', { name: line }) }).locator('.team').textContent();
      expect(await teamsOf('Support FR')).toBe('Customer care');
      expect(await teamsOf('Kundenbetreuung Deutschland')).toBe('Customer care, Zweite Stufe');
      expect(await teamsOf('Main menu')).toBe('–');
      await page.setViewportSize({ width: 380, height: 720 });
      expect(await page.locator('tbody .team', { hasText: 'Logistics' }).first().isVisible()).toBe(true);
    });
  });

  it('say what they cost, and a menu with one of its lines can be left out', async () => {
    await withScene('setup-numbers-twice', async (page) => {
      expect(await page.locator('.notice h2').textContent()).toBe('About 604 calls a week on these 3 lines');
      expect(await page.locator('.notice').textContent()).toContain('In the busiest moment that is more than the limit.');
      await press(page, 'Leave menu out');
      expect(await page.getByRole('checkbox', { name: 'Main menu' }).isChecked()).toBe(false);
      expect(await page.locator('.notice h2').textContent()).toBe('About 302 calls a week on these 2 lines');
    });
  });

  it('that the file sets are shown and cannot be changed', async () => {
    await withScene('setup-numbers-file', async (page) => {
      expect(await page.locator('tbody input:disabled').count()).toBe(6);
      await press(page, 'Continue with 1 line');
      expect(await asked(page)).not.toContain('POST /api/setup/numbers');
      expect(await heading(page)).not.toBe('Which numbers should be logged?');
    });
  });

  it('are kept as they were chosen while one looks elsewhere', async () => {
    await withScene('setup-numbers', async (page) => {
      await page.getByRole('checkbox', { name: 'Warehouse' }).check();
      await press(page, 'Back');
      expect(await heading(page)).toBe('Connect your helpdesk');
      await press(page, 'Continue');
      expect(await page.getByRole('checkbox', { name: 'Warehouse' }).isChecked()).toBe(true);
    });
  });
});

describe('the events', () => {
  it.each([
    ['https://timeout.example.com', 'Nothing answered in time. A firewall may hold the connection back.'],
    ['https://http-404.example.com', 'The address answers with 404. Check that the proxy passes /webhooks/aircall on.'],
  ])('at %s do not arrive, and it says why', async (address, sentence) => {
    await withScene('setup-events', async (page) => {
      await page.getByLabel('Public address').last().fill(address);
      await press(page, 'Save and test');
      expect(await page.locator('[role="alert"] .bad').textContent()).toBe(sentence);
      await looksRight(page);
    });
  });

  it('by hand show the address that Aircall needs', async () => {
    await withScene('setup-events-hand', async (page) => {
      expect(await page.locator('code').textContent()).toBe('https://hub.example.com/webhooks/aircall');
    });
  });

  it('by hand need the token of that webhook, and say so', async () => {
    await withScene('setup-events', async (page) => {
      await page.getByRole('radio', { name: 'Webhook by hand' }).check();
      expect(await page.locator('footer').textContent()).toContain('Enter the token that Aircall shows for the webhook.');
      await press(page, 'Save and test');
      expect(await page.getByLabel('Webhook token').getAttribute('aria-invalid')).toBe('true');
      expect(await asked(page)).not.toContain('POST /api/setup/events');
      await looksRight(page);
      await page.getByLabel('Webhook token').fill('a-token-of-the-webhook');
      await press(page, 'Continue');
      expect(await asked(page)).toContain('POST /api/setup/events');
      expect(await heading(page)).toBe('What becomes of unknown callers?');
    });
  });

  it('at an address that is none are refused in the reader’s language, and in no other', async () => {
    await withScene(
      'setup-events-refused',
      async (page) => {
        await press(page, 'Weiter');
        expect((await page.locator('[role="alert"]').allTextContents()).map((text) => text.trim())).toContain(
          'Die Adresse muss mit https beginnen, ohne Benutzernamen, Fragezeichen und #. Korrigieren Sie sie.',
        );
        expect(await page.locator('main [lang="en"]').count()).toBe(0);
        await looksRight(page);
      },
      { language: 'de' },
    );
  });

  it('by polling say what cannot be shown, and need no address', async () => {
    await withScene('setup-events', async (page) => {
      await page.getByRole('radio', { name: 'Polling' }).check();
      expect(await page.locator('.cannot li').count()).toBe(3);
      await press(page, 'Continue');
      expect(await heading(page)).toBe('What becomes of unknown callers?');
    });
  });
});

it('the example changes with the choice and with the language of the notes', async () => {
  await withScene('setup-callers', async (page) => {
    const sheet = page.locator('.sheet');
    expect(await sheet.locator('h2').textContent()).toBe('Inbound call: +33199003146');
    expect(await sheet.textContent()).toContain('@aircall.io');
    await page.getByRole('radio', { name: 'Number only' }).check();
    expect(await sheet.textContent()).not.toContain('@aircall.io');
    await page.getByLabel('Language of the notes').selectOption('fr');
    expect(await sheet.textContent()).toContain('Appel décroché');
    await page.getByRole('radio', { name: 'Hold until named' }).check();
    expect(await sheet.textContent()).toContain('Nothing is written yet');
    await press(page, 'Continue');
    expect(await page.locator('.steps').textContent()).toContain('Hold until named');
  });
});

describe('the dry run', () => {
  it('is walked with the arrows, and its exceptions lead to what settles them', async () => {
    await withScene('setup-dry-run', async (page) => {
      await page.locator('[data-planned]').first().focus();
      await page.keyboard.press('ArrowDown');
      expect(await focused(page)).toBe('Bastien Roche');
      expect(await page.locator('.sheet h2').textContent()).toBe('Inbound call: Bastien Roche');
      expect(await page.locator('.row .chip.warn').count()).toBe(3);
      expect(await page.locator('.row .third a').evaluateAll((links) => links.map((one) => one.getAttribute('href')))).toEqual([
        '#doctor',
        '#setup?step=callers',
        '#setup?step=callers',
      ]);
    });
  });

  it.each(['de', 'fr'])('says for what a call waits to the end where it is narrow (%s)', async (language) => {
    await withScene(
      'setup-dry-run',
      async (page) => {
        const shortened = await page
          .locator('.row .second > span, .row .chip .one')
          .evaluateAll((texts) => texts.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
        expect(shortened).toEqual([]);
      },
      { width: 320, language },
    );
  });

  it.each(['de', 'fr'])('is told in %s, and nothing of it in English', async (language) => {
    await withScene(
      'setup-dry-run',
      async (page) => {
        const rows = page.locator('[data-planned]');
        for (let at = 0; at < (await rows.count()); at += 1) {
          await rows.nth(at).click();
          const sheet = page.locator('.sheet');
          expect(await sheet.locator('[lang="en"]').count()).toBe(0);
          expect(await sheet.textContent()).not.toMatch(/by exact|exact number|Ticket with|Nobody|Choose one|Status open/);
        }
      },
      { language },
    );
  });

  it('is kept as a file', async () => {
    await withScene('setup-dry-run', async (page) => {
      await press(page, 'Save as CSV');
      const saved = (await asked(page)).find((one) => one.startsWith('save sidetone-dry-run.csv')) ?? '';
      expect(saved.split('\r\n').length).toBeGreaterThan(9);
      expect(saved).toContain('Inbound call: Elena Prats');
    });
  });

  it('can be stopped and begun again', async () => {
    await withScene('setup-dry-run-running', async (page) => {
      expect(await page.locator('.running').textContent()).toContain('37 calls read, 12 looked up');
      await press(page, 'Cancel');
      expect(await asked(page)).toContain('DELETE /api/setup/dry-run');
      await press(page, 'Begin the dry run');
      await page.locator('.running .notice').waitFor();
    });
  });

  it('shows one thing at a time where it is narrow', async () => {
    await withScene(
      'setup-dry-run',
      async (page) => {
        await page.locator('[data-planned]').nth(2).click();
        await page.locator('.sheet').waitFor();
        expect(await page.locator('[data-planned]').first().isVisible()).toBe(false);
        await press(page, 'All calls of the dry run');
        expect(await page.locator('[data-planned]').first().isVisible()).toBe(true);
      },
      { width: 380 },
    );
  });

  it('that stopped leads to the connection', async () => {
    await withScene('setup-dry-run-failed', async (page) => {
      await press(page, 'Connect again');
      expect(await heading(page)).toBe('Connect your helpdesk');
    });
  });
});

it('shadow mode wants its days', async () => {
  await withScene('setup-go', async (page) => {
    await page.getByRole('radio', { name: 'Shadow mode first' }).check();
    await page.getByLabel('Days until a reminder').fill('0');
    await button(page, 'Start shadow mode').focus();
    await page.keyboard.press('Enter');
    await page.clock.runFor(300);
    expect(await asked(page)).not.toContain('POST /api/setup/go');
    await page.getByLabel('Days until a reminder').fill('7');
    await looksRight(page);
    await press(page, 'Start shadow mode');
    expect(await page.locator('main').textContent()).toContain('Shadow mode is on');
  });
});

it('going live beside another Sidetone is asked first', async () => {
  await withScene('setup-go-beside', async (page) => {
    await press(page, 'Go live');
    expect(await page.locator('main').textContent()).toContain('Another Sidetone (old-hub.example.com) is connected to this Aircall');
    await looksRight(page);
    await press(page, 'Go live all the same');
    expect(await page.locator('main').textContent()).toContain('Sidetone is live');
  });
});

it('a mode of the file that is held off is gone live with', async () => {
  await withScene('setup-go-held', async (page) => {
    expect(await page.locator('main').textContent()).toContain('Nothing is logged yet');
    expect(await page.getByLabel('Shadow mode first').count()).toBe(0);
    await looksRight(page);
    await press(page, 'Go live');
    expect(await page.locator('main').textContent()).toContain('Sidetone is live');
  });
});

it('the question before going live beside another Sidetone stands there for whoever looks', async () => {
  for (const [language, words] of [['en', 'Go live all the same'], ['de', 'Trotzdem live gehen']] as const) {
    await withScene(
      'setup-go-beside-asked',
      async (page) => {
        await page.getByRole('button', { name: words }).waitFor();
        expect(await page.locator('.notice.warn').textContent()).toContain('old-hub.example.com');
        // Also where it would stand below the fold.
        const box = await page.getByRole('button', { name: words }).boundingBox();
        const foot = await page.locator('main footer').boundingBox();
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(foot?.y ?? 0);
        expect(await page.evaluate(() => document.activeElement?.textContent ?? '')).toContain('old-hub.example.com');
        await looksRight(page);
      },
      { language, width: 380 },
    );
  }
});

it('what uninstalling could not undo is left to a person, by name', async () => {
  await withScene('setup-left', async (page) => {
    const told = await page.locator('main').textContent();
    expect(told).toContain('Delete it in the Aircall Dashboard');
    expect(told).toContain('Gorgias lists the access still');
    await looksRight(page);
  });
});

it('an uninstall that waits for Aircall is told, and given up after a while only', async () => {
  await withScene('setup-uninstalling-early', async (page) => {
    expect(await page.locator('main').textContent()).toContain('Uninstalling waits for Aircall');
    expect(await button(page, 'Forget anyway').count()).toBe(0);
    await looksRight(page);
    await page.clock.runFor(15 * 60 * 1000);
    expect(await button(page, 'Forget anyway').count()).toBe(1);
  });
  await withScene('setup-uninstalling', async (page) => {
    await press(page, 'Forget anyway');
    const dialog = page.getByRole('dialog');
    expect(await dialog.textContent()).toContain('The webhook stays in Aircall');
    await looksRight(page);
    expect(await asked(page)).not.toContain('POST /api/setup/forget');
    await dialog.getByRole('button', { name: 'Forget anyway' }).click();
    await page.clock.runFor(300);
    expect(await asked(page)).toContain('POST /api/setup/forget');
    const told = await page.locator('main').textContent();
    expect(told).toContain('Something is left to do by hand');
    expect(told).toContain('Delete it in the Aircall Dashboard');
    expect(told).not.toContain('Uninstalling waits for Aircall');
  });
});

it('a step that waits for an earlier one leads there', async () => {
  await withScene(
    'setup-aircall',
    async (page) => {
      expect(await page.locator('main').textContent()).toContain('An earlier step comes first');
      await page.getByRole('link', { name: 'Go there' }).click();
      await page.clock.runFor(300);
      expect(await focused(page)).toBe('Connect Aircall');
    },
    { hash: '#setup?step=events' },
  );
});

it('is entered from the menu and left again', async () => {
  await withScene(
    'idle',
    async (page) => {
      await button(page, 'Menu').click();
      await page.locator('#menu a', { hasText: 'Set-up' }).click();
      await page.locator('.steps').waitFor();
      await page.clock.runFor(300);
      expect(await page.locator('.strip').count()).toBe(1);
      await press(page, 'Close set-up');
      expect(await page.evaluate(() => location.hash)).toBe('#now');
    },
    { width: 380 },
  );
});

describe('the doctor', () => {
  it('says faults first, and looks again once one is mended', async () => {
    await withScene('doctor', async (page) => {
      expect(await heading(page)).toBe('2 faults, 1 hint, 16 checks passed');
      await press(page, 'Leave menu out');
      expect(await heading(page)).toBe('1 fault, 1 hint, 16 checks passed');
      expect(await focused(page)).toBe('1 fault, 1 hint, 16 checks passed');
      expect((await asked(page)).filter((one) => one === 'GET /api/doctor').length).toBe(2);
    });
  });

  it('gives a report without telephone numbers', async () => {
    await withScene('doctor', async (page) => {
      await button(page, 'Copy report').click();
      const report = await page.evaluate(() => navigator.clipboard.readText());
      expect(report).toContain('FAULT Main menu is a menu');
      expect(report).toContain('+•••14');
      expect(report).not.toContain('50 14');
    });
  });

  it.each([
    ['de', 'Main menu ist ein Menü', '4 Leitungen', 'Main menu is a menu'],
    ['fr', 'Main menu est un menu', '4 lignes', 'Main menu is a menu'],
  ])('is told in %s, and copied in English', async (language, what, value, copied) => {
    await withScene(
      'doctor',
      async (page) => {
        expect(await page.locator('main').textContent()).toContain(what);
        expect(await page.locator('main .value').allTextContents()).toContain(value);
        expect(await page.locator('main [lang="en"]').allTextContents()).toEqual([]);
        await page.getByRole('button', { name: language === 'de' ? 'Bericht kopieren' : 'Copier le rapport' }).click();
        expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(copied);
      },
      { language },
    );
  });

  it('is reached from the last step, also before anything runs', async () => {
    await withScene('setup-go-faults', async (page) => {
      await page.getByRole('link', { name: 'Open the doctor' }).click();
      await page.clock.runFor(500);
      expect(await heading(page)).toBe('2 faults, 1 hint, 16 checks passed');
      await page.getByRole('link', { name: 'Back' }).click();
      await page.clock.runFor(500);
      expect(await heading(page)).toBe('Go live');
    });
  });
});
