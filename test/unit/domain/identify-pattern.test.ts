import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proposePattern } from '../../../src/domain/identify-pattern.ts';
import type { TextTest } from '../../../src/domain/matcher.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { compilePattern } from '../../../src/pattern/pattern.ts';
import { readCorpus } from '../phone-library/corpus.ts';

function proposed(userAgent: string): TextTest {
  const pattern = proposePattern(userAgent);
  const test = pattern === undefined ? undefined : compilePattern(pattern);
  if (typeof test !== 'function') throw new Error(`${userAgent}: ${pattern} ${test?.fault}`);
  return test;
}

describe('a pattern proposed from a seen User-Agent', () => {
  it('compiles and matches its origin, for every real User-Agent of the corpus', () => {
    for (const { userAgent } of readCorpus()) expect(proposed(userAgent)(userAgent), userAgent).toBe(true);
  });

  it.each([
    ['Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U 108.87.14.1'],
    ['Fanvil X6U-V2 2.12.16.18 0c383e32a7cb', 'Fanvil X6U-V2 2.14.0.7 0c383e63963b'],
    ['Yealink SIP-T48G 35.72.0.6 00:15:65:5c:60:82', 'Yealink SIP-T48G 35.83.0.120 80:5e:c0:09:ab:dc'],
    ['PolycomVVX-VVX_150-UA/6.4.1.2280_482567164887', 'PolycomVVX-VVX_150-UA/6.4.3.5156_64167feecc76'],
    [
      'Polycom/5.4.3.2389 PolycomRealPresenceTrio-Trio_8800-UA/5.4.3.2389_0004f2abcdef',
      'Polycom/5.9.0.11421 PolycomRealPresenceTrio-Trio_8800-UA/5.9.0.11421_64167feecc76',
    ],
    ['Cisco/SPA504G-7.6.2c', 'Cisco/SPA504G-7.5.2'],
    ['N510 IP PRO/42.245.00.000.000;7C2F804DF9A9', 'N510 IP PRO/42.258.00.000.000;7C2F806257D7'],
    ['LinphoneiOS/4.6.5 (iPhone) LinphoneSDK/5.2.45', 'LinphoneiOS/5.0.2 (iPhone) LinphoneSDK/5.2.32'],
    ['TAU-8.IP/2.3.0 SN/VI12345678 sofia-sip/1.12.10', 'TAU-8.IP/2.6.3 SN/VI39047335 sofia-sip/1.12.11'],
    ['AVM FRITZ!Box 7312 117.05.23 TAL (Jun  1 2012)', 'AVM FRITZ!Box 7312 117.05.24 TAL (Oct 12 2013)'],
    ['X-Lite release 4.9.8 stamp 84253', 'X-Lite release 5.7.1 stamp 100933'],
    [
      'Cisco-CP-8865-3PCC/12.0.3_dcf719f39350_d4e6994b-60bc-4fba-a490-fe5f8e74ceea_dcf719f3-9350-4fba-a490-fe5f8e74ceea',
      'Cisco-CP-8865-3PCC/12.0.7_00562b043615_11112222-60bc-4fba-a490-fe5f8e74ceea_33334444-9350-4fba-a490-fe5f8e74ceea',
    ],
  ])('fits another unit and firmware of the model: %s', (origin, sibling) => {
    expect(proposed(origin)(sibling)).toBe(true);
  });

  it.each([
    ['Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T48U 108.86.0.20'],
    ['Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U 108.86.0.20 friendly-scanner'],
    ['Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U'],
    ['Yealink SIP-T46U 108.86.0.20', 'xYealink SIP-T46U 108.86.0.20'],
    ['Cisco/SPA504G-7.6.2c', 'Cisco/SPA508G-7.6.2c'],
    ['SIP.js/0.20.0', 'SIPxjs/0.20.0'],
    [
      'PolycomRealPresenceTrio-Trio_Visual+-UA/5.7.2.3123',
      'PolycomRealPresenceTrio-Trio_Visuall-UA/5.7.2.3123',
    ],
  ])('fits no other model and nothing appended: %s', (origin, other) => {
    expect(proposed(origin)(other)).toBe(false);
  });

  it('keeps the model although the firmware is named like it', () => {
    expect(proposePattern('Digium D40 1_4_0_0_57389')).toBe('^Digium D40 [\\w.]{1,32}$');
  });

  it.each(['', 'a\nb', 'x'.repeat(513), 'x'.repeat(300), '\ud800'])(
    'none is proposed for %j',
    (userAgent) => {
      expect(proposePattern(userAgent)).toBeUndefined();
    },
  );

  it('whatever was sent: none, or one that compiles and matches it', () => {
    const word = fc.constantFrom(
      'Yealink',
      'SIP-T46U',
      '1.2.3',
      'v2.3.4.5',
      '0015655c6082',
      '-',
      '/',
      ' ',
      '(',
      ')',
      '[',
      '\\',
      '^',
      '.',
      '{2}',
      '|',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (userAgent) => {
        fc.pre(userAgentFromText(userAgent).kind === 'text');
        const pattern = proposePattern(userAgent);
        if (pattern !== undefined) expect(proposed(userAgent)(userAgent)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
