/** What every file of tests in the browser stands on: one Chromium, and for each test a house and a page that is watched. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { DESK } from '../unit/api/rig.ts';
import { openBrowser } from './browser.ts';
import { type House, type HouseOptions, openHouse } from './house.ts';
import { openPage } from './visit.ts';

export const WIDE = { viewport: { width: 1280, height: 800 } } as const;

/** A desk phone at 1001 and at 1003, and one that the library does not know at 1002. */
export function threePhones({ rig }: House): void {
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  rig.register('1002', ['Grandstream GXP2170 1.0.11.64', '192.0.2.11:5060']);
  rig.register('1003', [DESK, '192.0.2.12:5060']);
}

export class Stage {
  #browser: Browser | undefined;
  #house: House | undefined;
  #page: Page | undefined;
  readonly #faults: string[] = [];

  /** @param furnish makes the house of each test what it has to be */
  constructor(furnish: (house: House) => unknown) {
    beforeAll(async () => {
      this.#browser = await openBrowser();
    });
    afterAll(() => this.#browser?.close());
    beforeEach(async () => {
      await furnish(await this.move());
    });
    afterEach(async () => {
      await this.#page?.context().close();
      await this.#house?.[Symbol.asyncDispose]();
      expect(this.#faults.splice(0)).toEqual([]);
    });
  }

  get house(): House {
    return there(this.#house);
  }

  get page(): Page {
    return there(this.#page);
  }

  /** Into another house; the one before is closed. */
  async move(options: HouseOptions = {}): Promise<House> {
    await this.#house?.[Symbol.asyncDispose]();
    this.#house = undefined;
    this.#house = await openHouse(options);
    return this.#house;
  }

  /** A page of its own, with nothing on it; the one before is closed. */
  async open(options: BrowserContextOptions = WIDE): Promise<void> {
    await this.#page?.context().close();
    this.#page = await openPage(there(this.#browser), this.house.url, this.#faults, options);
  }

  /** Waits until that text is there. */
  async visible(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API.
  async viewOf(extension: string): Promise<any> {
    return (await this.house.rig.ask('GET', `/v1/extensions/${extension}`)).body;
  }
}

function there<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('not opened yet');
  return thing;
}
