/** Accepts one more device for a time: which, and until when. */
import { useState } from 'preact/hooks';
import type { ExtensionView } from '../api/shapes.ts';
import { strangersFirst } from '../model/devices.ts';
import { endIn, endsFrom, endWords, fieldOf, problemOf } from '../model/ends.ts';
import { useAct } from '../ui/act.ts';
import { AlternativeFields, chosenAlternative, firstChoice } from '../ui/alternative-fields.tsx';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { useLoad } from '../ui/load.ts';
import { Failure, Notice } from '../ui/notice.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { LockTrial } from './lock-trial.tsx';

/** An end that the operator writes. */
const OTHER = 'other';

export function GrantSheet({
  view,
  onClose,
}: {
  readonly view: ExtensionView;
  readonly onClose: () => void;
}) {
  const { client } = useConsole();
  const models = useLoad(client.models, ['models']).data?.models ?? [];
  const [devices] = useState(() => strangersFirst(view));
  const [choice, setChoice] = useState(() => firstChoice(devices));
  const [ends] = useState(() => endsFrom(Date.now()));
  const [preset, setPreset] = useState(ends[0]?.id ?? OTHER);
  const [written, setWritten] = useState(() => fieldOf(ends.at(-1)?.at ?? Date.now()));
  const act = useAct();
  const alternative = chosenAlternative(choice, models);
  const until = preset === OTHER ? endIn(written) : ends.find(({ id }) => id === preset)?.at;
  const problem = problemOf(until, Date.now());
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const ending = until === undefined ? '' : `Ends ${endWords(until)}, ${zone}.`;
  const save = async (event: Event) => {
    event.preventDefault();
    if (alternative === undefined || until === undefined || problem !== undefined) return;
    const change = () => client.grant(view.extension, [alternative], new Date(until).toISOString());
    if (await act.run(change, `It is accepted until ${endWords(until)}.`)) onClose();
  };
  return (
    <Sheet
      title={`Accept for a time at extension ${view.extension}`}
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            form="grant-form"
            class="button main"
            disabled={act.busy || alternative === undefined || problem !== undefined}
          >
            Accept it
          </button>
        </>
      }
    >
      <form id="grant-form" class="stack" noValidate onSubmit={(event) => void save(event)}>
        {view.lock.source === 'none' && (
          <Notice tone="warn">No lock is in force here: every device may call already.</Notice>
        )}
        <div class="row fields top">
          <AlternativeFields
            label="Accept"
            isSeenTold
            {...{ devices, models, choice }}
            onChoice={setChoice}
          />
        </div>
        {alternative !== undefined && alternative.kind !== 'device' && (
          <LockTrial title="Of its phones" extension={view.extension} alternatives={[alternative]} />
        )}
        <div class="row fields top">
          <div class="grow">
            <Field label="Until" help={preset === OTHER ? undefined : ending}>
              <select value={preset} onChange={(e) => setPreset(e.currentTarget.value)}>
                {ends.map(({ id, label }) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
                <option value={OTHER}>Another day and time</option>
              </select>
            </Field>
          </div>
          {preset === OTHER && (
            <div class="grow">
              <Field label="Day and time" help={problem === undefined ? ending : undefined} problem={problem}>
                <input
                  type="datetime-local"
                  value={written}
                  onInput={(e) => setWritten(e.currentTarget.value)}
                />
              </Field>
            </div>
          )}
        </div>
        <Failure error={act.error} />
      </form>
    </Sheet>
  );
}
