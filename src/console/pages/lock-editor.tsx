/** Edits what an extension accepts, and says at once which of its phones that would let through. */
import { useEffect, useState } from 'preact/hooks';
import type { Alternative, ExtensionView, LockTrial } from '../api/shapes.ts';
import { alternativeWords } from '../model/words.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { Foreign } from '../ui/foreign.tsx';
import { errorOf } from '../ui/load.ts';
import { Failure } from '../ui/notice.tsx';
import { NewAlternative } from './new-alternative.tsx';

const MOST = 16;
const TYPING_MS = 250;

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
      <Trial extension={view.extension} alternatives={tried} />
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

function Trial({
  extension,
  alternatives,
}: {
  readonly extension: string;
  readonly alternatives: readonly Alternative[];
}) {
  const { client } = useConsole();
  const [found, setFound] = useState<LockTrial>();
  const [problem, setProblem] = useState<string>();
  const wish = JSON.stringify(alternatives);
  useEffect(() => {
    setProblem(undefined);
    if (wish === '[]') return setFound(undefined);
    let isCurrent = true;
    const timer = setTimeout(() => {
      client.tryLock(extension, JSON.parse(wish) as Alternative[]).then(
        (trial) => isCurrent && setFound(trial),
        (reason: unknown) => {
          if (!isCurrent) return;
          setFound(undefined);
          setProblem(errorOf(reason).message);
        },
      );
    }, TYPING_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, extension, wish]);
  const devices = found === undefined ? [] : distinct([...found.contacts, ...found.sightings]);
  return (
    <div aria-live="polite">
      {problem !== undefined && <div class="notice warn">{problem}</div>}
      {devices.length > 0 && (
        <>
          <h3>With this lock</h3>
          <ul class="list">
            {devices.map((device) => (
              <li key={device.userAgent}>
                <span class={`badge ${device.matches ? 'good' : 'bad'}`}>
                  {device.matches ? 'would match' : 'would not match'}
                </span>{' '}
                <Foreign text={device.userAgent} fault={device.userAgentFault} limit={90} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function distinct<T extends { readonly userAgent: string | null }>(devices: readonly T[]): T[] {
  return [...new Map(devices.map((device) => [device.userAgent, device])).values()];
}
