/** What the gate, its tests and its yardsticks use of ding-dong 0.1.7, which brings no types. */
declare module 'ding-dong/lib/context.js' {
  import type { EventEmitter } from 'node:events';

  namespace Context {
    /** What Asterisk said to a command: `200 result=1` is `{ code: 200, result: '1' }`. */
    interface Reply {
      readonly code: number;
      readonly result: string;
      readonly value?: string;
    }

    interface Options {
      readonly debug?: boolean;
      /** Without one, everything goes to the console. */
      readonly logger?: (arrow: string, data: unknown) => void;
    }
  }

  class Context extends EventEmitter {
    /** @param stream its methods must be enumerable: they are copied by name */
    constructor(stream: EventEmitter, options: Context.Options);
    /** Neither name nor value is escaped. Settles only at a reply that has a result, which may never come. */
    setVariable(name: string, value: string): Promise<Context.Reply>;
    /** Ends the stream. */
    end(): Promise<void>;
  }

  export = Context;
}

declare module 'ding-dong' {
  import type { Server } from 'node:net';
  import type Context from 'ding-dong/lib/context.js';

  function dingDong(
    handler: (context: Context) => void,
    options: Context.Options,
  ): {
    /** Binds every interface where it is given no host. */
    start(port: number, host?: string): Server;
  };

  export = dingDong;
}
