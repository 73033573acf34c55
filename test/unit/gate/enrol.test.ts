/** A phone that dialled a one-time code waits for its answer, within the limits of every session, and holds up no call. */
import { expect, test, vi } from 'vitest';
import type { EnrolmentWord } from '../../../src/domain/enrolment.ts';
import { ALLOW, call, header, startGate, turn, until } from './asterisk-side.ts';

const ENROL = header('enrol/1/1.32/1001/6/Acme%20X/192.0.2.7%3A5060/a/12345678');

test('it is told the word, however late it comes, and calls are answered meanwhile', async () => {
  const asked = Promise.withResolvers<EnrolmentWord>();
  const enrol = vi.fn(() => asked.promise);
  await using started = await startGate({ enrol });
  const heard = call(started.port, ENROL);
  await until(() => enrol.mock.calls.length === 1);
  expect(await call(started.port)).toBe(ALLOW);
  asked.resolve('enrolled');
  expect(await heard).toBe('SET VARIABLE DEVICELOCK_VERDICT "enrolment:enrolled"\n');
  expect(enrol).toHaveBeenCalledWith(expect.objectContaining({ endpoint: '1001', digits: '12345678' }));
  expect(started.gate.stats).toMatchObject({ answered: 1, taken: 1, faults: 0 });
});

test('an answer that never comes ends with the session, and one that comes then goes nowhere', async () => {
  const asked = Promise.withResolvers<EnrolmentWord>();
  await using started = await startGate({ enrol: () => asked.promise, limits: { sessionMs: 100 } });
  expect(await call(started.port, ENROL)).toBe('');
  expect(started.codes()).toEqual(['session-timeout']);
  asked.resolve('enrolled');
  await turn();
  expect(started.codes()).toEqual(['session-timeout']);
});

test('what fails is left to the dialplan, reported whole, and without anybody to ask nothing is enrolled', async () => {
  const broken = new Error('no such thing');
  await using failing = await startGate({ enrol: () => Promise.reject(broken) });
  expect(await call(failing.port, ENROL)).toBe('');
  expect(failing.faults).toMatchObject([{ code: 'decide-failed', bug: true, cause: broken }]);
  await using without = await startGate();
  expect(await call(without.port, ENROL)).toContain('"enrolment:unavailable"');
});

test('a request that is none is refused unasked', async () => {
  const enrol = vi.fn();
  await using started = await startGate({ enrol });
  expect(await call(started.port, ENROL.replaceAll('/12345678', '/x'))).toBe('');
  expect(started.codes()).toEqual(['malformed-request']);
  expect(enrol).not.toHaveBeenCalled();
});
