import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { DESK, makeRig, type Rig, THIEF } from './rig.ts';

interface Told {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is the test.
  readonly data: any;
}

interface Page extends AsyncDisposable {
  readonly head: IncomingMessage;
  next(): Promise<Told>;
}

/** Reads as a browser's EventSource does: an event ends at an empty line, and a line with a colon first is a comment. */
async function open(rig: Rig): Promise<Page> {
  const asked = request({ socketPath: rig.socket, path: '/v1/stream' }).end();
  asked.on('error', () => undefined);
  const [head] = (await once(asked, 'response')) as [IncomingMessage];
  const blocks = blocksOf(head);
  return {
    head,
    async next() {
      const { value } = await blocks.next();
      return value as Told;
    },
    async [Symbol.asyncDispose]() {
      asked.destroy();
    },
  };
}

async function* blocksOf(response: IncomingMessage): AsyncGenerator<Told> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const fields = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(end + 2);
        const data = fields.get('data');
        if (data !== undefined) yield { event: fields.get('event') ?? 'message', data: JSON.parse(data) };
      }
    }
  } catch {
    // The test let it go.
  }
}

test('a page is greeted, so that it loads what it missed, and then told what changes', async () => {
  await using rig = await makeRig();
  await using page = await open(rig);
  expect(page.head.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  expect(await page.next()).toEqual({ event: 'hello', data: { version: '0.1.0' } });
  rig.register('1002', [DESK, '192.0.2.10:5060']);
  expect(await page.next()).toEqual({
    event: 'change',
    data: { topics: ['extensions'], extensions: ['1002'], at: expect.stringMatching(/Z$/) },
  });
});

test('what is done by itself in a violation is told, whenever it comes', async () => {
  await using rig = await makeRig();
  await using page = await open(rig);
  await page.next();
  rig.events.note('hung-up', { extension: '1001', violation: 1, count: 1 });
  expect((await page.next()).data).toMatchObject({ topics: ['violations'], extensions: ['1001'] });
});

test('changes that come together are told once, and a violation is told with them', async () => {
  await using rig = await makeRig();
  const alternatives = [{ kind: 'model', model: 'yealink-t4' }];
  await rig.ask('PUT', '/v1/extensions/1001/policy', { alternatives });
  await using page = await open(rig);
  await page.next();
  for (const port of [1, 2, 3, 4]) rig.register('1001', [THIEF, `203.0.113.7:${port}`]);
  rig.register('1002', [DESK, '192.0.2.10:5060']);
  const { data } = await page.next();
  expect(data.topics.sort()).toEqual(['extensions', 'violations']);
  expect(data.extensions).toEqual(['1001', '1002']);
});

test('a refresh of the same phone is nothing new', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  await using page = await open(rig);
  await page.next();
  const [known] = rig.table.contacts('1001');
  if (known === undefined) throw new Error('nothing is registered');
  rig.listed('1001', [{ ...known.contact, expires: known.contact.expires + 60 }]);
  rig.register('1002', [DESK, '192.0.2.11:5060']);
  expect((await page.next()).data.extensions).toEqual(['1002']);
});

test.each([
  ['PUT', '/v1/settings', { mode: 'monitor' }, ['audit', 'extensions', 'settings']],
  ['DELETE', '/v1/models/yealink-t4', undefined, ['audit', 'models']],
  ['PUT', '/v1/extensions/1003/policy', { mode: 'monitor' }, ['audit', 'extensions']],
] as const)('an operator tells by %s %s what to load again', async (method, path, body, topics) => {
  await using rig = await makeRig();
  await using page = await open(rig);
  await page.next();
  await rig.ask(method, path, body);
  expect((await page.next()).data.topics.sort()).toEqual(topics);
});

test('very many extensions in one change are not named', async () => {
  await using rig = await makeRig();
  rig.table.setExtensions(new Map(Array.from({ length: 500 }, (_, n) => [`2${n}`, undefined])));
  await using page = await open(rig);
  await page.next();
  await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  expect((await page.next()).data.extensions).toBeNull();
});

test('Asterisk gone or back is a change of the status', async () => {
  await using rig = await makeRig();
  await using page = await open(rig);
  await page.next();
  rig.events.note('asterisk-down', { why: 'closed' });
  expect((await page.next()).data).toMatchObject({ topics: ['status', 'extensions'], extensions: null });
});

test('only so many pages may listen', async () => {
  await using rig = await makeRig();
  const pages = await Promise.all(Array.from({ length: 32 }, () => open(rig)));
  expect(await rig.ask('GET', '/v1/stream')).toMatchObject({
    status: 503,
    body: { error: { code: 'busy' } },
  });
  for (const page of pages) await page[Symbol.asyncDispose]();
});
