/** `enrol`: one-time codes by which a phone takes an extension's lock over. */
import type { EnrolmentView, NewEnrolmentView } from '../../api/shapes.ts';
import { path } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { secondsOf } from '../duration.ts';
import { usage } from '../failure.ts';
import { printField } from '../fields.ts';
import { harmless } from '../harmless.ts';
import { printTable } from '../table.ts';
import { shortTime, until } from '../times.ts';

export async function enrol(
  context: Context,
  extension: string | undefined,
  options: Options,
): Promise<undefined> {
  if (options.email !== undefined && (options.list === true || options.cancel === true)) {
    throw usage('--email is for a new code.', 'Such as: device-lock enrol 1001 --email user@example.com');
  }
  if (options.list === true) {
    if (extension !== undefined) throw usage('--list is of all extensions.', 'Leave the extension out.');
    return await list(context);
  }
  if (extension === undefined) {
    throw usage('Which extension?', 'Such as: device-lock enrol 1001; or list them with --list.');
  }
  return await (options.cancel === true ? cancel(context, extension) : issue(context, extension, options));
}

async function issue(context: Context, extension: string, options: Options): Promise<undefined> {
  const seconds = options.for === undefined ? undefined : secondsOf(options.for);
  if (options.for !== undefined && seconds === undefined) {
    throw usage('--for is not understood.', 'Such as: --for 15m, --for 12h, --for 2d');
  }
  const client = await context.client();
  const { email } = options;
  const body = { ...(seconds === undefined ? {} : { seconds }), ...(email === undefined ? {} : { email }) };
  const found = await client.post<NewEnrolmentView>(path('extensions', extension, 'enrolment'), body);
  const { output } = context;
  output.show(found, () => {
    output.line(output.style('bold', harmless(`Extension ${found.extension}`)));
    printField(output, 'Code', found.code, 'bold');
    printField(output, 'Good', `once, and it ends ${until(found.expires, context.now())}`);
    printField(output, 'Dial', dial(found));
    if (found.mailed !== null) printField(output, 'Mailed', `to ${harmless(found.mailed)}`);
    printField(output, '', 'The lock moves to the phone that dials it; the one before is refused then.');
  });
}

function dial({ featureCode, code }: NewEnrolmentView): string {
  if (featureCode === '') return 'no feature code is configured: see feature-code in [enrolment]';
  return `${featureCode} from the new phone, and the code at the prompt; or ${featureCode}${code} at once`;
}

async function cancel(context: Context, extension: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.delete<{ cancelled: boolean }>(path('extensions', extension, 'enrolment'));
  context.output.show(found, () => {
    const what = found.cancelled ? 'Its code is good no more.' : 'It had no code.';
    context.output.line(harmless(`Extension ${extension}: ${what}`));
  });
}

async function list(context: Context): Promise<undefined> {
  const client = await context.client();
  const found = await client.get<{ enrolments: EnrolmentView[] }>('/v1/enrolments');
  const { output } = context;
  const now = context.now();
  output.show(found, () => {
    if (found.enrolments.length === 0) {
      output.line('No code is good now.');
      return;
    }
    printTable(
      output,
      [{ title: 'EXT', min: 6 }, { title: 'ISSUED' }, { title: 'ENDS' }, { title: 'BY', min: 8 }],
      found.enrolments.map(({ extension, issued, expires, by }) => [
        extension,
        shortTime(issued, now),
        until(expires, now),
        by,
      ]),
    );
  });
}
