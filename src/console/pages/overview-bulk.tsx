/** What can be done with the chosen extensions, each behind a preview. */
import { useState } from 'preact/hooks';
import type { BulkReport, PolicyWish } from '../api/shapes.ts';
import { ConfirmChange } from '../ui/confirm-change.tsx';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { useLoad } from '../ui/load.ts';

interface Wish {
  readonly title: string;
  readonly request: PolicyWish;
}

const ACTIONS: readonly (Wish & { readonly label: string })[] = [
  {
    label: 'Lock to the phone it has now',
    title: 'Lock to the phone it has now',
    request: { alternatives: [{ kind: 'this-device' }] },
  },
  { label: 'Monitor', title: 'Only record wrong devices', request: { mode: 'monitor' } },
  { label: 'Enforce', title: 'Refuse calls of wrong devices', request: { mode: 'enforce' } },
  { label: "System's mode", title: 'Follow the system’s mode', request: { mode: null } },
  {
    label: 'Require registration',
    title: 'Refuse calls from unregistered addresses',
    request: { requireRegistration: true },
  },
  { label: 'Unlock', title: 'Remove their own locks', request: { unlock: true } },
  { label: 'Clear violations', title: 'Clear open violations', request: { clear: true } },
];

export function BulkBar({
  picked,
  clear,
}: {
  readonly picked: ReadonlySet<string>;
  readonly clear: () => void;
}) {
  const { client, say } = useConsole();
  const models = useLoad(client.models, ['models']).data?.models ?? [];
  const [wish, setWish] = useState<Wish>();
  const extensions = [...picked];
  const count = extensions.length === 1 ? '1 extension' : `${extensions.length} extensions`;
  const apply = async () => {
    if (wish === undefined) return;
    tell(await client.bulk(extensions, wish.request), say);
  };
  return (
    <section class="card bulk row" aria-label="Change the chosen extensions">
      <strong>{count} chosen:</strong>
      {ACTIONS.map((action) => (
        <button key={action.label} type="button" class="button tiny" onClick={() => setWish(action)}>
          {action.label}
        </button>
      ))}
      <button
        type="button"
        class="button tiny"
        disabled={models.length === 0}
        onClick={() => setWish(lockToModel(models[0]?.id ?? ''))}
      >
        Lock to a model
      </button>
      <button type="button" class="button tiny" onClick={clear}>
        Choose none
      </button>
      {wish !== undefined && (
        <ConfirmChange
          title={`${wish.title}: ${count}`}
          change={{ policies: Object.fromEntries(extensions.map((extension) => [extension, wish.request])) }}
          apply={apply}
          label="Apply"
          mode={wish.request.mode === 'monitor' ? 'monitor' : 'enforce'}
          onClose={(isDone) => {
            setWish(undefined);
            if (isDone) clear();
          }}
        >
          {wish.request.alternatives?.[0]?.kind === 'model' && (
            <Field label="Model">
              <select
                value={wish.request.alternatives[0].model}
                onChange={(e) => setWish(lockToModel(e.currentTarget.value))}
              >
                {models.map(({ id, vendor, model }) => (
                  <option key={id} value={id}>
                    {vendor} {model}
                  </option>
                ))}
              </select>
            </Field>
          )}
        </ConfirmChange>
      )}
    </section>
  );
}

function lockToModel(model: string): Wish {
  return { title: 'Lock to a model', request: { alternatives: [{ kind: 'model', model }] } };
}

function tell({ done, failed }: BulkReport, say: (text: string, tone?: 'good' | 'bad') => void): void {
  const [first] = failed;
  if (first === undefined)
    say(`Done for ${done.length === 1 ? '1 extension' : `${done.length} extensions`}.`);
  else say(`Done for ${done.length}. Not for ${failed.length}; ${first.extension}: ${first.message}`, 'bad');
}
