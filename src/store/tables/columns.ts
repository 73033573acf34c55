/**
 * How the domain's values are spread over columns and read back whole. Text goes into bound parameters only; it is
 * never part of a statement.
 */
import type { SourceAddress } from '../../domain/address.ts';
import type { UserAgent, UserAgentFault } from '../../domain/user-agent.ts';

export type Value = string | number | null;
export type Columns = Readonly<Record<string, Value>>;

export interface UserAgentColumns {
  readonly user_agent_kind: 'text' | 'absent' | UserAgentFault;
  readonly user_agent: string;
}

/** All three are null where the address is unknown. */
export interface AddressColumns {
  readonly transport: SourceAddress['transport'] | null;
  readonly ip: string | null;
  readonly port: number | null;
}

/**
 * Checks what is about to be bound.
 * @throws TypeError where text holds a lone surrogate: UTF-8 cannot say it, and SQLite would keep another text
 */
export function bound<T extends Columns>(columns: T): T {
  for (const [name, value] of Object.entries(columns)) {
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw new TypeError(`${name} is not well-formed Unicode`);
    }
  }
  return columns;
}

export function userAgentColumns(userAgent: UserAgent): UserAgentColumns & Columns {
  switch (userAgent.kind) {
    case 'text':
      return { user_agent_kind: 'text', user_agent: userAgent.text };
    case 'absent':
      return { user_agent_kind: 'absent', user_agent: '' };
    case 'malformed':
      return { user_agent_kind: userAgent.why, user_agent: userAgent.shown };
  }
}

export function userAgentOf({ user_agent_kind: kind, user_agent: text }: UserAgentColumns): UserAgent {
  if (kind === 'text') return { kind, text };
  if (kind === 'absent') return { kind };
  return { kind: 'malformed', why: kind, shown: text };
}

export function addressColumns(address: SourceAddress | undefined): AddressColumns & Columns {
  return { transport: address?.transport ?? null, ip: address?.ip ?? null, port: address?.port ?? null };
}

export function addressOf({ transport, ip, port }: AddressColumns): SourceAddress | undefined {
  return transport === null || ip === null || port === null ? undefined : { transport, ip, port };
}

export function flagColumn(value: boolean | undefined): 0 | 1 | null {
  if (value === undefined) return null;
  return value ? 1 : 0;
}

export function flagOf(value: number | null): boolean | undefined {
  return value === null ? undefined : value === 1;
}
