/** What happened at one extension, newest first: devices seen, calls refused, violations opened, and what was done by itself. */
import type { ComponentChildren } from 'preact';
import type { ExtensionView } from '../api/shapes.ts';
import { clock, outcomeWords, reactionWords, reasonWords } from '../model/words.ts';
import { Foreign } from '../ui/foreign.tsx';

interface Moment {
  readonly key: string;
  readonly at: string;
  readonly tone: 'good' | 'bad' | '';
  readonly what: ComponentChildren;
}

export function Timeline({ view }: { readonly view: ExtensionView }) {
  const moments = momentsOf(view);
  return (
    <section class="card">
      <h2>What happened</h2>
      {moments.length === 0 && <p class="soft">Nothing was seen of this extension yet.</p>}
      <ol class="list timeline">
        {moments.map(({ key, at, tone, what }) => (
          <li key={key} class={tone}>
            <time class="soft small" dateTime={at}>
              {clock(at)}
            </time>
            <div>{what}</div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function momentsOf({ violations, sightings, calls, reactions }: ExtensionView): Moment[] {
  const moments: Moment[] = [
    ...violations.map((v) => ({
      key: `violation ${v.id}`,
      at: v.firstSeen,
      tone: 'bad' as const,
      what: (
        <>
          Violation opened: {reasonWords(v.reason)}, <Foreign text={v.userAgent} fault={v.userAgentFault} />{' '}
          from {v.address ?? 'unknown'}
        </>
      ),
    })),
    ...sightings.map((s) => ({
      key: `sighting ${s.by} ${s.userAgent} ${s.address}`,
      at: s.lastSeen,
      tone: s.matched === false ? ('bad' as const) : s.matched === true ? ('good' as const) : ('' as const),
      what: (
        <>
          Seen by {s.by} {s.count > 1 && `${s.count} times `}
          <Foreign text={s.userAgent} fault={s.userAgentFault} /> from {s.address ?? 'unknown'}
        </>
      ),
    })),
    ...calls.map((call) => ({
      key: `call ${call.linkedId} ${call.at}`,
      at: call.at,
      tone: call.outcome === 'emergency' ? ('' as const) : ('bad' as const),
      what: (
        <>
          {outcomeWords(call.outcome)}, dialled {call.dialled}: {reasonWords(call.reason)}
        </>
      ),
    })),
    ...reactions.map((reaction) => {
      const { what, times } = reactionWords(reaction);
      return {
        key: `reaction ${reaction.kind} ${reaction.violation}`,
        at: reaction.lastAt,
        tone: 'good' as const,
        what: (
          <>
            {what} <Foreign text={reaction.userAgent} fault={reaction.userAgentFault} /> at{' '}
            {reaction.address ?? 'unknown'}
            {times}
          </>
        ),
      };
    }),
  ];
  return moments.sort((a, b) => b.at.localeCompare(a.at));
}
