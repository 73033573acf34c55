/**
 * A real Asterisk with Device Lock in front of it, for the tests of the whole way: phones and thieves on addresses of their
 * own, locks by the API, and everything put back between two tests.
 */
import type { ViolationView } from '../../src/api/shapes.ts';
import { path, query } from '../../src/cli/client.ts';
import type { Alternative } from '../../src/domain/lock.ts';
import { OPTION_NAMES } from '../../src/domain/policy.ts';
import type { PolicyRequest } from '../../src/operator/operator.ts';
import type { AsteriskVersion } from '../lab/cache.ts';
import type { CdrRow } from '../lab/cdr.ts';
import type { Dialplan } from '../lab/configuration.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type LabService, type ServiceWishes, startService } from '../lab/service.ts';
import { until } from '../lab/until.ts';
import type { Call, InviteOptions } from '../sip/call.ts';
import type { HeaderValue } from '../sip/encode.ts';
import type { IncomingCall, Reaction } from '../sip/incoming-call.ts';
import { SipPhone } from '../sip/phone.ts';

/** What the desk phones of the tests say of themselves. */
export const DESK_PHONE = 'Yealink SIP-T46U 108.86.0.20';
export const THIEF = 'friendly-scanner';
/** Reaches the carrier by the trunk, which answers. */
export const OUTSIDE = '900442071838750';

/** Where the phones of a test are; never the lab's own trunk addresses. */
export const AT_DESK = '127.0.0.21';
export const ELSEWHERE = '127.0.0.22';
export const AT_THIEF = '127.0.0.66';

const SETTLES_MS = 10_000;

export interface Where {
  readonly at?: string;
  readonly transport?: 'udp' | 'tcp';
  readonly onInvite?: (call: IncomingCall) => Reaction;
}

export class Scene implements AsyncDisposable {
  readonly lab: Lab;
  readonly service: LabService;
  /** Each with whether it has registered. */
  readonly #phones = new Map<SipPhone, boolean>();
  readonly #touched = new Set<string>();

  private constructor(lab: Lab, service: LabService) {
    this.lab = lab;
    this.service = service;
  }

  /**
   * @param further wishes that depend on the lab
   * @param dialplan instead of the lab's own
   */
  static async open(
    asterisk: AsteriskVersion,
    wishes: ServiceWishes = {},
    further?: (lab: Lab) => Promise<ServiceWishes>,
    dialplan?: Dialplan,
  ): Promise<Scene> {
    const lab = await startLab({ asterisk, dialplan });
    try {
      return new Scene(lab, await startService(lab, { ...wishes, ...(await further?.(lab)) }));
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  /** A phone that is not registered. */
  async phone(user: string, userAgent: HeaderValue | null, where: Where = {}): Promise<SipPhone> {
    const { at = AT_DESK, ...rest } = where;
    const password = this.lab.passwordOf(user);
    const server = this.lab.sip;
    const phone = await SipPhone.open({ server, user, password, userAgent, localIp: at, ...rest });
    this.#phones.set(phone, false);
    return phone;
  }

  async registered(user: string, userAgent: HeaderValue | null, where: Where = {}): Promise<SipPhone> {
    const phone = await this.phone(user, userAgent, where);
    const { status } = await phone.register();
    if (status !== 200) throw new Error(`REGISTER of ${user}: ${status}`);
    this.#phones.set(phone, true);
    return phone;
  }

  thief(user: string, userAgent: HeaderValue | null = THIEF): Promise<SipPhone> {
    return this.phone(user, userAgent, { at: AT_THIEF });
  }

  registeredThief(user: string, userAgent: HeaderValue | null = THIEF): Promise<SipPhone> {
    return this.registered(user, userAgent, { at: AT_THIEF });
  }

  async lock(user: string, ...alternatives: Alternative[]): Promise<void> {
    await this.policy(user, { alternatives });
  }

  async lockTo(user: string, userAgent: string): Promise<void> {
    await this.lock(user, { kind: 'device', userAgent });
  }

  async policy(user: string, request: PolicyRequest): Promise<void> {
    this.#touched.add(user);
    await this.service.api.put(path('extensions', user, 'policy'), request);
  }

  /** Resolves when memory has these User-Agents registered at the extension, and AstDB is in step with it. */
  async knows(user: string, ...userAgents: string[]): Promise<void> {
    const wanted = [...userAgents].sort().join(', ');
    await until(`registered at ${user}: ${wanted}`, SETTLES_MS, async () => {
      const { contacts } = await this.service.api.get<{ contacts: { userAgent: string }[] }>(
        path('extensions', user),
      );
      return (
        contacts
          .map(({ userAgent }) => userAgent)
          .sort()
          .join(', ') === wanted
      );
    });
    await this.service.ready();
  }

  async violations(extension: string): Promise<ViolationView[]> {
    const { violations } = await this.service.api.get<{ violations: ViolationView[] }>(
      path('violations') + query({ extension }),
    );
    return violations;
  }

  /** The CDR of a call whose destination is this; Asterisk writes it when the call is over. */
  async cdrOf(dialled: string): Promise<CdrRow> {
    let row: CdrRow | undefined;
    await until(`a CDR of ${dialled}`, SETTLES_MS, async () => {
      row = (await this.lab.cdr()).findLast(({ dst }) => dst === dialled);
      return row !== undefined;
    });
    if (row === undefined) throw new Error('unreachable');
    return row;
  }

  /** Hangs up, unregisters and unlocks all that a test made. */
  async tidy(): Promise<void> {
    for (const [phone, isRegistered] of this.#phones) {
      if (isRegistered) await phone.register({ expires: 0 });
      await phone.close();
    }
    this.#phones.clear();
    for (const user of this.#touched) {
      const undecided = Object.fromEntries(OPTION_NAMES.map((name) => [name, null]));
      await this.service.api.put(path('extensions', user, 'policy'), undecided);
      await this.service.api.delete(`${path('extensions', user)}/lock`);
      await this.service.api.post(`${path('extensions', user)}/clear`);
    }
    this.#touched.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const phone of this.#phones.keys()) await phone.close();
    await this.service.stop();
    await this.lab.stop();
  }
}

/** The final status of a call, which is hung up again where it was answered. */
export async function statusOf(
  phone: SipPhone,
  number = OUTSIDE,
  options: InviteOptions = {},
): Promise<number> {
  return (await callOf(phone, number, options)).status;
}

export async function callOf(phone: SipPhone, number = OUTSIDE, options: InviteOptions = {}): Promise<Call> {
  const call = await phone.invite(number, options);
  await call.hangup();
  return call;
}
