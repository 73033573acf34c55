/** The decisions besides the lock as fields: of one extension, where each may be the system's, or of the system. */
import type { Mode, OptionsWish } from '../api/shapes.ts';
import { DRIFTS, SWITCHES } from '../model/options.ts';
import { Field } from './field.tsx';
import { NetworksField } from './networks-field.tsx';

/** A decision that is the system's. */
export const INHERITED = 'system';

interface Props {
  /** What was decided here; `null` is the system's. */
  readonly own: Required<OptionsWish>;
  /** The system's decisions, where they can be inherited. */
  readonly inForce?: Required<OptionsWish>;
  readonly disabled: boolean;
  readonly save: (wish: OptionsWish, done: string) => void;
}

export function ModeField({ own, inForce, disabled, save }: Props) {
  return (
    <Field label="Mode" help={`In force: ${inForce?.mode ?? own.mode}.`}>
      <select
        value={own.mode ?? INHERITED}
        disabled={disabled}
        onChange={(e) => {
          const { value } = e.currentTarget;
          save({ mode: value === INHERITED ? null : (value as Mode) }, 'The mode is in force.');
        }}
      >
        <option value={INHERITED}>As the system</option>
        <option value="enforce">Enforce</option>
        <option value="monitor">Monitor</option>
      </select>
    </Field>
  );
}

export function OptionFields({ own, inForce, disabled, save }: Props) {
  const drift = (inForce ?? own).firmwareDrift;
  return (
    <>
      {SWITCHES.map(({ name, label, means }) => (
        <Field key={name} label={label} help={helpOf(means, inForce?.[name])}>
          <select
            value={own[name] === null ? INHERITED : String(own[name])}
            disabled={disabled}
            onChange={(e) => {
              const { value } = e.currentTarget;
              save({ [name]: value === INHERITED ? null : value === 'true' }, 'It is in force.');
            }}
          >
            {inForce !== undefined && <option value={INHERITED}>As the system</option>}
            <option value="true">On</option>
            <option value="false">Off</option>
          </select>
        </Field>
      ))}
      <Field
        label="A newer firmware of the locked device is"
        {...(inForce === undefined ? {} : { help: `In force: ${drift}.` })}
      >
        <select
          value={own.firmwareDrift ?? INHERITED}
          disabled={disabled}
          onChange={(e) => {
            const chosen = DRIFTS.find(({ value }) => value === e.currentTarget.value);
            save({ firmwareDrift: chosen?.value ?? null }, 'It is in force.');
          }}
        >
          {inForce !== undefined && <option value={INHERITED}>As the system</option>}
          {DRIFTS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <NetworksField
        key={JSON.stringify(own.networks)}
        own={own.networks}
        {...(inForce === undefined ? {} : { inForce: inForce.networks })}
        disabled={disabled}
        save={(networks) => save({ networks }, 'The networks are in force.')}
      />
    </>
  );
}

function helpOf(means: string, inForce: boolean | null | undefined): string {
  return inForce === undefined ? means : `${means} In force: ${inForce === true ? 'on' : 'off'}.`;
}
