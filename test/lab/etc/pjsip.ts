/**
 * PJSIP as FreePBX writes it: extensions behind digest authentication, and a trunk to a carrier that is played by the
 * same Asterisk from another loopback address. An endpoint that authenticates is a phone's; the trunk and the carrier
 * are known by their address and have no password.
 */
import type { ExtensionAccount, HostPort, Instance } from '../instance.ts';

export function pjsipConf(instance: Instance): string {
  const { sip, trunk, carrier, extensions } = instance;
  return [
    '[global]\ntype = global\nuser_agent = Device Lock lab\n',
    transport('transport-udp', 'udp', sip),
    transport('transport-tcp', 'tcp', sip),
    transport('transport-trunk', 'udp', trunk),
    transport('transport-carrier', 'udp', carrier),
    peer({ name: 'trunk', context: 'from-pstn', from: 'transport-trunk', at: carrier }),
    peer({ name: 'carrier', context: 'carrier', from: 'transport-carrier', at: trunk }),
    ...extensions.map(extension),
  ].join('\n');
}

// Said outright, it spares every call a look-up of the machine's own name.
const MEDIA = 'media_address = 127.0.0.1\nbind_rtp_to_media_address = yes';

function transport(name: string, protocol: 'udp' | 'tcp', { host, port }: HostPort): string {
  return `[${name}]\ntype = transport\nprotocol = ${protocol}\nbind = ${host}:${port}\n`;
}

interface Peer {
  readonly name: string;
  readonly context: string;
  readonly from: string;
  readonly at: HostPort;
}

function peer({ name, context, from, at }: Peer): string {
  return `[${name}]
type = endpoint
context = ${context}
transport = ${from}
disallow = all
allow = ulaw,alaw
direct_media = no
${MEDIA}
aors = ${name}

[${name}]
type = aor
contact = sip:${at.host}:${at.port}
qualify_frequency = 0

[${name}]
type = identify
endpoint = ${name}
match = ${at.host}
`;
}

function extension({ extension: name, password, maxContacts }: ExtensionAccount): string {
  return `[${name}]
type = endpoint
context = from-internal
disallow = all
allow = ulaw,alaw
auth = ${name}-auth
aors = ${name}
callerid = Extension ${name} <${name}>
direct_media = no
${MEDIA}
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes
dtmf_mode = rfc4733

[${name}-auth]
type = auth
auth_type = userpass
username = ${name}
password = ${password}

[${name}]
type = aor
max_contacts = ${maxContacts}
remove_existing = yes
minimum_expiration = 1
qualify_frequency = 0
`;
}
