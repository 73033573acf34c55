/**
 * The channels of one endpoint, where each leads, and which of them belong, or may belong, to an emergency call. It asks for no more than
 * the user's `call` and `reporting` give, and hangs up only what it was told to.
 */
import { parseAddress, type SourceAddress } from '../../domain/address.ts';
import type { Channel } from '../port.ts';
import type { AmiMessage } from './message.ts';
import { isRefusal } from './refusal.ts';
import type { AmiRequests } from './requests.ts';

/** `PJSIP/<endpoint>-<8 hex digits>`. */
const OF_ENDPOINT = /^PJSIP\/(.+)-[0-9a-f]{8}$/;
/** Channels of one endpoint, and of one call, that are looked at. */
const MAX_CHANNELS = 50;

/** The dialplan may not have come to say what kind of call this is. Seconds. */
const BEGINS_FOR = 3;
/** The numbers of Asterisk's channel states: it rings at the device, it was answered. */
const PAST_THE_DIALPLAN: readonly (string | undefined)[] = ['5', '6'];

/** By each of these the dialplan says that a call is an emergency call; any one is enough. */
const MARKS = ['DEVICELOCK_EMERGENCY', 'EMERGENCYROUTE', 'CDR(userfield)'] as const;

export async function channelsOf(client: AmiRequests, endpoint: string): Promise<Channel[]> {
  const all = await client.list('CoreShowChannels');
  const own = all.filter((event) => OF_ENDPOINT.exec(nameOf(event))?.[1] === endpoint).slice(0, MAX_CHANNELS);
  const calls = new Set(own.map((event) => event.text('Linkedid')));
  const connected = all.filter((event) => calls.has(event.text('Linkedid')));
  const looked = connected.slice(0, MAX_CHANNELS);
  const marked = await Promise.all(looked.map((event) => isMarked(client, nameOf(event))));
  const mayBe = [
    ...looked.filter((_, i) => marked[i]),
    ...connected.slice(MAX_CHANNELS),
    ...own.filter(isBeginning),
  ];
  const emergencies = new Set(mayBe.map((event) => event.text('Linkedid')));
  return Promise.all(
    own.map(async (event) => ({
      id: nameOf(event),
      address: await addressOf(client, nameOf(event)),
      isEmergency: emergencies.has(event.text('Linkedid')),
    })),
  );
}

export async function hangUp(client: AmiRequests, channel: string): Promise<void> {
  try {
    await client.request('Hangup', [['Channel', channel]]);
  } catch (error) {
    if (!isRefusal(error, /no such channel/i)) throw error;
  }
}

function isBeginning(event: AmiMessage): boolean {
  if (PAST_THE_DIALPLAN.includes(event.text('ChannelState'))) return false;
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d)$/.exec(event.text('Duration') ?? '') ?? [];
  return !(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) >= BEGINS_FOR);
}

async function isMarked(client: AmiRequests, channel: string): Promise<boolean> {
  const values = await Promise.all(MARKS.map((variable) => variableOf(client, channel, variable)));
  const [mark, route, cdr] = values;
  return mark === 'yes' || route === 'YES' || cdr === 'device-lock:emergency';
}

async function addressOf(client: AmiRequests, channel: string): Promise<SourceAddress | undefined> {
  return parseAddress((await variableOf(client, channel, 'CHANNEL(pjsip,remote_addr)')) ?? '');
}

/** Undefined where the channel is gone by now. */
async function variableOf(client: AmiRequests, channel: string, name: string): Promise<string | undefined> {
  try {
    const reply = await client.request('Getvar', [
      ['Channel', channel],
      ['Variable', name],
    ]);
    return reply.text('Value') ?? '';
  } catch (error) {
    if (isRefusal(error, /no such channel/i)) return undefined;
    throw error;
  }
}

function nameOf(event: AmiMessage): string {
  return event.text('Channel') ?? '';
}
