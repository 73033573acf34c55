/**
 * The scene of the tests of eviction: besides what every scene has, TLS, two extensions that Asterisk qualifies every second,
 * and a cable to AMI that a test can cut.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { ExtensionView, StatusView, ViolationView } from '../../src/api/shapes.ts';
import { path } from '../../src/cli/client.ts';
import type { PolicyRequest } from '../../src/operator/operator.ts';
import { Cable } from '../lab/cable.ts';
import type { AsteriskVersion } from '../lab/cache.ts';
import type { Dialplan } from '../lab/configuration.ts';
import { extensionsConf } from '../lab/etc/dialplan.ts';
import { pjsipConf } from '../lab/etc/pjsip.ts';
import type { HostPort } from '../lab/instance.ts';
import { freeTcpPort } from '../lab/ports.ts';
import { until } from '../lab/until.ts';
import { type PhoneOptions, SipPhone } from '../sip/phone.ts';
import type { RegisterOptions } from '../sip/registration.ts';
import { AT_DESK, AT_THIEF, DESK_PHONE, Scene, THIEF } from './scene.ts';

export const SOON = 5000;
/** Asked for by OPTIONS each second. */
const QUALIFIED = ['1003', '1013'];

export class EvictScene implements AsyncDisposable {
  readonly scene: Scene;
  readonly cable: Cable;
  readonly #tls: HostPort;
  readonly #phones: SipPhone[] = [];

  private constructor(scene: Scene, cable: Cable, tls: HostPort) {
    this.scene = scene;
    this.cable = cable;
    this.#tls = tls;
  }

  static async open(version: AsteriskVersion): Promise<EvictScene> {
    const tls = { host: '127.0.0.1', port: await freeTcpPort('127.0.0.1') };
    let cable: Cable | undefined;
    const further = async ({ ami }: { readonly ami: HostPort }) => {
      cable = await Cable.open(ami);
      return { amiPort: cable.port };
    };
    const scene = await Scene.open(version, {}, further, dialplanWith(tls));
    if (cable === undefined) throw new Error('unreachable');
    return new EvictScene(scene, cable, tls);
  }

  /** Locked to the desk phone, and thieves are evicted. */
  async evicting(user: string, more: PolicyRequest = {}): Promise<void> {
    await this.scene.policy(user, {
      alternatives: [{ kind: 'device', userAgent: DESK_PHONE }],
      evict: true,
      ...more,
    });
  }

  async phone(
    user: string,
    userAgent: string,
    options: Partial<PhoneOptions> = {},
    register: RegisterOptions = {},
  ): Promise<SipPhone> {
    const { lab } = this.scene;
    const server = options.transport === 'tls' ? this.#tls : lab.sip;
    const phone = await SipPhone.open({
      ...{ server, user, userAgent, password: lab.passwordOf(user), localIp: AT_DESK },
      ...options,
    });
    this.#phones.push(phone);
    expect((await phone.register(register)).status).toBe(200);
    return phone;
  }

  /** Registered, and known to the service with all that Asterisk stored of it. */
  async deskPhone(
    user: string,
    options: Partial<PhoneOptions> = {},
    register: RegisterOptions = {},
  ): Promise<SipPhone> {
    const phone = await this.phone(user, DESK_PHONE, { onInvite: () => 'answer', ...options }, register);
    await this.scene.knows(user, DESK_PHONE);
    await this.keeps(user);
    return phone;
  }

  /** Resolves when the service has what it needs to put the phone back. */
  keeps(user: string): Promise<void> {
    return until('what Asterisk stored of it is kept', SOON, () => this.#isKept(user));
  }

  /** On the service's disk: there it outlives the service. */
  #isKept(user: string): boolean {
    const path = join(this.scene.lab.home, 'service', 'device-lock.db');
    const db = new Database(path, { readonly: true });
    try {
      const kept = db.prepare("SELECT 1 FROM contacts WHERE extension = ? AND stored <> ''");
      return kept.get(user) !== undefined;
    } finally {
      db.close();
    }
  }

  thief(user: string, options: Partial<PhoneOptions> = {}): Promise<SipPhone> {
    return this.phone(user, THIEF, { localIp: AT_THIEF, ...options });
  }

  /** Registers what Asterisk stores and cannot read again. */
  stray(user: string): Promise<SipPhone> {
    const contact = Buffer.from('Contact: <sip:0@127.0.0.1:9;x="\xff">', 'latin1');
    return this.phone(user, THIEF, { localIp: AT_THIEF }, { headers: [['Contact', null], contact] });
  }

  /** Does what a wrong device does, and waits until it was evicted. */
  async evicted(user: string, act: () => Promise<unknown>): Promise<ViolationView | undefined> {
    const { evicted } = (await this.status()).reactions;
    await act();
    await until(`a wrong device was evicted from ${user}`, SOON, async () => {
      const { reactions } = await this.status();
      return reactions.evicted > evicted;
    });
    const [latest] = await this.scene.violations(user);
    return latest;
  }

  /** Asterisk itself has no contact of that address any more, whatever the service knows by now. */
  async isRidOf(ip: string): Promise<void> {
    await until(`Asterisk has no contact at ${ip}`, SOON, async () => {
      const contacts = await this.scene.lab.rasterisk('database show registrar/contact');
      return !contacts.includes(`@${ip}:`);
    });
  }

  /** A call to the extension is answered by this phone. */
  async ringsAt(phone: SipPhone, user: string): Promise<void> {
    const caller = await this.scene.phone('1002', DESK_PHONE);
    const call = await caller.invite(user);
    expect(call.status).toBe(200);
    await phone.incoming({ deadlineMs: SOON });
    await call.hangup();
  }

  async shown(user: string): Promise<ExtensionView> {
    return this.scene.service.api.get<ExtensionView>(path('extensions', user));
  }

  async status(): Promise<StatusView> {
    return this.scene.service.api.get<StatusView>('/v1/status');
  }

  async tidy(): Promise<void> {
    for (const phone of this.#phones.splice(0)) {
      await phone.register({ expires: 0, deadlineMs: 2000 }).catch(() => undefined);
      await phone.close();
    }
    await this.scene.tidy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const phone of this.#phones) await phone.close();
    await this.scene[Symbol.asyncDispose]();
    await this.cable[Symbol.asyncDispose]();
  }
}

function dialplanWith(tls: HostPort): Dialplan {
  return async (instance) => ({
    'extensions.conf': await extensionsConf(instance),
    'pjsip.conf': [
      QUALIFIED.reduce(qualified, pjsipConf(instance)),
      '[transport-tls]\ntype = transport\nprotocol = tls\nmethod = tlsv1_2',
      `bind = ${tls.host}:${tls.port}\ncert_file = ${instance.inside}/etc/tls.pem\npriv_key_file = ${instance.inside}/etc/tls.pem\n`,
    ].join('\n'),
    'tls.pem': await certificate(),
  });
}

function qualified(conf: string, user: string): string {
  const aor = new RegExp(`(\\[${user}\\]\\ntype = aor\\n(?:.+\\n)*?)qualify_frequency = 0`);
  return conf.replace(aor, '$1qualify_frequency = 1\nqualify_timeout = 0.5');
}

/** A key and a certificate of its own, one after the other. */
async function certificate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-tls-'));
  const [key, own] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  try {
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=lab'],
      ...['-keyout', key, '-out', own],
    ]);
    return (await readFile(key, 'utf8')) + (await readFile(own, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
