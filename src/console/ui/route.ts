/** Where in the console one is: the part of the address after `#`, so that it works in any host page. */
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  readonly page: string;
  readonly rest: string | undefined;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const [page = '', rest] = hash.replace(/^#\/?/, '').split('/');
  return { page, rest: rest === undefined ? undefined : decode(rest) };
}

export function linkTo(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
