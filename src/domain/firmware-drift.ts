/**
 * Whether a User-Agent is that of a lock's own device with a newer firmware, and whether it may be believed. Pure.
 *
 * The text alone proves little: whoever knows the old one can write a newer. So it is believed only where the hardware
 * address (MAC) in it is the same, or, where the phone sends none, where it comes from the place its phone was last at
 * and names its dialogs as that did. And never while the registration of the old firmware would still be good at
 * another place: a phone that was updated is not at two.
 */
import { isNewerVersion } from './firmware-version.ts';
import { identify } from './identify.ts';
import { findMac } from './identify-mac.ts';

/** What a `device` alternative's phone would say of itself after an update. */
export interface Device {
  readonly userAgent: string;
  readonly vendor: string;
  readonly model: string | undefined;
  readonly firmware: string;
  readonly mac: string | undefined;
  /** The text with all versions taken out: the same before and after an update. */
  readonly frame: string;
}

/** Where something was seen. */
export interface Place {
  /** As Asterisk's socket saw it; undefined where nobody can tell. */
  readonly ip: string | undefined;
  /** undefined only where nobody sent anything, and the question is what would be. */
  readonly callId: string | undefined;
}

/** Where the right device was registered last. */
export interface LastPlace extends Place {
  /** Seconds since the epoch. */
  readonly expires: number;
}

/** undefined where the text does not say who made it and which firmware it has: then nothing is ever an update of it. */
export function readDevice(userAgent: string): Device | undefined {
  const { vendor, model, firmware, mac } = identify(userAgent);
  if (vendor === undefined || firmware === undefined) return undefined;
  if (firmware.length < MIN_FIRMWARE || firmware.length > MAX_FIRMWARE) return undefined;
  return { userAgent, vendor, model, firmware, mac, frame: frameOf(userAgent, firmware) };
}

/** The same vendor, model, MAC and form, with a newer version. */
export function isUpdate(seen: Device, of: Device): boolean {
  if (seen.vendor !== of.vendor || seen.model !== of.model || seen.mac !== of.mac) return false;
  if (seen.frame !== of.frame || platformOf(seen) !== platformOf(of)) return false;
  return isNewerVersion(seen.firmware, of.firmware);
}

/** The same of two User-Agents. */
export function isUpdateOf(seen: string, of: string): boolean {
  const [is, was] = [readDevice(seen), readDevice(of)];
  return is !== undefined && was !== undefined && isUpdate(is, was);
}

/**
 * Whether a call by an update of this device may be believed before its REGISTER was: only where its phone was last, for
 * it leaves less behind than a REGISTER does.
 */
export function isBelievableCall(of: Device, seen: Place, last: LastPlace | undefined, now: number): boolean {
  return last?.ip === seen.ip && isBelievable(of, seen, last, now);
}

/**
 * Whether an update of this device may be believed, from where it is seen.
 * @param last undefined where the device was never seen registered
 * @param now seconds since the epoch
 */
export function isBelievable(of: Device, seen: Place, last: LastPlace | undefined, now: number): boolean {
  if (seen.ip === undefined) return false;
  const isSamePlace = last?.ip === seen.ip;
  if (last !== undefined && last.expires > now && !isSamePlace) return false;
  if (of.mac !== undefined) return true;
  return isSamePlace && (seen.callId === undefined || isSameHabit(last?.callId, seen.callId));
}

/**
 * Two Call-IDs made in the same way: the same number of parts of about the same length, with the same signs between them.
 * Weak, and only ever asked beside the same place: many phones make theirs alike.
 */
export function isSameHabit(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [x, y] = [habitOf(a), habitOf(b)];
  if (x.signs !== y.signs || x.hasHost !== y.hasHost) return false;
  return x.lengths.every((length, i) => Math.abs(length - (y.lengths[i] ?? 0)) <= LENGTH_VARIES);
}

/** Something shorter stands in many places of a text, something longer is no version. */
const MIN_FIRMWARE = 3;
const MAX_FIRMWARE = 80;
/** Numbers without leading zeros differ in length. */
const LENGTH_VARIES = 4;
/** The dialplan tells no more of a longer one. */
const MOST_OF_CALL_ID = 128;

/** What follows the @ is an address or a host, which may change at any time. */
function habitOf(callId: string) {
  const [own = '', host] = callId.slice(0, MOST_OF_CALL_ID).split('@', 2);
  const parts = own.split(/[^0-9A-Za-z]/);
  return {
    signs: own.replace(/[0-9A-Za-z]+/g, ''),
    lengths: parts.map((part) => part.length),
    hasHost: host !== undefined,
  };
}

/** With these makers the firmware's first number names the hardware. */
const PLATFORM_FIRST: readonly string[] = ['Yealink', 'Gigaset', 'AVM', 'Akuvox', 'Zultys'];

function platformOf({ vendor, firmware }: Device): string | undefined {
  return PLATFORM_FIRST.includes(vendor) ? /^\d+/.exec(firmware)?.[0] : undefined;
}

/** The MAC stays: it is compared as it is written. */
function frameOf(userAgent: string, firmware: string): string {
  const mac = findMac(userAgent);
  if (mac === undefined) return withoutVersions(userAgent, firmware);
  const [before, own, after] = [
    userAgent.slice(0, mac.start),
    userAgent.slice(mac.start, mac.end),
    userAgent.slice(mac.end),
  ];
  return `${withoutVersions(before, firmware)}${own.toLowerCase()}${withoutVersions(after, firmware)}`;
}

function withoutVersions(text: string, firmware: string): string {
  return text
    .replaceAll(firmware, '#')
    .replace(BUILD_DATE, '#')
    .replace(BUILD_NUMBER, '#')
    .replace(OTHER_VERSION, '#');
}

const BUILD_DATE = /(?<=\()[A-Z][a-z]{2} [ \d]\d \d{4}(?=\))/g;
/** `stamp 69410`, `SHA/7404bd4`, `(44097)`, `sip68xx.11-1-1MPP-897.loads`. A serial number (`SN/`) stays. */
const BUILD_NUMBER =
  /(?<=\bstamp |\brev\.)\d[\d.]{0,20}|(?<=\bSHA\/)\w{6,16}|(?<=\()\d{3,6}(?=\))|\b[\w.-]{1,60}\.loads\b/g;
/** A stack's beside the firmware: `belle-sip/1.4.2`, `rv2.8.99`, `v2.10.13.2-mod`, `tags/5.4.60^5E0`. */
const OTHER_VERSION = /(?<![\w.])(?:r?v)?\d{1,6}(?:\.\d{1,10}){1,5}(?:[-+^_~]\w{1,20}){0,3}(?![\w.])/g;
