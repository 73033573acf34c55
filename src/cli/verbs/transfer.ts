/** `export` and `import`: everything an operator decided, out as one document and in again. */
import type { ExportDocument, ImportReport } from '../../api/shapes.ts';
import type { Context, Options } from '../context.ts';
import { usage } from '../failure.ts';
import { printField } from '../fields.ts';
import { readJson, writeWhole } from '../files.ts';
import { harmless, harmlessJson } from '../harmless.ts';
import { count } from '../times.ts';

export async function exportAll(context: Context, options: Options): Promise<undefined> {
  const client = await context.client();
  const document = await client.get<ExportDocument>('/v1/export');
  const { output } = options;
  if (typeof output !== 'string') {
    context.output.document(document);
    return;
  }
  await writeWhole(output, `${harmlessJson(document, 2)}\n`);
  const policies = Object.keys(document.policies ?? {}).length;
  const models = (document.models ?? []).length + (document.hiddenModels ?? []).length;
  context.output.show({ file: output, policies, models }, () =>
    context.output.line(
      harmless(`${output}: the settings, ${count(policies, 'extension')}, ${count(models, 'phone model')}.`),
    ),
  );
}

export async function importAll(
  context: Context,
  file: string | undefined,
  options: Options,
): Promise<undefined> {
  if (file === undefined) throw usage('Which document?', 'Give a file, or --from-customlock.');
  const document = await readJson(file);
  const client = await context.client();
  const dryRun = options.dryRun === true;
  const report = await client.post<ImportReport>('/v1/import', { document, dryRun });
  context.output.show(report, () => printReport(context, report));
}

export function printReport({ output }: Context, { dryRun, settings, policies, models }: ImportReport): void {
  output.line(output.style('bold', dryRun ? 'Nothing was changed. It would be:' : 'Taken in:'));
  printField(output, 'Settings', settings === 'absent' ? 'not in the document' : settings);
  printField(
    output,
    'Extensions',
    changes(
      [
        ['new', policies.added],
        ['changed', policies.changed],
      ],
      policies.same,
    ),
  );
  const kinds = [
    ['new', models.added],
    ['changed', models.changed],
    ['removed', models.removed],
  ] as const;
  printField(output, 'Models', changes(kinds, models.same));
}

function changes(kinds: readonly (readonly [string, readonly string[]])[], same: number): string {
  const parts = kinds
    .filter(([, names]) => names.length > 0)
    .map(
      ([what, names]) =>
        `${names.length} ${what} (${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''})`,
    );
  return [...parts, `${same} the same`].join('; ');
}
