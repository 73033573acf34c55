/** One phone that may be accepted, as fields: one that was seen, a model of the library, or the operator's own text. */
import type { Alternative, ModelView } from '../api/shapes.ts';
import type { SeenDevice } from '../model/devices.ts';
import { plainOf } from '../model/foreign-text.ts';
import { Field } from './field.tsx';

type Kind = 'device' | 'model' | 'exact' | 'prefix' | 'pattern';

const KINDS: readonly { readonly kind: Kind; readonly label: string }[] = [
  { kind: 'device', label: 'This device' },
  { kind: 'model', label: 'A model of the library' },
  { kind: 'exact', label: 'User-Agent is exactly' },
  { kind: 'prefix', label: 'User-Agent begins with' },
  { kind: 'pattern', label: 'User-Agent matches (RE2)' },
];

export interface Choice {
  readonly kind: Kind;
  readonly device: string;
  /** Empty: the first of the library. */
  readonly model: string;
  readonly value: string;
}

export function firstChoice([first]: readonly SeenDevice[]): Choice {
  const device = first?.userAgent ?? '';
  return { kind: device === '' ? 'model' : 'device', device, model: '', value: '' };
}

/** undefined where it is not filled in. */
export function chosenAlternative(choice: Choice, models: readonly ModelView[]): Alternative | undefined {
  const { kind, device, model, value } = choice;
  if (kind === 'device') return device === '' ? undefined : { kind, userAgent: device };
  if (kind === 'model') {
    const id = model || models[0]?.id;
    return id === undefined ? undefined : { kind, model: id };
  }
  return value === '' ? undefined : { kind: 'custom', match: kind, value };
}

interface Props {
  readonly label: string;
  readonly devices: readonly SeenDevice[];
  /** Says when and where the chosen device was seen. */
  readonly isSeenTold?: boolean;
  readonly models: readonly ModelView[];
  readonly choice: Choice;
  readonly onChoice: (choice: Choice) => void;
}

export function AlternativeFields({ label, devices, isSeenTold = false, models, choice, onChoice }: Props) {
  const { kind } = choice;
  const chosen = devices.find(({ userAgent }) => userAgent === choice.device);
  const change = (part: Partial<Choice>) => onChoice({ ...choice, ...part });
  return (
    <>
      <div class="grow">
        <Field label={label}>
          <select value={kind} onChange={(e) => change({ kind: e.currentTarget.value as Kind })}>
            {KINDS.map((one) => (
              <option
                key={one.kind}
                value={one.kind}
                disabled={one.kind === 'device' && devices.length === 0}
              >
                {one.label}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <div class="grow">
        {kind === 'device' && (
          <Field label="Seen device" help={isSeenTold ? chosen?.seen : undefined}>
            <select value={choice.device} onChange={(e) => change({ device: e.currentTarget.value })}>
              {devices.map(({ userAgent }) => (
                <option key={userAgent} value={userAgent}>
                  {plainOf(userAgent, 90)}
                </option>
              ))}
            </select>
          </Field>
        )}
        {kind === 'model' && (
          <Field label="Model">
            <select
              value={choice.model || (models[0]?.id ?? '')}
              onChange={(e) => change({ model: e.currentTarget.value })}
            >
              {models.map(({ id, vendor, model }) => (
                <option key={id} value={id}>
                  {vendor} {model}
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
              value={choice.value}
              onInput={(e) => change({ value: e.currentTarget.value })}
            />
          </Field>
        )}
      </div>
    </>
  );
}
