/** Whose calls are which, where no real Asterisk can be made to show it: a crowd of channels, and a call that has just begun. */
import { beforeEach, expect, test } from 'vitest';
import type { Field } from '../../../../src/asterisk/ami/action.ts';
import { channelsOf } from '../../../../src/asterisk/ami/channels.ts';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import type { AmiRequests } from '../../../../src/asterisk/ami/requests.ts';

const [RING, RINGING, UP] = ['4', '5', '6'];

interface Shown {
  readonly call: number;
  readonly endpoint?: string;
  readonly state?: string | undefined;
  readonly lasts?: string;
  readonly isEmergency?: boolean;
}

let shown: Shown[];
beforeEach(() => {
  shown = [];
});

test('a call is an emergency where any channel of it is marked as one', async () => {
  shown = [{ call: 1 }, { call: 1, endpoint: 'carrier', isEmergency: true }, { call: 2 }];
  expect(await emergencies()).toEqual([1]);
});

test('in a crowd what could not be looked at may be an emergency', async () => {
  for (let call = 0; call < 40; call++) {
    shown.push({ call }, { call, endpoint: 'carrier', isEmergency: call === 39 });
  }
  const found = await emergencies();
  expect(found).toContain(39);
  expect(found).not.toContain(0);
});

test.each([
  ['one that has just begun may be', { state: RING, lasts: '00:00:01' }, [1]],
  ['one that rings far away for long is not', { state: RING, lasts: '00:00:20' }, []],
  ['one that is answered is not, however soon', { state: UP, lasts: '00:00:01' }, []],
  ['one that rings at the device itself is not', { state: RINGING, lasts: '00:00:00' }, []],
])('before the dialplan could mark it: %s', async (_, one, expected) => {
  shown = [{ call: 1, ...one }];
  expect(await emergencies()).toEqual(expected);
});

/** Calls of 1001 that are, or may be, emergencies. */
async function emergencies(): Promise<number[]> {
  const channels = await channelsOf(asterisk, '1001');
  return channels.flatMap(({ id, isEmergency }) => (isEmergency ? Number.parseInt(id.slice(-8), 16) : []));
}

const nameOf = ({ call, endpoint = '1001' }: Shown) =>
  `PJSIP/${endpoint}-${call.toString(16).padStart(8, '0')}`;

const asterisk: AmiRequests = {
  async request(_, fields: readonly Field[] = []) {
    const { Channel: channel, Variable: variable } = Object.fromEntries(fields);
    const one = shown.find((other) => nameOf(other) === channel);
    const isMark = variable === 'DEVICELOCK_EMERGENCY' && one?.isEmergency === true;
    return message({ Response: 'Success', Value: isMark ? 'yes' : '' });
  },
  async list() {
    return shown.map((one) =>
      message({
        ...{ Channel: nameOf(one), Linkedid: `1.${one.call}` },
        ...{ ChannelState: one.state ?? UP ?? '', Duration: one.lasts ?? '00:01:00' },
      }),
    );
  },
};

function message(fields: Readonly<Record<string, string>>): AmiMessage {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const parsed = AmiMessage.parse(Buffer.from(lines.join('')));
  if (parsed === undefined) throw new Error('unreachable');
  return parsed;
}
