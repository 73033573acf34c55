/** One extension: its lock, its phones, what happened. */
import { useState } from 'preact/hooks';
import type { ExtensionView } from '../api/shapes.ts';
import { phoneName } from '../model/rows.ts';
import { useConsole } from '../ui/context.ts';
import { Foreign } from '../ui/foreign.tsx';
import { useLoad } from '../ui/load.ts';
import { MatchBadge } from '../ui/lock-badge.tsx';
import { Failure, Loading } from '../ui/notice.tsx';
import { linkTo } from '../ui/route.ts';
import { Behaviour } from './behaviour.tsx';
import { LockEditor } from './lock-editor.tsx';
import { ModelSheet } from './model-sheet.tsx';
import { OtherPhones } from './other-phones.tsx';
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
            <div class="stack">
              <LockEditor key={JSON.stringify(data.policy.alternatives)} view={data} saved={reload} />
              <OtherPhones view={data} saved={reload} />
            </div>
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
