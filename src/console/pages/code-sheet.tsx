/**
 * Issues a one-time code, shows it this once, and says when it was used. The code is nowhere but in this dialog: once that
 * is closed nobody can read it again.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ExtensionView, NewEnrolmentView } from '../api/shapes.ts';
import { endWords } from '../model/ends.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { Field } from '../ui/field.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Failure, Notice } from '../ui/notice.tsx';
import { Sheet } from '../ui/sheet.tsx';

const HOUR = 3600;
const DAY = 24 * HOUR;
const VALIDITIES = [
  { seconds: HOUR, label: 'An hour' },
  { seconds: 8 * HOUR, label: '8 hours' },
  { seconds: DAY, label: 'A day' },
  { seconds: 3 * DAY, label: '3 days' },
  { seconds: 7 * DAY, label: '7 days' },
];

interface Props {
  readonly view: ExtensionView;
  readonly issued: () => void;
  readonly onClose: () => void;
}

export function CodeSheet({ view, issued, onClose }: Props) {
  const { client } = useConsole();
  const [seconds, setSeconds] = useState(DAY);
  const [email, setEmail] = useState('');
  const [code, setCode] = useState<NewEnrolmentView>();
  const [isOver, setOver] = useState(false);
  const before = useRef('');
  const act = useAct();
  const { extension, enrolment } = view;
  const issue = (event: Event) => {
    event.preventDefault();
    void act.run(async () => {
      before.current = JSON.stringify(view.policy.alternatives);
      setCode(await client.issueCode(extension, email === '' ? { seconds } : { seconds, email }));
      issued();
    });
  };
  const pending = enrolment?.issued;
  const wasPending = useRef(pending);
  useEffect(() => {
    if (code !== undefined && wasPending.current === code.issued && pending !== code.issued) setOver(true);
    wasPending.current = pending;
  }, [pending, code]);
  return (
    <Sheet
      title={`One-time code for extension ${extension}`}
      onClose={onClose}
      foot={
        code === undefined ? (
          <>
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" form="code-form" class="button main" disabled={act.busy}>
              {act.busy ? 'Issuing …' : 'Issue the code'}
            </button>
          </>
        ) : (
          <button type="button" class="button main" onClick={onClose}>
            {isOver ? 'Close' : 'Close, and hide the code for good'}
          </button>
        )
      }
    >
      {code === undefined && (
        <form id="code-form" class="stack" noValidate onSubmit={issue}>
          <p>
            Whoever dials it from a phone that is registered as {extension} moves the lock to that phone; the
            one before is refused from then on. Give it to nobody but the user.
          </p>
          <Field label="Good for">
            <select value={seconds} onChange={(e) => setSeconds(Number(e.currentTarget.value))}>
              {VALIDITIES.map((one) => (
                <option key={one.seconds} value={one.seconds}>
                  {one.label}
                </option>
              ))}
            </select>
          </Field>
          <Field
            label="Also send it by e-mail to"
            help="If you like. Mail may be read by others and lie for long: let such a code be good for a short time."
          >
            <input
              type="email"
              autocomplete="off"
              maxLength={254}
              value={email}
              onInput={(e) => setEmail(e.currentTarget.value.trim())}
            />
          </Field>
          {enrolment !== null && (
            <Notice tone="warn">
              The code that is good until {endWords(enrolment.expires)} is void then.
            </Notice>
          )}
        </form>
      )}
      {code !== undefined && !isOver && <Shown code={code} />}
      {isOver && <Over view={view} before={before.current} />}
      <Failure error={act.error} />
    </Sheet>
  );
}

function Shown({ code: issued }: { readonly code: NewEnrolmentView }) {
  const { extension, code, expires, featureCode, mailed } = issued;
  const digits = useRef<HTMLParagraphElement>(null);
  useEffect(() => digits.current?.focus(), []);
  const half = Math.ceil(code.length / 2);
  return (
    <>
      <p class="digits" tabIndex={-1} ref={digits}>
        <span class="hidden">Code: </span>
        <span>{code.slice(0, half)}</span>
        <span>{code.slice(half)}</span>
      </p>
      {featureCode === '' ? (
        <Notice tone="warn">
          Nobody can dial it: no feature code is configured. Give <code>feature-code</code> in the section{' '}
          <code>[enrolment]</code> of the configuration a value such as "*55", restart the service, and on
          FreePBX Apply Config.
        </Notice>
      ) : (
        <ol class="dial">
          <li>The new phone is registered as {extension}.</li>
          <li>
            Its user dials <kbd>{featureCode}</kbd> and, at the prompt, the code; or at once{' '}
            <kbd>
              {featureCode}
              {code}
            </kbd>
            .
          </li>
          <li>A voice confirms it, and the lock is moved.</li>
        </ol>
      )}
      {mailed !== null && (
        <Notice tone="good">
          The mail server took it for <bdi>{mailed}</bdi>.
        </Notice>
      )}
      <p class="soft">
        Good once, until <strong>{endWords(expires)}</strong>. It is shown this once: note it before you
        close.
      </p>
    </>
  );
}

/** What the lock begins with tells whether a phone dialled it: that is where its device comes to stand. */
function Over({ view, before }: { readonly view: ExtensionView; readonly before: string }) {
  const { alternatives } = view.policy;
  const [first] = alternatives ?? [];
  if (first?.kind !== 'device' || JSON.stringify(alternatives) === before) {
    return <Notice tone="warn">The code is good no more: its time is over, or it was taken back.</Notice>;
  }
  return (
    <Notice tone="good">
      The code is used up: the lock moved to <Foreign text={first.userAgent} limit={200} />
    </Notice>
  );
}
