/** The last look before a command is written trusts nobody, not even the library that composed it. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { GateFault } from '../../../src/gate/fault.ts';
import { Session } from '../../../src/gate/guard.ts';
import { DEFAULT_LIMITS } from '../../../src/gate/server.ts';
import { type Speaker, SpeakerPool } from '../../../src/gate/speaker.ts';
import { ALLOW, call } from './asterisk-side.ts';

test.each([
  ['a command of another kind', ['EXEC System "id"\n'], '', ['bad-answer']],
  ['two commands in one', [`${ALLOW}HANGUP\n`], '', ['bad-answer']],
  ['a command without its end', [ALLOW.trimEnd()], '', ['bad-answer']],
  ['another variable', ['SET VARIABLE CALLERID "allow"\n'], '', ['bad-answer']],
  ['a second command', [ALLOW, 'EXEC System "id"\n'], ALLOW, []],
  ['nothing', [], '', ['session-timeout']],
])(
  'where the library composes %s, the socket sees no more than one answer',
  async (_, commands, heard, codes) => {
    const misbehaving = {
      isWaiting: true,
      answer: (_word: string, onCommand: (command: string) => void) => commands.forEach(onCommand),
      hear: () => undefined,
    } as unknown as Speaker;
    const { port, faults, close } = await listen(misbehaving);
    expect(await call(port)).toBe(heard);
    expect(faults.map(({ code }) => code).filter((code) => code !== 'not-taken')).toEqual(codes);
    await close();
  },
);

/** One session a connection, each with this speaker. */
async function listen(speaker: Speaker) {
  const faults: GateFault[] = [];
  const sessions = new Set<Session>();
  const speakers = Object.assign(new SpeakerPool(0), { take: () => speaker });
  const host = {
    limits: { ...DEFAULT_LIMITS, sessionMs: 100 },
    ...{
      speakers,
      decide: () => ({ kind: 'allow' }) as const,
      enrol: async () => 'unavailable' as const,
      clock: () => performance.now(),
    },
    onAnswered: () => undefined,
    onTaken: () => undefined,
    onFault: (fault: GateFault) => void faults.push(fault),
    onClosed: (session: Session) => void sessions.delete(session),
  };
  const server = createServer(
    { allowHalfOpen: true },
    (socket) => void sessions.add(new Session(socket, host)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sweeper = setInterval(() => {
    for (const session of sessions) session.checkDeadlines(performance.now());
  }, 10);
  const close = async () => {
    clearInterval(sweeper);
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, faults, close };
}
