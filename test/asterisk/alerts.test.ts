/** From a thief's INVITE at a real Asterisk to the mail that says so, and to the figures that count it. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NewEnrolmentView } from '../../src/api/shapes.ts';
import { until } from '../lab/until.ts';
import { parseMetrics } from '../unit/metrics/parse.ts';
import { LOGIN, type Mail, type MailServer, startMailServer } from '../unit/notify/smtp-server.ts';
import { AT_THIEF, DESK_PHONE, Scene, statusOf, THIEF } from './scene.ts';

const AUTHORITY = fileURLToPath(new URL('../unit/notify/tls/localhost.pem', import.meta.url));
/** The journal is collected every 5 s once it is 3 s old, and a mail gathers for 2 s. */
const SOON_MS = 20_000;

let smtp: MailServer;
let scene: Scene;

beforeAll(async () => {
  smtp = await startMailServer();
  scene = await Scene.open('22', {
    gate: { refusal: 'plain' },
    sections: `[alerts.email]
to = ["noc@example.com"]
host = "localhost"
port = ${smtp.port}
security = "starttls"
tls-ca = "${AUTHORITY}"
user = "${LOGIN.user}"
password = "${LOGIN.password}"
`,
  });
});
afterEach(() => scene?.tidy());
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await smtp?.[Symbol.asyncDispose]();
});

async function mailWith(words: string): Promise<Mail> {
  let found: Mail | undefined;
  await until(`a mail with "${words}"`, SOON_MS, async () => {
    found = smtp.mails.find(({ header, body }) => header.includes(words) || body.includes(words));
    return found !== undefined;
  });
  if (found === undefined) throw new Error('unreachable');
  return found;
}

describe('Asterisk 22', () => {
  it('has a mail sent of a thief that calls abroad, with who it was, where, and what to do', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    expect(await statusOf(thief, '900442071838750')).toBe(403);
    const { body } = await mailWith('international or premium number was refused');
    expect(body).toContain(`Device says  ${THIEF}`);
    expect(body).toMatch(new RegExp(`From +${AT_THIEF.replaceAll('.', '\\.')}:\\d+`));
    expect(body).toContain('900442071838750');
    expect(body).toContain('device-lock clear 1001');
    expect(smtp.mails.length).toBeLessThanOrEqual(2);
  });

  it('has a mail sent of an emergency call at once, although a mail was sent a moment ago', async () => {
    const phone = await scene.registered('1002', DESK_PHONE);
    expect(await statusOf(phone, '911')).toBe(200);
    const { header } = await mailWith('Emergency call: Extension 1002');
    expect(header).toMatch(/^X-Priority: 1/m);
  });

  it('is told of by figures that Prometheus reads, and by a command that sends a test', async () => {
    const { stdout } = await scene.service.run('metrics');
    const families = parseMetrics(stdout);
    const judged = 'device_lock_calls_judged_total';
    const refused = `${judged}{verdict="deny",reason="wrong-device",mode="enforce"}`;
    expect(families.get(judged)?.samples.get(refused)).toBe(1);
    const answers = families.get('device_lock_gate_answer_seconds');
    expect(answers?.samples.get('device_lock_gate_answer_seconds_count')).toBeGreaterThan(0);
    const { code } = await scene.service.run('alerts', 'test');
    expect(code).toBe(0);
    await mailWith('A test: alerts arrive here');
  });

  it('mails a one-time code by the same server, to nobody else and not among the alerts', async () => {
    const email = 'alice@example.com';
    const issued = await scene.service.json<NewEnrolmentView>('enrol', '1003', '--email', email);
    expect(issued.mailed).toBe(email);
    const mail = await mailWith(issued.code);
    expect(mail).toMatchObject({ to: [email], isSecure: true, body: expect.stringContaining('*55') });
    const { stdout } = await scene.service.run('alerts', '--json');
    expect(stdout).not.toContain(issued.code);
    expect(JSON.stringify(await scene.service.log())).not.toContain(issued.code);
  });

  it('has a mail sent of a service that was killed and replaced', async () => {
    const { pid } = await scene.service.api.get<{ pid: number }>('/v1/status');
    process.kill(pid, 'SIGKILL');
    await mailWith('The service had to be started anew: it ended with SIGKILL');
    await scene.service.ready();
  });
});
