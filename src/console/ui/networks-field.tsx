/** Where phones may be: anywhere, as the system says, or in the networks that are written here. */
import { useState } from 'preact/hooks';
import { networksIn } from '../model/options.ts';
import { Field } from './field.tsx';

interface Props {
  /** null: the system's; an empty list: anywhere. */
  readonly own: readonly string[] | null;
  /** Where the system's can be inherited: what is in force. */
  readonly inForce?: readonly string[] | null;
  readonly disabled: boolean;
  readonly save: (networks: readonly string[] | null) => void;
}

type Choice = 'system' | 'any' | 'these';

export function NetworksField({ own, inForce, disabled, save }: Props) {
  const [choice, setChoice] = useState<Choice>(own === null ? 'system' : own.length === 0 ? 'any' : 'these');
  const [text, setText] = useState((own ?? []).join('\n'));
  const choose = (value: Choice) => {
    setChoice(value);
    if (value !== 'these') save(value === 'system' ? null : []);
  };
  const where = inForce == null || inForce.length === 0 ? 'anywhere' : inForce.join(', ');
  return (
    <>
      <Field
        label="Phones may be"
        {...(inForce === undefined
          ? {}
          : {
              help: (
                <>
                  In force: <bdi>{where}</bdi>.
                </>
              ),
            })}
      >
        <select value={choice} disabled={disabled} onChange={(e) => choose(e.currentTarget.value as Choice)}>
          {inForce !== undefined && <option value="system">As the system</option>}
          <option value="any">Anywhere</option>
          <option value="these">Only in these networks</option>
        </select>
      </Field>
      {choice === 'these' && (
        <>
          <Field
            label="Networks"
            help="One a line: 192.0.2.0/24, 2001:db8::/32, an address, a host name, private or public."
          >
            <textarea
              rows={3}
              value={text}
              disabled={disabled}
              spellcheck={false}
              onInput={(e) => setText(e.currentTarget.value)}
            />
          </Field>
          <div>
            <button
              type="button"
              class="button"
              disabled={disabled || networksIn(text).length === 0}
              onClick={() => save(networksIn(text))}
            >
              Save networks
            </button>
          </div>
        </>
      )}
    </>
  );
}
