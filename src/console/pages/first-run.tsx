/** A short way from an empty box to protection: look, lock everyone to the phone they have, watch some days, enforce. */
import { useState } from 'preact/hooks';
import { undoDocument } from '../../api/undo-document.ts';
import type { BulkReport, OverviewRow, SettingsView } from '../api/shapes.ts';
import { proposalsOf, type Step, stepOf } from '../model/first-run.ts';
import { useAct } from '../ui/act.ts';
import { ConfirmChange } from '../ui/confirm-change.tsx';
import { useConsole } from '../ui/context.ts';
import { saveFile } from '../ui/download.ts';
import { Foreign } from '../ui/foreign.tsx';
import { useLoad } from '../ui/load.ts';
import { Failure, Loading, Notice } from '../ui/notice.tsx';
import { Region } from '../ui/region.tsx';
import { linkTo } from '../ui/route.ts';

const STEPS: readonly { readonly step: Step; readonly label: string }[] = [
  { step: 'look', label: 'See what is there' },
  { step: 'lock', label: 'Lock everyone to the phone they have' },
  { step: 'monitor', label: 'Watch for some days' },
  { step: 'enforce', label: 'Enforce' },
];

export function FirstRun() {
  const { client } = useConsole();
  const overview = useLoad(client.overview, ['extensions', 'violations', 'settings']);
  const settings = useLoad(client.status, ['settings']);
  const rows = overview.data?.extensions;
  const now = settings.data?.settings;
  const error = overview.error ?? settings.error;
  const step = rows === undefined || now === undefined ? undefined : stepOf(rows, now);
  const reload = () => {
    overview.reload();
    settings.reload();
  };
  return (
    <>
      <div>
        <h1>First run</h1>
        <p class="lead">From an empty box to protection. Nothing is refused before the last step.</p>
      </div>
      <ol class="steps">
        {STEPS.map((one) => (
          <li key={one.step} aria-current={one.step === step ? 'step' : undefined}>
            {one.label}
          </li>
        ))}
      </ol>
      <Failure error={error} again={reload} />
      {step === undefined && error === undefined && <Loading what="what is there" />}
      {rows !== undefined && now !== undefined && (
        <>
          <Found rows={rows} />
          {(step === 'lock' || step === 'monitor') && <Review rows={rows} settings={now} reload={reload} />}
          {step === 'monitor' && <Watch rows={rows} reload={reload} />}
          {step === 'enforce' && (
            <Notice tone={now.mode === 'enforce' ? 'good' : 'warn'}>
              Calls of wrong devices are refused. <a href={linkTo('')}>Go to the extensions</a>
            </Notice>
          )}
        </>
      )}
    </>
  );
}

function Found({ rows }: { readonly rows: readonly OverviewRow[] }) {
  const figures = [
    ['extensions', rows.length],
    ['with a phone now', rows.filter(({ contacts }) => contacts.length > 0).length],
    ['with an unknown device', rows.filter(({ known }) => known === false).length],
    ['locked', rows.filter(({ lock }) => lock.source !== 'none').length],
    ['in violation', rows.filter(({ openViolations }) => openViolations > 0).length],
  ] as const;
  return (
    <section class="card">
      <h2>What was found</h2>
      <div class="figures">
        {figures.map(([label, count]) => (
          <div key={label} class="figure">
            <b>{count}</b>
            {label}
          </div>
        ))}
      </div>
      {rows.length === 0 && (
        <p>
          Asterisk lists no extension yet. <a href={linkTo('system')}>See what the doctor finds</a>
        </p>
      )}
    </section>
  );
}

interface ReviewProps {
  readonly rows: readonly OverviewRow[];
  readonly settings: SettingsView;
  readonly reload: () => void;
}

