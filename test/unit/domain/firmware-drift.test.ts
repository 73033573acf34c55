import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Device,
  isBelievable,
  isSameHabit,
  isUpdate,
  isUpdateOf,
  type LastPlace,
  readDevice,
} from '../../../src/domain/firmware-drift.ts';
import { readCorpus } from '../phone-library/corpus.ts';

const CORPUS = readCorpus().map(({ userAgent }) => userAgent);

describe('an update', () => {
  it.each([
    ['Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U 108.86.0.90'],
    ['Grandstream GXP1610 1.0.4.33', 'Grandstream GXP1610 1.0.4.138'],
    ['Grandstream HT802 1.0.3.2', 'Grandstream HT802 1.0.17.5'],
    ['PolycomVVX-VVX_350-UA/5.8.0.13337', 'PolycomVVX-VVX_350-UA/5.9.5.0614'],
    [
      'Polycom/5.4.3.2389 PolycomVVX-VVX_501-UA/5.4.3.2389',
      'Polycom/5.5.0.23866 PolycomVVX-VVX_501-UA/5.5.0.23866',
    ],
    ['PolycomVVX-VVX_150-UA/6.4.1.2280_482567164887', 'PolycomVVX-VVX_150-UA/6.4.2.1000_482567164887'],
    ['Cisco/SPA504G-7.5.2', 'Cisco/SPA504G-7.6.2c'],
    ['001310E72B51 Linksys/RT31P2-3.1.6(LI)', '001310E72B51 Linksys/RT31P2-3.1.9(LI)'],
    [
      'Cisco-CP-6841-3PCC/11.1.1 (00727826a4e1) (sip68xx.11-1-1MPP-897.loads)',
      'Cisco-CP-6841-3PCC/11.3.1 (00727826a4e1) (sip68xx.11-3-1MPP-12.loads)',
    ],
    [
      'Gigaset N670 IP PRO/83.V2.23.0+build.f68eeed;589EC600C8A9',
      'Gigaset N670 IP PRO/83.V2.62.0+build.c358757;589EC600C8A9',
    ],
    ['Fanvil X6U-V2 2.12.16.18 0c383e32a7cb', 'Fanvil X6U-V2 2.12.17.1 0c383e32a7cb'],
    ['AVM FRITZ!Box 7312 117.05.23 TAL (Jun  1 2012)', 'AVM FRITZ!Box 7312 117.05.50 TAL (Feb 27 2013)'],
    [
      'TAU-2M.IP/1.13.3.5 SN/VI12345678 sofia-sip/1.12.10',
      'TAU-2M.IP/1.14.1.527 SN/VI12345678 sofia-sip/1.12.11',
    ],
    ['Z 5.2.19 rv2.8.99', 'Z 5.4.12 v2.10.13.2-mod'],
    ['Bria 3 release 3.5.0b stamp 69410', 'Bria 3 release 3.5.5 stamp 71243'],
    ['Linphone/3.8.0 (belle-sip/1.4.0)', 'Linphone/3.9.0 (belle-sip/1.4.2)'],
    ['3CXPhoneSystem 14.0.44198.522 (44097)', '3CXPhoneSystem 18.0.7.312 (312)'],
    ['snomD785/10.1.64.14', 'snomD785/10.1.84.12'],
  ])('of %s is %s, and never the other way round', (older, newer) => {
    expect([isUpdateOf(newer, older), isUpdateOf(older, newer)]).toEqual([true, false]);
  });

  it.each([
    ['another model', 'Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T48U 108.86.0.90'],
    ['another maker', 'Yealink SIP-T46U 108.86.0.20', 'Fanvil SIP-T46U 108.86.0.90'],
    ['another hardware platform', 'Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U 109.86.0.20'],
    ['the same version', 'Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U 108.86.0.20'],
    ['more behind it', 'Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U 108.86.0.90 x'],
    ['more before it', 'Yealink SIP-T46U 108.86.0.20', 'my Yealink SIP-T46U 108.86.0.90'],
    ['another MAC', 'Fanvil X6U-V2 2.12.16.18 0c383e32a7cb', 'Fanvil X6U-V2 2.12.17.1 0c383e32a7cc'],
    ['no MAC any more', 'Fanvil X6U-V2 2.12.16.18 0c383e32a7cb', 'Fanvil X6U-V2 2.12.17.1'],
    ['a MAC that was not there', 'Fanvil X6U-V2 2.12.16.18', 'Fanvil X6U-V2 2.12.17.1 0c383e32a7cb'],
    [
      'another serial number',
      'TAU-2M.IP/1.13.3.5 SN/VI12345678 sofia-sip/1.12.10',
      'TAU-2M.IP/1.14.1.527 SN/VI39047335 sofia-sip/1.12.10',
    ],
    [
      "another person's phone",
      "LinphoneiOS/4.3.0 (Bob's iPhone) LinphoneSDK/4.4.0",
      'LinphoneiOS/4.5.0 (iPhone) LinphoneSDK/5.0.0',
    ],
    ['no version at all', 'Digium D40', 'Digium D40 1_4_0_0_57389'],
    ['what is no phone', 'friendly-scanner', 'friendly-scanner v0.3.4'],
  ])('is not %s', (_, older, newer) => {
    expect(isUpdateOf(newer, older)).toBe(false);
  });

  it('is one of no real User-Agent that has the same or no firmware, and never in both directions', () => {
    const devices = CORPUS.map(readDevice).filter((one) => one !== undefined);
    const updates = devices.flatMap((is) =>
      devices.filter((was) => isUpdate(is, was)).map((was) => [is, was] as const),
    );
    expect(updates.length).toBeGreaterThan(50);
    for (const [is, was] of updates) {
      expect(isUpdate(was, is)).toBe(false);
      expect([is.vendor, is.model, is.mac]).toEqual([was.vendor, was.model, was.mac]);
    }
  });

  it('stays one of the same phone alone, whatever is put anywhere into its text', () => {
    const phone = fc.constantFrom(...CORPUS);
    const insertion = fc.string({ unit: fc.constantFrom(...'ab ;/-('), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(phone, insertion, fc.nat(200), (text, inserted, at) => {
        const where = at % (text.length + 1);
        const forged = text.slice(0, where) + inserted + text.slice(where);
        const [is, was] = [readDevice(forged), readDevice(text)];
        // What was put into a version is part of a version; anywhere else it makes another device.
        if (is !== undefined && was !== undefined && is.firmware === was.firmware)
          expect(isUpdateOf(forged, text)).toBe(false);
      }),
    );
  });

  it('is read from anything in bounded time, without an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 512 }), (text) => void readDevice(text)));
    const begun = performance.now();
    for (const evil of ['a.1-'.repeat(128), `Yealink SIP-T46U 1${'.1'.repeat(240)}`, '('.repeat(512)]) {
      for (let n = 0; n < 100; n++) readDevice(evil);
    }
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe('an update is believed', () => {
  const [HERE, ELSEWHERE] = ['192.0.2.10', '198.51.100.66'];
  const NOW = 2_000_000;
  const withMac = device('Fanvil X6U-V2 2.12.16.18 0c383e32a7cb');
  const without = device('Yealink SIP-T46U 108.86.0.20');
  const last = (of: Partial<LastPlace> = {}) => ({
    ip: HERE,
    callId: '0_123456@192.0.2.10',
    expires: NOW - 1,
    ...of,
  });
  const at = (ip: string | undefined, callId = '0_654321@192.0.2.10') => ({ ip, callId });

  it.each<[string, Device, ReturnType<typeof at>, LastPlace | undefined, boolean]>([
    ['with its MAC, from anywhere, once the old registration is over', withMac, at(ELSEWHERE), last(), true],
    ['with its MAC, where it was never seen', withMac, at(ELSEWHERE), undefined, true],
    [
      'with its MAC, elsewhere, while the old registration is good',
      withMac,
      at(ELSEWHERE),
      last({ expires: NOW + 1 }),
      false,
    ],
    ['with its MAC, at the same place, while it is', withMac, at(HERE), last({ expires: NOW + 1 }), true],
    [
      'with its MAC, while the old one is registered nobody knows where',
      withMac,
      at(HERE),
      last({ ip: undefined, expires: NOW + 1 }),
      false,
    ],
    ['from nobody knows where', withMac, at(undefined), last(), false],
    ['without one, at the same place', without, at(HERE), last(), true],
    ['without one, elsewhere', without, at(ELSEWHERE), last(), false],
    ['without one, where it was never seen', without, at(HERE), undefined, false],
    ['without one, at the same place with other habits', without, at(HERE, 'b6f1-44e0-8a3f'), last(), false],
  ])('%s: %5$s', (_, of, seen, where, expected) => {
    expect(isBelievable(of, seen, where, NOW)).toBe(expected);
  });
});

describe('Call-IDs made in the same way', () => {
  it.each([
    ['0_3467012345@192.168.1.20', '0_912345678@10.0.0.7', true],
    ['1834567-5060-1@BJC.BGI.B.CAH', '99834-5060-2@BJC.BGI.B.CAH', true],
    ['313630303030-a1b2c3d4e5f6', '313630303031-0a1b2c3d4e5f', true],
    ['5d4f6a1e-6bd1-4c4e-9d53-0f6c2f0e7a11', '0c2f0e7a-9d53-4c4e-6bd1-5d4f6a1e0f6c', true],
    ['0_3467012345@192.168.1.20', '5d4f6a1e-6bd1-4c4e-9d53-0f6c2f0e7a11', false],
    ['0_3467012345@192.168.1.20', '0_3467012345', false],
    ['abcdef', 'abcdefghijklmnop', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect([isSameHabit(one, other), isSameHabit(other, one)]).toEqual([expected, expected]);
  });

  it('are not told of what is not known', () => {
    expect(isSameHabit(undefined, undefined)).toBe(false);
  });
});

function device(userAgent: string): Device {
  const found = readDevice(userAgent);
  if (found === undefined) throw new Error(`not a device: ${userAgent}`);
  return found;
}
