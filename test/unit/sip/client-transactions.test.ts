import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClientRequest, ClientTransactions } from '../../sip/client-transactions.ts';
import { parseMessage, type SipResponse } from '../../sip/message.ts';

let sent: string[];
let transactions: ClientTransactions;

function open(kind: 'udp' | 'tcp'): void {
  sent = [];
  transactions = new ClientTransactions({ kind, send: (bytes) => sent.push(bytes.toString()) });
}

function request(method: string, more: Partial<ClientRequest> = {}): ClientRequest {
  return { method, branch: 'b1', bytes: Buffer.from(method), deadlineMs: 60_000, ...more };
}

function response(status: number, method: string, branch = 'b1'): SipResponse {
  const message = parseMessage(
    Buffer.from(
      `SIP/2.0 ${status} R\r\nVia: SIP/2.0/UDP a;branch=${branch}\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\n\r\n`,
    ),
  );
  if (message.kind !== 'response') throw new Error(message.kind);
  return message;
}

beforeEach(() => {
  vi.useFakeTimers();
  open('udp');
});

afterEach(() => {
  transactions.close('the test is over');
  vi.useRealTimers();
});

/** When, in ms, something was sent, while nothing answers. */
async function sendingsOver(ms: number): Promise<number[]> {
  const times: number[] = [];
  const from = Date.now();
  let seen = 0;
  while (Date.now() - from <= ms) {
    for (; seen < sent.length; seen++) times.push(Date.now() - from);
    await vi.advanceTimersByTimeAsync(100);
  }
  return times;
}

describe('a request over UDP', () => {
  it('is repeated after 0.5, 1, 2, 4 and then every 4 seconds until something answers', async () => {
    const answered = transactions.send(request('REGISTER'));
    expect(await sendingsOver(12_000)).toEqual([0, 500, 1500, 3500, 7500, 11_500]);
    transactions.receive(response(200, 'REGISTER'));
    expect(await answered).toMatchObject({ status: 200 });
    expect(await sendingsOver(9000)).toHaveLength(6);
    expect(sent).toHaveLength(6);
  });

  it('is repeated with ever longer pauses where it is an INVITE, until it is heard', async () => {
    const provisional: number[] = [];
    const answered = transactions.send(
      request('INVITE', { onProvisional: ({ status }) => provisional.push(status) }),
    );
    expect(await sendingsOver(8000)).toEqual([0, 500, 1500, 3500, 7500]);
    transactions.receive(response(100, 'INVITE'));
    transactions.receive(response(180, 'INVITE'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent).toHaveLength(5);
    transactions.receive(response(486, 'INVITE'));
    expect(await answered).toMatchObject({ status: 486 });
    expect(provisional).toEqual([100, 180]);
  });

  it('goes on being repeated after a provisional answer where it is none', async () => {
    const answered = transactions.send(request('BYE'));
    transactions.receive(response(100, 'BYE'));
    await vi.advanceTimersByTimeAsync(600);
    expect(sent).toHaveLength(2);
    transactions.receive(response(481, 'BYE'));
    expect(await answered).toMatchObject({ status: 481 });
  });

  it('fails at its deadline', async () => {
    const answered = transactions.send(request('REGISTER', { deadlineMs: 700 }));
    const failed = expect(answered).rejects.toMatchObject({ fault: 'timeout' });
    await vi.advanceTimersByTimeAsync(700);
    await failed;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(2);
  });
});

describe('an INVITE', () => {
  const invite = request('INVITE', { acknowledge: ({ status }) => Buffer.from(`ACK ${status}`) });

  it('has each arrival of its final answer acknowledged', async () => {
    const answered = transactions.send(invite);
    transactions.receive(response(403, 'INVITE'));
    transactions.receive(response(403, 'INVITE'));
    expect(await answered).toMatchObject({ status: 403 });
    expect(sent).toEqual(['INVITE', 'ACK 403', 'ACK 403']);
  });

  it('has an answer acknowledged that comes after nobody waits', async () => {
    const answered = transactions.send(invite);
    transactions.abandon(invite);
    await expect(answered).rejects.toMatchObject({ fault: 'timeout' });
    transactions.receive(response(200, 'INVITE'));
    expect(sent).toEqual(['INVITE', 'ACK 200']);
  });

  it('is forgotten after many others', async () => {
    for (let i = 0; i < 65; i++) {
      const answered = transactions.send({ ...invite, branch: `b${i}` });
      transactions.receive(response(403, 'INVITE', `b${i}`));
      await answered;
    }
    sent.length = 0;
    transactions.receive(response(403, 'INVITE', 'b0'));
    transactions.receive(response(403, 'INVITE', 'b1'));
    expect(sent).toEqual(['ACK 403']);
  });
});

describe('any request', () => {
  it('is sent once over TCP', async () => {
    open('tcp');
    const answered = transactions.send(request('REGISTER'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual(['REGISTER']);
    transactions.receive(response(200, 'REGISTER'));
    await answered;
  });

  it("does not take another's answer", async () => {
    const answered = transactions.send(request('CANCEL'));
    transactions.receive(response(200, 'CANCEL', 'b2'));
    transactions.receive(response(487, 'INVITE', 'b1'));
    transactions.receive(response(200, 'CANCEL', 'b1'));
    expect(await answered).toMatchObject({ status: 200 });
  });

  it('fails at the close, and cannot be sent after it', async () => {
    const answered = transactions.send(request('REGISTER'));
    transactions.close('the connection was lost');
    await expect(answered).rejects.toMatchObject({ fault: 'closed', message: 'the connection was lost' });
    await expect(transactions.send(request('REGISTER'))).rejects.toMatchObject({ fault: 'closed' });
    expect(sent).toEqual(['REGISTER']);
  });
});
