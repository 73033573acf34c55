/** Adds or edits a phone model; its pattern and samples are tried by the service as one types. */
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import type { ModelTrial, ModelView } from '../api/shapes.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { errorOf } from '../ui/load.ts';
import { Failure, Notice } from '../ui/notice.tsx';
import { Sheet } from '../ui/sheet.tsx';

interface Props {
  /** The model to edit; undefined adds one. */
  readonly model?: ModelView;
  /** A seen User-Agent to propose from. */
  readonly userAgent?: string;
  readonly onClose: () => void;
}

interface Draft {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly kind: ModelView['kind'];
  readonly pattern: string;
  /** One User-Agent a line. */
  readonly matches: string;
  readonly rejects: string;
}

const KINDS: readonly ModelView['kind'][] = [
  'desk',
  'dect',
  'conference',
  'adapter',
  'intercom',
  'soft',
  'server',
];
const EMPTY: Draft = { id: '', vendor: '', model: '', kind: 'desk', pattern: '', matches: '', rejects: '' };
const TYPING_MS = 300;
const SHOWN = 12;

export function ModelSheet({ model, userAgent, onClose }: Props) {
  const { client } = useConsole();
  const [draft, setDraft] = useState<Draft>(model === undefined ? EMPTY : draftOf(model));
  const [existing, setExisting] = useState<string>();
  const [failure, setFailure] = useState<ApiError>();
  const trial = useTrial(draft, model?.id);
  const act = useAct();
  useEffect(() => {
    if (userAgent === undefined) return;
    client.proposeModel(userAgent).then(
      (proposal) => {
        setDraft((was) => ({ ...was, ...draftOf({ ...proposal, kind: was.kind }) }));
        setExisting(proposal.existing ?? undefined);
      },
      (reason: unknown) => setFailure(errorOf(reason)),
    );
  }, [client, userAgent]);
  const set = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const problemOf = (field: string) => trial?.problems.find((problem) => problem.field === field)?.message;
  const save = async (event: Event) => {
    event.preventDefault();
    const { matches, rejects, ...rest } = draft;
    const whole = { ...rest, matches: linesOf(matches), rejects: linesOf(rejects) };
    const change = () => (model === undefined ? client.addModel(whole) : client.editModel(model.id, whole));
    if (await act.run(change, `${draft.vendor} ${draft.model} is in the library.`)) onClose();
  };
  return (
    <Sheet
      title={model === undefined ? 'Add a phone model' : `Edit ${model.vendor} ${model.model}`}
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            form="model-form"
            class="button main"
            disabled={act.busy || trial?.ok === false}
          >
            Save
          </button>
        </>
      }
    >
      {userAgent !== undefined && (
        <p>
          From <Foreign text={userAgent} />
        </p>
      )}
      {existing !== undefined && <Notice tone="warn">The model {existing} matches it already.</Notice>}
      <Failure error={failure} />
      <form id="model-form" class="stack" onSubmit={(event) => void save(event)}>
        <div class="columns">
          <Field label="Vendor">
            <input
              required
              maxLength={80}
              value={draft.vendor}
              onInput={(e) => set({ vendor: e.currentTarget.value })}
            />
          </Field>
          <Field label="Model">
            <input
              required
              maxLength={80}
              value={draft.model}
              onInput={(e) => set({ model: e.currentTarget.value })}
            />
          </Field>
          <Field label="Id" help="Lower-case letters, digits, hyphens." problem={problemOf('id')}>
            <input
              required
              pattern="[a-z0-9][a-z0-9\-]{1,39}"
              disabled={model !== undefined}
              value={draft.id}
              onInput={(e) => set({ id: e.currentTarget.value })}
            />
          </Field>
          <Field label="Kind">
            <select
              value={draft.kind}
              onChange={(e) => set({ kind: e.currentTarget.value as Draft['kind'] })}
            >
              {KINDS.map((kind) => (
                <option key={kind}>{kind}</option>
              ))}
            </select>
          </Field>
        </div>
        <Field
          label="Pattern"
          help="RE2, anchored: ^ at its start, $ at its end. It names the family; leave firmware and MAC open."
          problem={problemOf('pattern')}
        >
          <input
            class="mono"
            required
            value={draft.pattern}
            onInput={(e) => set({ pattern: e.currentTarget.value })}
          />
        </Field>
        <Field
          label="Must match"
          help="One User-Agent a line, as phones really send it."
          problem={problemOf('matches')}
        >
          <textarea value={draft.matches} onInput={(e) => set({ matches: e.currentTarget.value })} />
        </Field>
        <Field label="Must not match" help="Look-alikes, one a line." problem={problemOf('rejects')}>
          <textarea value={draft.rejects} onInput={(e) => set({ rejects: e.currentTarget.value })} />
        </Field>
      </form>
      {trial !== undefined && <Verdict trial={trial} />}
      <Failure error={act.error} />
    </Sheet>
  );
}

function Verdict({ trial }: { readonly trial: ModelTrial }) {
  if (!trial.ok)
    return <Notice tone="warn">{trial.problems[0]?.message ?? 'It does not fit its samples yet.'}</Notice>;
  const { covers } = trial;
  const more = covers.length > SHOWN ? ` and ${covers.length - SHOWN} more` : '';
  return (
    <Notice tone="good">
      Pattern and samples agree.{' '}
      {covers.length === 0
        ? 'No extension has such a phone now.'
        : `It covers ${covers.length === 1 ? '1 extension' : `${covers.length} extensions`}: ${covers.slice(0, SHOWN).join(', ')}${more}.`}
    </Notice>
  );
}

function useTrial({ pattern, matches, rejects }: Draft, id: string | undefined): ModelTrial | undefined {
  const { client } = useConsole();
  const [trial, setTrial] = useState<ModelTrial>();
  useEffect(() => {
    if (pattern === '') return setTrial(undefined);
    let isCurrent = true;
    const timer = setTimeout(() => {
      const wish = {
        pattern,
        matches: linesOf(matches),
        rejects: linesOf(rejects),
        ...(id === undefined ? {} : { id }),
      };
      client.tryModel(wish).then(
        (found) => isCurrent && setTrial(found),
        () => isCurrent && setTrial(undefined),
      );
    }, TYPING_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, pattern, matches, rejects, id]);
  return trial;
}

function draftOf(model: Omit<ModelView, 'shipped'>): Draft {
  const { id, vendor, kind, pattern, matches, rejects } = model;
  return {
    id,
    vendor,
    model: model.model,
    kind,
    pattern,
    matches: matches.join('\n'),
    rejects: rejects.join('\n'),
  };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
