/**
 * The bench's own part of an Asterisk's configuration: loops that do one thing many times and write down how long it
 * took, and extensions beyond the lab's few. Text only.
 */
import { randomBytes } from 'node:crypto';
import type { ExtensionAccount } from '../lab/instance.ts';

/** What a loop does. A channel runs one by calling `go-<loop>-<port>-<times>-<tag>` in the context {@link CONTEXT}. */
export type Loop = 'empty' | 'astdb' | 'agi' | 'sh' | 'perl' | 'php' | 'gate';

export const CONTEXT = 'bench';
/** What the desk phones of the bench say of themselves. */
export const DESK_PHONE = 'Yealink SIP-T46U 108.86.0.20';
/** AstDB, family and keys: together they read `allow`. */
export const ASTDB = { family: 'BENCH', first: 'al', second: 'low' } as const;

const FIRST_EXTENSION = 3000;

/** One line for each loop; every one but the empty one leaves `allow` in DEVICELOCK_VERDICT. */
function steps(inside: string): Readonly<Record<Loop, string | undefined>> {
  const script = (name: string) => `AGI(${inside}/bench/${name})`;
  return {
    empty: undefined,
    astdb: `Set(DEVICELOCK_VERDICT=\${DB(${ASTDB.family}/first)}\${DB(${ASTDB.family}/second)})`,
    // The question of dialplan/device-lock.conf, each time as another call.
    agi: `AGI(agi://127.0.0.1:\${PORT}/check/1/\${CHANNEL(linkedid)}.\${I}/\${QUESTION})`,
    sh: script('agi.sh'),
    perl: script('agi.pl'),
    php: script('agi.php'),
    gate: 'Gosub(device-lock,s,1(900442071838750))',
  };
}

/** @param inside the instance's folder as Asterisk sees it */
export function benchExtensions(inside: string): string {
  const agent = `${DESK_PHONE.length}/${encodeURIComponent(DESK_PHONE)}`;
  const loops = Object.entries(steps(inside)).map(([name, step]) => loop(name, step));
  return `
[${CONTEXT}]
exten => _go.,1,Set(LOOP=\${CUT(EXTEN,-,2)})
 same => n,Set(PORT=\${CUT(EXTEN,-,3)})
 same => n,Set(TIMES=\${CUT(EXTEN,-,4)})
 same => n,Set(TAG=\${CUT(EXTEN,-,5)})
 same => n,Set(I=0)
 same => n,Set(OK=0)
 same => n,Set(QUESTION=${FIRST_EXTENSION}/${agent}/127.0.0.21%3A5060/a3f1c2d4e5b69788%40192.168.1.50/900442071838750////)
 same => n,Set(FROM=\${STRFTIME(,,%s.%6q)})
 same => n,Goto(loop\${LOOP},1)
${loops.join('\n')}
exten => done,1,Set(TO=\${STRFTIME(,,%s.%6q)})
 same => n,System(echo "\${TAG} \${TIMES} \${OK} \${FROM} \${TO}" >> ${inside}/bench/results)
 same => n,Hangup()
`;
}

function loop(name: string, step: string | undefined): string {
  const lines = [
    `exten => loop${name},1,Set(DEVICELOCK_VERDICT=)`,
    ...(step === undefined ? [] : [step]),
    `Set(OK=$[\${OK} + ("\${DEVICELOCK_VERDICT}" = "allow")])`,
    `Set(I=$[\${I} + 1])`,
    `GotoIf($[\${I} < \${TIMES}]?loop${name},1:done,1)`,
  ];
  return lines.join('\n same => n,');
}

export function benchAccounts(count: number): ExtensionAccount[] {
  return Array.from({ length: count }, (_, index) => ({
    extension: String(FIRST_EXTENSION + index),
    password: randomBytes(12).toString('hex'),
    maxContacts: 1,
  }));
}

/** As the lab's extensions are, but that they call the bench's loops. */
export function benchPjsip(accounts: readonly ExtensionAccount[]): string {
  return accounts
    .map(
      ({ extension, password, maxContacts }) => `
[${extension}]
type = endpoint
context = ${CONTEXT}
disallow = all
allow = ulaw,alaw
auth = ${extension}-auth
aors = ${extension}
callerid = Bench ${extension} <${extension}>
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes

[${extension}-auth]
type = auth
auth_type = userpass
username = ${extension}
password = ${password}

[${extension}]
type = aor
max_contacts = ${maxContacts}
remove_existing = yes
minimum_expiration = 1
qualify_frequency = 0
`,
    )
    .join('');
}
