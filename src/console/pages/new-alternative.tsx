/** The form for one more phone that an extension's lock accepts. */
import { useEffect, useState } from 'preact/hooks';
import type { Alternative, ExtensionView } from '../api/shapes.ts';
import { seenDevices } from '../model/devices.ts';
import { AlternativeFields, chosenAlternative, firstChoice } from '../ui/alternative-fields.tsx';
import { useConsole } from '../ui/context.ts';
import { useLoad } from '../ui/load.ts';

interface Props {
  readonly view: ExtensionView;
  /** What is being written, to be tried. */
  readonly onDraft: (alternative: Alternative | undefined) => void;
  readonly add: (alternative: Alternative) => void;
}

export function NewAlternative({ view, onDraft, add }: Props) {
  const { client } = useConsole();
  const models = useLoad(client.models, ['models']).data?.models ?? [];
  const devices = seenDevices(view);
  const [choice, setChoice] = useState(() => firstChoice(devices));
  const [isTouched, setTouched] = useState(false);
  const alternative = chosenAlternative(choice, models);
  useEffect(() => onDraft(isTouched ? alternative : undefined), [JSON.stringify(alternative), isTouched]);
  return (
    <form
      class="row fields"
      onSubmit={(event) => {
        event.preventDefault();
        if (alternative === undefined) return;
        add(alternative);
        setTouched(false);
        setChoice({ ...choice, value: '' });
      }}
    >
      <AlternativeFields
        label="Also accept"
        {...{ devices, models, choice }}
        onChoice={(changed) => {
          setTouched(true);
          setChoice(changed);
        }}
      />
      <button type="submit" class="button" disabled={alternative === undefined}>
        Add
      </button>
    </form>
  );
}
