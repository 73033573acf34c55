import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Identity, identify } from '../../../src/domain/identify.ts';
import { readCorpus } from '../phone-library/corpus.ts';

describe('what a User-Agent says about itself', () => {
  it('is told for every row of the corpus', () => {
    for (const { vendor, model, firmware, mac, userAgent } of readCorpus()) {
      const { vendor: v, model: m, firmware: f, mac: a } = identify(userAgent);
      expect([v, m, f, a], userAgent).toEqual([vendor, model, firmware, mac]);
    }
  });

  it.each<[string, Identity]>([
    ['Yealink SIP-T46U', { vendor: 'Yealink', model: 'SIP-T46U' }],
    [
      'Yealink SIP-T48G 35.72.0.6 00:15:65:5c:60:82',
      { vendor: 'Yealink', model: 'SIP-T48G', firmware: '35.72.0.6', mac: '00:15:65:5c:60:82' },
    ],
    ['snomD862/10.1.175.14', { vendor: 'Snom', model: 'D862', firmware: '10.1.175.14' }],
    [
      'AVAYA/J179-4.1.3.0.6 (MAC:c81fea83e85a)',
      { vendor: 'Avaya', model: 'J179', firmware: '4.1.3.0.6', mac: 'c8:1f:ea:83:e8:5a' },
    ],
    [
      'THOMSON ST2030 hw5 fw2.72 00-14-7F-E1-47-B3',
      { vendor: 'Thomson', model: 'ST2030', firmware: '2.72', mac: '00:14:7f:e1:47:b3' },
    ],
  ])('of a known maker: %s', (userAgent, expected) => {
    expect(identify(userAgent)).toEqual(expected);
  });

  it.each<[string, Identity]>([
    [
      'Flyingvoice FIP13G V0.6.24 00:21:F2:22:AE:F1',
      { vendor: 'Flyingvoice', model: 'FIP13G', firmware: '0.6.24', mac: '00:21:f2:22:ae:f1' },
    ],
    ['2N IP Verso 2.38.0.50.7', { vendor: '2N', model: 'IP Verso', firmware: '2.38.0.50.7' }],
    ['sipcli/v1.8', { vendor: 'sipcli', firmware: '1.8' }],
    ['SomePhone/3.1', { vendor: 'SomePhone', firmware: '3.1' }],
  ])('of a maker not known by name, by its shape: %s', (userAgent, expected) => {
    expect(identify(userAgent)).toEqual(expected);
  });

  it.each(['friendly-scanner', 'VOIP', 'SIP/2.0', ' ', 'Yealink'])(
    'nothing, where it tells nothing: %j',
    (userAgent) => {
      expect(identify(userAgent)).toEqual({});
    },
  );

  it.each(['', 'Yealink\nSIP-T46U 1.2.3.4', 'x'.repeat(513), 'snom370/8.7\u009b'])(
    'nothing, where it is no well-formed User-Agent: %j',
    (userAgent) => {
      expect(identify(userAgent)).toEqual({});
    },
  );
});

describe('the hardware address', () => {
  it.each([
    ['Phone 1.2 0015655C6082', '00:15:65:5c:60:82'],
    ['Phone 1.2 001565123456', '00:15:65:12:34:56'],
    ['Phone/1.2_64167feecc76', '64:16:7f:ee:cc:76'],
    ['Phone/1.2;7C2F804DF9A9;Handset=1', '7c:2f:80:4d:f9:a9'],
    ['Phone DevId 000b823704f7', '00:0b:82:37:04:f7'],
    ['Phone (MAC=00087B0F1D30; SER= 00000)', '00:08:7b:0f:1d:30'],
    ['Phone (MAC:00087B0F1D30)', '00:08:7b:0f:1d:30'],
    ['Phone 00-14-7F-E1-47-B3', '00:14:7f:e1:47:b3'],
    ['PolyCCX-CCX_600-UA/8.0.2.3267 (SN:482567b5313f)', '48:25:67:b5:31:3f'],
    ['Phone/12.0_dcf719f39350_d4e6994b-60bc-4fba-a490-fe5f8e74ceea', 'dc:f7:19:f3:93:50'],
  ])('is found in %s', (userAgent, mac) => {
    expect(identify(userAgent).mac).toBe(mac);
  });

  it.each([
    'Phone 1.0.202011231530',
    'Phone build 202011231530',
    'Phone d4e6994b-60bc-4fba-a490-fe5f8e74ceea',
    'Phone 0015655C60821',
    'Phone x0015655C6082',
    'Phone 1.2+0015655c6082',
    'Phone 1.2~0015655c6082',
    'Phone SN/482567B5313F',
    'Phone (Serial: 482567b5313f)',
    'Phone 000000000000',
    'Phone FF:FF:FF:FF:FF:FF',
    'Phone 00:15:65:5c:60',
    'Phone 00:15:65:5c:60:82:11',
    'Phone 00:15-65:5c-60:82',
    'Gigaset N870 IP PRO/83.V2.12.0+build.e6c1b5b;7C2F80XXXXXX',
    'FreeSWITCH-mod_sofia/1.10.12-release~a88d069d6f~64bit',
  ])('is not seen in %s', (userAgent) => {
    expect(identify(userAgent).mac).toBeUndefined();
  });
});

describe('whatever is sent', () => {
  it('every part that is told stands in the text, and a MAC is a MAC', () => {
    const word = fc.constantFrom(
      'Yealink',
      'SIP-T46U',
      'Cisco/',
      'SPA504G',
      '1.2.3',
      '0015655c6082',
      '-',
      '/',
      ' ',
      '(',
      ')',
      'snom',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 8 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (userAgent) => {
        const { firmware, mac } = identify(userAgent);
        if (firmware !== undefined) expect(userAgent).toContain(firmware);
        if (mac !== undefined) expect(mac).toMatch(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      }),
      { numRuns: 1000 },
    );
  });
});
