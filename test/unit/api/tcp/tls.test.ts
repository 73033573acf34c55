import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeRig } from '../rig.ts';
import { addUser, PASSWORD } from './visitor.ts';

/** Made for these tests alone, of nobody's authority. */
const CERT = fileURLToPath(new URL('./localhost.crt', import.meta.url));
const KEY = fileURLToPath(new URL('./localhost.key', import.meta.url));
const OVER_TLS = { tlsCert: CERT, tlsKey: KEY, names: ['localhost'] };

test('with a certificate it speaks TLS alone, and the cookie never goes over anything else', async () => {
  await using rig = await makeRig({ console: OVER_TLS });
  const url = await addUser(rig, 'alice');
  expect(url).toMatch(/^https:\/\/localhost:\d+\/$/);
  const asked = request(new URL('/v1/session', url), {
    method: 'POST',
    ca: readFileSync(CERT),
    headers: { 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify({ user: 'alice', password: PASSWORD }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['set-cookie']?.[0]]).toEqual([
    200,
    expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
  ]);
  response.resume();
  await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();
});

test('a TLS older than 1.2 is refused', async () => {
  await using rig = await makeRig({ console: OVER_TLS });
  const { port } = new URL(await addUser(rig, 'alice'));
  const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca: readFileSync(CERT), ...versions });
  await expect(once(socket, 'secureConnect')).rejects.toThrow();
});

test('a certificate that was renewed is shown to who comes next, and a broken one is not taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-tls-'));
  const cert = join(folder, 'cert.pem');
  await copyFile(CERT, cert);
  await using rig = await makeRig({ console: { ...OVER_TLS, tlsCert: cert } });
  const { port } = new URL(await addUser(rig, 'alice'));
  const greeted = async () => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca: readFileSync(CERT) });
    await once(socket, 'secureConnect');
    socket.destroy();
  };
  await writeFile(cert, 'broken');
  rig.api.renewCertificate();
  await greeted();
  expect(rig.logged.at(-1)).toMatchObject({ level: 'error' });
  await copyFile(CERT, cert);
  rig.api.renewCertificate();
  await greeted();
  await rm(folder, { recursive: true });
});

test('a certificate that is not there is said, and the service runs on', async () => {
  await using rig = await makeRig({ console: { ...OVER_TLS, tlsCert: '/nowhere/cert.pem' } });
  const made = await rig.ask('POST', '/v1/users', { name: 'alice', role: 'operator', password: PASSWORD });
  expect(made).toMatchObject({ status: 201, body: { console: { url: null } } });
  expect(made.body.console.failure).toContain('/nowhere/cert.pem');
  expect((await rig.ask('GET', '/v1/settings')).status).toBe(200);
});
