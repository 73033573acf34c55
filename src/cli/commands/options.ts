/** The options of a decision, declared the same for one extension (`lock`) and for the system (`settings`). */
import { type Command, Option } from 'commander';
import { collect } from './repeat.ts';

const SWITCHES = [
  ['require-registration', 'refuse calls from where no phone is registered'],
  ['evict', "remove a wrong device's contact and put back what it displaced"],
  ['hang-up', "end calls in progress that a wrong device's contact holds"],
  ['first-use', 'lock an extension without a lock to the first device that is seen'],
] as const;

/** @param inherited words that go back to the system's decision; none for the system itself */
export function withOptions(command: Command, inherited: readonly 'inherit'[]): Command {
  const choice = (flag: string, words: readonly string[], help: string) =>
    command.addOption(new Option(`--${flag}`, help).choices([...words, ...inherited]));
  choice('mode <mode>', ['monitor', 'enforce'], 'refuse what does not match, or only record it');
  for (const [name, help] of SWITCHES) choice(`${name} <state>`, ['on', 'off'], help);
  choice(
    'firmware-drift <state>',
    ['off', 'notify', 'follow'],
    "what a newer firmware of a lock's own device is: another device, the same but said, or followed",
  );
  const words = ['any', ...inherited].map((word) => `'${word}'`).join(' or ');
  return command.option(
    '--network <net>',
    `where it may register and call from: CIDR, address, host name, 'private' or 'public', several times; or ${words}`,
    collect,
  );
}
