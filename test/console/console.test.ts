/** What an operator does in the console, in a real Chromium, by mouse and by keyboard. */
import { readFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { seriousFaults } from './browser.ts';
import { PASSWORD } from './house.ts';
import { Stage, threePhones } from './stage.ts';
import { signInAt, tabWithin, takePicture } from './visit.ts';

const HOSTILE = 'Phone <img src=x onerror="document.title=1"> \u202Egnp.exe';
const MALFORMED = 'Phone \u0007\u001B[2J';

const stage = new Stage(threePhones);
beforeEach(() => stage.open());

const signIn = (where = '') => signInAt(stage.page, stage.house.url, where);
const tabTo = (name: string) => tabWithin(stage.page, name);

const picture = (name: string) => takePicture(stage.page, name);

const lockOf = async (extension: string) => (await stage.viewOf(extension)).lock;

test('a wrong password is told, and a right one opens the extensions', async () => {
  await stage.page.goto(stage.house.url);
  await stage.page.getByLabel('User', { exact: true }).fill('alice');
  await stage.page.getByLabel('Password').fill('guess');
  await stage.page.keyboard.press('Enter');
  await stage.visible('User or password is wrong.');
  expect(await stage.page.getByLabel('Password').inputValue()).toBe('');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await stage.page.getByLabel('Password').fill(PASSWORD);
  await stage.page.keyboard.press('Enter');
  await stage.visible('Yealink SIP-T46U');
});

test('a viewer sees everything and can change nothing', async () => {
  await stage.page.goto(stage.house.url);
  await stage.page.getByLabel('User', { exact: true }).fill('victor');
  await stage.page.getByLabel('Password').fill(PASSWORD);
  await stage.page.keyboard.press('Enter');
  await stage.visible('Yealink SIP-T46U');
  expect(await stage.page.getByLabel('Choose 1001').isDisabled()).toBe(true);
  expect(await stage.page.getByText('+ Add model').count()).toBe(0);
  await stage.page.getByRole('link', { name: 'Fallback and mode' }).click();
  expect(await stage.page.getByRole('button', { name: 'Go back to monitor …' }).isDisabled()).toBe(true);
  await stage.page.getByRole('button', { name: 'Sign out' }).click();
  await stage.page.getByLabel('Password').waitFor();
});

test('extensions are searched, filtered and sorted', async () => {
  await signIn();
  await stage.page.getByRole('searchbox').fill('grandstream');
  await expect.poll(() => stage.page.locator('tbody tr').count()).toBe(1);
  await stage.page.getByRole('searchbox').fill('');
  await stage.page.getByRole('button', { name: /^Unknown device/ }).click();
  await expect.poll(() => stage.page.locator('tbody tr').count()).toBe(1);
  await stage.page.getByRole('button', { name: /^All/ }).click();
  await stage.page.getByRole('button', { name: /^Extension/ }).click();
  expect(await stage.page.locator('tbody a').first().textContent()).toBe('1003');
});

test('chosen extensions are locked to the phones they have, by keyboard alone, after a preview', async () => {
  await signIn();
  await tabTo('Choose 1001');
  await stage.page.keyboard.press('Space');
  await tabTo('Choose 1003');
  await stage.page.keyboard.press('Space');
  await tabTo('Lock to the phone it has now');
  await stage.page.keyboard.press('Enter');
  await stage.visible(/2 extensions would change/);
  expect(await seriousFaults(stage.page)).toEqual([]);
  await tabTo('Apply');
  await stage.page.keyboard.press('Enter');
  await stage.visible('Done for 2 extensions.');
  expect(await lockOf('1001')).toMatchObject({ source: 'own', kind: 'device' });
  expect(await lockOf('1002')).toMatchObject({ source: 'none' });
});

test('a model is added from a phone that was seen, its samples checked as one types', async () => {
  await signIn();
  await stage.page.getByRole('button', { name: '+ Add model from the phone of 1002' }).click();
  await stage.visible('Pattern and samples agree.');
  await stage.page.getByLabel('Must not match').fill('Grandstream GXP2170 1.0.11.99');
  await stage.visible(/The pattern matches "Grandstream GXP2170/);
  expect(await stage.page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await stage.page.getByLabel('Must not match').fill('Grandstream HT801 1.0.1');
  await stage.visible('Pattern and samples agree.');
  await picture('add-model');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await stage.page.getByRole('button', { name: 'Save' }).click();
  await stage.visible(/is in the library/);
});

test('the lock editor says what would match before it is saved', async () => {
  await signIn('extensions/1001');
  await stage.page.getByLabel('Also accept').selectOption('prefix');
  await stage.page.getByLabel('User-Agent text').fill('Zoiper');
  await stage.visible('would not match');
  await stage.page.getByLabel('User-Agent text').fill('Yealink SIP-T4');
  await stage.page.locator('.badge.good', { hasText: 'would match' }).waitFor();
  await stage.page.getByRole('button', { name: 'Add', exact: true }).click();
  await stage.page.getByRole('button', { name: 'Save lock' }).click();
  await stage.visible('The lock is in force.');
  expect(await lockOf('1001')).toMatchObject({ kind: 'custom', source: 'own' });
  await stage.page.getByLabel('Mode').selectOption('monitor');
  await stage.visible('The mode is in force.');
  await stage.visible('In force: monitor.');
  await stage.page.locator('.badge.good', { hasText: 'would match' }).waitFor();
  await picture('extension');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await stage.page.getByRole('button', { name: 'Unlock' }).click();
  await stage.visible('Its own lock is removed.');
  expect(await lockOf('1001')).toMatchObject({ source: 'none' });
});

test('a thief shows without a reload, is listed with what happened, and is cleared', async () => {
  await stage.house.rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'device', userAgent: DESK }],
  });
  await signIn();
  await stage.visible('own lock');
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  await stage.visible('1 open');
  await picture('overview');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await stage.page.getByRole('link', { name: 'Violations' }).click();
  await stage.visible(THIEF);
  await stage.visible('Registered, made no call');
  await picture('violations');
  expect(await seriousFaults(stage.page)).toEqual([]);
  const saved = stage.page.waitForEvent('download');
  await stage.page.getByRole('button', { name: 'Export JSON' }).click();
  expect((await saved).suggestedFilename()).toBe('violations.json');
  await stage.page.getByRole('link', { name: '1001' }).first().click();
  await stage.page.getByRole('button', { name: 'Clear violations (1)' }).click();
  await stage.visible('The open violations are cleared.');
});

