/** The phone library: what it knows, added to, edited, and taken from where nothing depends on it. */
import { useState } from 'preact/hooks';
import type { ModelView } from '../api/shapes.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { useLoad } from '../ui/load.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { Region } from '../ui/region.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { ModelSheet } from './model-sheet.tsx';

export function Models() {
  const { client, mayChange } = useConsole();
  const { data, error, reload } = useLoad(client.models, ['models']);
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<ModelView | 'new'>();
  const [doomed, setDoomed] = useState<ModelView>();
  const word = search.toLowerCase();
  const shown = data?.models.filter((m) =>
    `${m.id} ${m.vendor} ${m.model} ${m.kind}`.toLowerCase().includes(word),
  );
  const close = () => {
    setOpen(undefined);
    setDoomed(undefined);
    reload();
  };
  return (
    <>
      <div>
        <h1>Phone library</h1>
        <p class="lead">
          The phone models that locks and the fallback can name, each with User-Agents that prove its pattern.
        </p>
      </div>
      <div class="row">
        {mayChange && (
          <button type="button" class="button main" onClick={() => setOpen('new')}>
            + Add model
          </button>
        )}
        <input
          class="grow narrow-field"
          type="search"
          aria-label="Search models"
          placeholder="Search models"
          value={search}
          onInput={(e) => setSearch(e.currentTarget.value)}
        />
      </div>
      <Failure error={error} again={reload} />
      {shown === undefined && error === undefined && <Loading what="the library" />}
      {shown?.length === 0 && <div class="card empty">No model fits.</div>}
      {shown !== undefined && shown.length > 0 && (
        <Region label="Phone models" tall>
          <table>
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col" class="wide">
                  Kind
                </th>
                <th scope="col" class="wide">
                  Pattern
                </th>
                <th scope="col">Actions</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((model) => (
                <tr key={model.id}>
                  <td>
                    <strong>
                      {model.vendor} {model.model}
                    </strong>
                    <div class="soft small">
                      {model.id} {!model.shipped && <span class="badge">yours</span>}
                    </div>
                  </td>
                  <td class="wide">{model.kind}</td>
                  <td class="wide">
                    <code class="foreign">{model.pattern}</code>
                  </td>
                  <td>
                    <span class="row">
                      <button
                        type="button"
                        class="button tiny"
                        disabled={!mayChange}
                        aria-label={`Edit ${model.id}`}
                        onClick={() => setOpen(model)}
                      >
                        Edit
                      </button>
                      <button
                        type="button"
                        class="button tiny danger"
                        disabled={!mayChange}
                        aria-label={`Delete ${model.id}`}
                        onClick={() => setDoomed(model)}
                      >
                        Delete
                      </button>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      )}
      {open === 'new' && <ModelSheet onClose={close} />}
      {open !== undefined && open !== 'new' && <ModelSheet model={open} onClose={close} />}
      {doomed !== undefined && <Removal model={doomed} onClose={close} />}
    </>
  );
}

/** The service refuses where a lock or the fallback depends on it, and says which. */
function Removal({ model, onClose }: { readonly model: ModelView; readonly onClose: () => void }) {
  const { client } = useConsole();
  const act = useAct();
  const remove = async () => {
    if (await act.run(() => client.removeModel(model.id), `${model.vendor} ${model.model} is deleted.`))
      onClose();
  };
  return (
    <Sheet
      title={`Delete ${model.vendor} ${model.model}?`}
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button danger" disabled={act.busy} onClick={() => void remove()}>
            Delete
          </button>
        </>
      }
    >
      <p>It is refused while a lock or the fallback depends on it.</p>
      <Failure error={act.error} />
    </Sheet>
  );
}
