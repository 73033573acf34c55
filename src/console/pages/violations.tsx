/** Who tried with a wrong device: when, from where, and what happened to the call. */
import { useState } from 'preact/hooks';
import type { ReactionView, ViolationView } from '../api/shapes.ts';
import { callWords, clock, deedWords, endWords, reasonWords } from '../model/words.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { saveFile } from '../ui/download.ts';
import { Field } from '../ui/field.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { useLoad } from '../ui/load.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { Region } from '../ui/region.tsx';
import { linkTo } from '../ui/route.ts';
import { Picture } from './violations-picture.tsx';

const PERIODS = [
  { days: '1', label: 'Last day' },
  { days: '7', label: 'Last 7 days' },
  { days: '30', label: 'Last 30 days' },
  { days: '', label: 'All that is kept' },
] as const;
const PAGE = 200;

export function Violations() {
  const { client } = useConsole();
  const [extension, setExtension] = useState('');
  const [open, setOpen] = useState('');
  const [days, setDays] = useState('7');
  const [count, setCount] = useState(PAGE);
  const filter = {
    ...(extension === '' ? {} : { extension }),
    ...(open === '' ? {} : { open }),
    ...(days === ''
      ? {}
      : {
          since: new Date(Math.floor(Date.now() / 60_000) * 60_000 - Number(days) * 86_400_000).toISOString(),
        }),
  };
  const load = () => client.violations({ ...filter, limit: String(count) });
  const { data, error, reload } = useLoad(load, ['violations'], [extension, open, days, count].join('|'));
  const act = useAct();
  const exportAs = (kind: 'csv' | 'json') =>
    void act.run(async () => {
      const query = new URLSearchParams({ ...filter, limit: '1000' });
      const text = await client.text(`/v1/violations${kind === 'csv' ? '.csv' : ''}?${query}`);
      saveFile(`violations.${kind}`, kind === 'csv' ? 'text/csv' : 'application/json', text);
    }, 'The file is saved.');
  const found = data?.violations;
  return (
    <>
      <div>
        <h1>Violations</h1>
        <p class="lead">Devices that did not match the lock in force, by REGISTER or by call.</p>
      </div>
      <div class="card row apart">
        <div class="row">
          <Field label="Extension">
            <input
              class="narrow-field"
              size={10}
              value={extension}
              onInput={(e) => setExtension(e.currentTarget.value.trim())}
            />
          </Field>
          <Field label="State">
            <select class="narrow-field" value={open} onChange={(e) => setOpen(e.currentTarget.value)}>
              <option value="">Open and ended</option>
              <option value="true">Open</option>
              <option value="false">Ended</option>
            </select>
          </Field>
          <Field label="When">
            <select class="narrow-field" value={days} onChange={(e) => setDays(e.currentTarget.value)}>
              {PERIODS.map((period) => (
                <option key={period.days} value={period.days}>
                  {period.label}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <div class="row">
          <button type="button" class="button" disabled={act.busy} onClick={() => exportAs('csv')}>
            Export CSV
          </button>
          <button type="button" class="button" disabled={act.busy} onClick={() => exportAs('json')}>
            Export JSON
          </button>
        </div>
      </div>
      <Failure error={error ?? act.error} again={reload} />
      {found === undefined && error === undefined && <Loading what="the violations" />}
      {found?.length === 0 && (
        <div class="card empty">No violation here: every device seen was the right one.</div>
      )}
      {found !== undefined && found.length > 0 && (
        <>
          <Picture violations={found} />
          <Log violations={found} reactions={data?.reactions ?? []} />
          {found.length >= count && count < 1000 && (
            <div class="row">
              <button
                type="button"
                class="button"
                onClick={() => setCount((was) => Math.min(1000, was + PAGE))}
              >
                Show older
              </button>
            </div>
          )}
        </>
      )}
    </>
  );
}

interface LogProps {
  readonly violations: readonly ViolationView[];
  /** What was done by itself in them. */
  readonly reactions: readonly ReactionView[];
}

function Log({ violations, reactions }: LogProps) {
  const doneIn = (id: number) => reactions.filter(({ violation }) => violation === id);
  return (
    <Region label="Log of violations">
      <table>
        <thead>
          <tr>
            <th scope="col">Last seen</th>
            <th scope="col">Extension</th>
            <th scope="col">Device</th>
            <th scope="col">What happened</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {violations.map((v) => (
            <tr key={v.id}>
              <td>
                <time dateTime={v.lastSeen}>{clock(v.lastSeen)}</time>
              </td>
              <td>
                <a href={linkTo('extensions', v.extension)}>{v.extension}</a>
              </td>
              <td>
                <Foreign text={v.userAgent} fault={v.userAgentFault} limit={90} />
                <div class="soft small">{v.address ?? 'address unknown'}</div>
              </td>
              <td>
                {callWords(v)}
                <div>{deedWords(doneIn(v.id))}</div>
                <div class="soft small">
                  {reasonWords(v.reason)}; {v.registers === 1 ? '1 REGISTER' : `${v.registers} REGISTERs`}
                </div>
              </td>
              <td>
                {v.ended === null ? (
                  <span class="badge bad">open</span>
                ) : (
                  <span class="soft">{endWords(v.ended.how)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  );
}
