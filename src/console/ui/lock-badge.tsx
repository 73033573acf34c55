/** The lock in force in two lines: what kind and in which mode, and where it comes from. */
import type { LockView } from '../api/shapes.ts';
import { lockWords } from '../model/words.ts';

export function LockBadge({ lock }: { readonly lock: LockView }) {
  const { kind, source } = lockWords(lock);
  if (lock.source === 'none') return <span class="badge warn">Unlocked</span>;
  return (
    <span class="line">
      <span class="badge good">{kind}</span> <span class="soft small">{source}</span>{' '}
      {lock.mode === 'monitor' && <span class="badge warn">monitor</span>}
    </span>
  );
}

export function MatchBadge({ matches }: { readonly matches: boolean | null }) {
  if (matches === null) return null;
  return matches ? <span class="badge good">matches</span> : <span class="badge bad">wrong device</span>;
}
