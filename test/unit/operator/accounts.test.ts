import { afterEach, beforeEach, expect, test } from 'vitest';
import { Accounts } from '../../../src/operator/accounts.ts';
import { makeRig, type Rig } from '../api/rig.ts';

const PASSWORD = 'correct horse battery';
let rig: Rig;
beforeEach(async () => {
  rig = await makeRig({ isListening: false });
});
afterEach(() => rig[Symbol.asyncDispose]());

async function reopened(now = Date.now): Promise<Accounts> {
  const accounts = new Accounts({ store: rig.store, now, announce: () => undefined });
  await accounts.load();
  return accounts;
}

test('users and tokens are there again after a restart, and what was removed is not', async () => {
  await rig.accounts.addUser('alice', 'operator', PASSWORD, 'cli:root');
  const kept = await rig.accounts.addToken('backup', 'viewer', undefined, 'cli:root');
  const gone = await rig.accounts.addToken('other', 'operator', undefined, 'cli:root');
  await rig.accounts.removeToken(gone.token.id, 'cli:root');
  const accounts = await reopened();
  expect(accounts.user('alice')).toEqual(rig.accounts.user('alice'));
  expect(accounts.tokenOf(kept.text)).toEqual(kept.token);
  expect([accounts.tokenOf(gone.text), accounts.tokenOf(kept.token.digest)]).toEqual([undefined, undefined]);
  await rig.accounts.removeUser('alice', 'cli:root');
  expect((await reopened()).users()).toEqual([]);
});

test('a token ends when its time is over', async () => {
  const { text } = await rig.accounts.addToken('backup', 'viewer', Date.now() + 1000, 'cli:root');
  expect((await reopened()).tokenOf(text)).toBeDefined();
  expect((await reopened(() => Date.now() + 2000)).tokenOf(text)).toBeUndefined();
});

test('every change is in the audit, with who made it', async () => {
  await rig.accounts.addUser('alice', 'operator', PASSWORD, 'cli:root');
  await rig.accounts.setPassword('alice', `${PASSWORD} 2`, 'cli:root');
  await rig.accounts.removeUser('alice', 'cli:bob');
  expect(await rig.store.audit({ limit: 3 })).toMatchObject([
    { who: 'cli:bob', action: 'user-remove', target: 'user:alice' },
    { who: 'cli:root', action: 'user-password', target: 'user:alice' },
    { who: 'cli:root', action: 'user-add', target: 'user:alice', detail: 'operator' },
  ]);
});

test('a name that is taken, or that the audit could not say, is refused', async () => {
  await rig.accounts.addUser('alice', 'operator', PASSWORD, 'cli:root');
  await expect(rig.accounts.addUser('alice', 'viewer', PASSWORD, 'x')).rejects.toMatchObject({
    code: 'user-exists',
  });
  for (const name of ['', ' alice', 'a:b', '-x', 'x'.repeat(41), 'naïve']) {
    await expect(rig.accounts.addToken(name, 'viewer', undefined, 'x')).rejects.toMatchObject({
      code: 'malformed',
    });
  }
  await expect(rig.accounts.removeUser('bob', 'x')).rejects.toMatchObject({ code: 'no-such-user' });
});

test('a change that cannot be saved changes nothing', async () => {
  const store = {
    ...rig.store,
    accounts: () => rig.store.accounts(),
    commit: () => Promise.reject(new Error('disk')),
  };
  const accounts = new Accounts({ store, now: Date.now, announce: () => undefined });
  await expect(accounts.addUser('alice', 'viewer', PASSWORD, 'x')).rejects.toMatchObject({ code: 'storage' });
  expect(accounts.isEmpty).toBe(true);
});
