/**
 * One question to the server, asked again with credentials where the server wants them (RFC 3261, section 22). A refusal
 * of the credentials is a result, 401, like any other status.
 */

import { now } from './clock.ts';
import { authorizationLine, type Credentials, challengeOf } from './digest.ts';
import type { HeaderLine } from './encode.ts';
import type { SipHeaders } from './headers.ts';
import type { SipResponse } from './message.ts';
import { newToken } from './token.ts';

export interface SipResult {
  /** 200 to 699. */
  readonly status: number;
  readonly reason: string;
  /** Of the final response. */
  readonly headers: SipHeaders;
  /** When the first request went out, in milliseconds since the epoch. */
  readonly sentAt: number;
  /** When the final response was here, in milliseconds since the epoch. */
  readonly at: number;
  /** Between the two; the challenge's round trip is in it. */
  readonly ms: number;
}

/** What a request may wait for its final answer. */
export const DEADLINE_MS = 8000;

/** Sends the request, with these lines added; each call needs a new branch and a new CSeq. */
export type Send = (authorization: readonly HeaderLine[]) => Promise<SipResponse>;

/** Rejects with what `send` rejects with. */
export async function exchange(
  send: Send,
  request: { readonly method: string; readonly uri: string },
  credentials: Credentials,
): Promise<SipResult> {
  const sentAt = now();
  let response = await send([]);
  for (let attempt = 1; attempt <= 2; attempt++) {
    const challenge = challengeOf(response);
    if (challenge === undefined || (attempt > 1 && !challenge.isStale)) break;
    response = await send([authorizationLine(challenge, request, credentials, newToken())]);
  }
  const at = now();
  const { status, reason, headers } = response;
  return { status, reason, headers, sentAt, at, ms: at - sentAt };
}
