/**
 * The HTTP API, on a Unix socket whose file mode is its guard, and on TCP behind a login. It reads from memory and the
 * store, and hands every change to the operator; it decides nothing. Requests are bounded in size, time and number.
 */
import type { FastifyInstance } from 'fastify';
import { closeApp, makeApp } from './app.ts';
import { ChangeStream } from './change-stream.ts';
import type { ApiDeps } from './deps.ts';
import { Followers } from './followers.ts';
import { KnownDevices } from './known-devices.ts';
import { OverviewMaker } from './overview.ts';
import { accountRoutes } from './routes/accounts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { dialplanRoutes } from './routes/dialplan.ts';
import { enrolmentRoutes } from './routes/enrolment.ts';
import { eventRoutes } from './routes/events.ts';
import { extensionRoutes } from './routes/extensions.ts';
import { grantRoutes } from './routes/grants.ts';
import { lifecycleRoutes } from './routes/lifecycle.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { overviewRoutes } from './routes/overview.ts';
import { recordRoutes } from './routes/records.ts';
import { settingsRoutes } from './routes/settings.ts';
import { statusRoutes } from './routes/status.ts';
import { transferRoutes } from './routes/transfer.ts';
import { trialRoutes } from './routes/trials.ts';
import type { ConsoleView } from './shapes.ts';
import { listenOn } from './socket.ts';
import { Door } from './tcp/door.ts';

export interface Api {
  /** Rejects with a SocketError where the socket cannot be made or belongs to a living process. */
  listen(): Promise<void>;
  /** Lets answers under way finish; resolves within two seconds, and removes the socket. */
  close(): Promise<void>;
  /** Reads the console's certificate again. */
  renewCertificate(): void;
  /** Where the console is open, or why it is not. */
  readonly console: ConsoleView;
}

const MAX_CONNECTIONS = 100;

export function createApi(deps: ApiDeps): Api {
  const { events, now, logger, accounts } = deps;
  const followers = new Followers(events, now);
  const stream = new ChangeStream({ events, now, version: () => deps.health().version });
  const known = new KnownDevices(() => deps.library.models());
  const overview = new OverviewMaker(deps, known);
  const addRoutes = (to: FastifyInstance) => {
    openapiRoutes(to, () => deps.health().version);
    statusRoutes(to, deps, () => door.state);
    overviewRoutes(to, overview);
    extensionRoutes(to, deps);
    enrolmentRoutes(to, deps);
    grantRoutes(to, deps);
    lifecycleRoutes(to, deps);
    settingsRoutes(to, deps);
    decisionRoutes(to, deps, known);
    dialplanRoutes(to, deps);
    modelRoutes(to, deps);
    trialRoutes(to, deps, known);
    recordRoutes(to, deps);
    alertRoutes(to, deps);
    metricsRoutes(to, deps);
    transferRoutes(to, deps);
    eventRoutes(to, followers, stream);
  };
  const door = new Door({ console: deps.console, accounts, logger, now, addRoutes });
  const app = makeApp({ logger, maxConnections: MAX_CONNECTIONS });
  addRoutes(app);
  accountRoutes(app, accounts, door, now);

  return {
    renewCertificate: () => door.renewCertificate(),
    get console() {
      return door.state;
    },
    async listen() {
      await app.ready();
      await listenOn(app.server, deps.socket, deps.group);
      await door.settle();
    },
    async close() {
      for (const one of [followers, stream, overview]) one.close();
      await Promise.all([door.close(), closeApp(app)]);
    },
  };
}
