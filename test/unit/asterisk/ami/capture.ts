/**
 * Records `traces/` anew: starts both Asterisks of the lab, registers phones at them, asks what the adapter asks, and
 * keeps every byte that came back. Run by hand: `node test/unit/asterisk/ami/capture.ts`. What the client sends is not
 * kept, and nothing that holds a password of the lab.
 */
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { encodeAction, type Field } from '../../../../src/asterisk/ami/action.ts';
import { EVENT_FILTERS } from '../../../../src/asterisk/ami/login.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { until } from '../../../lab/until.ts';
import { SipPhone } from '../../../sip/phone.ts';
import { DATABASE, PHONES, POISON, type Query, STATES, type State } from './capture-plan.ts';
import { type RecordedVersion, tracePath, VERSIONS } from './recorded.ts';

const DEADLINE_MS = 5000;

class Recorder {
  readonly #socket: Socket;
  received = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
  }

  async ask(id: string, action: string, fields: readonly Field[]): Promise<void> {
    const start = this.received.length;
    this.#socket.write(encodeAction(action, fields, id));
    await until(`${action} is answered`, DEADLINE_MS, () => {
      const text = this.received.subarray(start).toString('latin1');
      const isWhole = !text.includes('EventList: start') || text.includes('EventList: Complete');
      return isWhole && text.includes(`ActionID: ${id}`) && text.endsWith('\r\n\r\n');
    });
  }

  async askAll(state: State): Promise<void> {
    const queries: readonly Query[] = STATES[state];
    for (const [index, [action, ...fields]] of queries.entries())
      await this.ask(`${state}-${index}`, action, fields);
  }

  close(): void {
    this.#socket.destroy();
  }
}

for (const version of VERSIONS) {
  await using lab = await startLab({ asterisk: version });
  await capture(version, lab);
}

async function capture(version: RecordedVersion, lab: Lab): Promise<void> {
  await keepContactUris(lab);
  const recorder = await open(lab);
  const phones: SipPhone[] = [];
  try {
    await recorder.askAll('empty');
    for (const { user, registrations } of PHONES) {
      const phone = await SipPhone.open({ server: lab.sip, user, password: lab.passwordOf(user) });
      phones.push(phone);
      for (const options of registrations) mustBe200(await phone.register(options));
    }
    await lab.rasterisk('module reload res_pjsip.so');
    await until('the reload is told', DEADLINE_MS, () => recorder.received.includes('Event: Reload'));
    for (const entry of DATABASE) await lab.rasterisk(`database put ${entry}`);
    await recorder.askAll('registered');
    const [thief] = phones;
    if (thief !== undefined) mustBe200(await thief.register({ headers: POISON }));
    await recorder.askAll('poisoned');
  } finally {
    recorder.close();
    for (const phone of phones) await phone.close();
  }
  await keep(version, lab, recorder.received);
}

/** As FreePBX does, the lab puts a phone's source into its contact; a trace wants the addresses of {@link PHONES}. */
async function keepContactUris(lab: Lab): Promise<void> {
  const file = join(lab.home, 'etc', 'pjsip.conf');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll('rewrite_contact = yes', 'rewrite_contact = no'));
  await lab.rasterisk('module reload res_pjsip.so');
  await until('the URIs are kept', DEADLINE_MS, async () =>
    /rewrite_contact +: false/.test(await lab.rasterisk('pjsip show endpoint 1001')),
  );
}

async function open(lab: Lab): Promise<Recorder> {
  const socket = connect(lab.ami.port, lab.ami.host);
  await once(socket, 'connect');
  const recorder = new Recorder(socket);
  const { user, secret } = lab.ami;
  await recorder.ask('login', 'Login', [
    ['Username', user],
    ['Secret', secret],
    ['Events', 'system,security'],
  ]);
  for (const filter of EVENT_FILTERS) {
    await recorder.ask('filter', 'Filter', [
      ['Operation', 'Add'],
      ['Filter', filter],
    ]);
  }
  return recorder;
}

async function keep(version: RecordedVersion, lab: Lab, bytes: Buffer): Promise<void> {
  const secrets = [lab.ami.secret, lab.ari.secret, ...lab.extensions.map(({ password }) => password)];
  if (secrets.some((secret) => bytes.includes(secret))) throw new Error('the trace holds a password');
  await mkdir(dirname(tracePath(version)), { recursive: true });
  await writeFile(tracePath(version), bytes);
}

function mustBe200({ status }: { readonly status: number }): void {
  if (status !== 200) throw new Error(`a REGISTER was answered ${status}`);
}
