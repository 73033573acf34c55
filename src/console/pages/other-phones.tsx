/** How another phone comes to this extension: for good with a one-time code that its user dials, or for a time. */
import { useEffect, useState } from 'preact/hooks';
import type { ExtensionView, GrantView } from '../api/shapes.ts';
import { endWords } from '../model/ends.ts';
import { alternativeWords } from '../model/words.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Failure } from '../ui/notice.tsx';
import { CodeSheet } from './code-sheet.tsx';
import { GrantSheet } from './grant-sheet.tsx';

/** By so much the clocks of the browser and of the service may differ. */
const CLOCKS_MS = 2000;

export function OtherPhones({ view, saved }: { readonly view: ExtensionView; readonly saved: () => void }) {
  const { client, mayChange } = useConsole();
  const [open, setOpen] = useState<'code' | 'grant'>();
  const act = useAct();
  const { extension, enrolment, lock, policy } = view;
  useReloadAt(enrolment?.expires, saved);
  const isFixed = !mayChange || act.busy;
  const run = async (change: () => Promise<unknown>, done: string) => {
    await act.run(change, done);
    saved();
  };
  const close = () => {
    setOpen(undefined);
    saved();
  };
  const takeBack = ({ alternative }: GrantView) =>
    void run(() => client.takeBackGrants(extension, [alternative]), 'It is taken back.');
  return (
    <section class="card">
      <h2>Another phone</h2>
      <ul class="list">
        <li class="stack">
          <div class="row apart">
            <div class="grow">
              <h3>For good</h3>
              <span class="soft">Its user dials a one-time code, and the lock moves to it.</span>
            </div>
            <button type="button" class="button" disabled={isFixed} onClick={() => setOpen('code')}>
              Issue a code …
            </button>
          </div>
          {enrolment !== null && (
            <div class="row apart">
              <span class="grow">
                <span class="badge warn">code</span> good until {endWords(enrolment.expires)}
                <span class="soft">
                  , issued by <bdi>{enrolment.by}</bdi>
                </span>
              </span>
              <button
                type="button"
                class="button tiny"
                aria-label="Take back the code"
                disabled={isFixed}
                onClick={() => void run(() => client.takeBackCode(extension), 'The code is good no more.')}
              >
                Take back
              </button>
            </div>
          )}
        </li>
        <li class="stack">
          <div class="row apart">
            <div class="grow">
              <h3>For a time</h3>
              <span class="soft">Accepted beside the lock, until an end you set.</span>
            </div>
            <button type="button" class="button" disabled={isFixed} onClick={() => setOpen('grant')}>
              Accept for a time …
            </button>
          </div>
          {policy.grants.map((grant, index) => (
            <Grant
              key={JSON.stringify(grant.alternative)}
              {...{ grant, isFixed, position: index + 1 }}
              takeBack={() => takeBack(grant)}
            />
          ))}
          {policy.grants.length > 0 && lock.source === 'none' && (
            <p class="soft small">No lock is in force: every device may call, with or without this.</p>
          )}
        </li>
      </ul>
      <Failure error={act.error} />
      {open === 'code' && <CodeSheet view={view} issued={saved} onClose={close} />}
      {open === 'grant' && <GrantSheet view={view} onClose={close} />}
    </section>
  );
}

/** Nobody tells that a code is over: the page looks again when it is. By the service's clock it may not be yet. */
function useReloadAt(end: string | undefined, reload: () => void): void {
  useEffect(() => {
    if (end === undefined) return;
    const wait = Math.max(0, Date.parse(end) - Date.now()) + CLOCKS_MS;
    const timer = setTimeout(reload, wait);
    return () => clearTimeout(timer);
  }, [end]);
}

interface GrantProps {
  readonly grant: GrantView;
  readonly position: number;
  readonly isFixed: boolean;
  readonly takeBack: () => void;
}

function Grant({ grant: { alternative, until }, position, isFixed, takeBack }: GrantProps) {
  const { what, text } = alternativeWords(alternative);
  return (
    <div class="row apart">
      <span class="grow">
        <span class="badge">{what}</span> <Foreign text={text} limit={200} />{' '}
        <span class="soft">
          until <time dateTime={until}>{endWords(until)}</time>
        </span>
      </span>
      <button
        type="button"
        class="button tiny"
        aria-label={`Take back grant ${position}`}
        disabled={isFixed}
        onClick={takeBack}
      >
        Take back
      </button>
    </div>
  );
}
