import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress, type SourceAddress, type Transport } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { ABSENT, parseUserAgent, userAgentFromText } from '../../../src/domain/user-agent.ts';
import {
  answerOf,
  type Call,
  type JudgedContact,
  judgeCall,
  type Standing,
  type StandingOf,
} from '../../../src/domain/verdict.ts';

const PHONE = 'Yealink SIP-T46U 108.86.0.20';
const DESK = at('192.0.2.10:5060');
const THIEF = at('198.51.100.66:5060');

describe('rule 2: who is calling', () => {
  it('lets a call pass that no extension is behind', () => {
    const verdict = judge({ endpoint: 'trunk' }, { 1001: locked() });
    expect(verdict).toEqual({ kind: 'allow', reason: 'no-extension' });
  });

  it('lets a call pass that has no endpoint at all', () => {
    expect(judge({ endpoint: undefined }, {})).toEqual({ kind: 'allow', reason: 'no-extension' });
  });

  it('judges who transferred a trunk call by the address the transfer came from', () => {
    const standing = locked({ contacts: [contact(PHONE, DESK, true), contact('thief', THIEF, false)] });
    const transferBy = (address: SourceAddress) =>
      judge(
        { endpoint: 'trunk', behind: [{ role: 'transferer', endpoint: '1001', address }] },
        { 1001: standing },
      );
    expect(transferBy(THIEF)).toEqual({ kind: 'deny', reason: 'wrong-device-registered' });
    expect(transferBy(DESK).kind).toBe('allow');
  });

  it('denies a forward by an extension where any wrong device is registered, when nobody can tell which phone it was', () => {
    const behind = [{ role: 'forwarder', endpoint: '1001', address: undefined }] as const;
    const both = locked({ contacts: [contact(PHONE, DESK, true), contact('thief', THIEF, false)] });
    expect(judge({ endpoint: 'trunk', behind }, { 1001: both }).kind).toBe('deny');
    const alone = locked({ contacts: [contact(PHONE, DESK, true)] });
    expect(judge({ endpoint: 'trunk', behind }, { 1001: alone }).kind).toBe('allow');
  });

  it('lets a transfer through by who placed this very call as the right device, whoever else is registered', () => {
    const behind = [{ role: 'transferer', endpoint: '1001', address: undefined }] as const;
    const standings = { 1001: locked({ contacts: [contact('thief', THIEF, false)] }) };
    const proven = judgeCall(call({ endpoint: 'trunk', behind }), of(standings), (one) => one === '1001');
    expect(proven.verdict.kind).toBe('allow');
    expect(judge({ endpoint: 'trunk', behind }, standings).kind).toBe('deny');
  });

  it('denies when either the caller or who is behind it may not call', () => {
    const behind = [{ role: 'transferer', endpoint: '1002', address: THIEF }] as const;
    const standings = {
      1001: locked({ contacts: [contact(PHONE, DESK, true)] }),
      1002: locked({ contacts: [contact('thief', THIEF, false)] }),
    };
    expect(judge({ endpoint: '1001', userAgent: ua(PHONE), address: DESK, behind }, standings).kind).toBe(
      'deny',
    );
  });
});

describe('rule 3: no lock in force', () => {
  it('lets any device call on an unlocked extension, also one that names none', () => {
    expect(judge({ userAgent: ABSENT }, { 1001: 'no-lock' })).toEqual({ kind: 'allow', reason: 'no-lock' });
  });
});

describe('rule 4: the INVITE must name the phone', () => {
  it.each([
    ['another device', ua('friendly-scanner'), 'wrong-device'],
    ['no User-Agent', ABSENT, 'no-user-agent'],
    ['the right one with one character more', ua(`${PHONE} `), 'wrong-device'],
    ['the right one with one character less', ua(PHONE.slice(0, -1)), 'wrong-device'],
    ['the right one in other case', ua(PHONE.toLowerCase()), 'wrong-device'],
    ['the right one and 4 KB more', ua(PHONE + 'x'.repeat(4096)), 'malformed-user-agent'],
    ['bytes that are not UTF-8', parseUserAgent(Buffer.from('59ff', 'hex')), 'malformed-user-agent'],
    ['a line end', ua(`${PHONE}\r\nX: y`), 'malformed-user-agent'],
  ])('denies %s, although no REGISTER was ever seen', (_, userAgent, reason) => {
    expect(judge({ userAgent }, { 1001: locked() })).toEqual({ kind: 'deny', reason });
  });
});