test('the fallback is shown before it acts, and holds its model in the library', async () => {
  await signIn('protection');
  await stage.page.getByRole('button', { name: 'Turn on …' }).first().click();
  await stage.visible('1 registered phone would be in violation now');
  await picture('fallback');
  expect(await seriousFaults(stage.page)).toEqual([]);
  await stage.page.getByRole('button', { name: 'Apply' }).click();
  await stage.visible('The settings are in force.');
  expect(await lockOf('1003')).toMatchObject({ source: 'fallback' });
  await stage.page.getByRole('link', { name: 'Phone library' }).click();
  await stage.page.getByRole('button', { name: 'Delete yealink-t4' }).click();
  await stage.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await stage.page.getByRole('dialog').getByRole('alert').waitFor();
  expect(await stage.page.getByRole('dialog').getByRole('alert').textContent()).toContain('fallback');
  await stage.page.keyboard.press('Escape');
  expect(await seriousFaults(stage.page)).toEqual([]);
});

test('reactions and networks are decided for one extension and for all', async () => {
  await signIn('extensions/1001');
  await stage.page.getByText('Reactions, registration and networks').click();
  await stage.page.getByLabel('Evict').selectOption('On');
  await stage.visible('It is in force.');
  await stage.page.getByLabel('Phones may be').selectOption('Only in these networks');
  await stage.page.getByLabel('Networks', { exact: true }).fill('192.0.2.0/24\noffice.example');
  await stage.page.getByRole('button', { name: 'Save networks' }).click();
  await stage.visible('The networks are in force.');
  expect(await lockOf('1001')).toMatchObject({ evict: true, networks: ['192.0.2.0/24', 'office.example'] });
  expect(await seriousFaults(stage.page)).toEqual([]);
  await stage.page.getByRole('link', { name: 'Fallback and mode' }).click();
  await stage.page.getByLabel('Hang up').selectOption('On');
  await stage.page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await stage.visible('The settings are in force.');
  await expect.poll(() => stage.page.getByLabel('Hang up').inputValue()).toBe('true');
  expect(await lockOf('1002')).toMatchObject({ hangUp: true, evict: false });
  expect(await seriousFaults(stage.page)).toEqual([]);
});

