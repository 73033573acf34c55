/** Contacts as both Asterisks really told of them, and as they would if they kept them elsewhere. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AsteriskClock } from '../../../../src/asterisk/ami/asterisk-clock.ts';
import { ContactFunctions } from '../../../../src/asterisk/ami/contact-functions.ts';
import { ContactLookup } from '../../../../src/asterisk/ami/contact-lookup.ts';
import { AmiDatabase } from '../../../../src/asterisk/ami/database.ts';
import type { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import type { AmiRequests } from '../../../../src/asterisk/ami/requests.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';
import { AWKWARD_USER_AGENT, ID, URIS } from './capture-plan.ts';
import { handOver, RecordedAsterisk, VERSIONS } from './recorded.ts';
import { ManualTimers } from './timers.ts';

let timers: ManualTimers;
let warnings: object[];

beforeEach(() => {
  timers = new ManualTimers();
  warnings = [];
});

function lookupAt(client: AmiRequests): ContactLookup {
  const ignore = () => undefined;
  return new ContactLookup({
    client,
    database: new AmiDatabase(client),
    functions: new ContactFunctions(client),
    clock: new AsteriskClock(client, timers),
    logger: { debug: ignore, info: ignore, warn: (context) => warnings.push(context), error: ignore },
  });
}

type Question = Parameters<AmiRequests['list']>;

/** An Asterisk whose sorcery.conf keeps contacts in memory: AstDB has none. */
class WithoutAstdb extends RecordedAsterisk {
  override async list(...question: Question): ReturnType<AmiRequests['list']> {
    const [action] = question;
    if (action === 'DBGetTree') return [];
    if (action === 'DBGet')
      throw new AsteriskError('refused', 'Asterisk refused DBGet: Database entry not found');
    return super.list(...question);
  }
}

/** Asterisk lists some, AstDB has others: its rows are left over. */
class MovedOut extends RecordedAsterisk {
  override async list(...[action, fields, take]: Question): ReturnType<AmiRequests['list']> {
    const events = await super.list(action, fields);
    const isMoved = (event: AmiMessage) => /1013;@/.test(event.text('ObjectName') ?? event.text('Key') ?? '');
    return handOver(
      events.filter((event) => isMoved(event) === (action === 'PJSIPShowContacts')),
      take,
    );
  }
}

/** A thief was in Asterisk's list and is gone by the time that AstDB is read; once. */
class Hasty extends RecordedAsterisk {
  isHasty = false;
  override async list(...[action, fields, take]: Question): ReturnType<AmiRequests['list']> {
    const events = await super.list(action, fields);
    const isPhone = (event: AmiMessage) => /1013;@/.test(event.text('ObjectName') ?? event.text('Key') ?? '');
    const isList = action === 'PJSIPShowContacts';
    const shown = this.isHasty ? events.filter((event) => isPhone(event) !== isList) : events;
    if (!isList) this.isHasty = false;
    return handOver(shown, take);
  }
}

/** Its rows can be asked for one by one, too; 16 cuts them. */
class Poisoned extends RecordedAsterisk {
  override async list(...[action, fields = [], take]: Question): ReturnType<AmiRequests['list']> {
    const { Key: key } = Object.fromEntries(fields);
    if (key === undefined) return super.list(action, fields, take);
    const rows = await super.list('DBGetTree', [['Family', 'registrar/contact']]);
    return rows.filter((row) => row.text('Key') === `/registrar/contact/${key}`);
  }
}

