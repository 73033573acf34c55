/** Sign in. The password goes to the service and is kept nowhere. */
import { useState } from 'preact/hooks';
import type { ApiError, Client } from '../api/client.ts';
import type { Session } from '../api/shapes.ts';
import { Field } from '../ui/field.tsx';
import { errorOf } from '../ui/load.ts';
import { Failure } from '../ui/notice.tsx';

interface Props {
  readonly client: Client;
  readonly onEnter: (session: Session) => void;
}

export function Login({ client, onEnter }: Props) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      onEnter(await client.signIn(user, password));
    } catch (reason) {
      setError(errorOf(reason));
      setPassword('');
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <form class="card stack" onSubmit={(event) => void enter(event)}>
        <h1>Device Lock</h1>
        <Field label="User">
          <input
            autocomplete="username"
            required
            value={user}
            onInput={(e) => setUser(e.currentTarget.value)}
          />
        </Field>
        <Field label="Password">
          <input
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(e) => setPassword(e.currentTarget.value)}
          />
        </Field>
        <Failure error={error} />
        <button type="submit" class="button main" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
