/** What an operator does in the console, in a real Chromium, by mouse and by keyboard. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { openBrowser, seriousFaults } from './browser.ts';
import { type House, openHouse, PASSWORD } from './house.ts';
import { openPage, signInAt, tabWithin, takePicture } from './visit.ts';

const HOSTILE = 'Phone <img src=x onerror="document.title=1"> \u202Egnp.exe';
const MALFORMED = 'Phone \u0007\u001B[2J';

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
  house.rig.register('1002', ['Grandstream GXP2170 1.0.11.64', '192.0.2.11:5060']);
  house.rig.register('1003', [DESK, '192.0.2.12:5060']);
  await open({ width: 1280, height: 800 });
});
afterEach(async () => {
  await page.context().close();
  await house[Symbol.asyncDispose]();
  expect(faults.splice(0)).toEqual([]);
});

async function open(viewport: { width: number; height: number }, colorScheme: 'light' | 'dark' = 'light') {
  page = await openPage(browser, house.url, faults, { viewport, colorScheme });
}

const signIn = (where = '') => signInAt(page, house.url, where);
const tabTo = (name: string) => tabWithin(page, name);

const picture = (name: string) => takePicture(page, name);

async function visible(text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

async function lockOf(extension: string) {
  return (await house.rig.ask('GET', `/v1/extensions/${extension}`)).body.lock;
}

test('a wrong password is told, and a right one opens the extensions', async () => {
  await page.goto(house.url);
  await page.getByLabel('User', { exact: true }).fill('alice');
  await page.getByLabel('Password').fill('guess');
  await page.keyboard.press('Enter');
  await visible('User or password is wrong.');
  expect(await page.getByLabel('Password').inputValue()).toBe('');
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await visible('Yealink SIP-T46U');
});

test('a viewer sees everything and can change nothing', async () => {
  await page.goto(house.url);
  await page.getByLabel('User', { exact: true }).fill('victor');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await visible('Yealink SIP-T46U');
  expect(await page.getByLabel('Choose 1001').isDisabled()).toBe(true);
  expect(await page.getByText('+ Add model').count()).toBe(0);
  await page.getByRole('link', { name: 'Fallback and mode' }).click();
  expect(await page.getByRole('button', { name: 'Go back to monitor …' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password').waitFor();
});

test('extensions are searched, filtered and sorted', async () => {
  await signIn();
  await page.getByRole('searchbox').fill('grandstream');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: /^Unknown device/ }).click();
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  await page.getByRole('button', { name: /^All/ }).click();
  await page.getByRole('button', { name: /^Extension/ }).click();
  expect(await page.locator('tbody a').first().textContent()).toBe('1003');
});

test('chosen extensions are locked to the phones they have, by keyboard alone, after a preview', async () => {
  await signIn();
  await tabTo('Choose 1001');
  await page.keyboard.press('Space');
  await tabTo('Choose 1003');
  await page.keyboard.press('Space');
  await tabTo('Lock to the phone it has now');
  await page.keyboard.press('Enter');
  await visible(/2 extensions would change/);
  expect(await seriousFaults(page)).toEqual([]);
  await tabTo('Apply');
  await page.keyboard.press('Enter');
  await visible('Done for 2 extensions.');
  expect(await lockOf('1001')).toMatchObject({ source: 'own', kind: 'device' });
  expect(await lockOf('1002')).toMatchObject({ source: 'none' });
});

test('a model is added from a phone that was seen, its samples checked as one types', async () => {
  await signIn();
  await page.getByRole('button', { name: '+ Add model from the phone of 1002' }).click();
  await visible('Pattern and samples agree.');
  await page.getByLabel('Must not match').fill('Grandstream GXP2170 1.0.11.99');
  await visible(/The pattern matches "Grandstream GXP2170/);
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await page.getByLabel('Must not match').fill('Grandstream HT801 1.0.1');
  await visible('Pattern and samples agree.');
  await picture('add-model');
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await visible(/is in the library/);
});

test('the lock editor says what would match before it is saved', async () => {
  await signIn('extensions/1001');
  await page.getByLabel('Also accept').selectOption('prefix');
  await page.getByLabel('User-Agent text').fill('Zoiper');
  await visible('would not match');
  await page.getByLabel('User-Agent text').fill('Yealink SIP-T4');
  await page.locator('.badge.good', { hasText: 'would match' }).waitFor();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Save lock' }).click();
  await visible('The lock is in force.');
  expect(await lockOf('1001')).toMatchObject({ kind: 'custom', source: 'own' });
  await page.getByLabel('Mode').selectOption('monitor');
  await visible('The mode is in force.');
  await visible('In force: monitor.');
  await page.locator('.badge.good', { hasText: 'would match' }).waitFor();
  await picture('extension');
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await visible('Its own lock is removed.');
  expect(await lockOf('1001')).toMatchObject({ source: 'none' });
});

test('a thief shows without a reload, is listed with what happened, and is cleared', async () => {
  await house.rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'device', userAgent: DESK }],
  });
  await signIn();
  await visible('own lock');
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  await visible('1 open');
  await picture('overview');
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Violations' }).click();
  await visible(THIEF);
  await visible('Registered, made no call');
  await picture('violations');
  expect(await seriousFaults(page)).toEqual([]);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export JSON' }).click();
  expect((await saved).suggestedFilename()).toBe('violations.json');
  await page.getByRole('link', { name: '1001' }).first().click();
  await page.getByRole('button', { name: 'Clear violations (1)' }).click();
  await visible('The open violations are cleared.');
});

test('the fallback is shown before it acts, and holds its model in the library', async () => {
  await signIn('protection');
  await page.getByRole('button', { name: 'Turn on …' }).first().click();
  await visible('1 registered phone would be in violation now');
  await picture('fallback');
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Apply' }).click();
  await visible('The settings are in force.');
  expect(await lockOf('1003')).toMatchObject({ source: 'fallback' });
  await page.getByRole('link', { name: 'Phone library' }).click();
  await page.getByRole('button', { name: 'Delete yealink-t4' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  expect(await page.getByRole('dialog').getByRole('alert').textContent()).toContain('fallback');
  await page.keyboard.press('Escape');
  expect(await seriousFaults(page)).toEqual([]);
});

test('reactions and networks are decided for one extension and for all', async () => {
  await signIn('extensions/1001');
  await page.getByText('Reactions, registration and networks').click();
  await page.getByLabel('Evict').selectOption('On');
  await visible('It is in force.');
  await page.getByLabel('Phones may be').selectOption('Only in these networks');
  await page.getByLabel('Networks', { exact: true }).fill('192.0.2.0/24\noffice.example');
  await page.getByRole('button', { name: 'Save networks' }).click();
  await visible('The networks are in force.');
  expect(await lockOf('1001')).toMatchObject({ evict: true, networks: ['192.0.2.0/24', 'office.example'] });
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Fallback and mode' }).click();
  await page.getByLabel('Hang up').selectOption('On');
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await visible('The settings are in force.');
  await expect.poll(() => page.getByLabel('Hang up').inputValue()).toBe('true');
  expect(await lockOf('1002')).toMatchObject({ hangUp: true, evict: false });
  expect(await seriousFaults(page)).toEqual([]);
});

test('an empty box is brought to protection step by step', async () => {
  await signIn('first-run');
  await visible('What was found');
  await picture('first-run');
  await page.getByRole('checkbox', { name: 'Lock 1002' }).uncheck();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Lock 2 extensions and monitor' }).click();
  await visible('Watch, then enforce');
  const undo = JSON.parse(await readFile(await (await saved).path(), 'utf8'));
  expect(Object.keys(undo.policies)).toEqual(['1001', '1003']);
  expect(undo.policies['1003']).toMatchObject({ alternatives: null, mode: null });
  expect((await house.rig.ask('GET', '/v1/settings')).body.mode).toBe('monitor');
  expect(await lockOf('1003')).toMatchObject({ source: 'own', kind: 'device' });
  await page.getByRole('button', { name: 'Enforce …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Enforce' }).click();
  await visible('Calls of wrong devices are refused from now on.');
  expect((await house.rig.ask('GET', '/v1/settings')).body.mode).toBe('enforce');
  expect(await seriousFaults(page)).toEqual([]);
});

test('the system page tells how it is and who changed what', async () => {
  await house.rig.ask('PUT', '/v1/settings', { mode: 'monitor' });
  await signIn('system');
  await visible('22.10.1 by AMI');
  await visible(/monitor, require-registration off/);
  expect(await seriousFaults(page)).toEqual([]);
});

test('a lost connection is said, and heals with what was missed', async () => {
  await signIn();
  await visible('live');
  house.cable.cut();
  await visible('The connection to Device Lock is lost');
  await house.rig.ask('PUT', '/v1/extensions/1003/policy', {
    alternatives: [{ kind: 'device', userAgent: DESK }],
  });
  house.cable.join();
  await visible('own lock');
  expect(await page.getByText('The connection to Device Lock is lost').count()).toBe(0);
});

test('who is signed out by another password is asked for it, without doing anything', async () => {
  await signIn();
  await visible('live');
  await house.rig.ask('PUT', '/v1/users/alice/password', { password: 'quite another one' });
  await page.getByLabel('Password').waitFor();
  await page.getByLabel('User', { exact: true }).fill('alice');
  await page.getByLabel('Password').fill('quite another one');
  await page.keyboard.press('Enter');
  await visible('Yealink SIP-T46U');
});

test('a hostile User-Agent is only ever text', async () => {
  house.rig.register('1002', [HOSTILE, '192.0.2.11:5060'], [MALFORMED, '192.0.2.13:5060']);
  await signIn();
  await page.locator('.foreign', { hasText: '<img src=x' }).first().waitFor();
  await page.goto(`${house.url}#/extensions/1002`);
  await page.locator('.foreign', { hasText: '<img src=x' }).first().waitFor();
  await page.locator('.control', { hasText: 'U+202E' }).first().waitFor();
  await page.locator('.control', { hasText: 'malformed' }).first().waitFor();
  expect(await page.locator('#device-lock img').count()).toBe(0);
  expect(await page.title()).toBe('Device Lock');
  const drawn = await page.locator('#device-lock').textContent();
  expect([...(drawn ?? '')].filter((character) => '\u202E\u0007'.includes(character))).toEqual([]);
});

test('ten thousand extensions draw only what is in sight, and the last is reached', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => [String(20_000 + index), undefined] as const);
  house.rig.table.setExtensions(new Map(names));
  await signIn();
  await visible('All 10003');
  const region = page.getByRole('region', { name: 'Extensions' });
  expect(await page.locator('tbody tr').count()).toBeLessThan(60);
  await region.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.getByRole('link', { name: '29999' }).waitFor();
  await page.getByRole('searchbox').fill('25555');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
});

test.each([
  ['light', 360],
  ['dark', 360],
  ['dark', 1280],
] as const)('every page fits and reads well in %s at %i pixels', async (scheme, width) => {
  await page.context().close();
  await open({ width, height: 740 }, scheme);
  await signIn();
  for (const where of ['', 'violations', 'models', 'protection', 'first-run', 'system', 'extensions/1001']) {
    await page.goto(`${house.url}#/${where}`);
    await page.locator('h1').waitFor();
    await expect.poll(() => page.getByText(/^Loading/).count()).toBe(0);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect({ where, overflow }).toEqual({ where, overflow: 0 });
    expect({ where, faults: await seriousFaults(page) }).toEqual({ where, faults: [] });
    if (where === '' && (scheme === 'light' || width > 360)) await picture(`overview-${scheme}-${width}`);
  }
});
