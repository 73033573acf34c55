/** Another phone for an extension, as an operator brings it about in the console: by a one-time code, or for a time. */
import type { BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import { userAgentFromText } from '../../src/domain/user-agent.ts';
import { codePost } from '../../src/notify/code-post.ts';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { CERTIFICATE, LOGIN, startMailServer } from '../unit/notify/smtp-server.ts';
import { seriousFaults } from './browser.ts';
import { Stage, WIDE } from './stage.ts';
import { signInAt, tabWithin, takePicture } from './visit.ts';

const SOFT = 'Linphone/5.2.3';
const NEW = 'Yealink SIP-T57W 97.86.0.30';
const HOSTILE = 'Phone <img src=x onerror="document.title=1"> \u202Egnp.exe';
const DAY = 86_400_000;

const stage = new Stage(async ({ rig }) => {
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  const alternatives = [{ kind: 'device', userAgent: DESK }];
  await rig.ask('PUT', '/v1/extensions/1001/policy', { alternatives });
});

async function visit(options: BrowserContextOptions = WIDE, user = 'alice'): Promise<void> {
  await stage.open(options);
  await signInAt(stage.page, stage.house.url, 'extensions/1001', user);
  await stage.page.getByRole('heading', { name: 'Another phone' }).waitFor();
}

async function issueCode(): Promise<string> {
  await stage.page.getByRole('button', { name: 'Issue a code …' }).click();
  await stage.page.getByRole('button', { name: 'Issue the code' }).click();
  return codeShown();
}

async function codeShown(): Promise<string> {
  await stage.page.locator('.digits').waitFor();
  const parts = await stage.page.locator('.digits > span:not(.hidden)').allTextContents();
  expect(parts.join('')).toMatch(/^\d{8}$/);
  return parts.join('');
}

/** The phone is registered there and dials the code. */
function dial(userAgent: string, at: string, digits: string) {
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [userAgent, at]);
  const address = parseAddress(at, 'udp');
  return stage.house.rig.enrolment.attempt({
    ...{ endpoint: '1001', userAgent: userAgentFromText(userAgent), address, digits },
  });
}

test('a one-time code is issued by keyboard, shown once with what to dial, and taken back', async () => {
  await visit();
  await tabWithin(stage.page, 'Issue a code …');
  await stage.page.keyboard.press('Enter');
  await expect.poll(() => stage.page.evaluate<string>('document.activeElement.tagName')).toBe('SELECT');
  await stage.page.keyboard.type('7 days');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await tabWithin(stage.page, 'Issue the code');
  await stage.page.keyboard.press('Enter');
  const code = await codeShown();
  await stage.visible(`*55${code}`);
  await takePicture(stage.page, 'one-time-code');
  expect(await seriousFaults(stage.page)).toEqual([]);
  const { enrolment } = await stage.viewOf('1001');
  expect(Date.parse(enrolment.expires) - Date.parse(enrolment.issued)).toBe(7 * DAY);
  await stage.page.keyboard.press('Escape');
  await stage.visible(/good until/);
  expect(await stage.page.content()).not.toContain(code);
  await stage.page.reload();
  await stage.visible(/issued by/);
  expect(await stage.page.content()).not.toContain(code.slice(0, 4));
  expect(await seriousFaults(stage.page)).toEqual([]);
  await tabWithin(stage.page, 'Take back the code');
  await stage.page.keyboard.press('Enter');
  await stage.visible('The code is good no more.');
  expect((await stage.viewOf('1001')).enrolment).toBeNull();
  expect(await dial(NEW, '192.0.2.20:5060', code)).toBe('wrong');
});

test('the phone that dials the code shows at once where it was issued', async () => {
  await visit();
  const code = await issueCode();
  expect(await dial(NEW, '192.0.2.20:5060', code)).toBe('enrolled');
  await stage.visible('The code is used up: the lock moved to');
  expect(await stage.page.content()).not.toContain(code);
  await stage.page.getByRole('button', { name: 'Close' }).click();
  await stage.page.getByRole('dialog').waitFor({ state: 'detached' });
  await stage.page.locator('.card', { hasText: 'Accepts' }).getByText(NEW).first().waitFor();
  expect(await stage.page.getByText(/good until/).count()).toBe(0);
});

