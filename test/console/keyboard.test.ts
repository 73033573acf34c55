/** Every task of the console, in a real Chromium, by keyboard alone: nothing here clicks, fills in or chooses by itself. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { openBrowser } from './browser.ts';
import { type House, openHouse, PASSWORD } from './house.ts';
import { openPage, tabWithin } from './visit.ts';

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
  page = await openPage(browser, house.url, faults, { viewport: { width: 1280, height: 800 } });
});
afterEach(async () => {
  await page.context().close();
  await house[Symbol.asyncDispose]();
  expect(faults.splice(0)).toEqual([]);
});

async function enter(where = ''): Promise<void> {
  await page.goto(`${house.url}#/${where}`);
  await page.getByLabel('Password').waitFor();
  await write('User', 'alice');
  await write('Password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').waitFor();
}

async function press(name: string | RegExp, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabWithin(page, name);
  await page.keyboard.press(key);
}

/** Into a field, or what an option of a list begins with. */
async function write(name: string, text: string): Promise<void> {
  await tabWithin(page, name);
  await page.keyboard.type(text);
}

async function visible(text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

async function lockOf(extension: string) {
  return (await house.rig.ask('GET', `/v1/extensions/${extension}`)).body.lock;
}

test('an extension is searched, and opened', async () => {
  await enter();
  await visible('Yealink SIP-T46U');
  await write('Search', 'grandstream');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  await press(/^\s*1002$/);
  await visible('Registered now');
});

test('a model is added from a phone that was seen', async () => {
  await enter();
  await visible('Yealink SIP-T46U');
  await press('+ Add model from the phone of 1002');
  await visible('Pattern and samples agree.');
  await write('Must not match', 'Grandstream HT801 1.0.1');
  await press('Save');
  await visible(/is in the library/);
});

test('a lock is written, its mode and reactions are decided, and it is taken away', async () => {
  await enter('extensions/1001');
  await visible('Registered now');
  await write('Also accept', 'User-Agent begins');
  await write('User-Agent text', 'Yealink SIP-T4');
  await press(/^\s*Add$/);
  await press('Save lock');
  await visible('The lock is in force.');
  expect(await lockOf('1001')).toMatchObject({ kind: 'custom', source: 'own' });
  await write('Mode', 'Mon');
  await visible('In force: monitor.');
  await press('Reactions, registration and networks');
  await write('Evict', 'On');
  await visible('It is in force.');
  expect(await lockOf('1001')).toMatchObject({ mode: 'monitor', evict: true });
  await press('Unlock');
  await visible('Its own lock is removed.');
});

test('a violation is found, exported and cleared', async () => {
  await house.rig.operator.lock('1001', { alternatives: [{ kind: 'device', userAgent: DESK }] }, 'test');
  house.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  await enter();
  await press('Violations');
  await visible(THIEF);
  const saved = page.waitForEvent('download');
  await press('Export JSON');
  expect((await saved).suggestedFilename()).toBe('violations.json');
  await press(/^\s*1001$/);
  await visible('Registered now');
  await press('Clear violations (1)');
  await visible('The open violations are cleared.');
});

test('a fallback is previewed and decided, and its model cannot be deleted then', async () => {
  await enter('protection');
  await page.getByText('Turn on …').first().waitFor();
  await press('Turn on …');
  await visible('1 registered phone would be in violation now');
  await press('Apply');
  await visible('The settings are in force.');
  expect(await lockOf('1003')).toMatchObject({ source: 'fallback' });
  await press('Phone library');
  await page.getByRole('button', { name: 'Delete yealink-t4' }).waitFor();
  await press('Delete yealink-t4');
  await page.getByRole('dialog').waitFor();
  await press('Delete');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
});

test('an empty box is brought to protection', async () => {
  await enter('first-run');
  await visible('What was found');
  await press('Lock 1002', 'Space');
  await press('Lock 2 extensions and monitor');
  await visible('Watch, then enforce');
  await press('Enforce …');
  await page.getByRole('dialog').waitFor();
  await visible(/would be in violation|No registered phone/);
  await press('Enforce');
  await visible('Calls of wrong devices are refused from now on.');
  expect(await lockOf('1003')).toMatchObject({ source: 'own', kind: 'device', mode: 'enforce' });
});
