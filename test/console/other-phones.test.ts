/** Another phone for an extension, as an operator brings it about in the console: by a one-time code, or for a time. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import { userAgentFromText } from '../../src/domain/user-agent.ts';
import { codePost } from '../../src/notify/code-post.ts';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { CERTIFICATE, LOGIN, startMailServer } from '../unit/notify/smtp-server.ts';
import { openBrowser, seriousFaults } from './browser.ts';
import { type House, openHouse } from './house.ts';
import { openPage, signInAt, tabWithin, takePicture } from './visit.ts';

const SOFT = 'Linphone/5.2.3';
const NEW = 'Yealink SIP-T57W 97.86.0.30';
const HOSTILE = 'Phone <img src=x onerror="document.title=1"> \u202Egnp.exe';
const DAY = 86_400_000;
const WIDE = { viewport: { width: 1280, height: 800 } };

let browser: Browser;
let house: House;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  house = await openHouse();
  house.rig.register('1001', [DESK, '192.0.2.10:5060']);
  await house.rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'device', userAgent: DESK }],
  });
});
afterEach(async () => {
  await page?.context().close();
  await house[Symbol.asyncDispose]();
  expect(faults.splice(0)).toEqual([]);
});

async function visit(options: BrowserContextOptions = WIDE, user = 'alice'): Promise<void> {
  page = await openPage(browser, house.url, faults, options);
  await signInAt(page, house.url, 'extensions/1001', user);
  await page.getByRole('heading', { name: 'Another phone' }).waitFor();
}

async function visible(text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

async function issueCode(): Promise<string> {
  await page.getByRole('button', { name: 'Issue a code …' }).click();
  await page.getByRole('button', { name: 'Issue the code' }).click();
  return codeShown();
}

async function codeShown(): Promise<string> {
  await page.locator('.digits').waitFor();
  const parts = await page.locator('.digits > span:not(.hidden)').allTextContents();
  expect(parts.join('')).toMatch(/^\d{8}$/);
  return parts.join('');
}

async function viewOf(extension: string) {
  return (await house.rig.ask('GET', `/v1/extensions/${extension}`)).body;
}

/** The phone is registered there and dials the code. */
function dial(userAgent: string, at: string, digits: string) {
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [userAgent, at]);
  const address = parseAddress(at, 'udp');
  return house.rig.enrolment.attempt({
    ...{ endpoint: '1001', userAgent: userAgentFromText(userAgent), address, digits },
  });
}

test('a one-time code is issued by keyboard, shown once with what to dial, and taken back', async () => {
  await visit();
  await tabWithin(page, 'Issue a code …');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate<string>('document.activeElement.tagName')).toBe('SELECT');
  await page.keyboard.type('7 days');
  expect(await seriousFaults(page)).toEqual([]);
  await tabWithin(page, 'Issue the code');
  await page.keyboard.press('Enter');
  const code = await codeShown();
  await visible(`*55${code}`);
  await takePicture(page, 'one-time-code');
  expect(await seriousFaults(page)).toEqual([]);
  const { enrolment } = await viewOf('1001');
  expect(Date.parse(enrolment.expires) - Date.parse(enrolment.issued)).toBe(7 * DAY);
  await page.keyboard.press('Escape');
  await visible(/good until/);
  expect(await page.content()).not.toContain(code);
  await page.reload();
  await visible(/issued by/);
  expect(await page.content()).not.toContain(code.slice(0, 4));
  expect(await seriousFaults(page)).toEqual([]);
  await tabWithin(page, 'Take back the code');
  await page.keyboard.press('Enter');
  await visible('The code is good no more.');
  expect((await viewOf('1001')).enrolment).toBeNull();
  expect(await dial(NEW, '192.0.2.20:5060', code)).toBe('wrong');
});

test('the phone that dials the code shows at once where it was issued', async () => {
  await visit();
  const code = await issueCode();
  expect(await dial(NEW, '192.0.2.20:5060', code)).toBe('enrolled');
  await visible('The code is used up: the lock moved to');
  expect(await page.content()).not.toContain(code);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('.card', { hasText: 'Accepts' }).getByText(NEW).first().waitFor();
  expect(await page.getByText(/good until/).count()).toBe(0);
});

test('a code that replaces another says so, and where nobody can dial it, what to do', async () => {
  await house.rig.ask('POST', '/v1/extensions/1001/enrolment', {});
  await visit();
  await page.route('**/enrolment', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), featureCode: '' } });
  });
  await page.getByRole('button', { name: 'Issue a code …' }).click();
  await visible(/is void then/);
  await page.getByRole('button', { name: 'Issue the code' }).click();
  await visible(/no feature code is configured/);
  await codeShown();
});

test('a code is mailed too where one likes, and what could not be mailed was not issued', async () => {
  await using smtp = await startMailServer();
  const server = { host: 'localhost', port: smtp.port, security: 'starttls', ca: CERTIFICATE } as const;
  await house[Symbol.asyncDispose]();
  house = await openHouse({ codePost: codePost({ ...server, ...LOGIN, from: 'pbx@example.com' }, '*55') });
  await visit();
  await page.getByRole('button', { name: 'Issue a code …' }).click();
  await page.getByLabel('Also send it by e-mail to').fill('alice');
  await page.getByRole('button', { name: 'Issue the code' }).click();
  await visible('That is no mail address.');
  expect((await viewOf('1001')).enrolment).toBeNull();
  await page.getByLabel('Also send it by e-mail to').fill('alice@example.com');
  await page.keyboard.press('Enter');
  await visible(/The mail server took it for alice@example\.com/);
  expect(smtp.mails).toMatchObject([
    { to: ['alice@example.com'], body: expect.stringContaining(await codeShown()) },
  ]);
});

