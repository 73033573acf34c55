import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneModel } from '../../../src/domain/phone-model.ts';
import { checkLibrary, createPhoneLibrary, loadModels } from '../../../src/phone-library/library.ts';
import { PhoneLibraryError, readModels, showModelFault } from '../../../src/phone-library/read-models.ts';

const acme: PhoneModel = {
  id: 'acme-desk',
  vendor: 'Acme',
  model: 'Desk',
  kind: 'desk',
  pattern: '^Acme D\\d{2}$',
  matches: ['Acme D10'],
  rejects: ['Acme D1'],
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phone-library-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function messageFor(content: string): Promise<string> {
  const file = join(folder, 'models.json');
  await writeFile(file, content);
  const error = await loadModels(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PhoneLibraryError)) throw new Error(`no library error: ${String(error)}`);
  return error.message;
}

describe('checking a whole library', () => {
  it('says which models are well-formed and not sound', () => {
    const tell = (...models: PhoneModel[]) => checkLibrary(models).map(showModelFault).join(' ');
    expect(tell(acme)).toBe('');
    expect(tell(acme, acme)).toContain('acme-desk, id: another model has this id');
    expect(tell({ ...acme, pattern: '^Acme' })).toContain('not anchored');
  });
});

describe('reading a library file', () => {
  it('gives its models in their order', async () => {
    const file = join(folder, 'sound.json');
    const other = { ...acme, id: 'acme-two', pattern: '^Acme E\\d{2}$', matches: ['Acme E10'] };
    await writeFile(file, JSON.stringify([acme, other]));
    expect(await loadModels(file)).toEqual([acme, other]);
  });

  it('names the file and where its JSON is broken', async () => {
    const message = await messageFor('[{"id": "a');
    expect(message).toContain('models.json');
    expect(message).toContain('not JSON');
  });

  it.each([
    ['{}', 'not an array'],
    ['[1]', 'entry 1: not an object'],
    ['[null]', 'entry 1: not an object'],
    [JSON.stringify([{ ...acme, vendor: undefined }]), 'entry 1 ("acme-desk"), vendor: missing'],
    [JSON.stringify([acme, { ...acme, pattern: 7 }]), 'entry 2 ("acme-desk"), pattern: not a text'],
    [JSON.stringify([{ ...acme, kind: 'fridge' }]), 'kind: not one of desk'],
    [JSON.stringify([{ ...acme, matches: 'x' }]), 'matches: not a list of texts'],
    [JSON.stringify([{ ...acme, rejects: [1] }]), 'rejects: not a list of texts'],
    [JSON.stringify([{ ...acme, patern: 'x' }]), '"patern": not a field of a phone model'],
  ])('names the entry and the field: %s', async (content, part) => {
    expect(await messageFor(content)).toContain(part);
  });

  it('tells twenty faults and the number of the rest', async () => {
    const message = await messageFor(JSON.stringify(Array.from({ length: 30 }, () => ({ id: 'x' }))));
    expect(message.split('\n')).toHaveLength(21);
    expect(message).toMatch(/and \d+ more/);
  });

  it('a file that is not there is told as such', async () => {
    await expect(loadModels(join(folder, 'none.json'))).rejects.toThrow('ENOENT');
  });

  it('whatever the text, it is read or refused with a library error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          readModels(text, 'models.json');
        } catch (error) {
          expect(error).toBeInstanceOf(PhoneLibraryError);
        }
      }),
    );
  });
});

describe('a phone library', () => {
  const wide: PhoneModel = { ...acme, id: 'acme-any', pattern: '^Acme \\w{1,9}$' };
  const broken: PhoneModel = { ...acme, id: 'broken', pattern: '^(?=x)$' };
  const library = createPhoneLibrary([acme, wide, broken]);

  it('finds a model and its test by id', () => {
    expect(library.model('acme-desk')).toBe(acme);
    expect(library.modelTest('acme-desk')?.('Acme D10')).toBe(true);
    expect(library.model('nobody')).toBeUndefined();
    expect(library.modelTest('nobody')).toBeUndefined();
  });

  it('names every model that matches', () => {
    expect(library.modelsMatching('Acme D10')).toEqual([acme, wide]);
    expect(library.modelsMatching('acme d10')).toEqual([]);
  });

  it('lists a model whose pattern does not compile, and it matches nothing', () => {
    expect(library.models).toContain(broken);
    expect(library.modelTest('broken')?.('x')).toBe(false);
  });

  it('of two models with one id the later counts', () => {
    const replaced = { ...acme, pattern: '^Acme Z$' };
    const changed = createPhoneLibrary([acme, replaced]);
    expect(changed.models).toEqual([replaced]);
    expect(changed.modelsMatching('Acme D10')).toEqual([]);
  });
});
