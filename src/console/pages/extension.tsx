/** One extension: its lock, its phones, what happened. */
import { useState } from 'preact/hooks';
import type { ExtensionView, Mode } from '../api/shapes.ts';
import { phoneName } from '../model/rows.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { useLoad } from '../ui/load.ts';
import { LockBadge, MatchBadge } from '../ui/lock-badge.tsx';
import { Failure, Loading } from '../ui/notice.tsx';
import { linkTo } from '../ui/route.ts';
import { LockEditor } from './lock-editor.tsx';
import { ModelSheet } from './model-sheet.tsx';
import { Timeline } from './timeline.tsx';

export function ExtensionPage({ extension }: { readonly extension: string }) {
  const { client } = useConsole();
  const { data, error, reload } = useLoad(
    () => client.extension(extension),
    ['extensions', 'violations', 'settings', 'models'],
  );
  const [adding, setAdding] = useState<string>();
  return (
    <>
      <div>
        <a href={linkTo('')}>← All extensions</a>
        <h1>
          Extension {extension} {data?.label != null && <span class="soft">{data.label}</span>}
        </h1>
      </div>
      <Failure error={error} again={reload} />
      {data === undefined && error === undefined && <Loading what="the extension" />}
      {data !== undefined && (
        <>
          <div class="columns">
            <LockEditor key={JSON.stringify(data.policy.alternatives)} view={data} saved={reload} />
            <div class="stack">
              <Phones view={data} addModel={setAdding} />
              <Behaviour view={data} saved={reload} />
            </div>
          </div>
          <Timeline view={data} />
        </>
      )}
      {adding !== undefined && <ModelSheet userAgent={adding} onClose={() => setAdding(undefined)} />}
    </>
  );
}

function Phones({
  view,
  addModel,
}: {
  readonly view: ExtensionView;
  readonly addModel: (userAgent: string) => void;
}) {
  const { mayChange } = useConsole();
  return (
    <section class="card">
      <h2>Registered now</h2>
      {view.contacts.length === 0 && <p class="soft">No phone is registered.</p>}
      <ul class="list">
        {view.contacts.map((contact) => (
          <li key={contact.id}>
            <div class="row">
              <strong>
                <bdi>{phoneName(contact) ?? 'Unknown device'}</bdi>
              </strong>{' '}
              {contact.firmware !== null && <span class="soft">firmware {contact.firmware}</span>}{' '}
              <MatchBadge matches={contact.matches} />
            </div>
            <Foreign text={contact.userAgent} fault={contact.userAgentFault} limit={200} />
            <div class="row apart">
              <span class="soft small">{contact.address ?? 'address unknown'}</span>
              {mayChange && contact.userAgent !== null && contact.userAgentFault === null && (
                <button type="button" class="button tiny" onClick={() => addModel(contact.userAgent ?? '')}>
                  + Add model
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const INHERITED = 'system';

function Behaviour({ view, saved }: { readonly view: ExtensionView; readonly saved: () => void }) {
  const { client, mayChange } = useConsole();
  const act = useAct();
  const { policy, extension, lock } = view;
  const save = async (change: () => Promise<unknown>, done: string) => {
    if (await act.run(change, done)) saved();
  };
  const registration = policy.requireRegistration === null ? INHERITED : String(policy.requireRegistration);
  return (
    <section class="card stack">
      <div class="row apart">
        <h2>In force</h2>
        <LockBadge lock={lock} />
      </div>
      <Field label="Mode" help={`In force: ${lock.mode}.`}>
        <select
          value={policy.mode ?? INHERITED}
          disabled={!mayChange || act.busy}
          onChange={(e) => {
            const { value } = e.currentTarget;
            const mode = value === INHERITED ? null : (value as Mode);
            void save(() => client.setPolicy(extension, { mode }), 'The mode is in force.');
          }}
        >
          <option value={INHERITED}>As the system</option>
          <option value="enforce">Enforce</option>
          <option value="monitor">Monitor</option>
        </select>
      </Field>
      <Field label="Require registration" help={`In force: ${lock.requireRegistration ? 'on' : 'off'}.`}>
        <select
          value={registration}
          disabled={!mayChange || act.busy}
          onChange={(e) => {
            const { value } = e.currentTarget;
            const requireRegistration = value === INHERITED ? null : value === 'true';
            void save(() => client.setPolicy(extension, { requireRegistration }), 'It is in force.');
          }}
        >
          <option value={INHERITED}>As the system</option>
          <option value="true">On</option>
          <option value="false">Off</option>
        </select>
      </Field>
      <div class="row">
        <button
          type="button"
          class="button"
          disabled={!mayChange || act.busy || view.violations.length === 0}
          onClick={() => void save(() => client.clear(extension), 'The open violations are cleared.')}
        >
          Clear violations ({view.violations.length})
        </button>
        <button
          type="button"
          class="button danger"
          disabled={!mayChange || act.busy || lock.source !== 'own'}
          onClick={() => void save(() => client.unlock(extension), 'Its own lock is removed.')}
        >
          Unlock
        </button>
      </div>
      <Failure error={act.error} />
    </section>
  );
}