test('a device that was refused is accepted until an end of the operator’s own clock, and taken back', async () => {
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [HOSTILE, '192.0.2.11:5060']);
  await visit({ ...WIDE, timezoneId: 'Asia/Kolkata' });
  await tabWithin(page, 'Accept for a time …');
  await page.keyboard.press('Enter');
  await visible('Wrong device, registered now from 192.0.2.11:5060.');
  const day = new Date(Date.now() + 9 * DAY).toISOString().slice(0, 10);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Until').selectOption('Another day and time');
  await dialog.getByLabel('Day and time').fill('2020-01-01T10:00');
  await visible('That is over already.');
  expect(await dialog.getByRole('button', { name: 'Accept it' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Day and time').fill(`${day}T18:30`);
  await visible(new RegExp(`Ends ... ${day} 18:30, Asia/(Kolkata|Calcutta)\\.`));
  expect(await seriousFaults(page)).toEqual([]);
  await tabWithin(page, 'Accept it');
  await page.keyboard.press('Enter');
  await visible(/It is accepted until/);
  expect((await viewOf('1001')).policy.grants).toEqual([
    { alternative: { kind: 'device', userAgent: HOSTILE }, until: `${day}T13:00:00.000Z` },
  ]);
  expect((await viewOf('1001')).violations).toEqual([]);
  const grant = page.locator('.card', { hasText: 'Another phone' });
  await grant.locator('.foreign', { hasText: '<img src=x' }).waitFor();
  await grant.locator('.control', { hasText: 'U+202E' }).waitFor();
  expect(await page.locator('#device-lock img').count()).toBe(0);
  expect(await page.title()).toBe('Device Lock');
  expect(await seriousFaults(page)).toEqual([]);
  await tabWithin(page, 'Take back grant 1');
  await page.keyboard.press('Enter');
  await visible('It is taken back.');
  await expect.poll(async () => (await viewOf('1001')).policy.grants).toEqual([]);
});

test('of several grants one is taken back; what was typed is tried before, and the overview tells', async () => {
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [SOFT, '192.0.2.11:5060']);
  await visit();
  for (const [kind, value] of [
    ['User-Agent begins with', 'Linphone/'],
    ['This device', SOFT],
  ] as const) {
    await page.getByRole('button', { name: 'Accept for a time …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Accept', { exact: true }).selectOption(kind);
    if (kind !== 'This device') {
      await dialog.getByLabel('User-Agent text').fill(value);
      await dialog.locator('.badge.good', { hasText: 'would match' }).waitFor();
    }
    await dialog.getByLabel('Until').selectOption('For a week');
    await dialog.getByRole('button', { name: 'Accept it' }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Take back grant 2' }).click();
  await visible('It is taken back.');
  expect((await viewOf('1001')).policy.grants).toMatchObject([
    { alternative: { kind: 'custom', match: 'prefix', value: 'Linphone/' } },
  ]);
  await house.rig.ask('POST', '/v1/extensions/1003/enrolment', { seconds: 60 });
  await page.getByRole('link', { name: '← All extensions' }).click();
  await visible(/^grant until/);
  await visible(/^code until/);
  await page.getByRole('button', { name: 'Code or grant 2' }).click();
  await expect.poll(() => page.locator('tbody tr').count()).toBe(2);
});

test('what was done by itself is in the timeline, and beside the violation', async () => {
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  const [violation] = house.rig.book.open('1001');
  if (violation === undefined) throw new Error('no violation was opened');
  const { id, extension, userAgent, address } = violation;
  const done = { extension, violation: id, userAgent, address, firstAt: Date.now(), lastAt: Date.now() };
  house.rig.store.addReaction({ ...done, kind: 'evicted', count: 3 });
  house.rig.store.addReaction({ ...done, kind: 'restored', userAgent: userAgentFromText(DESK), count: 1 });
  house.rig.store.addReaction({ ...done, kind: 'hung-up', count: 2 });
  await visit();
  await visible(/Device Lock removed the registration of friendly-scanner at 203.0.113.66:5060, 3 times/);
  await visible(/Device Lock put back the displaced phone Yealink/);
  await visible(/Device Lock ended 2 calls of friendly-scanner/);
  await page.getByRole('link', { name: 'Violations' }).click();
  await visible(/removed the registration 3 times, put back the displaced phone, ended 2 calls in progress/);
});

test('a viewer sees codes and grants, and cannot touch them', async () => {
  await house.rig.ask('POST', '/v1/extensions/1001/enrolment', {});
  await house.rig.ask('POST', '/v1/extensions/1001/grants', {
    alternatives: [{ kind: 'device', userAgent: SOFT }],
    until: new Date(Date.now() + DAY).toISOString(),
  });
  await visit(WIDE, 'victor');
  await visible(SOFT);
  for (const name of ['Issue a code …', 'Take back the code', 'Accept for a time …', 'Take back grant 1']) {
    expect(await page.getByRole('button', { name }).isDisabled()).toBe(true);
  }
});

test('its dialogs fit and read well in the dark at 360 pixels', async () => {
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [SOFT, '192.0.2.11:5060']);
  await visit({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  const fits = async () => {
    const wider =
      'document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth';
    expect(await page.evaluate<number>(wider)).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
  };
  await issueCode();
  await fits();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Accept for a time …' }).click();
  await page.getByRole('dialog').getByLabel('Until').selectOption('Another day and time');
  await fits();
});
