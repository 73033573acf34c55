/** The frame of the page: who is signed in, where to go, whether changes arrive, and what was just done. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, type Client } from './api/client.ts';
import { Live, type LiveState } from './api/live.ts';
import type { Session } from './api/shapes.ts';
import { ExtensionPage } from './pages/extension.tsx';
import { FirstRun } from './pages/first-run.tsx';
import { Login } from './pages/login.tsx';
import { Models } from './pages/models.tsx';
import { Overview } from './pages/overview.tsx';
import { Protection } from './pages/protection.tsx';
import { System } from './pages/system.tsx';
import { Violations } from './pages/violations.tsx';
import { type Console, ConsoleContext } from './ui/context.ts';
import { errorOf } from './ui/load.ts';
import { Failure, Loading, Notice } from './ui/notice.tsx';
import { linkTo, type Route, useRoute } from './ui/route.ts';

const PAGES = [
  { page: '', label: 'Extensions' },
  { page: 'violations', label: 'Violations' },
  { page: 'models', label: 'Phone library' },
  { page: 'protection', label: 'Fallback and mode' },
  { page: 'first-run', label: 'First run' },
  { page: 'system', label: 'System' },
] as const;
const SAID_MS = 6000;

export function App({ client }: { readonly client: Client }) {
  const [session, setSession] = useState<Session | 'none'>();
  const [error, setError] = useState<ApiError>();
  const enter = () => {
    setError(undefined);
    client.session().then(setSession, (reason: unknown) => {
      if (reason instanceof ApiError && reason.status === 401) setSession('none');
      else setError(errorOf(reason));
    });
  };
  useEffect(() => {
    client.onSignedOut = () => setSession('none');
    enter();
  }, [client]);
  if (error !== undefined) {
    return (
      <main>
        <h1>Device Lock</h1>
        <Failure error={error} again={enter} />
      </main>
    );
  }
  if (session === undefined) return <Loading what="Device Lock" />;
  if (session === 'none') return <Login client={client} onEnter={setSession} />;
  return <Frame client={client} session={session} onLeave={() => setSession('none')} />;
}

interface FrameProps {
  readonly client: Client;
  readonly session: Session;
  readonly onLeave: () => void;
}

function Frame({ client, session, onLeave }: FrameProps) {
  const [state, setState] = useState<LiveState>('connecting');
  const [said, setSaid] = useState<{ text: string; tone: 'good' | 'bad' }>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const live = useMemo(() => new Live(setState), []);
  useEffect(() => {
    if (client.host === 'freepbx') live.poll(client.status);
    else live.stream(client.status);
    return () => live.close();
  }, [client, live]);
  const value = useMemo<Console>(
    () => ({
      ...{ client, session, live },
      mayChange: session.role === 'operator',
      say(text, tone = 'good') {
        clearTimeout(timer.current);
        setSaid({ text, tone });
        timer.current = setTimeout(() => setSaid(undefined), SAID_MS);
      },
    }),
    [client, session, live],
  );
  const route = useRoute();
  const leave = () => void client.signOut().then(onLeave, onLeave);
  return (
    <ConsoleContext.Provider value={value}>
      <button type="button" class="skip button" onClick={() => document.getElementById('content')?.focus()}>
        Skip to content
      </button>
      <div class="shell">
        <header class="bar">
          {client.host === 'alone' && <span class="brand">Device Lock</span>}
          <nav class="tabs" aria-label="Device Lock">
            {PAGES.map(({ page, label }) => (
              <a
                key={page}
                href={linkTo(page)}
                aria-current={
                  route.page === page || (page === '' && route.page === 'extensions') ? 'page' : undefined
                }
              >
                {label}
              </a>
            ))}
          </nav>
          <div class="who">
            <LiveBadge state={state} />
            {client.host === 'alone' && (
              <>
                <span>
                  {session.user}
                  {session.role === 'viewer' && ' (viewer)'}
                </span>
                <button type="button" class="button tiny" onClick={leave}>
                  Sign out
                </button>
              </>
            )}
          </div>
        </header>
        <main id="content" tabIndex={-1}>
          {state === 'lost' && (
            <Notice tone="warn">
              The connection to Device Lock is lost: what you see may be old. It is tried again every few
              seconds.
            </Notice>
          )}
          <div class="said" aria-live="polite">
            {said !== undefined && <Notice tone={said.tone}>{said.text}</Notice>}
          </div>
          <Page route={route} />
        </main>
      </div>
    </ConsoleContext.Provider>
  );
}

function LiveBadge({ state }: { readonly state: LiveState }) {
  if (state === 'connecting') return <span class="badge">connecting</span>;
  return state === 'live' ? (
    <span class="badge good">live</span>
  ) : (
    <span class="badge bad">connection lost</span>
  );
}

function Page({ route: { page, rest } }: { readonly route: Route }) {
  switch (page) {
    case '':
      return <Overview />;
    case 'extensions':
      return rest === undefined ? <Overview /> : <ExtensionPage key={rest} extension={rest} />;
    case 'violations':
      return <Violations />;
    case 'models':
      return <Models />;
    case 'protection':
      return <Protection />;
    case 'first-run':
      return <FirstRun />;
    case 'system':
      return <System />;
    default:
      return (
        <div class="empty">
          There is no such page. <a href={linkTo('')}>Go to the extensions</a>
        </div>
      );
  }
}