describe('rule 5: where a wrong device is registered', () => {
  it('denies the right User-Agent from an address whose REGISTER was another', () => {
    const standings = { 1001: locked({ contacts: [contact('thief', THIEF, false)] }) };
    expect(judge({ address: THIEF }, standings)).toEqual({ kind: 'deny', reason: 'wrong-device-registered' });
  });

  it('does not silence the real phone while a thief is registered beside it', () => {
    const contacts = [contact(PHONE, DESK, true), contact('thief', THIEF, false)];
    expect(judge({ address: DESK }, { 1001: locked({ contacts }) }).kind).toBe('allow');
  });

  it('does not silence the real phone when a thief has displaced it', () => {
    const contacts = [contact('thief', THIEF, false)];
    expect(judge({ address: DESK }, { 1001: locked({ contacts }) }).kind).toBe('allow');
  });

  it('does not silence a displaced phone when the thief is behind the same SBC, or claims its address', () => {
    const displaced = [contact(PHONE, DESK, true).contact];
    const contacts = [contact('thief', DESK, false)];
    expect(judge({ address: DESK }, { 1001: locked({ contacts, displaced }) }).kind).toBe('allow');
    const required = locked({ contacts, displaced, requireRegistration: true });
    expect(judge({ address: DESK }, { 1001: required }).kind).toBe('allow');
  });

  it('does not silence the real phone when both come through one SBC', () => {
    const contacts = [contact(PHONE, DESK, true), contact('thief', DESK, false)];
    expect(judge({ address: DESK }, { 1001: locked({ contacts }) }).kind).toBe('allow');
  });
});

describe('rule 6: require-registration', () => {
  it('denies the right User-Agent from where no matching contact is live', () => {
    const standings = {
      1001: locked({ requireRegistration: true, contacts: [contact(PHONE, DESK, true)] }),
    };
    expect(judge({ address: THIEF }, standings)).toEqual({ kind: 'deny', reason: 'not-registered' });
    expect(judge({ address: DESK }, standings).kind).toBe('allow');
  });

  it('takes a new port of the same IP for TCP, where a phone reconnects, and not for UDP', () => {
    const judgeOver = (transport: Transport) =>
      judge(
        { address: at('192.0.2.10:40001') },
        {
          1001: locked({
            requireRegistration: true,
            contacts: [contact(PHONE, at('192.0.2.10:40000', transport), true)],
          }),
        },
      ).kind;
    expect(judgeOver('tcp')).toBe('allow');
    expect(judgeOver('tls')).toBe('allow');
    expect(judgeOver('udp')).toBe('deny');
  });

  it('denies a call whose source address is not known', () => {
    const standings = {
      1001: locked({ requireRegistration: true, contacts: [contact(PHONE, DESK, true)] }),
    };
    expect(judge({ address: undefined }, standings).kind).toBe('deny');
  });
});

describe('networks', () => {
  const isWithin = (ip: string) => ip.startsWith('192.0.2.');

  it('refuse the right device from outside, also where it is registered there', () => {
    const standings = { 1001: locked({ isWithin, contacts: [contact(PHONE, THIEF, false)] }) };
    expect(judge({ address: THIEF }, standings)).toEqual({ kind: 'deny', reason: 'wrong-network' });
    expect(judge({ address: at('192.0.2.77:1024') }, standings).kind).toBe('allow');
  });

  it('are asked for only after the device: who sends the wrong one learns nothing of them', () => {
    const standings = { 1001: locked({ isWithin }) };
    expect(judge({ userAgent: ua('thief'), address: THIEF }, standings)).toMatchObject({
      reason: 'wrong-device',
    });
  });

  it('leave it to what is registered within them where the address of a call cannot be told', () => {
    const from = { address: undefined };
    const within = locked({ isWithin, contacts: [contact(PHONE, DESK, true)] });
    expect(judge(from, { 1001: within }).kind).toBe('allow');
    expect(judge(from, { 1001: locked({ isWithin, contacts: [] }) })).toMatchObject({
      reason: 'wrong-network',
    });
    expect(judge(from, { 1001: locked({ isWithin, contacts: undefined }) }).kind).toBe('unknown');
  });
});

