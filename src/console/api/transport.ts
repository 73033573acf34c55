/**
 * How a request leaves the page: straight to the service with the session's cookie, or through FreePBX's AJAX handler,
 * which speaks to the service for it. Nothing else in the page knows which.
 */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface Transport {
  readonly host: 'alone' | 'freepbx';
  /** Rejects only where no answer came. */
  send(method: string, path: string, body: unknown, csrf: string | undefined): Promise<Reply>;
}

/** Every wait has an end. */
const DEADLINE_MS = 20_000;

export function chooseTransport(page: Document): Transport {
  const wished = page.querySelector<HTMLMetaElement>('meta[name="device-lock-transport"]')?.content;
  if (wished === undefined) return direct;
  const { kind, url, token } = JSON.parse(wished) as { kind?: string; url?: string; token?: string };
  return kind === 'freepbx' && url !== undefined ? freepbx(url, token ?? '') : direct;
}

const direct: Transport = {
  host: 'alone',
  async send(method, path, body, csrf) {
    const answer = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csrf === undefined ? {} : { 'x-device-lock-token': csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return { status: answer.status, text: await answer.text() };
  },
};

/** The handler answers with the service's own status and body. */
function freepbx(url: string, token: string): Transport {
  return {
    host: 'freepbx',
    async send(method, path, body) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-requested-with': 'XMLHttpRequest' },
        body: JSON.stringify({ method, path, body: body ?? null, token }),
        credentials: 'same-origin',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      return { status: answer.status, text: await answer.text() };
    },
  };
}
