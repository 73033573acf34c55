/** Watches one connection for the event that says Asterisk has loaded its modules; before it, PJSIP may not answer. */
import { AsteriskError } from '../port.ts';
import type { AmiConnection } from './connection.ts';
import type { AmiMessage } from './message.ts';
import type { Timers } from './timers.ts';

/** FullyBooted comes right behind the login or, from an Asterisk that still loads, later. */
export class Boot {
  readonly finished: Promise<'booted' | 'silent'>;
  readonly forget: () => void;

  constructor(connection: AmiConnection, deadline: number, timers: Timers) {
    const outcome = Promise.withResolvers<'booted' | 'silent'>();
    const onEvent = (message: AmiMessage) => {
      if (message.event === 'FullyBooted') outcome.resolve('booted');
    };
    const cancelDeadline = timers.after(deadline, () => outcome.resolve('silent'));
    connection.on('event', onEvent);
    this.finished = Promise.race([
      outcome.promise,
      connection.closed.then((why) => {
        throw new AsteriskError('disconnected', why);
      }),
    ]);
    this.finished.catch(() => undefined);
    this.forget = () => {
      connection.off('event', onEvent);
      cancelDeadline();
    };
  }
}
