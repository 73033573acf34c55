/** Runs one change: busy while it is under way, its failure kept to be shown, its success said. */
import { useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import { useConsole } from './context.ts';
import { errorOf } from './load.ts';

export interface Act {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  /** Resolves to whether it worked. */
  readonly run: (change: () => Promise<unknown>, done?: string) => Promise<boolean>;
}

export function useAct(): Act {
  const { say } = useConsole();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const run = async (change: () => Promise<unknown>, done?: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await change();
      if (done !== undefined) say(done);
      return true;
    } catch (reason) {
      setError(errorOf(reason));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