describe.each(VERSIONS)('Asterisk %s', (version) => {
  const registered = () => new RecordedAsterisk(version, 'registered');
  const all = [ID.plain, ID.awkward, ID.notUtf8, ID.absent, ID.tooLong];

  test('lists each registration with what it said of itself', async () => {
    const contacts = await lookupAt(registered()).all();
    expect(contacts.map(({ id }) => id)).toEqual(all);
    expect(contacts[0]).toEqual({
      id: ID.plain,
      extension: '1001',
      uri: URIS.plain,
      userAgent: { kind: 'text', text: 'Yealink SIP-T46U 108.86.0.20' },
      callId: 'trace-plain',
      expires: expect.any(Number),
      source: { address: { transport: 'udp', ip: '192.0.2.1', port: 5062 }, proof: 'claimed' },
    });
  });

  test('a User-Agent is what the phone sent, and a malformed one is no text', async () => {
    const contacts = await lookupAt(registered()).all();
    const agents = new Map(contacts.map(({ id, userAgent }) => [id, userAgent]));
    // The blank behind the colon is SIP's, the one at the end the phone's.
    expect(agents.get(ID.awkward)).toEqual({ kind: 'text', text: AWKWARD_USER_AGENT.trimStart() });
    expect(agents.get(ID.notUtf8)).toEqual({ kind: 'absent' });
    expect(agents.get(ID.absent)).toEqual({ kind: 'absent' });
    expect(agents.get(ID.tooLong)).toMatchObject({ kind: 'malformed', why: 'too-long' });
  });

  test('a look-up says the same as the list', async () => {
    const lookup = lookupAt(registered());
    const listed = await lookup.all();
    expect(await lookup.ofAor('1001', [ID.plain], [])).toEqual([listed[0]]);
    expect(await lookup.ofAor('1011', [], [URIS.awkward])).toEqual([listed[1]]);
    expect(await lookup.ofAor('1012', [ID.notUtf8], [URIS.notUtf8])).toEqual([listed[2]]);
    expect(await lookup.ofAor('1013', [ID.tooLong, ID.absent], [])).toEqual([listed[4], listed[3]]);
  });

  test('a look-up without a list before says it too', async () => {
    const [contact] = await lookupAt(registered()).ofAor('1011', [ID.awkward], []);
    expect(contact?.userAgent).toEqual({ kind: 'text', text: AWKWARD_USER_AGENT.trimStart() });
  });

  test('what is gone is left out', async () => {
    const lookup = lookupAt(registered());
    await lookup.all();
    expect(await lookup.ofAor('1001', [ID.missing], [])).toEqual([]);
  });

  test('what has expired by Asterisk’s clock is left out, though Asterisk still has it', async () => {
    const lookup = lookupAt(registered());
    expect(await lookup.all()).toHaveLength(5);
    timers.advance(299_000);
    expect(await lookup.ofAor('1001', [ID.plain], [])).toHaveLength(1);
    timers.advance(2000);
    expect(await lookup.ofAor('1001', [ID.plain], [])).toEqual([]);
  });

  test('each list compares the clocks anew, so that a clock that is set ends no registration', async () => {
    const lookup = lookupAt(registered());
    await lookup.all();
    timers.advance(400_000);
    // The recorded answer to the Ping still says the same time.
    expect(await lookup.all()).toHaveLength(5);
  });

  test('nobody registered is an empty list', async () => {
    expect(await lookupAt(new RecordedAsterisk(version, 'empty')).all()).toEqual([]);
  });

  test('a contact that hides others from Asterisk hides none from us, is a stray, and told of once', async () => {
    const poisoned = new Poisoned(version, 'poisoned', 'registered');
    const own = await poisoned.list('PJSIPShowContacts');
    expect(own.map((event) => event.text('ObjectName'))).not.toContain(ID.notUtf8);
    const lookup = lookupAt(poisoned);
    const contacts = await lookup.all();
    const [stray] = contacts.filter(({ uri }) => uri === '');
    expect(contacts.flatMap(({ id, uri }) => (uri === '' ? [] : id))).toEqual(all);
    expect(stray).toMatchObject({ extension: '1011', userAgent: { kind: 'malformed' } });
    // Asterisk never removes it by itself.
    timers.advance(1_000_000);
    expect(await lookup.ofAor('1011', [stray?.id ?? ''], [])).toEqual([stray]);
    expect(warnings).toEqual([
      { family: 'registrar/contact', key: expect.stringMatching(/^1011;@[0-9a-f]{32}$/) },
    ]);
  });

  test('where contacts are not in AstDB, Asterisk’s own list and functions are asked', async () => {
    const asterisk = new WithoutAstdb(version, 'registered');
    const lookup = lookupAt(asterisk);
    const listed = await lookup.all();
    expect(listed.map(({ id }) => id)).toEqual(all);
    expect(await lookup.ofAor('1011', [ID.awkward], [])).toEqual([listed[1]]);
    const inOrder = [...(await lookup.ofAor('1013', [], []))].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(inOrder).toEqual([listed[3], listed[4]]);
    expect(asterisk.asked).not.toContain(`DBGet registrar/contact ${ID.awkward}`);
  });

  test('where contacts moved out of AstDB, what it still has is left alone', async () => {
    const asterisk = new MovedOut(version, 'registered');
    const lookup = lookupAt(asterisk);
    expect((await lookup.all()).map(({ id }) => id)).toEqual([ID.absent, ID.tooLong]);
    const [contact] = await lookup.ofAor('1011', [ID.awkward], []);
    expect(contact?.id).toBe(ID.awkward);
    expect(asterisk.asked).not.toContain(`DBGet registrar/contact ${ID.awkward}`);
  });

  test.each([
    ['while it is listed for the first time', 0],
    ['once that is known', 1],
  ])('what comes and goes between two answers moves nothing out of AstDB, %s', async (_, lists) => {
    const asterisk = new Hasty(version, 'registered');
    const lookup = lookupAt(asterisk);
    for (let n = 0; n < lists; n++) await lookup.all();
    asterisk.isHasty = true;
    expect((await lookup.all()).map(({ id }) => id)).toEqual(expect.arrayContaining([ID.absent, ID.tooLong]));
    expect(lookup.isElsewhere).toBe(false);
  });

  test('a contact of the configuration is no registration', async () => {
    const asterisk = new WithoutAstdb(version, 'registered');
    expect(
      (await asterisk.request('Getvar', [['Variable', 'PJSIP_AOR(trunk,contact)']])).text('Value'),
    ).toContain('@@');
    expect(await lookupAt(asterisk).ofAor('trunk', [], [])).toEqual([]);
  });

  test('nothing that is asked could be answered with a password', async () => {
    const asterisk = new WithoutAstdb(version, 'registered');
    const lookup = lookupAt(asterisk);
    await lookup.all();
    await lookup.ofAor('1013', [ID.tooLong], []);
    expect(asterisk.asked.join('\n')).not.toMatch(/PJSIPShowEndpoint\b|auth/i);
  });
});

test('an AOR whose name would end a function’s argument is not asked for', async () => {
  const lookup = lookupAt(new WithoutAstdb('22', 'registered'));
  await expect(lookup.ofAor('a,b)', [], [])).rejects.toMatchObject({ fault: 'malformed' });
});

test('on Asterisk 16 AstDB is not enough: it cuts values', async () => {
  const asterisk = new RecordedAsterisk('16', 'registered');
  await lookupAt(asterisk).ofAor('1011', [ID.awkward], []);
  expect(asterisk.asked).toContain(`Getvar PJSIP_CONTACT(${ID.awkward},user_agent)`);
});

test('on Asterisk 22 one read a contact is enough', async () => {
  const asterisk = new RecordedAsterisk('22', 'registered');
  await lookupAt(asterisk).ofAor('1011', [ID.awkward], []);
  expect(asterisk.asked).toEqual([`DBGet registrar/contact ${ID.awkward}`, 'Ping']);
});
