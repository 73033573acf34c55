/** Which of an extension's phones a lock that nobody saved would let through, asked of the service while one types. */
import { useEffect, useState } from 'preact/hooks';
import type { Alternative, LockTrial as Trial } from '../api/shapes.ts';
import { useConsole } from '../ui/context.ts';
import { Foreign } from '../ui/foreign.tsx';
import { errorOf } from '../ui/load.ts';

const TYPING_MS = 250;

interface Props {
  readonly title: string;
  readonly extension: string;
  readonly alternatives: readonly Alternative[];
}

export function LockTrial({ title, extension, alternatives }: Props) {
  const { client } = useConsole();
  const [found, setFound] = useState<Trial>();
  const [problem, setProblem] = useState<string>();
  const wish = JSON.stringify(alternatives);
  useEffect(() => {
    setProblem(undefined);
    if (wish === '[]') return setFound(undefined);
    let isCurrent = true;
    const timer = setTimeout(() => {
      client.tryLock(extension, JSON.parse(wish) as Alternative[]).then(
        (trial) => isCurrent && setFound(trial),
        (reason: unknown) => {
          if (!isCurrent) return;
          setFound(undefined);
          setProblem(errorOf(reason).message);
        },
      );
    }, TYPING_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, extension, wish]);
  const devices = found === undefined ? [] : distinct([...found.contacts, ...found.sightings]);
  return (
    <div aria-live="polite">
      {problem !== undefined && <div class="notice warn">{problem}</div>}
      {devices.length > 0 && (
        <>
          <h3>{title}</h3>
          <ul class="list">
            {devices.map((device) => (
              <li key={device.userAgent}>
                <span class={`badge ${device.matches ? 'good' : 'bad'}`}>
                  {device.matches ? 'would match' : 'would not match'}
                </span>{' '}
                <Foreign text={device.userAgent} fault={device.userAgentFault} limit={90} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function distinct<T extends { readonly userAgent: string | null }>(devices: readonly T[]): T[] {
  return [...new Map(devices.map((device) => [device.userAgent, device])).values()];
}