test('an empty box is brought to protection step by step', async () => {
  await signIn('first-run');
  await stage.visible('What was found');
  await picture('first-run');
  await stage.page.getByRole('checkbox', { name: 'Lock 1002' }).uncheck();
  const saved = stage.page.waitForEvent('download');
  await stage.page.getByRole('button', { name: 'Lock 2 extensions and monitor' }).click();
  await stage.visible('Watch, then enforce');
  const undo = JSON.parse(await readFile(await (await saved).path(), 'utf8'));
  expect(Object.keys(undo.policies)).toEqual(['1001', '1003']);
  expect(undo.policies['1003']).toMatchObject({ alternatives: null, mode: null });
  expect((await stage.house.rig.ask('GET', '/v1/settings')).body.mode).toBe('monitor');
  expect(await lockOf('1003')).toMatchObject({ source: 'own', kind: 'device' });
  await stage.page.getByRole('button', { name: 'Enforce …' }).click();
  await stage.page.getByRole('dialog').getByRole('button', { name: 'Enforce' }).click();
  await stage.visible('Calls of wrong devices are refused from now on.');
  expect((await stage.house.rig.ask('GET', '/v1/settings')).body.mode).toBe('enforce');
  expect(await seriousFaults(stage.page)).toEqual([]);
});

test('the system page tells how it is and who changed what', async () => {
  await stage.house.rig.ask('PUT', '/v1/settings', { mode: 'monitor' });
  await signIn('system');
  await stage.visible('22.10.1 by AMI');
  await stage.visible(/monitor, require-registration off/);
  expect(await seriousFaults(stage.page)).toEqual([]);
});

test('a lost connection is said, and heals with what was missed', async () => {
  await signIn();
  await stage.visible('live');
  stage.house.cable.cut();
  await stage.visible('The connection to Device Lock is lost');
  await stage.house.rig.ask('PUT', '/v1/extensions/1003/policy', {
    alternatives: [{ kind: 'device', userAgent: DESK }],
  });
  stage.house.cable.join();
  await stage.visible('own lock');
  expect(await stage.page.getByText('The connection to Device Lock is lost').count()).toBe(0);
});

test('who is signed out by another password is asked for it, without doing anything', async () => {
  await signIn();
  await stage.visible('live');
  await stage.house.rig.ask('PUT', '/v1/users/alice/password', { password: 'quite another one' });
  await stage.page.getByLabel('Password').waitFor();
  await stage.page.getByLabel('User', { exact: true }).fill('alice');
  await stage.page.getByLabel('Password').fill('quite another one');
  await stage.page.keyboard.press('Enter');
  await stage.visible('Yealink SIP-T46U');
});

test('a hostile User-Agent is only ever text', async () => {
  stage.house.rig.register('1002', [HOSTILE, '192.0.2.11:5060'], [MALFORMED, '192.0.2.13:5060']);
  await signIn();
  await stage.page.locator('.foreign', { hasText: '<img src=x' }).first().waitFor();
  await stage.page.goto(`${stage.house.url}#/extensions/1002`);
  await stage.page.locator('.foreign', { hasText: '<img src=x' }).first().waitFor();
  await stage.page.locator('.control', { hasText: 'U+202E' }).first().waitFor();
  await stage.page.locator('.control', { hasText: 'malformed' }).first().waitFor();
  expect(await stage.page.locator('#device-lock img').count()).toBe(0);
  expect(await stage.page.title()).toBe('Device Lock');
  const drawn = await stage.page.locator('#device-lock').textContent();
  expect([...(drawn ?? '')].filter((character) => '\u202E\u0007'.includes(character))).toEqual([]);
});

test('ten thousand extensions draw only what is in sight, and the last is reached', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => [String(20_000 + index), undefined] as const);
  stage.house.rig.table.setExtensions(new Map(names));
  await signIn();
  await stage.visible('All 10003');
  const region = stage.page.getByRole('region', { name: 'Extensions' });
  expect(await stage.page.locator('tbody tr').count()).toBeLessThan(60);
  await region.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await stage.page.getByRole('link', { name: '29999' }).waitFor();
  await stage.page.getByRole('searchbox').fill('25555');
  await expect.poll(() => stage.page.locator('tbody tr').count()).toBe(1);
});

test.each([
  ['light', 360],
  ['dark', 360],
  ['dark', 1280],
] as const)('every page fits and reads well in %s at %i pixels', async (scheme, width) => {
  await stage.open({ viewport: { width, height: 740 }, colorScheme: scheme });
  await signIn();
  for (const where of ['', 'violations', 'models', 'protection', 'first-run', 'system', 'extensions/1001']) {
    await stage.page.goto(`${stage.house.url}#/${where}`);
    await stage.page.locator('h1').waitFor();
    await expect.poll(() => stage.page.getByText(/^Loading/).count()).toBe(0);
    const overflow = await stage.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect({ where, overflow }).toEqual({ where, overflow: 0 });
    expect({ where, faults: await seriousFaults(stage.page) }).toEqual({ where, faults: [] });
    if (where === '' && (scheme === 'light' || width > 360)) await picture(`overview-${scheme}-${width}`);
  }
});
