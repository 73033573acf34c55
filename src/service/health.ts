/** How the service is, for the status and the doctor. */
import { readFileSync } from 'node:fs';
import type { ServiceHealth } from '../api/deps.ts';
import type { Config } from '../config/config.ts';
import type { Service } from './service.ts';

const PACKAGE = new URL('../../package.json', import.meta.url);

export function healthOf(of: {
  readonly config: Config;
  readonly service: Service;
  readonly started: number;
}): () => ServiceHealth {
  const { config, service, started } = of;
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  return () => ({
    ...{ version, node: process.version, pid: process.pid, started, config: config.path },
    asterisk: service.asterisk,
    reactions: service.reactions.counts,
    gate: { ...service.gateAddress, ...gateFigures(service), connections: service.gate.connections },
    astdb: {
      inStep: service.mirror.inStep,
      pending: service.mirror.pending,
      heartbeatAt: service.heartbeat.lastWritten,
    },
  });
}

/** Before the first answer there is no median, rather than one of zero. */
function gateFigures({ gate }: Service) {
  const { answered, faults, p50, p99 } = gate.stats;
  return answered === 0
    ? { answered, faults, p50: undefined, p99: undefined }
    : { answered, faults, p50, p99 };
}
