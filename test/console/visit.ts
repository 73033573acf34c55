/** A visit to the console in a browser: the page, watched for what must not happen; the way in; the keyboard. */
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PASSWORD } from './house.ts';

const PICTURES = fileURLToPath(new URL('../../docs/console/', import.meta.url));
const WAIT_MS = 15_000;

/** @param faults takes what goes wrong on the page: errors, breaches of its policy, requests that leave the box */
export async function openPage(
  browser: Browser,
  url: string,
  faults: string[],
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (said) => {
    if (said.text().includes('Content Security Policy')) faults.push(said.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:'))
      faults.push(`left the box: ${request.url()}`);
  });
  return page;
}

export async function signInAt(page: Page, url: string, where = '', user = 'alice'): Promise<void> {
  await page.goto(`${url}#/${where}`);
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').waitFor();
}

/** Takes a picture for docs/console.md where that is asked for. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env['DEVICE_LOCK_PICTURES'] === '1') await page.screenshot({ path: `${PICTURES}${name}.png` });
}

/** What has the focus, by its label, else by what is written on it. */
const FOCUSED = `(() => {
  const focused = document.activeElement;
  if (focused === document.body) return '';
  const labels = [...(focused.labels ?? [])].map(({ textContent }) => textContent).join(' ');
  return labels === '' ? (focused.ariaLabel ?? '') + ' ' + focused.textContent : labels;
})()`;

/** Presses Tab until the focus is on what is named, as one without a mouse does. */
export async function tabWithin(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(FOCUSED);
    if (typeof name === 'string' ? label.includes(name) : name.test(label)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}
