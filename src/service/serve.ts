/** `device-lock serve`: opens what the service needs, starts it, and ends it in order when told to. */

import { createApi } from '../api/server.ts';
import { loadConfig } from '../config/config.ts';
import { createDoctor } from '../doctor/doctor.ts';
import { identify } from '../domain/identify.ts';
import { openLog } from '../log/open-log.ts';
import { metricsOf } from '../metrics/collect.ts';
import { processFigures } from '../metrics/process-figures.ts';
import { channelsOf, mailServerOf } from '../notify/channels.ts';
import { codePost } from '../notify/code-post.ts';
import { Accounts } from '../operator/accounts.ts';
import { loadAttackTools } from '../phone-library/attack-tools.ts';
import { loadModels } from '../phone-library/library.ts';
import { openStore } from '../store/client.ts';
import { createAsterisk } from './adapter.ts';
import { createAlerting, createNotifier, machineName } from './alerting.ts';
import { consoleOptions } from './console.ts';
import { dialplanOf } from './dialplan.ts';
import { healthOf } from './health.ts';
import { Service } from './service.ts';
import { BEAT_EVERY, LAST_END } from './supervise.ts';

/** However the parts behave, the process has ended by then. Milliseconds. */
const STOP_DEADLINE = 4000;

/** Resolves when the service has ended. Rejects where it cannot start, with words for a person. */
export async function serve(configPath: string): Promise<void> {
  const config = loadConfig(configPath);
  const log = openLog(config.log);
  const { logger } = log;
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(signal));
  process.on('SIGHUP', () => log.reopen());
  // The watchdog is gone: without it a hang would last. Whoever starts it again starts the service too.
  process.once('disconnect', () => end('the watchdog is gone'));
  process.on('uncaughtException', (error) => die(logger, error));
  process.on('unhandledRejection', (error) => die(logger, error));

  const now = Date.now;
  // What can be wrong with the configuration comes before anything that would have to be closed again.
  const asterisk = await createAsterisk(config, logger);
  const channels = channelsOf(config, machineName(), now);
  const mailServer = mailServerOf(config, machineName());
  const store = await openStore({ path: config.store.path, logger, now });
  const snapshot = await store.load();
  const [shippedModels, isAttackTool] = await Promise.all([loadModels(), loadAttackTools()]);
  const service = new Service({
    ...{ config, store, snapshot, shippedModels, isAttackTool, asterisk, logger, now },
    codePost: mailServer && codePost(mailServer, config.enrolment['feature-code']),
  });
  const notifier = createNotifier({
    ...{ config, store, snapshot, now, channels },
    announce: (event, fields) => service.events.note(event, fields),
  });
  const accounts = new Accounts({
    ...{ store, now },
    announce: ({ who, action, target, detail }) =>
      service.events.note('operator-change', { who, action, target, detail }),
  });
  await accounts.load();
  const health = healthOf({ config, service, started: now() });
  const dialplan = () => dialplanOf(config, service.gateAddress);
  const doctor = createDoctor({
    ...{ config, service, asterisk, store, health, now, origin: snapshot.origin },
    alerts: () => notifier.states,
    gateAddress: () => dialplan().gate,
    console: () => api.console,
  });
  const alerting = createAlerting({ config, service, store, snapshot, doctor, logger, now, notifier });
  const { table, book, operator, enrolment, grants, library, events } = service;
  const api = createApi({
    ...{ socket: config.api.socket, group: config.api.group },
    ...{
      table,
      book,
      operator,
      enrolment,
      grants,
      library,
      store,
      events,
      logger,
      now,
      identify,
      isAttackTool,
      health,
      doctor,
    },
    alerts: alerting,
    metrics: metricsOf({
      ...{ tallies: service.tallies, table, book, health, process: processFigures() },
      store: () => store.health(),
      channels: () => notifier.states,
      troubles: () => alerting.troubles,
    }),
    ...{ accounts, console: consoleOptions(config.console) },
    dialplan,
  });
  process.on('SIGHUP', () => api.renewCertificate());
  try {
    alerting.start();
    await service.start();
    await api.listen();
  } catch (error) {
    await Promise.allSettled([service.stop(), alerting.stop(), store.close()]);
    throw error;
  }
  if (snapshot.origin.kind === 'replaced') {
    logger.error(
      { setAside: snapshot.origin.setAside },
      'the database was damaged and is set aside; the locks come from AstDB',
    );
  }
  logger.info({ event: 'started', gate: service.gateAddress, config: configPath }, 'device-lock is ready');
  const lastEnd = process.env[LAST_END] ?? '';
  if (lastEnd !== '') events.note('service-restarted', { why: lastEnd });
  const beat = setInterval(() => process.send?.('alive'), BEAT_EVERY);
  process.send?.('alive');

  logger.info({ event: 'stopping', why: await ended }, 'device-lock stops');
  setTimeout(() => process.exit(1), STOP_DEADLINE).unref();
  clearInterval(beat);
  await Promise.allSettled([api.close(), service.stop(), alerting.stop()]);
  await store.close();
  await log.close();
  if (process.connected) process.disconnect();
}

/** A bug: the log has it whole, and a fresh process is better than one in an unknown state. */
function die(logger: { fatal: (fields: object, message: string) => void }, error: unknown): void {
  logger.fatal({ err: error }, 'a bug ended the service');
  setTimeout(() => process.exit(70), 200);
}
