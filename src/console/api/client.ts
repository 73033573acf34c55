/** The API as typed calls. A failure is an ApiError with a sentence for the operator; nothing is retried behind their back. */
import type * as S from './shapes.ts';
import type { Transport } from './transport.ts';

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export class Client {
  readonly host: Transport['host'];
  /** Called when the session is over. */
  onSignedOut: () => void = () => undefined;
  readonly #transport: Transport;
  #csrf: string | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.host = transport.host;
  }

  /** Inside FreePBX the frame has signed the operator in. */
  async session(): Promise<S.Session> {
    if (this.host === 'freepbx') return { user: 'FreePBX', role: 'operator', csrf: '' };
    return this.#enter(await this.#ask<S.Session>('GET', '/v1/session'));
  }

  async signIn(user: string, password: string): Promise<S.Session> {
    return this.#enter(await this.#ask<S.Session>('POST', '/v1/session', { user, password }));
  }

  signOut = () => this.#ask<void>('DELETE', '/v1/session');
  status = () => this.#ask<S.StatusView>('GET', '/v1/status');
  doctor = () => this.#ask<{ findings: S.Finding[] }>('GET', '/v1/doctor');
  overview = () => this.#ask<S.OverviewView>('GET', '/v1/overview');
  extension = (ext: string) => this.#ask<S.ExtensionView>('GET', `/v1/extensions/${enc(ext)}`);
  setPolicy = (ext: string, wish: S.PolicyWish) =>
    this.#ask<unknown>('PUT', `/v1/extensions/${enc(ext)}/policy`, wish);
  unlock = (ext: string) => this.#ask<unknown>('DELETE', `/v1/extensions/${enc(ext)}/lock`);
  clear = (ext: string) => this.#ask<{ cleared: number }>('POST', `/v1/extensions/${enc(ext)}/clear`);
  issueCode = (ext: string, wish: { seconds: number; email?: string }) =>
    this.#ask<S.NewEnrolmentView>('POST', `/v1/extensions/${enc(ext)}/enrolment`, wish);
  takeBackCode = (ext: string) => this.#ask<unknown>('DELETE', `/v1/extensions/${enc(ext)}/enrolment`);
  grant = (ext: string, alternatives: readonly S.Alternative[], until: string) =>
    this.#ask<unknown>('POST', `/v1/extensions/${enc(ext)}/grants`, { alternatives, until });
  takeBackGrants = (ext: string, alternatives: readonly S.Alternative[]) =>
    this.#ask<unknown>('POST', `/v1/extensions/${enc(ext)}/grants/take-back`, { alternatives });
  tryLock = (ext: string, alternatives: readonly S.WishedAlternative[]) =>
    this.#ask<S.LockTrial>('POST', `/v1/extensions/${enc(ext)}/try`, { alternatives });
  preview = (change: S.Change) => this.#ask<S.Preview>('POST', '/v1/preview', { change });
  bulk = (extensions: readonly string[], request: S.PolicyWish) =>
    this.#ask<S.BulkReport>('POST', '/v1/bulk', { extensions, request });
  models = () => this.#ask<{ models: S.ModelView[] }>('GET', '/v1/models');
  addModel = (model: Omit<S.ModelView, 'shipped'>) => this.#ask<S.ModelView>('POST', '/v1/models', model);
  editModel = (id: string, model: Partial<S.ModelView>) =>
    this.#ask<S.ModelView>('PUT', `/v1/models/${enc(id)}`, model);
  removeModel = (id: string) => this.#ask<unknown>('DELETE', `/v1/models/${enc(id)}`);
  proposeModel = (userAgent: string) =>
    this.#ask<S.ModelProposal>('POST', '/v1/models/propose', { userAgent });
  tryModel = (trial: {
    pattern: string;
    matches: readonly string[];
    rejects: readonly string[];
    id?: string;
  }) => this.#ask<S.ModelTrial>('POST', '/v1/models/try', trial);
  saveSettings = (settings: Partial<S.SettingsView>) =>
    this.#ask<S.SettingsView>('PUT', '/v1/settings', settings);
  violations = (query: Readonly<Record<string, string>>) =>
    this.#ask<{ violations: S.ViolationView[]; reactions: S.ReactionView[] }>(
      'GET',
      `/v1/violations?${new URLSearchParams(query)}`,
    );
  calls = (query: Readonly<Record<string, string>>) =>
    this.#ask<{ calls: S.CallView[] }>('GET', `/v1/calls?${new URLSearchParams(query)}`);
  decisions = () => this.#ask<S.ExportDocument>('GET', '/v1/export');
  audit = () => this.#ask<{ audit: S.AuditView[] }>('GET', '/v1/audit?limit=200');

  /** The text of a file to save. */
  async text(path: string): Promise<string> {
    const { status, text } = await this.#transport.send('GET', path, undefined, undefined);
    if (status >= 400) throw faultOf(status, text);
    return text;
  }

  #enter(session: S.Session): S.Session {
    this.#csrf = session.csrf;
    return session;
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const csrf = method === 'GET' ? undefined : this.#csrf;
    let reply: { status: number; text: string };
    try {
      reply = await this.#transport.send(method, path, body, csrf);
    } catch {
      throw new ApiError(
        0,
        'unreachable',
        'Device Lock does not answer.',
        'Calls are still judged by what it last wrote.',
      );
    }
    if (reply.status === 401 && path !== '/v1/session' && this.host === 'alone') this.onSignedOut();
    if (reply.status >= 400) throw faultOf(reply.status, reply.text);
    return (reply.text === '' ? undefined : JSON.parse(reply.text)) as T;
  }
}

function faultOf(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; hint?: string } };
    return new ApiError(status, error.code, error.message, error.hint ?? '');
  } catch {
    return new ApiError(status, 'unknown', `The service answered ${status}.`, '');
  }
}

function enc(text: string): string {
  return encodeURIComponent(text);
}
