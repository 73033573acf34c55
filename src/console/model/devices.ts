/** The devices an extension has shown, as a lock could hold them. Pure. */
import type { ExtensionView } from '../api/shapes.ts';
import { clock } from './words.ts';

export interface SeenDevice {
  readonly userAgent: string;
  /** When and where it was last seen, and whether the lock in force accepts it. */
  readonly seen: string;
}

/** What is registered first, then what was seen, each once. */
export function seenDevices(view: ExtensionView): SeenDevice[] {
  return distinct(shownAt(view));
}

/** The same, those before the others that the lock in force does not accept. */
export function strangersFirst(view: ExtensionView): SeenDevice[] {
  const shown = shownAt(view);
  const isStranger = ({ matches }: Shown) => matches === false;
  return distinct([...shown.filter(isStranger), ...shown.filter((one) => !isStranger(one))]);
}

interface Shown {
  readonly userAgent: string | null;
  readonly userAgentFault: string | null;
  readonly matches: boolean | null;
  readonly seen: string;
}

function shownAt({ contacts, sightings }: ExtensionView): Shown[] {
  const wrong = (matches: boolean | null) => (matches === false ? 'Wrong device, ' : '');
  return [
    ...contacts.map(({ userAgent, userAgentFault, matches, address }) => ({
      ...{ userAgent, userAgentFault, matches },
      seen: sentence(`${wrong(matches)}registered now from ${address ?? 'an unknown address'}.`),
    })),
    ...sightings.map(({ userAgent, userAgentFault, matched, address, lastSeen }) => ({
      ...{ userAgent, userAgentFault, matches: matched },
      seen: sentence(`${wrong(matched)}seen ${clock(lastSeen)} from ${address ?? 'an unknown address'}.`),
    })),
  ];
}

function distinct(shown: readonly Shown[]): SeenDevice[] {
  const found = new Map<string, SeenDevice>();
  for (const { userAgent, userAgentFault, seen } of shown) {
    if (userAgent === null || userAgentFault !== null || found.has(userAgent)) continue;
    found.set(userAgent, { userAgent, seen });
  }
  return [...found.values()];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
