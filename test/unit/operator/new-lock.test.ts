import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alternative, MAX_ALTERNATIVES, showAlternative } from '../../../src/domain/lock.ts';
import { ABSENT, userAgentFromText } from '../../../src/domain/user-agent.ts';
import { capture, combine } from '../../../src/operator/new-lock.ts';

describe('this device', () => {
  it('is what the phone is registered with, also twice', () => {
    const phone = userAgentFromText('Yealink SIP-T46U 108.86.0.20');
    expect(capture('1001', [phone, phone])).toEqual({
      kind: 'device',
      userAgent: 'Yealink SIP-T46U 108.86.0.20',
    });
  });

  it('is asked for where several different phones are registered', () => {
    const phones = [userAgentFromText('A'), userAgentFromText('B')];
    expect(() => capture('1001', phones)).toThrow(/several different phones registered: "A", "B"/);
  });

  it.each([
    ['nothing is registered', []],
    ['what is registered names no device', [ABSENT]],
    ['what is registered is malformed', [userAgentFromText('a\u0007b')]],
  ])('cannot be captured where %s', (_, registered) => {
    expect(() => capture('1001', registered)).toThrow(/no registered phone to capture/);
  });
});

describe('several alternatives', () => {
  const device = (userAgent: string): Alternative => ({ kind: 'device', userAgent });

  it('are added to those that were there, each once', () => {
    const was = { alternatives: [device('A')] };
    expect(combine(was, [device('A'), device('B'), device('B')]).alternatives).toEqual([
      device('A'),
      device('B'),
    ]);
  });

  it('replace the lock where they are not added', () => {
    expect(combine(undefined, [device('B')]).alternatives).toEqual([device('B')]);
  });

  it('are never none, never too many, and never twice the same', () => {
    const some = fc.uniqueArray(fc.string().map(device), {
      selector: showAlternative,
      maxLength: MAX_ALTERNATIVES,
    });
    fc.assert(
      fc.property(some, some, (was, asked) => {
        const distinct = new Set([...was, ...asked].map(showAlternative));
        if (distinct.size === 0 || distinct.size > MAX_ALTERNATIVES) {
          expect(() => combine({ alternatives: was }, asked)).toThrow();
        } else {
          const { alternatives } = combine({ alternatives: was }, asked);
          expect(alternatives.map(showAlternative).sort()).toEqual([...distinct].sort());
        }
      }),
    );
  });
});
