/** What holds for all extensions: the mode, the fallback lock, the other options; each shown before it acts. */
import { useState } from 'preact/hooks';
import type { OptionsWish, SettingsView } from '../api/shapes.ts';
import { ConfirmChange } from '../ui/confirm-change.tsx';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { useLoad } from '../ui/load.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { OptionFields } from '../ui/option-fields.tsx';

interface Wish {
  readonly title: string;
  readonly settings: Partial<SettingsView>;
}

export function Protection() {
  const { client, mayChange } = useConsole();
  const status = useLoad(client.status, ['settings']);
  const models = useLoad(client.models, ['models']).data?.models;
  const [wish, setWish] = useState<Wish>();
  const [chosen, setChosen] = useState<string>();
  const settings = status.data?.settings;
  if (settings === undefined || models === undefined) {
    return status.error === undefined ? (
      <Loading what="the settings" />
    ) : (
      <Failure error={status.error} again={status.reload} />
    );
  }
  const { mode, fallback } = settings;
  const model = chosen ?? fallback ?? models[0]?.id ?? '';
  const other = mode === 'enforce' ? 'monitor' : 'enforce';
  return (
    <>
      <div>
        <h1>Fallback and mode</h1>
        <p class="lead">
          What holds for every extension that has no lock or mode of its own. A preview is shown first.
        </p>
      </div>
      <div class="columns">
        <section class="card stack">
          <h2>Mode</h2>
          <p>
            {mode === 'enforce' ? (
              <span class="badge good">Enforce</span>
            ) : (
              <span class="badge warn">Monitor</span>
            )}{' '}
            {mode === 'enforce'
              ? 'Calls of wrong devices are refused.'
              : 'Wrong devices are recorded, and nothing is refused.'}
          </p>
          <div>
            <button
              type="button"
              class="button main"
              disabled={!mayChange}
              onClick={() =>
                setWish({
                  title: other === 'enforce' ? 'Refuse calls of wrong devices' : 'Only record wrong devices',
                  settings: { mode: other },
                })
              }
            >
              {other === 'enforce' ? 'Go to enforce …' : 'Go back to monitor …'}
            </button>
          </div>
        </section>
        <section class="card stack">
          <h2>Fallback</h2>
          <p>
            {fallback === null ? <span class="badge">Off</span> : <span class="badge good">On</span>}{' '}
            {fallback === null
              ? 'An extension without a lock of its own lets every device call.'
              : `An extension without a lock of its own takes ${fallback}.`}
          </p>
          <Field label="Model">
            <select value={model} disabled={!mayChange} onChange={(e) => setChosen(e.currentTarget.value)}>
              {models.map(({ id, vendor, model: name }) => (
                <option key={id} value={id}>
                  {vendor} {name}
                </option>
              ))}
            </select>
          </Field>
          <div class="row">
            <button
              type="button"
              class="button main"
              disabled={!mayChange || model === '' || model === fallback}
              onClick={() => setWish({ title: 'Turn the fallback on', settings: { fallback: model } })}
            >
              {fallback === null ? 'Turn on …' : 'Change …'}
            </button>
            <button
              type="button"
              class="button"
              disabled={!mayChange || fallback === null}
              onClick={() => setWish({ title: 'Turn the fallback off', settings: { fallback: null } })}
            >
              Turn off …
            </button>
          </div>
        </section>
        <section class="card stack">
          <h2>Reactions, registration and networks</h2>
          <OptionFields
            own={settings}
            disabled={!mayChange}
            save={(wish) =>
              setWish({ title: 'Change what holds for every extension', settings: settingsOf(wish) })
            }
          />
        </section>
      </div>
      {wish !== undefined && (
        <ConfirmChange
          title={wish.title}
          change={{ settings: wish.settings }}
          apply={() => client.saveSettings(wish.settings)}
          label="Apply"
          done="The settings are in force."
          mode={wish.settings.mode ?? mode}
          onClose={() => {
            setWish(undefined);
            setChosen(undefined);
            status.reload();
          }}
        />
      )}
    </>
  );
}

/** The system inherits from nobody: nothing of a wish is `null`. */
function settingsOf(wish: OptionsWish): Partial<SettingsView> {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null));
}
