/** What every part of the page may use: the API, who is signed in, live changes, and a line to say what was done. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../api/client.ts';
import type { Live } from '../api/live.ts';
import type { Session } from '../api/shapes.ts';

export interface Console {
  readonly client: Client;
  readonly session: Session;
  readonly mayChange: boolean;
  readonly live: Live;
  readonly say: (text: string, tone?: 'good' | 'bad') => void;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (found === undefined) throw new Error('outside of the console');
  return found;
}
