/** AstDB as both Asterisks answer of it, and as an older one's console prints it. */
import { describe, expect, test } from 'vitest';
import { AmiDatabase, parseDatabaseShow } from '../../../../src/asterisk/ami/database.ts';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import type { AmiRequests } from '../../../../src/asterisk/ami/requests.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';
import { RecordedAsterisk, VERSIONS } from './recorded.ts';

const DEVICES = new Map([
  ['1001/description', 'Front door'],
  ['1001/tech', 'pjsip'],
  ['1001/user', '1001'],
  ['1002/tech', 'sip'],
  ['1011/description', "Hall: left, 'old'"],
  ['1011/tech', 'pjsip'],
  ['1011/user', 'none'],
  ['1012/tech', 'pjsip'],
]);

describe.each(VERSIONS)('Asterisk %s', (version) => {
  const database = () => new AmiDatabase(new RecordedAsterisk(version, 'registered'));

  test('a family is read whole', async () => {
    expect(await database().tree('DEVICE')).toEqual(DEVICES);
  });

  test('a family is its own name, in that case and no other', async () => {
    const answered = await new RecordedAsterisk(version, 'registered').list('DBGetTree', [
      ['Family', 'device'],
    ]);
    expect(answered).toHaveLength(DEVICES.size);
    expect(await database().tree('device')).toEqual(new Map());
  });

  test('a family that is not there is empty', async () => {
    expect(await database().tree('NOTHING')).toEqual(new Map());
  });

  test('a value is read, and one that is not there is none', async () => {
    expect(await database().get('AMPUSER', '1001/cidname')).toBe('Ann: front');
    expect(await database().get('NOTHING', 'here')).toBeUndefined();
  });

  test('deleting what is not there is no fault', async () => {
    await database().delete('NOTHING', 'here');
  });
});

test.each([
  ['a value with a line end', 'F', 'k', 'a\r\nb'],
  ['a value that is not ASCII', 'F', 'k', 'ü'],
  ['a value with a tab', 'F', 'k', 'a\tb'],
  ['a key longer than Asterisk 16 keeps', 'F', 'k'.repeat(253), 'x'],
  ['no family', '', 'k', 'x'],
])('%s is not written', async (_, family, key, value) => {
  const put = new AmiDatabase(new RecordedAsterisk('22', 'registered')).put(family, key, value);
  await expect(put).rejects.toMatchObject({ fault: 'malformed' });
});

// What Asterisk 16.28 printed: keys are padded to 50 bytes, values to 25.
const PRINTED = [
  '/TT/co                                            : a: b : c                 ',
  '/TT/e                                             :                          ',
  '/TT/exactly-50-yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy: q                        ',
  '/TT/kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: v: w                     ',
  '/TT/has: colon                                    : x                        ',
  '/TT/gr\u00c3\u00bc\u00c3\u009fe                                        : \u00c3\u00bc                       ',
  '6 results found.',
  '',
];

const READ = new Map([
  ['co', 'a: b : c'],
  ['e', ''],
  ['exactly-50-yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy', 'q'],
  ['k'.repeat(60), 'v: w'],
  ['has: colon', 'x'],
  ['grüße', 'ü'],
]);

/** An Asterisk before 16.25 or so, which has no DBGetTree. */
function olderAsterisk(lines: readonly string[]): AmiRequests & { readonly commands: string[] } {
  const commands: string[] = [];
  return {
    commands,
    async list(action) {
      throw new AsteriskError(
        'refused',
        `Asterisk refused ${action}: Invalid/unknown command: ${action}. Use Action: x`,
      );
    },
    async request(action, fields = []) {
      commands.push([action, ...fields.map(([, value]) => value)].join(' '));
      const text = ['Response: Success', ...lines.map((line) => `Output: ${line}`)].join('\r\n');
      return AmiMessage.parse(Buffer.from(text, 'latin1')) ?? expect.fail('the answer is whole');
    },
  };
}

test('the console’s columns are taken apart where Asterisk has no DBGetTree', async () => {
  const asterisk = olderAsterisk(PRINTED);
  expect(await new AmiDatabase(asterisk).tree('TT')).toEqual(READ);
  expect(asterisk.commands).toEqual(['Command database show TT']);
});

test('a family that the console would read as two words is not sent there', async () => {
  const asterisk = olderAsterisk(PRINTED);
  await expect(new AmiDatabase(asterisk).tree('TT ; core stop')).rejects.toMatchObject({
    fault: 'malformed',
  });
  expect(asterisk.commands).toEqual([]);
});

test('lines that are no entry are left out', () => {
  const lines = ['/short: x', 'No such command', '', '0 results found.', `${'x'.repeat(50)}: y`];
  expect(parseDatabaseShow(lines.map((line) => Buffer.from(line)))).toEqual([]);
});
