/** The overview's table: of ten thousand rows only those in sight are drawn. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { OverviewRow } from '../api/shapes.ts';
import type { Column, Sorting } from '../model/rows.ts';
import { windowOf } from '../model/window.ts';
import { Region } from '../ui/region.tsx';
import { OverviewLine } from './overview-line.tsx';

interface Props {
  readonly rows: readonly OverviewRow[];
  readonly sorting: Sorting;
  readonly sort: (column: Column) => void;
  readonly picked: ReadonlySet<string>;
  readonly pick: (extensions: readonly string[], isPicked: boolean) => void;
  readonly mayChange: boolean;
  readonly addModel: (userAgent: string) => void;
}

/** Pixels; the style sheet holds every row to it. */
const ROW = 60;
const COLUMNS = 7;

export function OverviewTable({ rows, sorting, sort, picked, pick, mayChange, addModel }: Props) {
  const box = useRef<HTMLElement>(null);
  const [at, setAt] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => setAt({ top: element.scrollTop, height: element.clientHeight });
    element.addEventListener('scroll', look, { passive: true });
    const watch = new ResizeObserver(look);
    watch.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      watch.disconnect();
    };
  }, []);
  const { from, to, above, below } = windowOf(rows.length, ROW, at.top, at.height);
  const areAll = rows.every(({ extension }) => picked.has(extension));
  const head = (column: Column, label: string, css: string) => (
    <th
      scope="col"
      class={css}
      aria-sort={sorting.column !== column ? 'none' : sorting.descending ? 'descending' : 'ascending'}
    >
      <button type="button" class="sort" onClick={() => sort(column)}>
        {label}{' '}
        <span aria-hidden="true">{sorting.column !== column ? '' : sorting.descending ? '▾' : '▴'}</span>
      </button>
    </th>
  );
  return (
    <Region label="Extensions" tall box={box}>
      <table class="overview" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" class="c-pick">
              <input
                type="checkbox"
                aria-label="Choose all shown"
                checked={areAll}
                disabled={!mayChange}
                onChange={(e) =>
                  pick(
                    rows.map(({ extension }) => extension),
                    e.currentTarget.checked,
                  )
                }
              />
            </th>
            {head('extension', 'Extension', 'c-ext')}
            {head('lock', 'Lock', 'c-lock')}
            {head('phone', 'Phone now', 'c-phone')}
            <th scope="col" class="c-seen">
              Last seen
            </th>
            {head('violations', 'Violations', 'c-viol')}
            <th scope="col" class="c-lib">
              Library
            </th>
          </tr>
        </thead>
        <tbody>
          <Gap height={above} />
          {rows.slice(from, to).map((row, index) => (
            <OverviewLine
              key={row.extension}
              {...{ row, pick, mayChange, addModel }}
              position={from + index + 2}
              isPicked={picked.has(row.extension)}
            />
          ))}
          <Gap height={below} />
        </tbody>
      </table>
    </Region>
  );
}

/** Stands for the rows that are not drawn. */
function Gap({ height }: { readonly height: number }) {
  if (height === 0) return null;
  return (
    <tr class="gap">
      <td colSpan={COLUMNS} style={{ height: `${height}px` }} />
    </tr>
  );
}
