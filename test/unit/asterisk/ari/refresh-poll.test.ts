import { describe, expect, test, vi } from 'vitest';
import { RefreshPoll } from '../../../../src/asterisk/ari/refresh-poll.ts';
import type { Contact } from '../../../../src/domain/contact.ts';

function contact(n: number, text = 'Phone/1'): Contact {
  const id = `${n};@${'0'.repeat(32)}`;
  const userAgent = { kind: 'text', text } as const;
  return { id, extension: `${n}`, uri: `sip:${n}`, userAgent, callId: 'c', expires: 1, source: undefined };
}

/** Time that stands still until it is moved on. */
function makeClock() {
  let now = 0;
  const timers = new Map<() => void, number>();
  return {
    timers: {
      after(ms: number, run: () => void) {
        timers.set(run, now + ms);
        return () => void timers.delete(run);
      },
      random: () => 0,
      now: () => now,
    },
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        // What the last timer set off runs to its end first.
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = [...timers].sort(([, a], [, b]) => a - b);
        if (next === undefined || next[1] > end) break;
        now = next[1];
        timers.delete(next[0]);
        next[0]();
      }
      now = end;
    },
  };
}

function makePoll(stored: Map<string, Contact>) {
  const clock = makeClock();
  const lookUp = vi.fn(async (id: string) => stored.get(id));
  const onChange = vi.fn();
  const onReloaded = vi.fn();
  const endpoints = ['1001'];
  const poll = new RefreshPoll({
    lookUp,
    listEndpoints: async () => [...endpoints],
    onChange,
    onReloaded,
    timing: { pollEvery: 1000, pollPerSecond: 50, endpointsEvery: 5000 },
    timers: clock.timers,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  return { clock, lookUp, onChange, onReloaded, endpoints, poll };
}

const store = (...contacts: Contact[]) => new Map(contacts.map((one) => [one.id, one]));

describe('the poll of known contacts', () => {
  test('reports a refresh with another User-Agent once', async () => {
    const stored = store(contact(1), contact(2));
    const { clock, onChange, poll } = makePoll(stored);
    poll.learnAll([...stored.values()]);
    poll.start();
    await clock.pass(3000);
    expect(onChange).not.toHaveBeenCalled();
    stored.set(contact(2).id, contact(2, 'Thief/9'));
    await clock.pass(1100);
    expect(onChange.mock.calls).toEqual([[{ aor: '2', uri: 'sip:2', removed: false }]]);
    await clock.pass(5000);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  test('reports a contact that is gone, and asks for it no more', async () => {
    const stored = store(contact(1));
    const { clock, lookUp, onChange, poll } = makePoll(stored);
    poll.learnAll([contact(1)]);
    poll.start();
    stored.clear();
    await clock.pass(1100);
    expect(onChange.mock.calls).toEqual([[{ aor: '1', uri: 'sip:1', removed: true }]]);
    await clock.pass(5000);
    expect(lookUp).toHaveBeenCalledTimes(1);
  });

  test('says nothing of what somebody else learned meanwhile', async () => {
    const { clock, lookUp, onChange, poll } = makePoll(store(contact(1, 'New/2')));
    poll.learnAll([contact(1)]);
    lookUp.mockImplementation(async () => {
      poll.learn([contact(1).id], [contact(1, 'New/2')]);
      return contact(1, 'New/2');
    });
    poll.start();
    await clock.pass(1100);
    expect(onChange).not.toHaveBeenCalled();
  });

  test('asks for many contacts at its rate, not faster', async () => {
    const contacts = Array.from({ length: 500 }, (_, n) => contact(n));
    const { clock, lookUp, poll } = makePoll(store(...contacts));
    poll.learnAll(contacts);
    poll.start();
    await clock.pass(11_000);
    expect(lookUp.mock.calls.length).toBeGreaterThan(480);
    expect(lookUp.mock.calls.length).toBeLessThanOrEqual(502);
  });

  test('goes on after a look-up that failed', async () => {
    const { clock, lookUp, onChange, poll } = makePoll(store(contact(1, 'New/2')));
    poll.learnAll([contact(1)]);
    lookUp.mockRejectedValueOnce(new Error('no answer'));
    poll.start();
    await clock.pass(1100);
    expect(onChange).not.toHaveBeenCalled();
    await clock.pass(1100);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  test('asks nothing after it was stopped', async () => {
    const { clock, lookUp, poll } = makePoll(store(contact(1)));
    poll.learnAll([contact(1)]);
    poll.start();
    poll.stop();
    await clock.pass(10_000);
    expect(lookUp).not.toHaveBeenCalled();
  });

  test('reports endpoints that came, not those it finds at first', async () => {
    const { clock, endpoints, onReloaded, poll } = makePoll(store());
    poll.start();
    await clock.pass(6000);
    expect(onReloaded).not.toHaveBeenCalled();
    endpoints.push('1002');
    await clock.pass(5000);
    expect(onReloaded).toHaveBeenCalledTimes(1);
  });
});
