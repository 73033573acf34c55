/** How the service is, and the doctor's findings. */
import type { FastifyInstance } from 'fastify';
import type { Finding } from '../../doctor/finding.ts';
import { messageOf } from '../../domain/message-of.ts';
import type { ApiDeps } from '../deps.ts';
import { inTurns } from '../in-turns.ts';
import type { ConsoleView, StatusView } from '../shapes.ts';
import { iso, isoOrNull, viewSettings } from '../views.ts';

export function statusRoutes(app: FastifyInstance, deps: ApiDeps, consoleState: () => ConsoleView): void {
  app.get('/v1/status', async () => ({ ...(await statusOf(deps)), console: consoleState() }));

  let underWay: Promise<readonly Finding[]> | undefined;
  app.get('/v1/doctor', async () => {
    // Several people may ask at once; the probes go out once.
    underWay ??= deps.doctor().finally(() => {
      underWay = undefined;
    });
    return { findings: await underWay };
  });
}

async function statusOf(deps: ApiDeps): Promise<Omit<StatusView, 'console'>> {
  const { version, node, pid, started, config, asterisk, reactions, gate, astdb } = deps.health();
  return {
    ...{ version, node, pid, config },
    started: iso(started),
    uptime: Math.max(0, Math.round((deps.now() - started) / 1000)),
    settings: viewSettings(deps.table.settings),
    asterisk: {
      adapter: asterisk.adapter,
      connected: asterisk.connected,
      version: asterisk.version ?? null,
      since: isoOrNull(asterisk.since),
      lastEvent: isoOrNull(asterisk.lastEvent),
    },
    gate: {
      host: gate.host,
      port: gate.port,
      answered: gate.answered,
      faults: gate.faults,
      p50: gate.p50 ?? null,
      p99: gate.p99 ?? null,
      connections: gate.connections,
    },
    astdb: { inStep: astdb.inStep, pending: astdb.pending, heartbeatAt: isoOrNull(astdb.heartbeatAt) },
    store: await storeOf(deps),
    reactions,
    counts: await countsOf(deps),
  };
}

/** A database that does not answer is part of the status, never the end of it. */
async function storeOf({ store }: ApiDeps): Promise<StatusView['store']> {
  try {
    const { path, schema, bytes, freeBytes, pending, dropped, failure } = await store.health();
    return { path, schema, bytes, freeBytes, pending, dropped, failure: failure ?? null };
  } catch (error) {
    const failure = messageOf(error);
    return {
      ...{ path: null, schema: null, bytes: null, freeBytes: null, pending: null, dropped: null },
      failure,
    };
  }
}

async function countsOf({ table, book }: ApiDeps): Promise<StatusView['counts']> {
  let [locked, contacts, openViolations] = [0, 0, 0];
  for (const _ of book.allOpen()) openViolations++;
  for await (const names of inTurns(table.extensions())) {
    for (const name of names) {
      if (table.lockInForce(name).lock !== undefined) locked++;
      contacts += table.contacts(name).length;
    }
  }
  return { extensions: table.listedCount, locked, contacts, openViolations };
}
