/**
 * The service as a browser meets it, without an Asterisk: its API, its login and its built page on a real TCP port, with a
 * cable before it that a test can cut.
 */
import { scryptSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { User } from '../../src/domain/account.ts';
import { Cable } from '../lab/cable.ts';
import { makeRig, type Rig, type RigOptions } from '../unit/api/rig.ts';

export const BUILT = fileURLToPath(new URL('../../build/console/', import.meta.url));
export const PASSWORD = 'correct horse battery';

export interface House extends AsyncDisposable {
  readonly url: string;
  readonly rig: Rig;
  readonly cable: Cable;
}

export type HouseOptions = Pick<RigOptions, 'codePost'>;

/** There are three extensions, and two users: alice, an operator, and victor, a viewer. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const rig = await makeRig({ isListening: false, console: { page: BUILT }, ...options });
  rig.table.setExtensions(
    new Map([
      ['1001', 'Reception'],
      ['1002', 'Workshop'],
      ['1003', 'Management'],
    ]),
  );
  const users = [userOf('alice', 'operator'), userOf('victor', 'viewer')];
  await rig.store.commit({ users: new Map(users.map((user) => [user.name, user])), audit: [] });
  await rig.accounts.load();
  await rig.api.listen();
  const { url } = (await rig.ask('GET', '/v1/status')).body.console;
  const cable = await Cable.open({ host: '127.0.0.1', port: Number(new URL(url).port) });
  return {
    ...{ rig, cable },
    url: `http://127.0.0.1:${cable.port}/`,
    async [Symbol.asyncDispose]() {
      await cable[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

/** With a hash that costs little: a test signs in many times. */
function userOf(name: string, role: User['role']): User {
  const hash = scryptSync(PASSWORD, 'salt', 32, { N: 16, r: 1, p: 1 });
  const kept = `$scrypt$ln=4,r=1,p=1$${Buffer.from('salt').toString('base64url')}$${hash.toString('base64url')}`;
  return { name, role, hash: kept, made: Date.now(), changed: Date.now() };
}