function Review({ rows, settings, reload }: ReviewProps) {
  const { client, mayChange } = useConsole();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [report, setReport] = useState<BulkReport>();
  const act = useAct();
  const proposals = proposalsOf(rows);
  const able = proposals.filter(({ userAgent }) => userAgent !== undefined);
  const chosen = able.map(({ row }) => row.extension).filter((extension) => !left.has(extension));
  const lockAll = async () => {
    const change = async () => {
      const before = await client.decisions();
      saveFile(
        undoName(new Date()),
        'application/json',
        JSON.stringify(undoDocument(chosen, before), null, 2),
      );
      // Before any lock is in force, so that nothing is refused on the way.
      if (settings.mode !== 'monitor') await client.saveSettings({ mode: 'monitor' });
      setReport(await client.bulk(chosen, { alternatives: [{ kind: 'this-device' }] }));
    };
    if (await act.run(change)) reload();
  };
  if (proposals.length === 0) return null;
  return (
    <section class="card stack">
      <h2>Lock every extension to the phone it has now</h2>
      <Region label="Review" tall>
        <table>
          <thead>
            <tr>
              <th scope="col">Lock</th>
              <th scope="col">Extension</th>
              <th scope="col">To</th>
            </tr>
          </thead>
          <tbody>
            {proposals.map(({ row, userAgent, why }) => (
              <tr key={row.extension}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Lock ${row.extension}`}
                    disabled={userAgent === undefined || !mayChange}
                    checked={userAgent !== undefined && !left.has(row.extension)}
                    onChange={(e) => {
                      const next = new Set(left);
                      if (e.currentTarget.checked) next.delete(row.extension);
                      else next.add(row.extension);
                      setLeft(next);
                    }}
                  />
                </td>
                <td>
                  <strong>{row.extension}</strong> <span class="soft">{row.label}</span>
                </td>
                <td>
                  {userAgent !== undefined && <Foreign text={userAgent} limit={90} />}{' '}
                  {why !== '' && <span class={userAgent === undefined ? 'soft' : 'badge warn'}>{why}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Region>
      {report?.failed.map((failed) => (
        <Notice key={failed.extension} tone="warn">
          {failed.extension}: {failed.message}
        </Notice>
      ))}
      <Failure error={act.error} />
      <div class="row">
        <button
          type="button"
          class="button main"
          disabled={!mayChange || act.busy || chosen.length === 0}
          onClick={() => void lockAll()}
        >
          Lock {chosen.length === 1 ? '1 extension' : `${chosen.length} extensions`} and monitor
        </button>
        <span class="soft">
          Wrong devices are recorded, nothing is refused. What was before is saved as a file first:{' '}
          <code>device-lock import</code> puts it back.
        </span>
      </div>
    </section>
  );
}

function undoName(now: Date): string {
  return `device-lock-before-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.json`;
}

function Watch({ rows, reload }: { readonly rows: readonly OverviewRow[]; readonly reload: () => void }) {
  const { client, mayChange } = useConsole();
  const [isAsking, setAsking] = useState(false);
  const open = rows.filter(({ openViolations }) => openViolations > 0);
  return (
    <section class="card stack">
      <h2>Watch, then enforce</h2>
      <p>
        {open.length === 0
          ? 'No extension is in violation. When that has been so for some days, enforce.'
          : 'Look at these first: a right phone among them needs its lock changed.'}
      </p>
      <ul class="list">
        {open.map((row) => (
          <li key={row.extension}>
            <a href={linkTo('extensions', row.extension)}>{row.extension}</a> {row.label}
          </li>
        ))}
      </ul>
      <div>
        <button type="button" class="button main" disabled={!mayChange} onClick={() => setAsking(true)}>
          Enforce …
        </button>
      </div>
      {isAsking && (
        <ConfirmChange
          title="Refuse calls of wrong devices"
          change={{ settings: { mode: 'enforce' } }}
          apply={() => client.saveSettings({ mode: 'enforce' })}
          label="Enforce"
          done="Calls of wrong devices are refused from now on."
          mode="enforce"
          onClose={() => {
            setAsking(false);
            reload();
          }}
        />
      )}
    </section>
  );
}
