/**
 * Tells pages what to load again, as server-sent events: which topics changed, and at which extensions; never what it is
 * now. Changes that come together are told once. Nothing is kept for who was away: the `hello` that opens every stream
 * means that anything may have changed.
 */
import type { ServerResponse } from 'node:http';
import type { ReactionKind } from '../domain/reaction.ts';
import type { Violation } from '../domain/violation.ts';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';
import { Audience } from './audience.ts';
import type { LiveChange, Topic } from './shapes.ts';

/** Milliseconds in which changes are gathered: at most four are told a second. */
const GATHER_MS = 250;
/** More extensions than this in one change are all of them. */
const MAX_NAMED = 200;
/** Milliseconds after which a browser that lost the stream comes again. */
const RETRY_MS = 2000;

export interface ChangeStreamOptions {
  readonly events: EventLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly version: () => string;
  /** Milliseconds between two heartbeats. */
  readonly heartbeatEvery?: number;
}

export class ChangeStream {
  readonly #options: ChangeStreamOptions;
  readonly #audience: Audience;
  readonly #topics = new Set<Topic>();
  /** undefined: any. */
  #extensions: Set<string> | undefined = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    this.#audience = new Audience(() => ': beat\n\n', options.heartbeatEvery);
    options.events.on('event', this.#onEvent);
    options.events.on('violation', this.#onViolation);
    options.events.on('touched', this.#onTouched);
  }

  get isFull(): boolean {
    return this.#audience.isFull;
  }

  /** The response's head has been written. */
  add(response: ServerResponse): void {
    const hello = JSON.stringify({ version: this.#options.version() });
    response.write(`retry: ${RETRY_MS}\nevent: hello\ndata: ${hello}\n\n`);
    this.#audience.add(response);
  }

  /** Ends every stream. */
  close(): void {
    clearTimeout(this.#timer);
    this.#options.events.off('event', this.#onEvent);
    this.#options.events.off('violation', this.#onViolation);
    this.#options.events.off('touched', this.#onTouched);
    this.#audience.close();
  }

  readonly #onViolation = (_: unknown, { extension }: Violation): void => {
    this.#gather(['violations'], [extension]);
  };

  readonly #onTouched = (extension: string | undefined): void => {
    this.#gather(['extensions'], extension === undefined ? 'any' : [extension]);
  };

  readonly #onEvent = ({ event, action, target, extension }: ServiceEvent): void => {
    if (REACTIONS.has(event)) this.#gather(['violations'], [String(extension)]);
    if (ASTERISK_EVENTS.has(event)) this.#gather(['status', 'extensions'], 'any');
    if (event === 'operator-change') this.#onOperator(String(action), String(target));
  };

  #onOperator(action: string, target: string): void {
    if (/^(?:user|token)-/.test(action)) this.#gather(['audit'], []);
    else if (action.startsWith('model-')) this.#gather(['audit', 'models'], 'any');
    else if (action === 'settings') this.#gather(['audit', 'settings'], 'any');
    else if (action === 'import') this.#gather(['audit', 'settings', 'models', 'extensions'], 'any');
    else this.#gather(['audit', 'extensions'], [target]);
  }

  #gather(topics: readonly Topic[], extensions: readonly string[] | 'any'): void {
    if (this.#audience.count === 0) return;
    for (const topic of topics) this.#topics.add(topic);
    if (extensions === 'any') this.#extensions = undefined;
    else for (const extension of extensions) this.#extensions?.add(extension);
    if ((this.#extensions?.size ?? 0) > MAX_NAMED) this.#extensions = undefined;
    // Never at once: a change is announced a moment before it is in force.
    this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS);
  }

  #tell(): void {
    const change: LiveChange = {
      topics: [...this.#topics],
      extensions: this.#extensions === undefined ? null : [...this.#extensions],
      at: new Date(this.#options.now()).toISOString(),
    };
    this.#timer = undefined;
    this.#topics.clear();
    this.#extensions = new Set();
    this.#audience.tell(`event: change\ndata: ${JSON.stringify(change)}\n\n`);
  }
}

/** They come after the violation they belong to was told. */
const REACTIONS: ReadonlySet<string> = new Set<ReactionKind>(['evicted', 'restored', 'hung-up']);
const ASTERISK_EVENTS: ReadonlySet<string> = new Set(['asterisk-up', 'asterisk-down', 'locks-recovered']);
