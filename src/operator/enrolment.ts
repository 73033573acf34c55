/**
 * Enrolment from the phone: one-time codes that an operator issues, and the phone that dials one. Where the code is
 * right, the lock moves to that phone. Whoever has no code learns nothing here, and changes nothing.
 */
import type { SourceAddress } from '../domain/address.ts';
import { showAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import {
  type EnrolmentCode,
  type EnrolmentWord,
  LONGEST_VALIDITY,
  lockTo,
  SHORTEST_VALIDITY,
} from '../domain/enrolment.ts';
import { Fault } from '../domain/fault.ts';
import { MAX_ALTERNATIVES, MAX_LOCK_TEXT } from '../domain/lock.ts';
import { sameUserAgent, showUserAgent, type UserAgent } from '../domain/user-agent.ts';
import { isRegisteredAt } from '../domain/verdict.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { CodeMail } from './code-mail.ts';
import { hashCode, isCode, newCode } from './one-time-code.ts';
import type { Operator } from './operator.ts';
import { TryLimit, type TryLimits } from './try-limit.ts';

export interface EnrolmentOptions {
  readonly table: ExtensionTable;
  readonly operator: Operator;
  readonly events: Pick<EventLog, 'note'>;
  readonly limits: TryLimits;
  readonly mail: CodeMail;
  /** Contacts of an extension that were removed as a wrong device's, and are not over: the new phone may be one. */
  readonly evicted: (extension: string) => readonly Contact[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** A phone that dialled digits for a code. */
export interface EnrolmentCall {
  /** The endpoint whose INVITE it is; undefined where there is none. */
  readonly endpoint: string | undefined;
  readonly userAgent: UserAgent;
  readonly address: SourceAddress | undefined;
  readonly digits: string;
}

/** A code that is good now, without what could give it away. */
export interface PendingCode extends Pick<EnrolmentCode, 'issued' | 'expires' | 'by'> {
  readonly extension: string;
}

/** In the audit. */
const WHO = 'enrolment';

export class Enrolment {
  readonly #options: EnrolmentOptions;
  readonly #limit: TryLimit;

  constructor(options: EnrolmentOptions) {
    this.#options = options;
    this.#limit = new TryLimit(options.limits, options.clock);
  }

  /**
   * A new code, in place of one that the extension may have. Rejects with a {@link Fault}; then nothing has changed.
   * @param seconds how long it is good
   * @param email whom it is mailed to, before it becomes good: what could not be mailed was never issued
   * @returns the code: this once, and never again
   */
  async issue(
    extension: string,
    seconds: number,
    who: string,
    email?: string,
  ): Promise<PendingCode & { code: string }> {
    const { operator, mail, now } = this.#options;
    if (!(seconds >= SHORTEST_VALIDITY && seconds <= LONGEST_VALIDITY)) {
      throw new Fault('malformed', 'A code is good for a minute to seven days.', 'Such as: --for 2d');
    }
    if (email !== undefined) {
      mail.check(email);
      // Nobody gets a mail of what could not be issued anyway.
      await operator.inTurn(async (turn) => {
        turn.checkLoaded();
        turn.checkExtension(extension);
      });
    }
    const code = newCode();
    const hashed = await hashCode(code);
    const issued = now();
    const kept = { ...hashed, issued, expires: issued + seconds * 1000, by: who };
    if (email !== undefined) {
      const label = this.#options.table.label(extension);
      await mail.send({ to: email, extension, label, code, expires: kept.expires });
    }
    const put = operator.inTurn(async (turn) => {
      turn.checkExtension(extension);
      const mailed = email === undefined ? '' : `, mailed to ${email}`;
      const detail = `a one-time code until ${new Date(kept.expires).toISOString()}${mailed}`;
      const audit = [turn.audit(who, 'enrolment-code', extension, detail)];
      await turn.commit({ enrolments: new Map([[extension, kept]]), audit });
      this.#limit.forget(extension);
      return { ...pendingOf(extension, kept), code };
    });
    return email === undefined ? put : put.catch(sayMailIsVoid);
  }

  /** @returns whether there was one to take back */
  cancel(extension: string, who: string): Promise<boolean> {
    return this.#options.operator.inTurn(async (turn) => {
      turn.checkExtension(extension);
      const wasGood = this.#code(extension) !== undefined;
      if (!this.#options.operator.codes.has(extension)) return false;
      const audit = [turn.audit(who, 'enrolment-cancel', extension, 'the one-time code')];
      await turn.commit({ enrolments: new Map([[extension, undefined]]), audit });
      return wasGood;
    });
  }

  /** The code that is good now. */
  pending(extension: string): PendingCode | undefined {
    const code = this.#code(extension);
    return code === undefined ? undefined : pendingOf(extension, code);
  }

  /** All that are good now. */
  list(): PendingCode[] {
    return [...this.#options.operator.codes.keys()].flatMap((extension) => this.pending(extension) ?? []);
  }

  /** Never rejects. What is refused before the code is looked at is refused whatever the code. */
  async attempt(call: EnrolmentCall): Promise<EnrolmentWord> {
    const { table } = this.#options;
    const { endpoint, userAgent, address, digits } = call;
    if (!table.loaded || !table.contactsListed) return 'unavailable';
    if (endpoint === undefined || !table.isListed(endpoint)) return 'wrong';
    if (userAgent.kind !== 'text' || userAgent.text.length > MAX_LOCK_TEXT || !this.#isRegistered(call)) {
      return this.#refuse(call, 'not-registered', 'unregistered');
    }
    // Its calls would be refused: the lock must not move to where the extension may not be used.
    if (address === undefined || !table.isWithin(endpoint, address.ip)) {
      return this.#refuse(call, 'wrong-network', 'unregistered');
    }
    const giveBack = this.#limit.take(endpoint, address.ip);
    if (giveBack === undefined) return this.#refuse(call, 'too-many-wrong-codes', 'limited');
    const code = this.#code(endpoint);
    if (!(await isCode(digits, code)) || code === undefined) {
      return this.#refuse(call, 'wrong-code', 'wrong');
    }
    const word = await this.#enrol(call, endpoint, userAgent.text, code);
    if (word !== 'wrong') giveBack();
    return word;
  }

  async #enrol(
    call: EnrolmentCall,
    extension: string,
    userAgent: string,
    code: EnrolmentCode,
  ): Promise<EnrolmentWord> {
    const { operator, table, events } = this.#options;
    try {
      return await operator.inTurn(async (turn) => {
        // Another call may have used it meanwhile, or the operator taken it back.
        if (this.#code(extension) !== code) return this.#refuse(call, 'wrong-code', 'wrong');
        const was = table.policy(extension);
        const lock = lockTo(userAgent, was.lock);
        if (lock.alternatives.length > MAX_ALTERNATIVES) {
          return this.#refuse(call, 'too-many-alternatives', 'unavailable');
        }
        const enrolments = new Map([[extension, undefined]]);
        await turn.setPolicies(new Map([[extension, { ...was, lock }]]), 'enrol', WHO, { enrolments });
        events.note('phone-enrolled', { ...shown(call), codeFrom: code.by });
        return 'enrolled';
      });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return this.#refuse(call, error.code, 'unavailable');
    }
  }

  /** What a later call will be judged by, besides the INVITE: the REGISTER from the same place. */
  #isRegistered({ endpoint = '', userAgent, address }: EnrolmentCall): boolean {
    const { table, evicted } = this.#options;
    const contacts = [...table.contacts(endpoint).map(({ contact }) => contact), ...evicted(endpoint)];
    return isRegisteredAt(
      address,
      contacts.filter((contact) => sameUserAgent(contact.userAgent, userAgent)),
    );
  }

  #code(extension: string): EnrolmentCode | undefined {
    const code = this.#options.operator.codes.get(extension);
    return code !== undefined && code.expires > this.#options.now() ? code : undefined;
  }

  #refuse(call: EnrolmentCall, reason: string, word: EnrolmentWord): EnrolmentWord {
    const wrongCodes = this.#limit.count(call.endpoint ?? '');
    this.#options.events.note('enrolment-refused', { ...shown(call), reason, wrongCodes });
    return word;
  }
}

/** It was taken by the mail server, and could not be saved. */
function sayMailIsVoid(error: unknown): never {
  if (!(error instanceof Fault)) throw error;
  const message = `${error.message} The mail is under way: the code in it is void.`;
  throw new Fault(error.code, message, error.hint, { cause: error });
}

function shown({ endpoint, userAgent, address }: EnrolmentCall): object {
  const from = address === undefined ? undefined : showAddress(address);
  return { extension: endpoint, userAgent: showUserAgent(userAgent), from };
}

function pendingOf(extension: string, { issued, expires, by }: EnrolmentCode): PendingCode {
  return { extension, issued, expires, by };
}
