/**
 * One Asterisk of the lab on paper: its name, folder, ports and secrets, from which its configuration is written. It
 * starts nothing and writes nothing.
 *
 * The folder lies inside the root of its version and is known by two names: `home` as the machine sees it, `inside` as
 * the chrooted Asterisk does.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type AsteriskVersion, rootOf } from './cache.ts';
import { freeSipPort, freeTcpPort } from './ports.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface Login extends HostPort {
  readonly user: string;
  readonly secret: string;
}

export interface ExtensionAccount {
  readonly extension: string;
  readonly password: string;
  /** 1: a REGISTER evicts the one before it (FreePBX's default). 5: phones stand side by side. */
  readonly maxContacts: 1 | 5;
}

export interface Instance {
  readonly name: string;
  readonly version: AsteriskVersion;
  /** The chroot. */
  readonly root: string;
  readonly home: string;
  readonly inside: string;
  /** Where phones send SIP, UDP and TCP. */
  readonly sip: HostPort;
  /** The PBX's own address towards its carrier, and the carrier's: both ends live in the same Asterisk, UDP. */
  readonly trunk: HostPort;
  readonly carrier: HostPort;
  readonly ami: Login;
  readonly ari: Login;
  /** Where the gate asks: a FastAGI server that somebody else starts, or does not. */
  readonly agi: HostPort;
  readonly extensions: readonly ExtensionAccount[];
}

export interface InstanceWishes {
  readonly version: AsteriskVersion;
  readonly name: string;
  /** Where the FastAGI server listens; a free port is found where it is not said. */
  readonly gate?: HostPort | undefined;
}

const LOOPBACK = '127.0.0.1';
// A phone of a test must not call from these two: they are how the PBX knows its trunk and the carrier its customer.
const TRUNK_HOST = '127.0.0.9';
const CARRIER_HOST = '127.0.0.10';

const EXTENSIONS_OF_ONE_PHONE = ['1001', '1002', '1003', '1004', '1005'];
const EXTENSIONS_OF_SEVERAL = ['1011', '1012', '1013'];

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** @throws where the name is not lower-case letters, digits and hyphens, 40 at the most */
export async function planInstance({ version, name, gate }: InstanceWishes): Promise<Instance> {
  if (!NAME.test(name)) {
    throw new Error(`"${name}" is no name for a lab: lower-case letters, digits, hyphens, 40 at the most`);
  }
  const root = rootOf(version);
  return {
    name,
    version,
    root,
    home: join(root, 'lab', name),
    inside: `/lab/${name}`,
    sip: { host: LOOPBACK, port: await freeSipPort(LOOPBACK) },
    trunk: { host: TRUNK_HOST, port: await freeSipPort(TRUNK_HOST) },
    carrier: { host: CARRIER_HOST, port: await freeSipPort(CARRIER_HOST) },
    ami: { host: LOOPBACK, port: await freeTcpPort(LOOPBACK), user: 'device-lock', secret: secret() },
    ari: { host: LOOPBACK, port: await freeTcpPort(LOOPBACK), user: 'device-lock', secret: secret() },
    agi: gate ?? { host: LOOPBACK, port: await freeTcpPort(LOOPBACK) },
    extensions: [
      ...EXTENSIONS_OF_ONE_PHONE.map((extension) => account(extension, 1)),
      ...EXTENSIONS_OF_SEVERAL.map((extension) => account(extension, 5)),
    ],
  };
}

function account(extension: string, maxContacts: 1 | 5): ExtensionAccount {
  return { extension, password: secret(), maxContacts };
}

function secret(): string {
  return randomBytes(12).toString('hex');
}
