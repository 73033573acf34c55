/** Hands each request of the server's to what it belongs to: a call that is up, an INVITE to cancel, or a new call. */
import type { Line } from './line.ts';
import { dialogKey } from './line.ts';
import { ALLOWED } from './request.ts';
import type { ServerTransaction } from './server-transaction.ts';
import type { ServerTransactions } from './server-transactions.ts';

export function receiveRequest(
  line: Line,
  servers: ServerTransactions,
  transaction: ServerTransaction,
  onInvite: (transaction: ServerTransaction) => void,
): void {
  const { method } = transaction.request;
  const { callId, toTag } = transaction.envelope;
  if (method === 'CANCEL') {
    cancel(servers, transaction);
    return;
  }
  const dialog = line.dialogs.get(dialogKey(callId, toTag));
  if (dialog !== undefined) dialog.receive(transaction);
  else if (toTag !== '' && method !== 'NOTIFY') transaction.respond(481);
  else if (method === 'INVITE') onInvite(transaction);
  else if (ANSWERED_BY_ITSELF.has(method)) transaction.respond(200, [['Allow', ALLOWED]]);
  else transaction.respond(405, [['Allow', ALLOWED]]);
}

/** Outside a call: qualify asks with OPTIONS, a mailbox tells by NOTIFY. */
const ANSWERED_BY_ITSELF: ReadonlySet<string> = new Set(['OPTIONS', 'NOTIFY', 'MESSAGE', 'INFO']);

function cancel(servers: ServerTransactions, transaction: ServerTransaction): void {
  const invite = servers.inviteOf(transaction);
  if (invite === undefined) {
    transaction.respond(481);
    return;
  }
  transaction.respond(200);
  if (!invite.isFinal) invite.onCancel?.();
}
