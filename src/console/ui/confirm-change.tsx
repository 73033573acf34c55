/** Shows what a change would do, judged by the service against what is registered now, before it is made. */
import type { ComponentChildren } from 'preact';
import type { Change, Preview } from '../api/shapes.ts';
import { previewWords, reasonWords } from '../model/words.ts';
import { useAct } from './act.ts';
import { useConsole } from './context.ts';
import { Foreign } from './foreign.tsx';
import { useLoad } from './load.ts';
import { Failure, Loading, Notice } from './notice.tsx';
import { Region } from './region.tsx';
import { Sheet } from './sheet.tsx';

interface Props {
  readonly title: string;
  readonly change: Change;
  readonly apply: () => Promise<unknown>;
  readonly label: string;
  /** Said when it is done; undefined where `apply` says it. */
  readonly done?: string;
  readonly mode: 'enforce' | 'monitor';
  readonly onClose: (done: boolean) => void;
  readonly children?: ComponentChildren;
}

const SHOWN = 50;

export function ConfirmChange({ title, change, apply, label, done, mode, onClose, children }: Props) {
  const { client } = useConsole();
  const { data, error, reload } = useLoad(
    () => client.preview(change),
    ['extensions'],
    JSON.stringify(change),
  );
  const act = useAct();
  const go = async () => {
    if (await act.run(apply, done)) onClose(true);
  };
  return (
    <Sheet
      title={title}
      onClose={() => onClose(false)}
      foot={
        <>
          <button type="button" class="button" onClick={() => onClose(false)}>
            Cancel
          </button>
          <button
            type="button"
            class="button main"
            disabled={act.busy || data === undefined}
            onClick={() => void go()}
          >
            {label}
          </button>
        </>
      }
    >
      {children}
      {data === undefined && error === undefined && <Loading what="the preview" />}
      {data !== undefined && <Outcome preview={data} mode={mode} />}
      <Failure error={error} again={reload} />
      <Failure error={act.error} />
    </Sheet>
  );
}

function Outcome({ preview, mode }: { readonly preview: Preview; readonly mode: 'enforce' | 'monitor' }) {
  const { wouldViolate } = preview;
  return (
    <>
      <Notice tone={preview.counts.wouldViolate === 0 ? 'good' : 'warn'}>
        {previewWords(preview, mode)}
      </Notice>
      {wouldViolate.length > 0 && (
        <Region label="Would be in violation">
          <table>
            <thead>
              <tr>
                <th scope="col">Extension</th>
                <th scope="col">Phone</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {wouldViolate.slice(0, SHOWN).map((row) => (
                <tr>
                  <td>{row.extension}</td>
                  <td>
                    <Foreign text={row.userAgent} limit={60} />
                  </td>
                  <td>{reasonWords(row.reason)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      )}
      {wouldViolate.length > SHOWN && <p class="soft">… and {wouldViolate.length - SHOWN} more.</p>}
    </>
  );
}
