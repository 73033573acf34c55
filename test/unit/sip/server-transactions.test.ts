import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseMessage, type SipRequest } from '../../sip/message.ts';
import type { ServerTransaction } from '../../sip/server-transaction.ts';
import { ServerTransactions } from '../../sip/server-transactions.ts';

let sent: string[];
let transactions: ServerTransactions;

function open(kind: 'udp' | 'tcp'): void {
  sent = [];
  transactions = new ServerTransactions(kind, [['User-Agent', 'Desk/1.0']]);
}

function request(method: string, branch = 'b1', cseq = 1): SipRequest {
  const message = parseMessage(
    Buffer.from(
      `${method} sip:b@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=${branch}\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: c\r\nCSeq: ${cseq} ${method}\r\n\r\n`,
    ),
  );
  if (message.kind !== 'request') throw new Error(message.kind);
  return message;
}

function receive(message: SipRequest): ServerTransaction | undefined {
  return transactions.receive(message, (bytes) => sent.push(bytes.toString('latin1', 8, 11)));
}

beforeEach(() => {
  vi.useFakeTimers();
  open('udp');
});

afterEach(() => {
  transactions.close();
  vi.useRealTimers();
});

describe('a request that comes again', () => {
  it('gets the answer it had', () => {
    receive(request('OPTIONS'))?.respond(200);
    expect(receive(request('OPTIONS'))).toBeUndefined();
    expect(sent).toEqual(['200', '200']);
  });

  it('gets none while there is none', () => {
    expect(receive(request('INVITE'))).toBeDefined();
    expect(receive(request('INVITE'))).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it('is a new one once 256 others came', () => {
    for (let i = 0; i <= 256; i++) receive(request('OPTIONS', `b${i}`));
    expect(receive(request('OPTIONS', 'b0'))).toBeDefined();
    expect(receive(request('OPTIONS', 'b256'))).toBeUndefined();
  });
});

describe('the final answer to an INVITE', () => {
  it('is repeated until its ACK comes', async () => {
    const invite = receive(request('INVITE'));
    invite?.respond(180);
    invite?.respond(486);
    await vi.advanceTimersByTimeAsync(1600);
    expect(sent).toEqual(['180', '486', '486', '486']);
    receive(request('ACK'));
    await invite?.stopped;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(4);
  });

  it('is repeated until the ACK of a 200 comes, which has a branch of its own', async () => {
    receive(request('INVITE'))?.respond(200);
    receive(request('ACK', 'b9', 2));
    await vi.advanceTimersByTimeAsync(600);
    receive(request('ACK', 'b9'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(['200', '200']);
  });

  it('is repeated for half a minute and no longer', async () => {
    receive(request('INVITE'))?.respond(486);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(sent.length).toBeGreaterThan(8);
    expect(sent.length).toBeLessThan(14);
  });

  it('is said once, and once only over TCP', async () => {
    open('tcp');
    const invite = receive(request('INVITE'));
    invite?.respond(486);
    invite?.respond(200);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(['486']);
  });
});

it('finds the INVITE that a CANCEL names', () => {
  const invite = receive(request('INVITE'));
  const cancel = receive(request('CANCEL'));
  const other = receive(request('CANCEL', 'b2'));
  if (cancel === undefined || other === undefined) throw new Error('no CANCEL');
  expect(transactions.inviteOf(cancel)).toBe(invite);
  expect(transactions.inviteOf(other)).toBeUndefined();
});

it('names the phone in every answer', () => {
  const answers: string[] = [];
  transactions.receive(request('OPTIONS'), (bytes) => answers.push(bytes.toString()))?.respond(200);
  expect(answers[0]).toContain('\r\nUser-Agent: Desk/1.0\r\n');
});
