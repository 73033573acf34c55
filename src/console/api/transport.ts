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

/** FreePBX's admin page holds this one in a frame, and says there how to ask. Another host's page is not heard. */
export function chooseTransport(page: Window): Transport {
  const wished = page.frameElement?.getAttribute('data-transport');
  if (wished === undefined || wished === null) return direct;
  const { kind, url, token } = JSON.parse(wished) as { kind?: string; url?: string; token?: string };
  if (kind !== 'freepbx' || url === undefined) return direct;
  return freepbx(new URL(url, page.parent.location.href).href, token ?? '');
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

/** The handler hands on the service's own status and text; FreePBX itself answers one who is no longer logged in. */
function freepbx(url: string, token: string): Transport {
  return {
    host: 'freepbx',
    async send(method, path, body) {
      const text = body === undefined ? '' : JSON.stringify(body);
      const answer = await fetch(url, {
        method: 'POST',
        headers: { accept: 'application/json', 'x-requested-with': 'XMLHttpRequest' },
        body: new URLSearchParams({ method, path, body: text, token }),
        credentials: 'same-origin',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      if (!answer.ok) return { status: answer.status, text: SIGNED_OUT };
      return (await answer.json()) as Reply;
    },
  };
}

const SIGNED_OUT = JSON.stringify({
  error: {
    code: 'signed-out',
    message: 'FreePBX does not let this page ask.',
    hint: 'Log in to FreePBX again.',
  },
});
