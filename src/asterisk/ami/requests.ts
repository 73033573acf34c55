/** How the parts of the adapter ask Asterisk: what they need of the client, and no more of it. */
import type { Field } from './action.ts';
import type { AmiMessage } from './message.ts';

/** Must be quick: it runs while the connection is read. What it throws fails the list. */
export type TakeEvent = (event: AmiMessage) => void;

export interface AmiRequests {
  /** An action that answers with one message. Rejects with an AsteriskError, as the port says. */
  request(action: string, fields?: readonly Field[]): Promise<AmiMessage>;
  /**
   * An action that answers with a list: its events, without the one that completes it. With `take` each is handed to that
   * as it comes, and none is kept: a list of a hundred thousand then costs no long turn, and no memory.
   */
  list(action: string, fields?: readonly Field[], take?: TakeEvent): Promise<readonly AmiMessage[]>;
}
