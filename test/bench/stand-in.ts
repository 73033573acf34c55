/**
 * Asterisk's manager interface for a PBX of any size, in a process of its own: it answers the actions the service asks,
 * from the population of population.ts and an AstDB in memory, in Asterisk 22's words and order. It has no phones: no real
 * Asterisk of 100,000 registrations fits here.
 *
 *   node stand-in.ts SIZE
 *
 * Prints "listening PORT". Told 'reload' by its parent, it sends the event of a reload; told 'figures', it answers with
 * {@link StandInFigures}.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { inhabitant } from './population.ts';

export interface StandInFigures {
  /** Whole lists of contacts that were asked for and given. */
  readonly lists: number;
  /** Entries written into AstDB or taken out of it. */
  readonly writes: number;
  /** Since the last action that was not a heartbeat or a Ping, in milliseconds. */
  readonly quietFor: number;
}

const VERSION = '22.10.1';
/** Events written before the socket is given time. */
const CHUNK = 200;
const EXPIRES = String(Math.floor(Date.now() / 1000) + 3600);
/** The service asks these by itself, time and again. */
const RESTLESS = new Set(['Ping', 'Setvar']);

type Fields = ReadonlyMap<string, string>;
type Send = (text: string) => boolean;

const size = Number(process.argv[2]);
const astdb = new Map<string, string>();
const sockets = new Set<Socket>();
let lists = 0;
let writes = 0;
let lastAction = performance.now();

