/**
 * What the dialplan has at one extension, by ShowDialPlan: unlike the console's `dialplan show` it needs no right to
 * run commands, and its answer has fields instead of columns.
 */

import type { AmiMessage } from './message.ts';
import { emptyAt } from './refusal.ts';
import type { AmiRequests } from './requests.ts';

/** @see Asterisk.dialplanOf */
export async function dialplanOf(client: AmiRequests, context: string, exten: string): Promise<string[]> {
  const entries = await client
    .list('ShowDialPlan', [
      ['Context', context],
      ['Extension', exten],
    ])
    .catch(emptyAt(/did not find/i));
  return entries.filter((entry) => entry.text('Priority') !== undefined).map(showPriority);
}

/** `s@macro-user-callerid 1: Gosub(device-lock,s,1) [pbx_config]`, and the label behind the number where there is one. */
function showPriority(entry: AmiMessage): string {
  const field = (name: string) => entry.text(name) ?? '';
  const label = entry.text('ExtensionLabel');
  const priority = label === undefined ? field('Priority') : `${field('Priority')}(${label})`;
  const application = `${field('Application')}(${field('AppData')})`;
  return `${field('Extension')}@${field('Context')} ${priority}: ${application} [${field('Registrar')}]`;
}
