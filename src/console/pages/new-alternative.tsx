/** The form for one more phone that an extension accepts: one it has shown, a model of the library, or the operator's own text. */
import { useEffect, useState } from 'preact/hooks';
import type { Alternative, ExtensionView } from '../api/shapes.ts';
import { plainOf } from '../model/foreign-text.ts';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { useLoad } from '../ui/load.ts';

type Kind = 'device' | 'model' | 'exact' | 'prefix' | 'pattern';

const KINDS: readonly { readonly kind: Kind; readonly label: string }[] = [
  { kind: 'device', label: 'This device' },
  { kind: 'model', label: 'A model of the library' },
  { kind: 'exact', label: 'User-Agent is exactly' },
  { kind: 'prefix', label: 'User-Agent begins with' },
  { kind: 'pattern', label: 'User-Agent matches (RE2)' },
];

interface Props {
  readonly view: ExtensionView;
  /** What is being written, to be tried. */
  readonly onDraft: (alternative: Alternative | undefined) => void;
  readonly add: (alternative: Alternative) => void;
}

export function NewAlternative({ view, onDraft, add }: Props) {
  const { client } = useConsole();
  const models = useLoad(client.models, ['models']).data?.models ?? [];
  const devices = [...new Set([...view.contacts, ...view.sightings].flatMap(seenText))];
  const [kind, setKind] = useState<Kind>(devices.length > 0 ? 'device' : 'model');
  const [device, setDevice] = useState(devices[0] ?? '');
  const [model, setModel] = useState('');
  const [value, setValue] = useState('');
  const [isTouched, setTouched] = useState(false);
  const text = kind === 'device' ? device : kind === 'model' ? model || (models[0]?.id ?? '') : value;
  useEffect(
    () => onDraft(isTouched && text !== '' ? alternativeOf(kind, text) : undefined),
    [kind, text, isTouched],
  );
  const touch = (change: () => void) => {
    setTouched(true);
    change();
  };
  return (
    <form
      class="row fields"
      onSubmit={(event) => {
        event.preventDefault();
        add(alternativeOf(kind, text));
        setTouched(false);
        setValue('');
      }}
    >
      <div class="grow">
        <Field label="Also accept">
          <select value={kind} onChange={(e) => touch(() => setKind(e.currentTarget.value as Kind))}>
            {KINDS.map((choice) => (
              <option
                key={choice.kind}
                value={choice.kind}
                disabled={choice.kind === 'device' && devices.length === 0}
              >
                {choice.label}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <div class="grow">
        {kind === 'device' && (
          <Field label="Seen device">
            <select value={device} onChange={(e) => touch(() => setDevice(e.currentTarget.value))}>
              {devices.map((userAgent) => (
                <option key={userAgent} value={userAgent}>
                  {plainOf(userAgent, 90)}
                </option>
              ))}
            </select>
          </Field>
        )}
        {kind === 'model' && (
          <Field label="Model">
            <select value={text} onChange={(e) => touch(() => setModel(e.currentTarget.value))}>
              {models.map((entry) => (
                <option key={entry.id} value={entry.id}>
                  {entry.vendor} {entry.model}
                </option>
              ))}
            </select>
          </Field>
        )}
        {kind !== 'device' && kind !== 'model' && (
          <Field label="User-Agent text">
            <input
              class="mono"
              required
              maxLength={512}
              value={value}
              onInput={(e) => touch(() => setValue(e.currentTarget.value))}
            />
          </Field>
        )}
      </div>
      <button type="submit" class="button" disabled={text === ''}>
        Add
      </button>
    </form>
  );
}

function alternativeOf(kind: Kind, text: string): Alternative {
  if (kind === 'device') return { kind, userAgent: text };
  if (kind === 'model') return { kind, model: text };
  return { kind: 'custom', match: kind, value: text };
}

function seenText(seen: {
  readonly userAgent: string | null;
  readonly userAgentFault: string | null;
}): string[] {
  return seen.userAgent === null || seen.userAgentFault !== null ? [] : [seen.userAgent];
}
