/** Every extension in one table: find, sort, filter, choose many and change them. */
import { useMemo, useState } from 'preact/hooks';
import { type Column, countRows, FILTERS, type Filter, type Sorting, showRows } from '../model/rows.ts';
import { useConsole } from '../ui/context.ts';
import { useLoad } from '../ui/load.ts';
import { Failure, Loading } from '../ui/notice.tsx';
import { linkTo } from '../ui/route.ts';
import { ModelSheet } from './model-sheet.tsx';
import { BulkBar } from './overview-bulk.tsx';
import { OverviewTable } from './overview-table.tsx';

export function Overview() {
  const { client, mayChange } = useConsole();
  const { data, error, reload } = useLoad(client.overview, [
    'extensions',
    'violations',
    'settings',
    'models',
  ]);
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [sorting, setSorting] = useState<Sorting>({ column: 'extension', descending: false });
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [adding, setAdding] = useState<string>();
  const rows = data?.extensions;
  const counts = useMemo(() => countRows(rows ?? []), [rows]);
  const shown = useMemo(() => showRows(rows ?? [], search, filter, sorting), [rows, search, filter, sorting]);
  const sort = (column: Column) =>
    setSorting((was) => ({
      column,
      descending: was.column === column ? !was.descending : column === 'violations',
    }));
  const pick = (extensions: readonly string[], isPicked: boolean) =>
    setPicked((was) => {
      const now = new Set(was);
      for (const extension of extensions) {
        if (isPicked) now.add(extension);
        else now.delete(extension);
      }
      return now;
    });
  return (
    <>
      <div>
        <h1>Extensions</h1>
        <p class="lead">What every extension is locked to, which phone it has now, and who else tried.</p>
      </div>
      <Failure error={error} again={reload} />
      <div class="row">
        <input
          class="grow narrow-field"
          type="search"
          aria-label="Search extensions, names, phones, addresses"
          placeholder="Search extensions, names, phones, addresses"
          value={search}
          onInput={(e) => setSearch(e.currentTarget.value)}
        />
        <fieldset class="chips">
          <legend class="hidden">Show</legend>
          {FILTERS.filter(({ id }) => id !== 'temporary' || filter === id || counts[id] > 0).map(
            ({ id, label }) => (
              <button
                key={id}
                type="button"
                class="chip"
                aria-pressed={filter === id}
                onClick={() => setFilter(id)}
              >
                {label} {counts[id]}
              </button>
            ),
          )}
        </fieldset>
      </div>
      {rows === undefined && error === undefined && <Loading what="the extensions" />}
      {rows?.length === 0 && (
        <div class="card empty">
          Asterisk lists no extension yet. <a href={linkTo('system')}>See whether it is reached</a>
        </div>
      )}
      {rows !== undefined && rows.length > 0 && shown.length === 0 && (
        <div class="card empty">
          No extension fits.{' '}
          <button
            type="button"
            class="button tiny"
            onClick={() => {
              setSearch('');
              setFilter('all');
            }}
          >
            Show all
          </button>
        </div>
      )}
      {shown.length > 0 && (
        <OverviewTable {...{ rows: shown, sorting, sort, picked, pick, mayChange }} addModel={setAdding} />
      )}
      {picked.size > 0 && <BulkBar picked={picked} clear={() => setPicked(new Set())} />}
      {adding !== undefined && <ModelSheet userAgent={adding} onClose={() => setAdding(undefined)} />}
    </>
  );
}
