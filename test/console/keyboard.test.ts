/** Every task of the console, in a real Chromium, by keyboard alone: nothing here clicks, fills in or chooses by itself. */
import { beforeEach, expect, test } from 'vitest';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { PASSWORD } from './house.ts';
import { Stage, threePhones } from './stage.ts';
import { tabWithin } from './visit.ts';

const stage = new Stage(threePhones);
beforeEach(() => stage.open());

async function enter(where = ''): Promise<void> {
  await stage.page.goto(`${stage.house.url}#/${where}`);
  await stage.page.getByLabel('Password').waitFor();
  await write('User', 'alice');
  await write('Password', PASSWORD);
  await stage.page.keyboard.press('Enter');
  await stage.page.getByRole('navigation').waitFor();
}

async function press(name: string | RegExp, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabWithin(stage.page, name);
  await stage.page.keyboard.press(key);
}

/** Into a field, or what an option of a list begins with. */
async function write(name: string, text: string): Promise<void> {
  await tabWithin(stage.page, name);
  await stage.page.keyboard.type(text);
}

const lockOf = async (extension: string) => (await stage.viewOf(extension)).lock;

test('an extension is searched, and opened', async () => {
  await enter();
  await stage.visible('Yealink SIP-T46U');
  await write('Search', 'grandstream');
  await expect.poll(() => stage.page.locator('tbody tr').count()).toBe(1);
  await press(/^\s*1002$/);
  await stage.visible('Registered now');
});

test('a model is added from a phone that was seen', async () => {
  await enter();
  await stage.visible('Yealink SIP-T46U');
  await press('+ Add model from the phone of 1002');
  await stage.visible('Pattern and samples agree.');
  await write('Must not match', 'Grandstream HT801 1.0.1');
  await press('Save');
  await stage.visible(/is in the library/);
});

test('a lock is written, its mode and reactions are decided, and it is taken away', async () => {
  await enter('extensions/1001');
  await stage.visible('Registered now');
  await write('Also accept', 'User-Agent begins');
  await write('User-Agent text', 'Yealink SIP-T4');
  await press(/^\s*Add$/);
  await press('Save lock');
  await stage.visible('The lock is in force.');
  expect(await lockOf('1001')).toMatchObject({ kind: 'custom', source: 'own' });
  await write('Mode', 'Mon');
  await stage.visible('In force: monitor.');
  await press('Reactions, registration and networks');
  await write('Evict', 'On');
  await stage.visible('It is in force.');
  expect(await lockOf('1001')).toMatchObject({ mode: 'monitor', evict: true });
  await press('Unlock');
  await stage.visible('Its own lock is removed.');
});

test('a violation is found, exported and cleared', async () => {
  await stage.house.rig.operator.lock(
    '1001',
    { alternatives: [{ kind: 'device', userAgent: DESK }] },
    'test',
  );
  stage.house.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  await enter();
  await press('Violations');
  await stage.visible(THIEF);
  const saved = stage.page.waitForEvent('download');
  await press('Export JSON');
  expect((await saved).suggestedFilename()).toBe('violations.json');
  await press(/^\s*1001$/);
  await stage.visible('Registered now');
  await press('Clear violations (1)');
  await stage.visible('The open violations are cleared.');
});

test('a fallback is previewed and decided, and its model cannot be deleted then', async () => {
  await enter('protection');
  await stage.page.getByText('Turn on …').first().waitFor();
  await press('Turn on …');
  await stage.visible('1 registered phone would be in violation now');
  await press('Apply');
  await stage.visible('The settings are in force.');
  expect(await lockOf('1003')).toMatchObject({ source: 'fallback' });
  await press('Phone library');
  await stage.page.getByRole('button', { name: 'Delete yealink-t4' }).waitFor();
  await press('Delete yealink-t4');
  await stage.page.getByRole('dialog').waitFor();
  await press('Delete');
  await stage.page.getByRole('dialog').getByRole('alert').waitFor();
  await stage.page.keyboard.press('Escape');
  await expect.poll(() => stage.page.getByRole('dialog').count()).toBe(0);
});

test('an empty box is brought to protection', async () => {
  await enter('first-run');
  await stage.visible('What was found');
  await press('Lock 1002', 'Space');
  await press('Lock 2 extensions and monitor');
  await stage.visible('Watch, then enforce');
  await press('Enforce …');
  await stage.page.getByRole('dialog').waitFor();
  await stage.visible(/would be in violation|No registered phone/);
  await press('Enforce');
  await stage.visible('Calls of wrong devices are refused from now on.');
  expect(await lockOf('1003')).toMatchObject({ source: 'own', kind: 'device', mode: 'enforce' });
});
