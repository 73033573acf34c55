/** `check`: what the gate would answer a call, and what decided. Allow and deny alike are an answer: it exits 0. */
import type { CheckRule, CheckView } from '../../api/shapes.ts';
import { showAlternative } from '../../domain/lock.ts';
import { path } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { printField } from '../fields.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';

export async function check(context: Context, extension: string, options: Options): Promise<undefined> {
  const given = String(options.userAgent ?? '');
  const address = options.address;
  const client = await context.client();
  const found = await client.post<CheckView>(path('extensions', extension, 'check'), {
    userAgent: given === '' ? null : given,
    ...(address === undefined ? {} : { address }),
  });
  context.output.show(found, () => printCheck(context.output, found));
}

const WHY: Readonly<Record<CheckRule, string>> = {
  'no-extension': 'It is not an extension: the gate lets pass what no extension is behind.',
  'no-lock': 'No lock is in force.',
  'user-agent': "The call's own User-Agent is not one the lock accepts.",
  'wrong-device-registered':
    'The User-Agent is right, but a wrong device is registered at the address of the call.',
  'require-registration':
    'The User-Agent is right, but no right device is registered at the address of the call.',
  'newer-firmware': "The User-Agent is that of the lock's own phone with a newer firmware.",
  networks: 'The User-Agent is right, but the call is from outside the networks it may come from.',
  matches: 'The User-Agent is one the lock accepts.',
  'not-known-yet': 'The service does not know yet: the dialplan decides from what was last written.',
};

function printCheck(output: Output, found: CheckView): void {
  const style = { allow: 'green', deny: 'red', unknown: 'yellow' } as const;
  const reason = found.answer === found.verdict ? ` (${found.reason})` : '';
  output.line(output.style(style[found.answer], harmless(`${found.answer}${reason}`)));
  if (found.answer !== found.verdict) {
    printField(output, '', `The mode is ${found.mode}: ${found.verdict} (${found.reason}) is only recorded.`);
  }
  printField(output, 'Why', WHY[found.rule]);
  printField(output, 'Device', found.userAgent ?? '(none)');
  if (found.address !== null) printField(output, 'From', found.address);
  for (const [i, { alternative, matches }] of found.alternatives.entries()) {
    const verdict = matches ? 'accepts it' : 'does not';
    printField(output, i === 0 ? 'Lock' : '', `${showAlternative(alternative)}: ${verdict}`);
  }
  if (found.contact !== null) {
    printField(
      output,
      'Registered',
      `${found.contact.userAgent ?? '(none)'} at ${found.contact.address ?? '?'}`,
    );
  }
}