test('a code that replaces another says so, and where nobody can dial it, what to do', async () => {
  await stage.house.rig.ask('POST', '/v1/extensions/1001/enrolment', {});
  await visit();
  await stage.page.route('**/enrolment', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), featureCode: '' } });
  });
  await stage.page.getByRole('button', { name: 'Issue a code …' }).click();
  await stage.visible(/is void then/);
  await stage.page.getByRole('button', { name: 'Issue the code' }).click();
  await stage.visible(/no feature code is configured/);
  await codeShown();
});

test('a code is mailed too where one likes, and what could not be mailed was not issued', async () => {
  await using smtp = await startMailServer();
  const server = { host: 'localhost', port: smtp.port, security: 'starttls', ca: CERTIFICATE } as const;
  await stage.move({ codePost: codePost({ ...server, ...LOGIN, from: 'pbx@example.com' }, '*55') });
  await visit();
  await stage.page.getByRole('button', { name: 'Issue a code …' }).click();
  await stage.page.getByLabel('Also send it by e-mail to').fill('alice');
  await stage.page.getByRole('button', { name: 'Issue the code' }).click();
  await stage.visible('That is no mail address.');
  expect((await stage.viewOf('1001')).enrolment).toBeNull();
  await stage.page.getByLabel('Also send it by e-mail to').fill('alice@example.com');
  await stage.page.keyboard.press('Enter');
  await stage.visible(/The mail server took it for alice@example\.com/);
  expect(smtp.mails).toMatchObject([
    { to: ['alice@example.com'], body: expect.stringContaining(await codeShown()) },
  ]);
});

