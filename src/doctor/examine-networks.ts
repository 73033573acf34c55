/** Whether the hosts' names among the allowed networks stand for anything: one that does not leaves its networks unasked. */
import type { Facts } from './facts.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Names in one finding. */
const MOST_NAMES = 5;

/** Nothing is said where no name is in use. */
export function examineNetworks({ hostNames: { known, unknown } }: Facts): Finding[] {
  if (unknown.length > 0) {
    const more = unknown.length > MOST_NAMES ? ` and ${unknown.length - MOST_NAMES} more` : '';
    return [
      warning(
        'networks',
        `Never looked up: ${unknown.slice(0, MOST_NAMES).join(', ')}${more}. Their networks are not asked for.`,
        'Look at the spelling and at the DNS of this machine, or write addresses instead.',
      ),
    ];
  }
  return known === 0 ? [] : [ok('networks', `${known} host names in allowed networks are known.`)];
}
