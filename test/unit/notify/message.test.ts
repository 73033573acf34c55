import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DATA, MAX_TITLE } from '../../../src/domain/alert.ts';
import { makeAlert, shellWord } from '../../../src/notify/incident-alerts.ts';
import { plain } from '../../../src/notify/message.ts';
import { alert, message, NOW } from './messages.ts';

describe('a message of one alert', () => {
  test('tells what happened, where, to whom, and what to do', () => {
    const { subject, text } = message([alert()], { console: 'https://pbx.example/admin' });
    expect(subject).toBe('[Device Lock pbx1] Extension 1001 (Reception): another device has registered');
    expect(text.replace(/When .*/, 'When …')).toBe(`Extension 1001 (Reception): another device has registered

  When …
  Extension    1001
  Device says  friendly-scanner
  From         203.0.113.5:5060

  See it:  device-lock show 1001

https://pbx.example/admin
`);
  });
});

describe('a message of a thousand alerts', () => {
  const many = Array.from({ length: 1000 }, (_, n) => alert({ id: `a${n}`, at: NOW + n }));
  const grave = alert({ severity: 'critical', title: 'Emergency call', at: NOW + 5000 });
  const found = message([...many, grave], { dropped: 7 });

  test('says the gravest first, tells a few whole, more in brief, and counts the rest', () => {
    expect(found.severity).toBe('critical');
    expect(found.subject).toBe('[Device Lock pbx1] 1001 alerts; Emergency call');
    expect(found.text.indexOf('Emergency call')).toBe(0);
    expect(found.text.match(/another device has registered/g)).toHaveLength(99);
    expect(found.text).toContain('And 901 more: device-lock alerts list');
    expect(found.text).toContain('7 alerts were dropped before these');
    expect(found.document).toMatchObject({ more: 901, dropped: 7 });
    expect(found.document.alerts).toHaveLength(100);
  });

  test('is no larger than a mail that anybody reads', () => {
    expect(found.text.length).toBeLessThan(20_000);
    expect(JSON.stringify(found.document).length).toBeLessThan(200_000);
  });
});

describe("an attacker's text", () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3000 }),
    fc.constantFrom('a\r\nBcc: x@y', '\u202egnp.exe', 'http://evil', 'www.evil.example', '\ud800', '`id`'),
  );

  test('stays on its line, short, harmless and without a link, in title and text', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, userAgent) => {
        const data = { userAgent, extension: userAgent, label: title };
        const made = makeAlert({ kind: 'call', severity: 'info', at: 0, title, data, actions: [] });
        expect(made.title.length).toBeLessThanOrEqual(MAX_TITLE);
        expect(String(made.data['userAgent']).length).toBeLessThanOrEqual(MAX_DATA);
        expect(String(made.data['userAgent']).isWellFormed()).toBe(true);
        const { subject, text } = message([made]);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is in it is the test.
        expect(subject).not.toMatch(/[\x00-\x1f\u202e]|:\/\//);
        expect(text).not.toMatch(/:\/\/|\bwww\.|\u202e|\r/);
        expect(text.split('\n').length).toBeLessThanOrEqual(7);
      }),
    );
  });

  test('names no host that a mail program would make a link of; a version stays a version', () => {
    const userAgent = 'Yealink SIP-T46U 108.86.0.20 see evil.example/login or x@bücher.example v2.b';
    const { text, document } = message([alert({ data: { userAgent } })]);
    expect(text).toContain('T46U 108.86.0.20 see evil[.]example/login or x@bücher[.]example v2[.]b');
    expect(document.alerts[0]?.data['userAgent']).toBe(userAgent);
  });

  test('cannot leave its word where a person pastes it into a shell', () => {
    expect(['1001', 'desk-1', '-rf', "a'; rm x"].map(shellWord)).toEqual([
      '1001',
      'desk-1',
      "'-rf'",
      "'a'\\''; rm x'",
    ]);
  });

  test('is cut where it shows that it is', () => {
    expect(plain('x'.repeat(500), 10)).toBe('xxxxxxxxx…');
  });
});
