/** Loads what a page shows, and loads it again when a live change touches its topics. Keeps the old while the new comes. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { useConsole } from './context.ts';

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly reload: () => void;
}

/** Changes that come closer together than this are loaded once. */
const GATHER_MS = 400;

export function useLoad<T>(load: () => Promise<T>, topics: readonly string[], key = ''): Loaded<T> {
  const { live } = useConsole();
  const [data, setData] = useState<T>();
  const [error, setError] = useState<ApiError>();
  const turn = useRef(0);
  const wanted = useRef(load);
  wanted.current = load;
  const reload = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    wanted.current().then(
      (loaded) => {
        if (mine !== turn.current) return;
        setData(loaded);
        setError(undefined);
      },
      (reason: unknown) => {
        if (mine === turn.current) setError(errorOf(reason));
      },
    );
  }, []);
  useEffect(() => {
    setData(undefined);
    reload();
    return () => {
      turn.current += 1;
    };
  }, [reload, key]);
  const heard = topics.join();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.on((change) => {
      if (timer !== undefined || !change.topics.some((topic) => heard.split(',').includes(topic))) return;
      timer = setTimeout(() => {
        timer = undefined;
        reload();
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [live, reload, heard]);
  return { data, error, reload };
}

export function errorOf(reason: unknown): ApiError {
  if (reason instanceof ApiError) return reason;
  return new ApiError(0, 'page', reason instanceof Error ? reason.message : String(reason), '');
}