// As Asterisk's: without it, each answer waits for the acknowledgement of the one before.
const server = createServer({ noDelay: true }, (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
  socket.write('Asterisk Call Manager/11.0.0\r\n');
  let text = '';
  let turn = Promise.resolve();
  socket.on('data', (chunk) => {
    const blocks = (text + chunk.toString('latin1')).split('\r\n\r\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      turn = turn.then(() => answer(socket, fieldsOf(block))).catch(() => void socket.destroy());
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});

process.on('message', (word) => {
  if (word === 'reload') {
    const event = 'Event: Reload\r\nPrivilege: system,all\r\nModule: res_pjsip.so\r\nStatus: 0\r\n\r\n';
    for (const socket of sockets) socket.write(event);
  } else {
    const figures: StandInFigures = { lists, writes, quietFor: performance.now() - lastAction };
    process.send?.(figures);
  }
});

function fieldsOf(block: string): Fields {
  return new Map(
    block.split('\r\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
}

async function answer(socket: Socket, fields: Fields): Promise<void> {
  const action = fields.get('Action') ?? '';
  if (!RESTLESS.has(action)) lastAction = performance.now();
  const listed = listOf(action, fields);
  if (listed === undefined) {
    socket.write(reply(fields, ...plain(action, fields)));
    if (action === 'Login') {
      socket.write('Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n');
    }
    return;
  }
  await sendList(socket, fields, listed);
  lastAction = performance.now();
}

/** The lines of an answer that is one message. */
function plain(action: string, fields: Fields): string[] {
  const key = keyOf(fields);
  switch (action) {
    case 'Challenge':
      return ['Challenge: 1234567'];
    case 'CoreSettings':
      return [`AsteriskVersion: ${VERSION}`];
    case 'Ping':
      return ['Ping: Pong', `Timestamp: ${(Date.now() / 1000).toFixed(6)}`];
    case 'Getvar':
      return [`Variable: ${fields.get('Variable')}`, 'Value: '];
    case 'DBPut':
      writes++;
      astdb.set(key, fields.get('Val') ?? '');
      return ['Message: Updated database successfully'];
    case 'DBDel':
      writes++;
      astdb.delete(key);
      return ['Message: Key deleted successfully'];
    default:
      return [];
  }
}

interface List {
  readonly event: string;
  readonly items: Iterable<readonly string[]>;
  /** Asterisk names the action in each event in its own place. */
  readonly complete: string;
}

function listOf(action: string, fields: Fields): List | undefined {
  switch (action) {
    case 'PJSIPShowContacts':
      return { event: 'ContactList', items: contacts(), complete: 'ContactListComplete' };
    case 'PJSIPShowEndpoints':
      return { event: 'EndpointList', items: endpoints(), complete: 'EndpointListComplete' };
    case 'DBGetTree': {
      const family = fields.get('Family') ?? '';
      const items = family === 'registrar/contact' ? registrations() : stored(`/${family}/`);
      return { event: 'DBGetTreeResponse', items, complete: 'DBGetTreeComplete' };
    }
    case 'DBGet':
      return { event: 'DBGetResponse', items: oneOf(fields), complete: 'DBGetComplete' };
    default:
      return undefined;
  }
}

async function sendList(socket: Socket, fields: Fields, { event, items, complete }: List): Promise<void> {
  const id = `ActionID: ${fields.get('ActionID')}\r\n`;
  const send: Send = (text) => socket.write(text);
  send(reply(fields, 'EventList: start', 'Message: Result will follow'));
  let text = '';
  let count = 0;
  for (const lines of items) {
    text += `Event: ${event}\r\n${id}${lines.join('\r\n')}\r\n\r\n`;
    if (++count % CHUNK !== 0) continue;
    if (!send(text)) await once(socket, 'drain');
    text = '';
  }
  send(`${text}Event: ${complete}\r\n${id}EventList: Complete\r\nListItems: ${count}\r\n\r\n`);
  if (event === 'ContactList') lists++;
}

function reply(fields: Fields, ...lines: readonly string[]): string {
  return ['Response: Success', `ActionID: ${fields.get('ActionID')}`, ...lines, '', ''].join('\r\n');
}

function* contacts(): Iterable<string[]> {
  for (let index = 0; index < size; index++) {
    const { extension, ip, port, uri, callId, contactId, userAgent } = inhabitant(index);
    yield [
      ...['ObjectType: contact', `ObjectName: ${contactId}`, `ViaAddr: ${ip}`, 'QualifyTimeout: 3.000000'],
      ...['Qualify2xxOnly: false', `CallId: ${callId}`, 'RegServer: ', 'PruneOnBoot: no', 'Path: '],
      ...[`Endpoint: ${extension}`, `ViaPort: ${port}`, 'AuthenticateQualify: no', `Uri: ${uri}`],
      ...['QualifyFrequency: 0', `UserAgent: ${userAgent}`, `ExpirationTime: ${EXPIRES}`],
      ...['OutboundProxy: ', 'Status: NonQualified', 'RoundtripUsec: N/A'],
    ];
  }
}

function* endpoints(): Iterable<string[]> {
  for (let index = 0; index < size; index++) {
    const { extension, uri } = inhabitant(index);
    yield [
      ...['ObjectType: endpoint', `ObjectName: ${extension}`, 'Transport: ', `Aor: ${extension}`],
      ...[`Auths: ${extension}-auth`, 'OutboundAuths: ', `Contacts: ${extension}/${uri},`],
      ...['DeviceState: Not in use', 'ActiveChannels: 0'],
    ];
  }
}

function* registrations(): Iterable<string[]> {
  for (let index = 0; index < size; index++) {
    const { extension, ip, port, uri, callId, contactId, userAgent } = inhabitant(index);
    const value = {
      ...{ via_addr: ip, qualify_timeout: '3.000000', qualify_2xx_only: 'false', call_id: callId },
      ...{ reg_server: '', prune_on_boot: 'no', path: '', endpoint: extension, via_port: String(port) },
      ...{ authenticate_qualify: 'no', uri, qualify_frequency: '0', user_agent: userAgent },
      ...{ expiration_time: EXPIRES, outbound_proxy: '' },
    };
    yield [`Key: /registrar/contact/${contactId}`, `Val: ${JSON.stringify(value)}`];
  }
}

function* stored(prefix: string): Iterable<string[]> {
  for (const [key, value] of astdb) if (key.startsWith(prefix)) yield [`Key: ${key}`, `Val: ${value}`];
}

function* oneOf(fields: Fields): Iterable<string[]> {
  yield [
    `Family: ${fields.get('Family')}`,
    `Key: ${fields.get('Key')}`,
    `Val: ${astdb.get(keyOf(fields)) ?? ''}`,
  ];
}

function keyOf(fields: Fields): string {
  return `/${fields.get('Family')}/${fields.get('Key')}`;
}
