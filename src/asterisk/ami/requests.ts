/** How the parts of the adapter ask Asterisk: what they need of the client, and no more of it. */
import type { Field } from './action.ts';
import type { AmiMessage } from './message.ts';

export interface AmiRequests {
  /** An action that answers with one message. Rejects with an AsteriskError, as the port says. */
  request(action: string, fields?: readonly Field[]): Promise<AmiMessage>;
  /** An action that answers with a list: its events, without the one that completes it. */
  list(action: string, fields?: readonly Field[]): Promise<readonly AmiMessage[]>;
}