test('a device that was refused is accepted until an end of the operator’s own clock, and taken back', async () => {
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [HOSTILE, '192.0.2.11:5060']);
  await visit({ ...WIDE, timezoneId: 'Asia/Kolkata' });
  await tabWithin(stage.page, 'Accept for a time …');
  await stage.page.keyboard.press('Enter');
  await stage.visible('Wrong device, registered now from 192.0.2.11:5060.');
  const day = new Date(Date.now() + 9 * DAY).toISOString().slice(0, 10);
  const dialog = stage.page.getByRole('dialog');
  await dialog.getByLabel('Until').selectOption('Another day and time');
  await dialog.getByLabel('Day and time').fill('2020-01-01T10:00');
  await stage.visible('That is over already.');
  expect(await dialog.getByRole('button', { name: 'Accept it' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Day and time').fill(`${day}T18:30`);
  await stage.visible(new RegExp(`Ends ... ${day} 18:30, Asia/(Kolkata|Calcutta)\\.`));
  expect(await seriousFaults(stage.page)).toEqual([]);
  await tabWithin(stage.page, 'Accept it');
  await stage.page.keyboard.press('Enter');
  await stage.visible(/It is accepted until/);
  expect((await stage.viewOf('1001')).policy.grants).toEqual([
    { alternative: { kind: 'device', userAgent: HOSTILE }, until: `${day}T13:00:00.000Z` },
  ]);
  expect((await stage.viewOf('1001')).violations).toEqual([]);
  const grant = stage.page.locator('.card', { hasText: 'Another phone' });
  await grant.locator('.foreign', { hasText: '<img src=x' }).waitFor();
  await grant.locator('.control', { hasText: 'U+202E' }).waitFor();
  expect(await stage.page.locator('#device-lock img').count()).toBe(0);
  expect(await stage.page.title()).toBe('Device Lock');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await tabWithin(stage.page, 'Take back grant 1');
  await stage.page.keyboard.press('Enter');
  await stage.visible('It is taken back.');
  await expect.poll(async () => (await stage.viewOf('1001')).policy.grants).toEqual([]);
});

test('of several grants one is taken back; what was typed is tried before, and the overview tells', async () => {
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [SOFT, '192.0.2.11:5060']);
  await visit();
  for (const [kind, value] of [
    ['User-Agent begins with', 'Linphone/'],
    ['This device', SOFT],
  ] as const) {
    await stage.page.getByRole('button', { name: 'Accept for a time …' }).click();
    const dialog = stage.page.getByRole('dialog');
    await dialog.getByLabel('Accept', { exact: true }).selectOption(kind);
    if (kind !== 'This device') {
      await dialog.getByLabel('User-Agent text').fill(value);
      await dialog.locator('.badge.good', { hasText: 'would match' }).waitFor();
    }
    await dialog.getByLabel('Until').selectOption('For a week');
    await dialog.getByRole('button', { name: 'Accept it' }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await stage.page.getByRole('button', { name: 'Take back grant 2' }).click();
  await stage.visible('It is taken back.');
  expect((await stage.viewOf('1001')).policy.grants).toMatchObject([
    { alternative: { kind: 'custom', match: 'prefix', value: 'Linphone/' } },
  ]);
  await stage.house.rig.ask('POST', '/v1/extensions/1003/enrolment', { seconds: 60 });
  await stage.page.getByRole('link', { name: '← All extensions' }).click();
  await stage.visible(/^grant until/);
  await stage.visible(/^code until/);
  await stage.page.getByRole('button', { name: 'Code or grant 2' }).click();
  await expect.poll(() => stage.page.locator('tbody tr').count()).toBe(2);
});

test('what was done by itself is in the timeline, and beside the violation', async () => {
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  const [violation] = stage.house.rig.book.open('1001');
  if (violation === undefined) throw new Error('no violation was opened');
  const { id, extension, userAgent, address } = violation;
  const done = { extension, violation: id, userAgent, address, firstAt: Date.now(), lastAt: Date.now() };
  stage.house.rig.store.addReaction({ ...done, kind: 'evicted', count: 3 });
  stage.house.rig.store.addReaction({
    ...done,
    kind: 'restored',
    userAgent: userAgentFromText(DESK),
    count: 1,
  });
  stage.house.rig.store.addReaction({ ...done, kind: 'hung-up', count: 2 });
  await visit();
  await stage.visible(
    /Device Lock removed the registration of friendly-scanner at 203.0.113.66:5060, 3 times/,
  );
  await stage.visible(/Device Lock put back the displaced phone Yealink/);
  await stage.visible(/Device Lock ended 2 calls of friendly-scanner/);
  await stage.page.getByRole('link', { name: 'Violations' }).click();
  await stage.visible(
    /removed the registration 3 times, put back the displaced phone, ended 2 calls in progress/,
  );
});

test('a viewer sees codes and grants, and cannot touch them', async () => {
  await stage.house.rig.ask('POST', '/v1/extensions/1001/enrolment', {});
  await stage.house.rig.ask('POST', '/v1/extensions/1001/grants', {
    alternatives: [{ kind: 'device', userAgent: SOFT }],
    until: new Date(Date.now() + DAY).toISOString(),
  });
  await visit(WIDE, 'victor');
  await stage.visible(SOFT);
  for (const name of ['Issue a code …', 'Take back the code', 'Accept for a time …', 'Take back grant 1']) {
    expect(await stage.page.getByRole('button', { name }).isDisabled()).toBe(true);
  }
});

test('its dialogs fit and read well in the dark at 360 pixels', async () => {
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [SOFT, '192.0.2.11:5060']);
  await visit({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  const fits = async () => {
    const wider =
      'document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth';
    expect(await stage.page.evaluate<number>(wider)).toBe(0);
    expect(await seriousFaults(stage.page)).toEqual([]);
  };
  await issueCode();
  await fits();
  await stage.page.keyboard.press('Escape');
  await stage.page.getByRole('button', { name: 'Accept for a time …' }).click();
  await stage.page.getByRole('dialog').getByLabel('Until').selectOption('Another day and time');
  await fits();
});
