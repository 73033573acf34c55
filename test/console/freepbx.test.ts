/** The console inside FreePBX's admin frame, through the module's own PHP, in a real Chromium. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESK, THIEF } from '../unit/api/rig.ts';
import { openBrowser, seriousFaults } from './browser.ts';
import { type FreepbxHost, openFreepbx } from './freepbx-host.ts';
import { takePicture } from './visit.ts';

const WAIT_MS = 15_000;

let browser: Browser;
let host: FreepbxHost;
let page: Page;
const faults: string[] = [];
beforeAll(async () => {
  [browser, host] = await Promise.all([openBrowser(), openFreepbx()]);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(WAIT_MS);
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (said) => {
    if (said.text().includes('Content Security Policy')) faults.push(said.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/v1/')) faults.push(`past FreePBX: ${request.url()}`);
  });
});
afterAll(async () => {
  await browser?.close();
  await host?.[Symbol.asyncDispose]();
});

const frame = () => page.frameLocator('#devicelock-console');

test('it needs no login, every call goes through FreePBX, and what is changed has the name of its administrator', async () => {
  host.rig.register('1001', [DESK, '192.0.2.10:5060']);
  host.rig.register('1002', ['Grandstream GXP2170 1.0.11.64', '192.0.2.11:5060']);
  await host.rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'device', userAgent: DESK }],
  });
  host.rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.66:5060']);
  await page.goto(host.url);
  await frame().getByText('1 open').waitFor();
  await takePicture(page, 'freepbx');
  expect(await frame().getByRole('button', { name: 'Sign out' }).count()).toBe(0);
  await frame().getByRole('link', { name: 'Fallback and mode' }).click();
  await frame().getByRole('button', { name: 'Go back to monitor …' }).click();
  await frame().getByRole('button', { name: 'Apply' }).click();
  await frame().getByText('The settings are in force.').waitFor();
  expect((await host.rig.ask('GET', '/v1/settings')).body.mode).toBe('monitor');
  expect((await host.rig.ask('GET', '/v1/audit?limit=1')).body.audit[0].who).toBe('freepbx:alice');
  expect(await seriousFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test('a code is issued and a device accepted for a time, in the name of its administrator, and both taken back', async () => {
  const { rig } = host;
  const of = async (extension: string) => (await rig.ask('GET', `/v1/extensions/${extension}`)).body;
  await frame().getByRole('link', { name: 'Extensions' }).click();
  await frame().getByRole('link', { name: '1001', exact: true }).click();
  await frame().getByRole('button', { name: 'Issue a code …' }).click();
  await frame().getByRole('button', { name: 'Issue the code' }).click();
  await frame().locator('.digits').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await frame()
    .getByRole('button', { name: /^Close/ })
    .click();
  await frame().getByText('freepbx:alice').waitFor();
  await frame().getByRole('button', { name: 'Accept for a time …' }).click();
  await frame().getByRole('button', { name: 'Accept it' }).click();
  await frame().getByRole('button', { name: 'Take back grant 1' }).click();
  await expect.poll(async () => (await of('1001')).policy.grants).toEqual([]);
  await frame().getByRole('button', { name: 'Take back the code' }).click();
  await expect.poll(async () => (await of('1001')).enrolment).toBeNull();
  const { audit } = (await rig.ask('GET', '/v1/audit?target=1001&limit=4')).body;
  expect(audit.map(({ who, action }: Record<string, string>) => `${who} ${action}`)).toEqual([
    'freepbx:alice enrolment-cancel',
    'freepbx:alice grant-remove',
    'freepbx:alice grant',
    'freepbx:alice enrolment-code',
  ]);
  expect(faults).toEqual([]);
});

test('changes arrive although there is no stream, and an export is saved', async () => {
  await frame().getByRole('link', { name: 'Violations' }).click();
  await frame().getByText(THIEF).first().waitFor();
  host.rig.register('1002', ['Grandstream GXP2170 1.0.11.64', '192.0.2.11:5060']);
  await host.rig.ask('POST', '/v1/extensions/1001/clear');
  await frame().getByText('cleared').first().waitFor();
  const saved = page.waitForEvent('download');
  await frame().getByRole('button', { name: 'Export CSV' }).click();
  expect((await saved).suggestedFilename()).toBe('violations.csv');
});

test('with the service gone the page says so, and the next load is the plain page', async () => {
  await host.rig.api.close();
  await frame().getByText('The connection to Device Lock is lost').waitFor();
  await page.goto(host.url);
  await page.getByText('does not answer').waitFor();
  expect(faults).toEqual([]);
});
