/** How the service is: its links, the doctor's findings with their cures, and who changed what. */
import { useState } from 'preact/hooks';
import type { Finding, StatusView } from '../api/shapes.ts';
import { plainOf } from '../model/foreign-text.ts';
import { clock } from '../model/words.ts';
import { useConsole } from '../ui/context.ts';
import { useLoad } from '../ui/load.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { Region } from '../ui/region.tsx';

const TONES = { ok: 'good', warning: 'warn', broken: 'bad', skipped: '' } as const;

export function System() {
  const { client } = useConsole();
  const status = useLoad(client.status, ['status', 'settings']);
  return (
    <>
      <div>
        <h1>System</h1>
        <p class="lead">How Device Lock is, what is broken and how to cure it, and who changed what.</p>
      </div>
      <Failure error={status.error} again={status.reload} />
      {status.data !== undefined && <Figures status={status.data} />}
      <Doctor />
      <Audit />
    </>
  );
}

function Figures({ status }: { readonly status: StatusView }) {
  const { asterisk, gate, astdb, store, counts } = status;
  const rows: readonly (readonly [string, string])[] = [
    ['Device Lock', `${status.version}, since ${clock(status.started)}`],
    [
      'Asterisk',
      asterisk.connected ? `${asterisk.version ?? ''} by ${asterisk.adapter.toUpperCase()}` : 'not reached',
    ],
    [
      'Calls judged',
      `${gate.answered}${gate.p50 === null ? '' : `, half of them within ${(gate.p50 / 1000).toFixed(1)} ms`}`,
    ],
    ['AstDB', astdb.inStep ? 'in step' : `${astdb.pending} extensions wait to be written`],
    ['Database', store.failure ?? store.path ?? ''],
    ['Extensions', `${counts.extensions}, ${counts.locked} locked, ${counts.contacts} phones registered`],
    ['Configuration', status.config],
  ];
  return (
    <section class="card">
      <h2>Status</h2>
      <table>
        <tbody>
          {rows.map(([label, text]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="foreign">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Doctor() {
  const { client } = useConsole();
  const { data, error, reload } = useLoad(client.doctor, []);
  const [isAll, setAll] = useState(false);
  const findings = data?.findings ?? [];
  const bad = findings.filter(({ state }) => state === 'warning' || state === 'broken');
  return (
    <section class="card stack">
      <div class="row apart">
        <h2>Doctor</h2>
        <button type="button" class="button tiny" onClick={reload}>
          Examine again
        </button>
      </div>
      <Failure error={error} again={reload} />
      {data === undefined && error === undefined && <Loading what="the findings" />}
      {data !== undefined && bad.length === 0 && <p>Every link of the chain is in order.</p>}
      <ul class="list">
        {(isAll ? findings : bad).map((finding) => (
          <Found key={`${finding.check} ${finding.what}`} finding={finding} />
        ))}
      </ul>
      {findings.length > bad.length && (
        <div>
          <button type="button" class="button tiny" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
            {isAll ? 'Show only what needs a cure' : `Show all ${findings.length} checks`}
          </button>
        </div>
      )}
    </section>
  );
}

function Found({ finding: { state, check, what, cure } }: { readonly finding: Finding }) {
  return (
    <li>
      <span class={`badge ${TONES[state]}`}>{state}</span> <strong>{check}</strong> {plainOf(what, 500)}
      {cure !== undefined && <div class="soft">Cure: {plainOf(cure, 500)}</div>}
    </li>
  );
}

function Audit() {
  const { client } = useConsole();
  const { data, error, reload } = useLoad(client.audit, ['audit', 'settings', 'extensions', 'models']);
  const entries = data?.audit;
  return (
    <section class="card stack">
      <h2>Who changed what</h2>
      <Failure error={error} again={reload} />
      {entries?.length === 0 && <p class="soft">Nothing was changed yet.</p>}
      {entries !== undefined && entries.length > 0 && (
        <Region label="Audit trail" tall>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry, index) => (
                <tr key={`${entry.at} ${index}`}>
                  <td>{clock(entry.at)}</td>
                  <td>{plainOf(entry.who, 40)}</td>
                  <td>
                    {entry.action} {plainOf(entry.target, 80)}
                    <div class="soft small foreign">{plainOf(entry.detail, 200)}</div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      )}
    </section>
  );
}
