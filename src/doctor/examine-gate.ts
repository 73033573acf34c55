/** From the call to the verdict: the gate answers, the dialplan asks it, AstDB holds what the dialplan falls back on. */
import { someOf } from './examine-asterisk.ts';
import type { Facts } from './facts.ts';
import { broken, type Finding, ok, skipped, warning } from './finding.ts';

/** How the dialplan enters the gate. */
const ENTRY = /\bdevice-lock,s,1\b/;
const FIRST = /^\S+ 1(?:\([^)]*\))?: /;
const LOOPBACK = /^(?:127\.|localhost$|\[?::1\]?(?::|$))/;
const STALE_MS = 5000;
const DEFAULT_PORT = 4580;

export function examineGate(facts: Facts): Finding[] {
  const answers = examineAnswer(facts);
  if (facts.health.asterisk.connected) {
    return [
      answers,
      ...examineWay(facts),
      ...examineDialplan(facts),
      examineAstdb(facts),
      examineHeartbeat(facts),
    ];
  }
  const rest = ['dialplan', 'astdb', 'heartbeat'];
  return [answers, ...rest.map((check) => skipped(check, 'Asterisk is not connected.'))];
}

function examineAnswer({ answer, health: { gate } }: Facts): Finding {
  const where = `${gate.host}:${gate.port}`;
  if (answer.found !== undefined) {
    return ok(
      'gate',
      `The gate at ${where} answered a question of the doctor's in ${answer.found.ms.toFixed(1)} ms.`,
    );
  }
  return broken(
    'gate',
    `The gate at ${where} did not answer a question of the doctor's: ${answer.why}.`,
    'Restart the service: systemctl restart device-lock. Until then the dialplan decides from AstDB.',
  );
}

/** An Asterisk on another host that is told a loopback address asks itself. Calls that came through are the proof. */
function examineWay({ calls, way: { asteriskHost, gateAddress } }: Facts): Finding[] {
  if (calls > 0 || LOOPBACK.test(asteriskHost) || !LOOPBACK.test(gateAddress)) return [];
  return [
    warning(
      'gate-address',
      `Asterisk is at ${asteriskHost}, and is told that the gate is at ${gateAddress}: that would be itself.`,
      'Set [gate] address to this host as Asterisk reaches it, "192.0.2.5:4580"; then Apply Config, or the global DEVICELOCK_GATE.',
    ),
  ];
}

function examineDialplan(facts: Facts): Finding[] {
  const { dialplan } = facts;
  if (dialplan.found === undefined) {
    return [
      warning(
        'dialplan',
        `Asterisk did not show its dialplan: ${dialplan.why}.`,
        "Look yourself whether the gate comes first: asterisk -rx 'dialplan show s@macro-user-callerid'",
      ),
    ];
  }
  const { callerId, gate } = dialplan.found;
  if (gate.length === 0) {
    const cure =
      callerId.length > 0
        ? 'Is the FreePBX module installed and enabled? Then: fwconsole reload'
        : "#include device-lock.conf in extensions.conf; then: asterisk -rx 'dialplan reload'";
    return [broken('dialplan', 'The dialplan has no context device-lock: no call is asked about.', cure)];
  }
  return [callerId.length > 0 ? examineSplice(callerId) : examineEntry(facts)];
}

/** On FreePBX every call passes `s@macro-user-callerid`; jumps there skip whatever is not its first line. */
function examineSplice(lines: readonly string[]): Finding {
  const first = lines.find((line) => FIRST.test(line)) ?? lines[0] ?? '';
  if (ENTRY.test(first)) return ok('dialplan', 'The gate is the first line of s@macro-user-callerid.');
  const override =
    'Is there a [macro-user-callerid] in extensions_override_freepbx.conf? It displaces the gate.';
  return lines.some((line) => ENTRY.test(line))
    ? broken(
        'dialplan',
        'The gate is in s@macro-user-callerid, but not first: some calls jump over it.',
        override,
      )
    : broken(
        'dialplan',
        'The gate is not in s@macro-user-callerid: calls pass unasked.',
        `${override} Then: fwconsole reload`,
      );
}

/** On plain Asterisk the gate may be called from anywhere: that calls come through is the proof. */
function examineEntry({ calls, health: { gate } }: Facts): Finding {
  if (calls > 0)
    return ok('dialplan', `The context device-lock is there, and ${calls} calls were asked about.`);
  const port =
    gate.port === DEFAULT_PORT ? '' : ` The gate's port is ${gate.port}: set the global DEVICELOCK_GATE.`;
  return warning(
    'dialplan',
    'The context device-lock is there, but no call has come through it since the start.',
    `Call it where your phones' calls begin; device-lock.conf says how at its beginning.${port}`,
  );
}

function examineAstdb({ astdb, health }: Facts): Finding {
  if (astdb.found === undefined) {
    return warning('astdb', `AstDB could not be read back: ${astdb.why}.`, 'Run the doctor again.');
  }
  const { right, wrong } = astdb.found;
  if (wrong.length === 0) return ok('astdb', `All ${right} entries of CUSTOMLOCK are as they should be.`);
  const waiting = health.astdb.inStep ? '' : ` (${health.astdb.pending} extensions wait to be written)`;
  return broken(
    'astdb',
    `${wrong.length} entries of CUSTOMLOCK are not as they should be${waiting}: ${someOf(wrong)}.`,
    'Does somebody else write there? After the next reconnect all is put right: systemctl restart device-lock',
  );
}

function examineHeartbeat({ health, now }: Facts): Finding {
  const { heartbeatAt } = health.astdb;
  if (heartbeatAt !== undefined && now - heartbeatAt < STALE_MS) {
    return ok('heartbeat', 'The dialplan is told every second that the service lives.');
  }
  return broken(
    'heartbeat',
    heartbeatAt === undefined
      ? 'Asterisk has taken no heartbeat since the start.'
      : `Asterisk took the last heartbeat ${Math.round((now - heartbeatAt) / 1000)} s ago.`,
    "In manager.conf give this user: write = system,call,reporting; then: asterisk -rx 'manager reload'",
  );
}
