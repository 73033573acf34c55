/**
 * What a User-Agent says about itself: maker, model, firmware, hardware address. A description for people and never
 * evidence: it lets nobody through, and whoever sent the text may have made it up.
 */
import { FAMILIES } from './identify-families.ts';
import { findMac } from './identify-mac.ts';
import { userAgentFromText } from './user-agent.ts';

/** Each part is there only where the text tells it. */
export interface Identity {
  readonly vendor?: string;
  readonly model?: string;
  readonly firmware?: string;
  /** `aa:bb:cc:dd:ee:ff` */
  readonly mac?: string;
}

/** Of a text that is no well-formed User-Agent nothing is said. */
export function identify(userAgent: string): Identity {
  if (userAgentFromText(userAgent).kind !== 'text') return {};
  const mac = findMac(userAgent)?.mac;
  const named = fromFamilies(withoutProvisioningPrefix(userAgent)) ?? fromShape(userAgent);
  return mac === undefined ? named : { ...named, mac };
}

/** Where the device itself begins: some providers have the phone put a name and its MAC in front. */
export function withoutProvisioningPrefix(userAgent: string): string {
  return userAgent.replace(
    /^(?:[\w.-]{1,40} )?[0-9A-Fa-f]{12}[ _](?:\w{1,24}_)?(?=(?:Linksys|Cisco|Sipura)[/ ])/,
    '',
  );
}

type Groups = Readonly<Record<string, string | undefined>>;

function fromFamilies(text: string): Identity | undefined {
  for (const [vendor, model, form] of FAMILIES) {
    const found = form.exec(text);
    if (found === null) continue;
    const groups: Groups = found.groups ?? {};
    const { f: firmware } = groups;
    return identity(fill(vendor, groups), fill(model, groups), firmware);
  }
  return undefined;
}

/** `Maker Model 1.2.3`, `Maker Model/1.2.3`, `Product/1.2.3`: what most makers do that are not known by name. */
function fromShape(text: string): Identity {
  const slashed = /^(?!SIP\/)([A-Za-z][\w.!&-]{1,40})(?: ([^/]{1,40}))?\/[vV]?(\d[\w.-]{0,40})(?= |$)/.exec(
    text,
  );
  if (slashed) return identity(slashed[1], slashed[2], slashed[3]);
  const spaced = /^([A-Za-z0-9][\w!&-]{1,40}) (.{1,60}?) [vV]?(\d{1,4}(?:[._]\w{1,12}){1,6})(?= |$)/.exec(
    text,
  );
  if (spaced) return identity(spaced[1], spaced[2], spaced[3]);
  return {};
}

function identity(vendor?: string, model?: string, firmware?: string): Identity {
  return {
    ...(vendor ? { vendor } : {}),
    ...(model ? { model } : {}),
    ...(firmware ? { firmware } : {}),
  };
}

function fill(template: string, groups: Groups): string {
  return template.replace(/\$<(\w+)>/g, (_, name: string) => groups[name] ?? '');
}