describe('rule 7: otherwise allow', () => {
  it('lets the real phone call from a new address', () => {
    const standings = { 1001: locked({ contacts: [contact(PHONE, DESK, true)] }) };
    expect(judge({ address: at('203.0.113.9:5060') }, standings)).toEqual({
      kind: 'allow',
      reason: 'matches',
    });
  });
});

describe('what is not known', () => {
  it('denies a wrong device even before the registrations were listed', () => {
    const standings = { 1001: locked({ contacts: undefined }) };
    expect(judge({ userAgent: ua('thief') }, standings).kind).toBe('deny');
  });

  it('leaves the right device to the dialplan until the registrations were listed', () => {
    const standings = { 1001: locked({ contacts: undefined }) };
    expect(judge({}, standings)).toEqual({ kind: 'unknown', reason: 'contacts-not-listed' });
  });

  it('leaves every call to the dialplan while the locks are being recovered', () => {
    expect(judge({}, { 1001: 'not-loaded' })).toEqual({ kind: 'unknown', reason: 'locks-not-loaded' });
  });
});

describe('monitor', () => {
  it('answers allow and still says what it would have been', () => {
    const judgement = judgeCall(call({ userAgent: ua('thief') }), of({ 1001: locked({ mode: 'monitor' }) }));
    expect(judgement.verdict.kind).toBe('deny');
    expect(answerOf(judgement).kind).toBe('allow');
  });

  it('does not let a monitored caller hide an enforced deny behind it', () => {
    const behind = [{ role: 'transferer', endpoint: '1002', address: THIEF }] as const;
    const judgement = judgeCall(
      call({ userAgent: ua('thief'), behind }),
      of({
        1001: locked({ mode: 'monitor' }),
        1002: locked({ contacts: [contact('thief', THIEF, false)] }),
      }),
    );
    expect(judgement.extension).toBe('1002');
    expect(answerOf(judgement).kind).toBe('deny');
  });
});

it('never allows a User-Agent that the lock does not accept, wherever it comes from and whatever is registered', () => {
  const address = fc.constantFrom(DESK, THIEF, undefined);
  const contacts = fc.array(
    fc.record({ text: fc.string({ minLength: 1 }), at: fc.constantFrom(DESK, THIEF), matches: fc.boolean() }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      address,
      contacts,
      fc.boolean(),
      (text, from, live, required) => {
        fc.pre(text !== PHONE);
        const standing = locked({
          requireRegistration: required,
          contacts: live.map((one) => contact(one.text, one.at, one.matches)),
        });
        expect(judge({ userAgent: ua(text), address: from }, { 1001: standing }).kind).toBe('deny');
      },
    ),
  );
});

function judge(of_: Partial<Call>, standings: Standings) {
  return judgeCall(call(of_), of(standings)).verdict;
}

type Standings = Readonly<Record<string, ReturnType<StandingOf>>>;

function of(standings: Standings): StandingOf {
  return (endpoint) => standings[endpoint] ?? 'no-extension';
}

function call(of_: Partial<Call>): Call {
  return { endpoint: '1001', userAgent: ua(PHONE), address: DESK, behind: [], ...of_ };
}

function locked(of_: Partial<Standing> = {}): Standing {
  return {
    accepts: (userAgent) => userAgent.kind === 'text' && userAgent.text === PHONE,
    mode: 'enforce',
    requireRegistration: false,
    contacts: [],
    displaced: [],
    ...of_,
  };
}

function contact(text: string, address: SourceAddress, matches: boolean): JudgedContact {
  const registered: Contact = {
    id: `1001;@${text}`,
    extension: '1001',
    uri: 'sip:1001@192.0.2.10',
    userAgent: ua(text),
    callId: text,
    expires: 2_000_000_000,
    source: { address, proof: 'seen' },
  };
  return { contact: registered, matches };
}

function ua(text: string) {
  return userAgentFromText(text);
}

function at(text: string, transport: Transport = 'udp'): SourceAddress {
  const address = parseAddress(text, transport);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}
