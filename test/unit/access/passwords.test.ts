import { expect, test } from 'vitest';
import { hashPassword, isPassword } from '../../../src/access/passwords.ts';

const PASSWORD = 'Grüße, 東京 station';

test('a password is known again, another is not, and nobody has none', async () => {
  const kept = await hashPassword(PASSWORD);
  expect(kept).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
  expect(kept).not.toContain(PASSWORD);
  expect(await isPassword(kept, PASSWORD)).toBe(true);
  expect(await isPassword(kept, PASSWORD.normalize('NFD'))).toBe(true);
  expect(await isPassword(kept, `${PASSWORD} `)).toBe(false);
  expect(await isPassword(undefined, '')).toBe(false);
});

test('a password may be as long in any script', async () => {
  const long = '🔒'.repeat(256);
  expect(await isPassword(await hashPassword(long), long)).toBe(true);
});

test('a hash that was made with other parameters is still known', async () => {
  const kept = '$scrypt$ln=4,r=1,p=1$c2FsdHNhbHQ$7DS7s1_p9NPcsvH31wg8RCv1Ez8tDdFq6nVGPoWlsHM';
  expect(await isPassword(kept, 'anything else')).toBe(false);
});

test.each(['', 'too short', 'x'.repeat(257)])('%j cannot be a password', async (password) => {
  await expect(hashPassword(password)).rejects.toMatchObject({ code: 'malformed' });
});

test('where too many come at once the last are sent away, and the others are served', async () => {
  const asked = Array.from({ length: 25 }, () =>
    isPassword('$scrypt$ln=4,r=1,p=1$c2FsdHNhbHQ$7DS7s1_p9NPcsvH31wg8RCv1Ez8tDdFq6nVGPoWlsHM', 'x'),
  );
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(18);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'busy' } });
});
