/**
 * Calls: the verdict on each, from memory, and what is recorded of it only after it was given. One call may pass the
 * gate several times; it is recorded once.
 */
import type { Mirror } from '../astdb/mirror.ts';
import { showAddress } from '../domain/address.ts';
import type { CallRecord } from '../domain/call-record.ts';
import { seenOnce } from '../domain/sighting.ts';
import { showUserAgent, type UserAgent } from '../domain/user-agent.ts';
import { answerOf, type DenyReason, type Judgement, judgeCall } from '../domain/verdict.ts';
import type { Answer, GateRequest } from '../gate/request.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import type { Store } from '../store/store.ts';
import { RecentCalls } from './recent-calls.ts';
import { RefusalRate } from './refusal-rate.ts';
import type { Violations } from './violations.ts';

export interface CallsOptions {
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly store: Pick<Store, 'addSighting' | 'putCall'>;
  readonly mirror: Pick<Mirror, 'touch'>;
  readonly events: EventLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of every verdict, before it is given; must not throw, and must be quick. */
  readonly onJudged?: (judgement: Judgement) => void;
  /** A right device of this extension was outside the networks it may be in. */
  readonly onOutside?: (extension: string) => void;
}

/** Characters kept of what was dialled. */
const MAX_DIALLED = 64;

export class Calls {
  readonly #options: CallsOptions;
  readonly #violations: Violations;
  readonly #recent = new RecentCalls();
  readonly #refusals = new RefusalRate();

  constructor(options: CallsOptions, violations: Violations) {
    this.#options = options;
    this.#violations = violations;
  }

  decide(request: GateRequest): Answer {
    const { call, callId } = request;
    const judgement = judgeCall({ ...call, callId }, this.#options.table.standingOf, (endpoint) =>
      this.#recent.has(provenKey(request, endpoint)),
    );
    this.#options.onJudged?.(judgement);
    setImmediate(() => this.#record(request, judgement));
    const { kind, reason } = answerOf(judgement);
    if (kind === 'allow') return { kind };
    if (kind === 'unknown') return { kind, reason };
    const again = this.#refusals.isRepeated(judgement.extension ?? '', this.#options.now());
    return { kind, reason, plain: again };
  }

  /** Stores and announces a call that was not let through, or needed no verdict. */
  report(record: CallRecord): void {
    const { store, events } = this.#options;
    store.putCall(record);
    events.call(record);
  }

  #record(request: GateRequest, judgement: Judgement): void {
    const { verdict, extension } = judgement;
    if (extension === undefined) return;
    const isRight = verdict.kind === 'allow' && verdict.reason !== 'no-lock';
    if (isRight && judgement.role === 'caller') this.#recent.isFirst(provenKey(request, extension));
    const { userAgent, address } = request.call;
    if (judgement.role === 'caller' && this.#recent.isFirst(`seen ${request.linkedId} ${extension}`)) {
      const seen = { extension, userAgent, address, matched: seenAs(judgement) };
      this.#options.store.addSighting(seenOnce({ ...seen, by: 'INVITE' }, this.#options.now()));
    }
    if (verdict.kind === 'allow' && verdict.reason === 'newer-firmware') {
      // No REGISTER has told of it yet, and perhaps none will.
      const from = address === undefined ? undefined : showAddress(address);
      this.#options.events.note('newer-firmware-called', {
        extension,
        device: showUserAgent(userAgent),
        from,
      });
    }
    if (verdict.kind !== 'deny') return;
    if (!this.#recent.isFirst(`denied ${request.linkedId} ${extension}`)) return;
    this.#recordDenied(request, judgement, extension, verdict.reason);
  }

  #recordDenied(request: GateRequest, judgement: Judgement, extension: string, reason: DenyReason): void {
    const { book, mirror, now } = this.#options;
    const { mode, role } = judgement;
    if (reason === 'wrong-network') this.#options.onOutside?.(extension);
    const { linkedId } = request;
    const dialled = request.dialled.replace(/[^0-9*#+]/g, '').slice(0, MAX_DIALLED);
    const isCaller = role === 'caller';
    const userAgent: UserAgent = isCaller ? request.call.userAgent : { kind: 'absent' };
    const party = request.call.behind.find((one) => one.role === role && one.endpoint === extension);
    const address = isCaller ? request.call.address : party?.address;
    const changes = book.sawCall({ extension, userAgent, address, reason, mode, dialled }, now());
    this.report({
      ...{ linkedId, extension, dialled, userAgent, address, reason },
      outcome: mode === 'monitor' ? 'monitored' : 'refused',
      violation: changes.at(-1)?.violation.id,
      at: now(),
    });
    this.#violations.report(changes);
    mirror.touch(extension, true);
  }
}

/** This call, placed by this endpoint as the right device. */
function provenKey({ linkedId }: GateRequest, endpoint: string): string {
  return `proven ${linkedId} ${endpoint}`;
}

/** Whether the INVITE named the right device, whatever else was wrong with the call. */
function seenAs({ verdict }: Judgement): boolean | undefined {
  if (verdict.kind === 'allow') return verdict.reason === 'no-lock' ? undefined : true;
  if (verdict.kind === 'unknown') return undefined;
  return ['wrong-device-registered', 'not-registered', 'wrong-network'].includes(verdict.reason);
}
