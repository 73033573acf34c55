/**
 * Proposes a pattern for the phone that sent a User-Agent: other units of the same model, with another firmware or
 * hardware address, fit it too. A proposal for a person to read and test; it is never used unseen.
 */
import { identify, withoutProvisioningPrefix } from './identify.ts';
import { findMac } from './identify-mac.ts';
import { userAgentFromText } from './user-agent.ts';

/** The longest proposal, in characters: no longer than a pattern may be. */
const MAX_PROPOSAL = 256;
/** How many characters all that varies may take together; more makes a pattern too costly to be saved. */
const MAX_VARYING = 96;

/**
 * RE2 syntax, anchored at both ends; it matches the User-Agent it came from.
 * @returns undefined where the text is no well-formed User-Agent, or too long to be made a pattern of
 */
export function proposePattern(userAgent: string): string | undefined {
  const parsed = userAgentFromText(userAgent);
  if (parsed.kind !== 'text' || parsed.text !== userAgent) return undefined;
  const pattern = `^${withVarying(userAgent, varyingParts(userAgent))}$`;
  return pattern.length > MAX_PROPOSAL ? undefined : pattern;
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly pattern: string;
  /** The most characters the pattern takes, where that differs from unit to unit. */
  readonly room: number;
}

/** In the text's order, none overlapping another. */
function varyingParts(userAgent: string): readonly Part[] {
  const mac = findMac(userAgent);
  const parts: Part[] = mac ? [macPart(userAgent, mac.start, mac.end)] : [];
  // Up to its first space: what varies never takes one, so that nothing can be appended.
  const firmware = identify(userAgent).firmware?.split(' ', 1)[0];
  const device = userAgent.length - withoutProvisioningPrefix(userAgent).length;
  for (const start of placesOf(firmware, userAgent, device)) {
    parts.push(versionPart(userAgent, start, start + (firmware?.length ?? 0)));
  }
  for (const found of userAgent.matchAll(UNIT_ID))
    parts.push(partOf(found, found[0].length, '[0-9A-Fa-f-]{36}', 0));
  for (const found of userAgent.matchAll(BUILD_DATE)) {
    parts.push(partOf(found, found[0].length, '[A-Z][a-z]{2} [ \\d]\\d \\d{4}', 0));
  }
  for (const found of userAgent.matchAll(VERSION)) {
    parts.push(versionPart(userAgent, found.index, found.index + found[0].length));
  }
  return withinRoom(parts);
}

/** Where the firmware stands: some name it twice. What is as short as a model's number is taken once. */
function placesOf(firmware: string | undefined, userAgent: string, from: number): number[] {
  if (firmware === undefined) return [];
  const places: number[] = [];
  for (
    let at = userAgent.indexOf(firmware, from);
    at >= 0;
    at = userAgent.indexOf(firmware, at + firmware.length)
  ) {
    places.push(at);
    if (!/[._].*[._]/.test(firmware)) break;
  }
  return places;
}

/** What else differs from unit to unit, or from one build to the next. */
const UNIT_ID = /[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/g;
const BUILD_DATE = /(?<=\()[A-Z][a-z]{2} [ \d]\d \d{4}(?=\))/g;
/** A stack's version beside the firmware (`belle-sip/1.4.2`), a serial number, a build's number or file. */
const VERSION =
  /(?<![\w.])(?:r?[vV])?\d{1,4}(?:\.\d{1,8}){2,5}(?![\w.])|(?<=\b(?:SN|SHA)\/)\w{6,16}|(?<= stamp |\brev\.)\d[\d.]*|\b[\w.-]{1,60}\.loads\b/g;

function partOf(found: RegExpExecArray, length: number, pattern: string, room: number): Part {
  return { start: found.index, end: found.index + length, pattern, room };
}

function macPart(userAgent: string, start: number, end: number): Part {
  const separated = end - start > 12;
  const separator = separated ? userAgent[start + 2] : '';
  const pattern = separated ? `[0-9A-Fa-f]{2}(?:${separator}[0-9A-Fa-f]{2}){5}` : '[0-9A-Fa-f]{12}';
  return { start, end, pattern, room: 0 };
}

/** Letters, digits and dots, and whatever else this version has in it. */
function versionPart(userAgent: string, start: number, end: number): Part {
  const text = userAgent.slice(start, end);
  const others = [...new Set(text.replace(/[\w.]/g, ''))].map(literallyInClass).join('');
  const room = text.length <= 32 ? 32 : 64;
  return { start, end, pattern: `[\\w.${others}]{1,${room}}`, room };
}

function withinRoom(parts: readonly Part[]): readonly Part[] {
  const kept: Part[] = [];
  let room = MAX_VARYING;
  for (const part of parts) {
    const overlaps = kept.some((other) => part.start < other.end && part.end > other.start);
    const isTooLong = part.room > 0 && part.end - part.start > part.room;
    if (overlaps || isTooLong || part.room > room) continue;
    room -= part.room;
    kept.push(part);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function withVarying(userAgent: string, parts: readonly Part[]): string {
  let pattern = '';
  let at = 0;
  for (const part of parts) {
    pattern += literally(userAgent.slice(at, part.start)) + part.pattern;
    at = part.end;
  }
  return pattern + literally(userAgent.slice(at));
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function literallyInClass(character: string): string {
  return /[\\\]^-]/.test(character) ? `\\${character}` : character;
}
