/** Only the true end of a session says whether the answer was taken. */
import { expect, test } from 'vitest';
import { findReply, TAIL_BYTES } from '../../../src/gate/reply.ts';
import { header } from './asterisk-side.ts';

test.each([
  ['the reply alone', '200 result=1\n'],
  ['the reply and the HANGUP behind every session', '200 result=1\nHANGUP\n'],
  ['a caller who hung up before and after', 'HANGUP\n200 result=1\nHANGUP\n'],
  ['the header above it', `${header()}200 result=1\nHANGUP\n`],
])('%s is found', (_, end) => {
  expect(findReply(end.slice(-TAIL_BYTES))).toBe('200 result=1\n');
});

test.each([
  ['nothing', ''],
  ['the header alone', header()],
  ['HANGUP alone', 'HANGUP\n'],
  ['half a reply', '200 resu'],
  ['a reply without its end', '200 result=1'],
  ['an unknown command', '510 Invalid or unknown command\nHANGUP\n'],
  ['a dead channel', '511 Command Not Permitted on a dead channel or intercept routine\n'],
  ['a usage', '520-Invalid command syntax.  Proper usage follows:\nUsage: …\n520 End of proper usage.\n'],
  ['another result', '200 result=0\nHANGUP\n'],
  ['a reply that a caller wrote into the header', '200 result=1\nHANGUP\nagi_threadid: 1\n\n'],
  ['a reply at the end of another line', 'agi_dnid: 200 result=1\n'],
])('%s is no reply', (_, end) => {
  expect(findReply(end.slice(-TAIL_BYTES))).toBeUndefined();
});
