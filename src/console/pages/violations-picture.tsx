/** When violations were seen, as bars, and from which addresses the most. */
import type { ViolationView } from '../api/shapes.ts';
import { barsOf, sourcesOf } from '../model/picture.ts';
import { clock } from '../model/words.ts';

export function Picture({ violations }: { readonly violations: readonly ViolationView[] }) {
  const bars = barsOf(violations, Date.now());
  const sources = sourcesOf(violations);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const mostSource = Math.max(1, ...sources.map(({ count }) => count));
  const first = bars[0];
  return (
    <div class="columns">
      <section class="card">
        <h2>When</h2>
        <svg
          class="bars"
          viewBox={`0 0 ${bars.length * 10} 60`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${violations.length} violations, at most ${most} in one stretch`}
        >
          {bars.map(({ from, count }, index) => {
            const height = count === 0 ? 1 : 4 + (56 * count) / most;
            return (
              <rect
                key={from}
                class={count === 0 ? 'none' : ''}
                x={index * 10}
                y={60 - height}
                width={8}
                height={height}
              >
                <title>{`${clock(new Date(from).toISOString())}: ${count}`}</title>
              </rect>
            );
          })}
        </svg>
        <div class="row apart soft small">
          <span>{first !== undefined && clock(new Date(first.from).toISOString())}</span>
          <span>now</span>
        </div>
      </section>
      <section class="card">
        <h2>From where</h2>
        <ul class="list">
          {sources.map(({ ip, count }) => (
            <li key={ip} class="meter">
              <span class="mono">{ip}</span>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(100 * count) / mostSource} height={10} />
              </svg>
              <span>{count}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
