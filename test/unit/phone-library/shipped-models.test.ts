import { beforeAll, describe, expect, it } from 'vitest';
import type { PhoneModel } from '../../../src/domain/phone-model.ts';
import {
  checkLibrary,
  createPhoneLibrary,
  loadModels,
  type PhoneLibrary,
} from '../../../src/phone-library/library.ts';
import { ATTACK_USER_AGENTS } from './attack-user-agents.ts';
import { readCorpus } from './corpus.ts';

const corpus = readCorpus();
let models: readonly PhoneModel[];
let library: PhoneLibrary;

beforeAll(async () => {
  models = await loadModels();
  library = createPhoneLibrary(models);
});

const idsMatching = (userAgent: string): string[] => library.modelsMatching(userAgent).map(({ id }) => id);

describe('the shipped phone library', () => {
  it('is sound: every pattern matches its samples, refuses its look-alikes, and claims no sample of another', () => {
    expect(checkLibrary(models)).toEqual([]);
  });

  it('has every family it promises', () => {
    const ids = models.map((model) => model.id);
    expect(ids.length).toBeGreaterThanOrEqual(100);
    expect(ids).toEqual(
      expect.arrayContaining([
        'cisco-spa',
        'yealink-t',
        'polycom-vvx',
        'grandstream-gxp',
        'linphone-android',
        'linphone-ios',
        'linphone-desktop',
        'microsip',
        'zoiper',
        '3cxphone',
        'asterisk-pbx',
      ]),
    );
  });

  it('gives every model at least two look-alikes to refuse', () => {
    expect(models.filter((model) => model.rejects.length < 2).map((model) => model.id)).toEqual([]);
  });

  it('claims every sample of every model for that model alone', () => {
    for (const model of models) {
      for (const sample of model.matches) expect(idsMatching(sample), sample).toEqual([model.id]);
    }
  });

  it('refuses every look-alike for its model', () => {
    for (const model of models) {
      for (const sample of model.rejects) expect(idsMatching(sample), sample).not.toContain(model.id);
    }
  });

  it('claims each real User-Agent of the corpus for the model that it is, or for none', () => {
    expect(corpus.length).toBeGreaterThan(500);
    for (const { userAgent, phoneModel } of corpus) {
      expect(idsMatching(userAgent), userAgent).toEqual(phoneModel === undefined ? [] : [phoneModel]);
    }
  });

  it('takes no attack tool for a piece of hardware', () => {
    const hardware = new Set(['desk', 'dect', 'conference', 'adapter', 'intercom']);
    for (const attack of ATTACK_USER_AGENTS) {
      for (const text of [attack, attack.toLowerCase(), attack.toUpperCase()]) {
        const taken = library.modelsMatching(text).filter((model) => hardware.has(model.kind));
        expect(
          taken.map((model) => model.id),
          text,
        ).toEqual([]);
      }
    }
  });

  it('takes no real User-Agent with an attack tool before or behind it', () => {
    for (const { userAgent } of corpus) {
      for (const attack of ['friendly-scanner', 'sipcli/v1.8', 'sipvicious']) {
        expect(idsMatching(`${userAgent} ${attack}`), userAgent).toEqual([]);
        expect(idsMatching(`${attack} ${userAgent}`), userAgent).toEqual([]);
      }
    }
  });
});

describe('a User-Agent that is almost a real one is refused', () => {
  it.each<[string, (userAgent: string) => string]>([
    ['a space before', (userAgent) => ` ${userAgent}`],
    ['a space behind', (userAgent) => `${userAgent} `],
    ['a tab behind', (userAgent) => `${userAgent}\t`],
    ['a line behind', (userAgent) => `${userAgent}\n`],
    ['quotes around', (userAgent) => `"${userAgent}"`],
    ['another maker in front', (userAgent) => `My ${userAgent}`],
    ['a comment behind', (userAgent) => `${userAgent} (compatible)`],
    ['itself twice', (userAgent) => `${userAgent} ${userAgent}`],
    ['the first letter in the other case', otherCase],
  ])('%s', (_, change) => {
    for (const model of models) {
      for (const sample of model.matches) {
        const changed = change(sample);
        if (changed === sample || ACCEPTED.has(`${model.id}: ${changed}`)) continue;
        expect(library.modelTest(model.id)?.(changed), `${model.id}: ${changed}`).toBe(false);
      }
    }
  });
});

/** Written both ways by their own makers. */
const ACCEPTED = new Set([
  'kamailio-opensips: Kamailio (4.4.4 (x86_64/linux))',
  'kamailio-opensips: kamailio (1.5.2-notls (i386/linux))',
]);

function otherCase(userAgent: string): string {
  const first = userAgent.charAt(0);
  // In front of a Linksys stands whatever name its provider gave it.
  if (userAgent.startsWith('PhoneSystems.net')) return userAgent;
  const other = first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase();
  return other + userAgent.slice(1);
}
