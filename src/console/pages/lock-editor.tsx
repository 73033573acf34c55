/** Edits what an extension accepts, and says at once which of its phones that would let through. */
import { useState } from 'preact/hooks';
import type { Alternative, ExtensionView } from '../api/shapes.ts';
import { alternativeWords } from '../model/words.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Failure } from '../ui/notice.tsx';
import { LockTrial } from './lock-trial.tsx';
import { NewAlternative } from './new-alternative.tsx';

const MOST = 16;

export function LockEditor({ view, saved }: { readonly view: ExtensionView; readonly saved: () => void }) {
  const { client, mayChange } = useConsole();
  const own = view.policy.alternatives ?? [];
  const [draft, setDraft] = useState<readonly Alternative[]>(own);
  const [coming, setComing] = useState<Alternative>();
  const act = useAct();
  const isChanged = JSON.stringify(draft) !== JSON.stringify(own);
  const tried = coming === undefined ? draft : [...draft, coming];
  const save = async () => {
    const { extension } = view;
    const change = () =>
      draft.length === 0 ? client.unlock(extension) : client.setPolicy(extension, { alternatives: draft });
    if (await act.run(change, 'The lock is in force.')) saved();
  };
  return (
    <section class="card stack">
      <h2>Accepts</h2>
      {draft.length === 0 && (
        <p class="soft">
          {view.lock.source === 'fallback'
            ? 'No lock of its own: the fallback is in force.'
            : 'No lock of its own: every device may call.'}
        </p>
      )}
      <ul class="list">
        {draft.map((alternative, index) => {
          const { what, text } = alternativeWords(alternative);
          return (
            <li key={`${what} ${text}`} class="row apart">
              <span>
                <span class="badge">{what}</span> <Foreign text={text} limit={200} />
              </span>
              <button
                type="button"
                class="button tiny"
                disabled={!mayChange}
                aria-label={`Remove alternative ${index + 1}`}
                onClick={() => setDraft(draft.filter((_, at) => at !== index))}
              >
                Remove
              </button>
            </li>
          );
        })}
      </ul>
      {mayChange && draft.length < MOST && (
        <NewAlternative
          view={view}
          onDraft={setComing}
          add={(alternative) => {
            setDraft([...draft, alternative]);
            setComing(undefined);
          }}
        />
      )}
      <LockTrial title="With this lock" extension={view.extension} alternatives={tried} />
      <Failure error={act.error} />
      <div class="row end">
        <button type="button" class="button" disabled={!isChanged} onClick={() => setDraft(own)}>
          Reset
        </button>
        <button
          type="button"
          class="button main"
          disabled={!mayChange || !isChanged || act.busy}
          onClick={() => void save()}
        >
          Save lock
        </button>
      </div>
    </section>
  );
}
