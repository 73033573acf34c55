/** What can be decided besides the lock, in words for an operator. */
import type { Options } from '../../domain/policy.ts';

type Of<T> = { [K in keyof Options]: Options[K] extends T ? K : never }[keyof Options];

export interface Switch {
  readonly name: Of<boolean>;
  readonly label: string;
  readonly means: string;
}

export const SWITCHES: readonly Switch[] = [
  {
    name: 'requireRegistration',
    label: 'Require registration',
    means: 'A call passes only from an address where a matching phone is registered.',
  },
  {
    name: 'evict',
    label: 'Evict',
    means: 'The contact of a wrong device is removed, and the phone it displaced is put back.',
  },
  {
    name: 'hangUp',
    label: 'Hang up',
    means: "A wrong device's calls in progress are ended, emergency calls never.",
  },
  {
    name: 'firstUse',
    label: 'Lock on first use',
    means: 'An extension without a lock is locked to the first device that registers.',
  },
];

export const DRIFTS: readonly { readonly value: Options['firmwareDrift']; readonly label: string }[] = [
  { value: 'off', label: 'Another device' },
  { value: 'notify', label: 'Another device, and said to look like an update' },
  { value: 'follow', label: 'Follow: the lock moves to it' },
];

/** One network a line, or between commas. */
export function networksIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((one) => one !== ''))];
}
