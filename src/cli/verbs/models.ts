/** `models list` and `models show`: the phone library. */
import type { ModelView } from '../../api/shapes.ts';
import { path } from '../client.ts';
import type { Context } from '../context.ts';
import { printField } from '../fields.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';
import { printTable } from '../table.ts';

/** @param removed the shipped ones that an operator removed, instead of those that are there */
export async function list(context: Context, removed: boolean): Promise<undefined> {
  const client = await context.client();
  const answer = await client.get<{ models: ModelView[]; removed: ModelView[] }>('/v1/models');
  const found = { models: removed ? answer.removed : answer.models };
  context.output.show(found, () =>
    printTable(
      context.output,
      [
        { title: 'ID', min: 12 },
        { title: 'VENDOR', min: 8 },
        { title: 'MODEL', min: 10 },
        { title: 'KIND' },
        { title: 'FROM' },
      ],
      found.models.map(({ id, vendor, model, kind, shipped }) => [
        id,
        vendor,
        model,
        kind,
        shipped ? 'shipped' : { text: 'operator', style: 'yellow' },
      ]),
    ),
  );
}

export async function showModel(context: Context, id: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.get<ModelView>(path('models', id));
  context.output.show(found, () => printModel(context.output, found));
}

export function printModel(output: Output, model: ModelView): void {
  output.line(output.style('bold', harmless(`Phone model ${model.id}`)));
  printField(output, 'Phone', `${model.vendor} ${model.model} (${model.kind})`);
  printField(output, 'From', model.shipped ? 'shipped with Device Lock' : 'an operator');
  printField(output, 'Pattern', model.pattern);
  for (const [i, sample] of model.matches.entries()) printField(output, i === 0 ? 'Matches' : '', sample);
  for (const [i, sample] of model.rejects.entries()) printField(output, i === 0 ? 'Rejects' : '', sample);
}
