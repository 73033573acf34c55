/** One look at one link, with its deadline: what came of it, or why nothing did. A probe never throws. */
import { messageOf } from '../domain/message-of.ts';

export type Probe<T> =
  | { readonly found: T; readonly why?: undefined }
  | { readonly found?: undefined; readonly why: string };

/** @param deadline milliseconds; what comes later is dropped */
export async function probe<T>(deadline: number, look: () => Promise<T>): Promise<Probe<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Probe<T>>((resolve) => {
    timer = setTimeout(() => resolve({ why: `no answer within ${deadline / 1000} s` }), deadline);
  });
  const looked = look().then(
    (found): Probe<T> => ({ found }),
    (error: unknown): Probe<T> => ({ why: messageOf(error) }),
  );
  try {
    return await Promise.race([looked, late]);
  } finally {
    clearTimeout(timer);
  }
}
