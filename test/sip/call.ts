/** A call this phone placed, as its final answer left it: refused, or up until either side hangs up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialog, EndedBy } from './dialog.ts';
import type { ExtraHeader, HeaderValue } from './encode.ts';
import { SipError } from './error.ts';
import { DEADLINE_MS, type SipResult } from './exchange.ts';
import type { SipHeaders } from './headers.ts';
import { Invite } from './invite.ts';
import { type Line, newCallId } from './line.ts';
import { MediaPort } from './media-port.ts';
import { toNameAddr, toUri } from './name-addr.ts';
import { Transferable } from './transferable.ts';

export interface InviteOptions {
  /** Instead of the phone's own; null sends none. */
  readonly userAgent?: HeaderValue | null;
  /** Who the call says it is from: a user, a URI, or a whole name-addr with a display name. */
  readonly from?: string;
  readonly headers?: readonly ExtraHeader[];
  readonly callId?: string;
  /** Milliseconds until the phone gives up with a CANCEL. Default 8000. */
  readonly deadlineMs?: number;
  readonly authUser?: string;
  readonly authPassword?: string;
}

/**
 * Resolves with the final answer, whatever it is (487 after a CANCEL); rejects with a {@link SipError} `timeout` where
 * none came.
 */
export async function placeCall(line: Line, number: string, options: InviteOptions): Promise<Call> {
  const callId = options.callId ?? newCallId(line);
  const media = await MediaPort.open(line.transport.localIp);
  const invite = new Invite(line, media, {
    uri: toUri(number, line.server),
    from: toNameAddr(options.from ?? line.credentials.user, line.server),
    callId,
    userAgent: options.userAgent === undefined ? line.userAgent : options.userAgent,
    extra: options.headers ?? [],
    credentials: {
      user: options.authUser ?? line.credentials.user,
      password: options.authPassword ?? line.credentials.password,
    },
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
  });
  return new Call(callId, invite, await invite.run());
}

const KEY_MS = 100;

export class Call extends Transferable implements SipResult {
  readonly callId: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: SipHeaders;
  readonly sentAt: number;
  readonly at: number;
  readonly ms: number;
  /** Every provisional status, in order of arrival: `[100, 180]`. */
  readonly provisional: readonly number[];
  /** Milliseconds since the epoch; undefined where the call was not answered. */
  readonly answeredAt: number | undefined;
  /** The deadline was over before the final answer. */
  readonly isCancelled: boolean;
  /** Resolves when the call ends; at once where it was never answered. */
  readonly ended: Promise<EndedBy>;
  protected readonly dialog: Dialog | undefined;
  readonly #media: MediaPort;

  constructor(callId: string, invite: Invite, final: SipResult) {
    super();
    const { dialog } = invite;
    this.callId = callId;
    this.status = final.status;
    this.reason = final.reason;
    this.headers = final.headers;
    this.sentAt = final.sentAt;
    this.at = final.at;
    this.ms = final.ms;
    this.provisional = [...invite.provisional];
    this.answeredAt = dialog === undefined ? undefined : final.at;
    this.isCancelled = invite.isCancelled;
    this.ended = dialog?.ended ?? Promise.resolve('unanswered');
    this.dialog = dialog;
    this.#media = invite.media;
  }

  /** RTP packets that came, early media included. */
  get rtpPackets(): number {
    return this.#media.packets;
  }

  /**
   * Presses keys as a hand does, as long as they are taken; the status of the last. Asterisk joins two that are less than
   * 45 ms apart, or loses one.
   */
  async press(keys: string): Promise<number> {
    if (this.dialog === undefined) throw new SipError('closed', 'keys of a call that is not up');
    let status = 200;
    for (const key of keys) {
      ({ status } = await this.dialog.press(key));
      if (status !== 200) break;
      await sleep(KEY_MS);
    }
    return status;
  }

  /** BYE; nothing where the call is over or was refused. */
  async hangup(): Promise<void> {
    await this.dialog?.hangup();
  }
}
