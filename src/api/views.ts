/** Turns what the service holds into the API's shapes. Pure; the texts stay as they were sent, and showing them harmlessly is for whoever prints them. */
import { type SourceAddress, showAddress } from '../domain/address.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Contact } from '../domain/contact.ts';
import type { Grant } from '../domain/grant.ts';
import { lockMode } from '../domain/lock.ts';
import {
  type ExtensionPolicy,
  OPTION_NAMES,
  type Options,
  type OwnOptions,
  optionsInForce,
  type Settings,
} from '../domain/policy.ts';
import type { Reaction } from '../domain/reaction.ts';
import type { Sighting } from '../domain/sighting.ts';
import { showUserAgent, type UserAgent } from '../domain/user-agent.ts';
import type { Violation } from '../domain/violation.ts';
import type { PendingCode } from '../operator/enrolment.ts';
import type { LockInForce } from '../state/extension-table.ts';
import type { Identity } from './deps.ts';
import type {
  AuditView,
  CallView,
  ContactView,
  DeviceView,
  EnrolmentView,
  GrantView,
  IdentityView,
  LockView,
  PolicyView,
  ReactionView,
  SettingsView,
  SightingView,
  ViolationView,
} from './shapes.ts';

export type Identify = (userAgent: string) => Identity;

export function viewContact(
  { contact, matches }: { readonly contact: Contact; readonly matches: boolean | undefined },
  identify: Identify,
): ContactView {
  const { id, uri, userAgent, source, expires } = contact;
  return {
    id,
    uri,
    ...viewUserAgent(userAgent),
    ...viewIdentity(userAgent, identify),
    address: viewAddress(source?.address),
    addressProof: source?.proof ?? null,
    expires: iso(expires * 1000),
    matches: matches ?? null,
  };
}

export function viewLock(inForce: LockInForce): LockView {
  const { source, lock, grants } = inForce;
  return {
    ...{ source, kind: lockMode(lock), alternatives: lock?.alternatives ?? [] },
    grants: grants.map(viewGrant),
    ...optionsInForce(inForce, inForce),
  };
}

export function viewEnrolment({ extension, issued, expires, by }: PendingCode): EnrolmentView {
  return { extension, issued: iso(issued), expires: iso(expires), by };
}

export function viewGrant({ alternative, until }: Grant): GrantView {
  return { alternative, until: iso(until) };
}

/** As a part of a policy; their times were checked before. */
export function readGrants(views: readonly GrantView[]): Pick<ExtensionPolicy, 'grants'> {
  const grants = views.map(({ alternative, until }) => ({ alternative, until: Date.parse(until) }));
  return grants.length === 0 ? {} : { grants };
}

export function viewPolicy(policy: ExtensionPolicy): PolicyView {
  const options = OPTION_NAMES.map((name) => [name, policy[name] ?? null]);
  return {
    alternatives: policy.lock?.alternatives ?? null,
    grants: (policy.grants ?? []).map(viewGrant),
    ...Object.fromEntries(options),
  } as PolicyView;
}

/** In JSON what is not decided is `null`, or left out. */
export function readOptions(asked: { readonly [K in keyof Options]?: Options[K] | null }): OwnOptions {
  return Object.fromEntries(
    OPTION_NAMES.map((name) => [name, asked[name] ?? undefined]),
  ) as unknown as OwnOptions;
}

export function viewSettings(settings: Settings): SettingsView {
  return { ...optionsInForce(settings, settings), fallback: settings.fallback ?? null };
}

/** In JSON the fallback is off by `null`; in the domain it is undefined, and a property that is not there stays. */
export function readSettings(asked: Partial<SettingsView>): Partial<Settings> {
  const { fallback, ...rest } = asked;
  return fallback === undefined ? rest : { ...rest, fallback: fallback ?? undefined };
}

export function viewViolation(violation: Violation): ViolationView {
  const { id, extension, userAgent, address, reason, by, mode, registers, calls, dialled, ended } = violation;
  return {
    id,
    extension,
    ...viewUserAgent(userAgent),
    address: viewAddress(address),
    ...{ reason, by, mode },
    firstSeen: iso(violation.firstSeen),
    lastSeen: iso(violation.lastSeen),
    ...{ registers, calls },
    dialled: dialled ?? null,
    ended: ended === undefined ? null : { at: iso(ended.at), how: ended.how },
  };
}

export function viewSighting(sighting: Sighting, identify: Identify): SightingView {
  const { extension, userAgent, address, by, matched, firstSeen, lastSeen, count } = sighting;
  return {
    extension,
    ...viewUserAgent(userAgent),
    ...viewIdentity(userAgent, identify),
    address: viewAddress(address),
    by,
    matched: matched ?? null,
    firstSeen: iso(firstSeen),
    lastSeen: iso(lastSeen),
    count,
  };
}

export function viewReaction(reaction: Reaction): ReactionView {
  const { extension, violation, kind, userAgent, address, firstAt, lastAt, count } = reaction;
  return {
    ...{ extension, violation, kind },
    ...viewUserAgent(userAgent),
    address: viewAddress(address),
    firstAt: iso(firstAt),
    lastAt: iso(lastAt),
    count,
  };
}

export function viewCall(call: CallRecord): CallView {
  const { at, extension, dialled, userAgent, address, reason, outcome, violation, linkedId } = call;
  return {
    at: iso(at),
    extension,
    dialled,
    ...(userAgent === undefined ? { userAgent: null, userAgentFault: null } : viewUserAgent(userAgent)),
    address: viewAddress(address),
    reason,
    outcome,
    violation: violation ?? null,
    linkedId,
  };
}

export function viewAudit({ at, who, action, target, detail }: AuditEntry): AuditView {
  return { at: iso(at), who, action, target, detail };
}

export function viewUserAgent(userAgent: UserAgent): DeviceView {
  switch (userAgent.kind) {
    case 'text':
      return { userAgent: userAgent.text, userAgentFault: null };
    case 'absent':
      return { userAgent: null, userAgentFault: null };
    case 'malformed':
      return { userAgent: showUserAgent(userAgent), userAgentFault: userAgent.why };
  }
}

export function viewAddress(address: SourceAddress | undefined): string | null {
  return address === undefined ? null : showAddress(address);
}

/** Milliseconds since the epoch as ISO 8601; what no calendar holds (a hostile expiry) becomes the last moment one does. */
export function iso(ms: number): string {
  const LAST = 8.64e15;
  return new Date(Math.min(Math.max(ms, 0) || 0, LAST)).toISOString();
}

export function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}

export function viewIdentity(userAgent: UserAgent, identify: Identify): IdentityView {
  const found = userAgent.kind === 'text' ? identify(userAgent.text) : {};
  return {
    vendor: found.vendor ?? null,
    model: found.model ?? null,
    firmware: found.firmware ?? null,
    mac: found.mac ?? null,
  };
}
