/** One extension's row in the overview. */
import type { OverviewContact, OverviewRow } from '../api/shapes.ts';
import { shortEnd } from '../model/ends.ts';
import { phoneName } from '../model/rows.ts';
import { ago } from '../model/words.ts';
import { Foreign } from '../ui/foreign.tsx';
import { LockBadge } from '../ui/lock-badge.tsx';
import { linkTo } from '../ui/route.ts';
import { Spark } from '../ui/spark.tsx';

interface Props {
  readonly row: OverviewRow;
  readonly position: number;
  readonly isPicked: boolean;
  readonly mayChange: boolean;
  readonly pick: (extensions: readonly string[], isPicked: boolean) => void;
  readonly addModel: (userAgent: string) => void;
}

export function OverviewLine({ row, position, isPicked, mayChange, pick, addModel }: Props) {
  const device = row.contacts.find(({ matches }) => matches === false) ?? row.contacts[0];
  const seen = device ?? row.lastSeen;
  return (
    <tr aria-rowindex={position} aria-selected={isPicked}>
      <td class="c-pick">
        <input
          type="checkbox"
          aria-label={`Choose ${row.extension}`}
          checked={isPicked}
          disabled={!mayChange}
          onChange={(e) => pick([row.extension], e.currentTarget.checked)}
        />
      </td>
      <td class="c-ext">
        <a class="line" href={linkTo('extensions', row.extension)}>
          <strong>{row.extension}</strong>
        </a>
        <span class="line soft">{row.label ?? (row.listed ? '' : 'not in Asterisk')}</span>
      </td>
      <td class="c-lock">
        <LockBadge lock={row.lock} />
        <ForATime row={row} />
      </td>
      <td class="c-phone">
        {device === undefined ? (
          <span class="soft">Not registered</span>
        ) : (
          <Phone device={device} more={row.contacts.length - 1} />
        )}
      </td>
      <td class="c-seen">
        {row.lastSeen !== null && (
          <>
            <span class="line">
              <Foreign text={row.lastSeen.userAgent} fault={row.lastSeen.userAgentFault} limit={60} />
            </span>
            <span class="line soft small">{ago(row.lastSeen.at, Date.now())}</span>
          </>
        )}
      </td>
      <td class="c-viol">
        <span class="row">
          {row.openViolations > 0 && <span class="badge bad">{row.openViolations} open</span>}
          <span class="wide">
            <Spark days={row.violationDays} />
          </span>
        </span>
      </td>
      <td class="c-lib">
        {row.known === true && <span class="badge good">known</span>}
        {row.known === false &&
          (mayChange && seen?.userAgent != null && seen.userAgentFault === null ? (
            <button
              type="button"
              class="button tiny"
              aria-label={`+ Add model from the phone of ${row.extension}`}
              onClick={() => addModel(seen.userAgent ?? '')}
            >
              + Add model
            </button>
          ) : (
            <span class="badge warn">unknown</span>
          ))}
      </td>
    </tr>
  );
}

/** Until when something else may come to it, or is accepted besides. */
function ForATime({ row: { codeExpires, lock } }: { readonly row: OverviewRow }) {
  const now = Date.now();
  const last = lock.grants
    .map(({ until }) => until)
    .sort()
    .at(-1);
  const said = [
    ...(last === undefined
      ? []
      : [
          `${lock.grants.length === 1 ? 'grant' : `${lock.grants.length} grants`} until ${shortEnd(last, now)}`,
        ]),
    ...(codeExpires === null ? [] : [`code until ${shortEnd(codeExpires, now)}`]),
  ].join(', ');
  return said === '' ? null : (
    <span class="line soft small" title={said}>
      {said}
    </span>
  );
}

function Phone({ device, more }: { readonly device: OverviewContact; readonly more: number }) {
  const name = phoneName(device);
  return (
    <>
      <span class="line">
        {device.matches === false && <span class="badge bad">wrong</span>}{' '}
        {name === undefined ? (
          <Foreign text={device.userAgent} fault={device.userAgentFault} limit={60} />
        ) : (
          <bdi>
            {name} <span class="soft">{device.firmware}</span>
          </bdi>
        )}
      </span>
      <span class="line soft small">
        {device.address}
        {more > 0 && `, and ${more} more`}
        {device.since !== null && `, since ${ago(device.since, Date.now())}`}
      </span>
    </>
  );
}
