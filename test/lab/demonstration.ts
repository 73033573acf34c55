/**
 * The demonstration: a desk phone and a thief register and call at a real Asterisk, each step printed with its SIP result
 * beside what it should be.
 */
import { stdout } from 'node:process';
import { SipPhone } from '../sip/phone.ts';
import type { AsteriskVersion } from './cache.ts';
import { type Lab, startLab } from './lab.ts';
import { type LabService, startService } from './service.ts';

const DESK_PHONE = 'Yealink SIP-T46U 108.86.0.20';
const THIEF = 'friendly-scanner';
const WORLD = '900442071838750';
const EMERGENCY = '911';

const AT_DESK = '127.0.0.21';
const AT_THIEF = '127.0.0.66';

/** Resolves with whether every step was as it should be. */
export async function demonstrate(version: AsteriskVersion): Promise<boolean> {
  stdout.write(`Starting Asterisk ${version} and Device Lock ...\n`);
  await using lab = await startLab({ asterisk: version });
  await using service = await startService(lab, { gate: { refusal: 'plain' } });
  stdout.write(`Asterisk ${lab.asterisk}, SIP on ${lab.sip.host}:${lab.sip.port}\n\n`);
  const steps = new Steps();
  await play(lab, service, steps);
  stdout.write(`\n$ device-lock violations 1001\n${(await service.run('violations', '1001')).stdout}`);
  const as =
    steps.failed === 0
      ? 'Every step was as it should be.'
      : `${steps.failed} steps were not as they should be.`;
  stdout.write(`\n${as}\n`);
  return steps.failed === 0;
}

async function play(lab: Lab, service: LabService, steps: Steps): Promise<void> {
  await using desk = await phone(lab, '1001', DESK_PHONE, AT_DESK);
  await steps.sip('the desk phone registers as 1001', 200, async () => (await desk.register()).status);
  await steps.run('device-lock lock 1001 --this-device', () => service.run('lock', '1001', '--this-device'));
  await steps.sip('the desk phone calls abroad', 200, () => call(desk, WORLD));

  await using caller = await phone(lab, '1001', THIEF, AT_THIEF);
  await steps.sip('a thief with the password calls, without any REGISTER', 403, () => call(caller, WORLD));
  await using thief = await phone(lab, '1001', THIEF, AT_THIEF);
  await steps.sip(
    'the thief registers, and displaces the desk phone',
    200,
    async () => (await thief.register()).status,
  );
  await steps.sip('the thief calls abroad', 403, () => call(thief, WORLD));
  await steps.sip('the thief calls as if it were the desk phone', 403, () => call(thief, WORLD, DESK_PHONE));
  await steps.sip('the desk phone, though displaced, calls abroad', 200, () => call(desk, WORLD));
  await steps.sip('the thief calls 911', 200, () => call(thief, EMERGENCY));
  await using open = await phone(lab, '1002', THIEF, AT_THIEF);
  await steps.sip('any device calls from 1002, which has no lock', 200, () => call(open, WORLD));

  await service.stop();
  stdout.write('   the service is stopped\n');
  await steps.sip('the thief calls abroad', 403, () => call(thief, WORLD));
  await steps.sip('the desk phone calls abroad', 200, () => call(desk, WORLD));
  await steps.sip('the thief calls 911', 200, () => call(thief, EMERGENCY));
  await service.start();
  stdout.write('   the service is back\n');
  await steps.sip('the thief calls abroad', 403, () => call(thief, WORLD));
}

class Steps {
  failed = 0;

  async sip(what: string, expected: number, run: () => Promise<number>): Promise<void> {
    this.#show(what, `SIP ${expected}`, `SIP ${await run()}`);
  }

  async run(what: string, run: () => Promise<{ code: number; stderr: string }>): Promise<void> {
    const { code, stderr } = await run();
    this.#show(what, 'exit 0', `exit ${code}`);
    if (code !== 0) stdout.write(stderr);
  }

  #show(what: string, expected: string, found: string): void {
    const isRight = expected === found;
    if (!isRight) this.failed += 1;
    const verdict = isRight ? 'ok' : `WRONG, should be ${expected}`;
    stdout.write(`   ${what.padEnd(56)} ${found}  ${verdict}\n`);
  }
}

function phone(lab: Lab, user: string, userAgent: string, localIp: string): Promise<SipPhone> {
  return SipPhone.open({ server: lab.sip, user, password: lab.passwordOf(user), userAgent, localIp });
}

async function call(from: SipPhone, number: string, userAgent?: string): Promise<number> {
  const placed = await from.invite(number, userAgent === undefined ? {} : { userAgent });
  await placed.hangup();
  return placed.status;
}
