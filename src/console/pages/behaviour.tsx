/** How one extension's lock is applied, and what ends: its violations, its own lock. */
import type { ExtensionView, OptionsWish } from '../api/shapes.ts';
import { useAct } from '../ui/act.ts';
import { useConsole } from '../ui/context.ts';
import { LockBadge } from '../ui/lock-badge.tsx';
import { Failure } from '../ui/notice.tsx';
import { ModeField, OptionFields } from '../ui/option-fields.tsx';

export function Behaviour({ view, saved }: { readonly view: ExtensionView; readonly saved: () => void }) {
  const { client, mayChange } = useConsole();
  const act = useAct();
  const { policy, extension, lock } = view;
  const run = async (change: () => Promise<unknown>, done: string) => {
    if (await act.run(change, done)) saved();
  };
  const fields = {
    ...{ own: policy, inForce: lock, disabled: !mayChange || act.busy },
    save: (wish: OptionsWish, done: string) => void run(() => client.setPolicy(extension, wish), done),
  };
  return (
    <section class="card stack">
      <div class="row apart">
        <h2>In force</h2>
        <LockBadge lock={lock} />
      </div>
      <ModeField {...fields} />
      <details>
        <summary>Reactions, registration and networks</summary>
        <div class="stack">
          <OptionFields {...fields} />
        </div>
      </details>
      <div class="row">
        <button
          type="button"
          class="button"
          disabled={fields.disabled || view.violations.length === 0}
          onClick={() => void run(() => client.clear(extension), 'The open violations are cleared.')}
        >
          Clear violations ({view.violations.length})
        </button>
        <button
          type="button"
          class="button danger"
          disabled={fields.disabled || lock.source !== 'own'}
          onClick={() => void run(() => client.unlock(extension), 'Its own lock is removed.')}
        >
          Unlock
        </button>
      </div>
      <Failure error={act.error} />
    </section>
  );
}
