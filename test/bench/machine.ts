/** What the figures were measured on: they mean nothing without it. */
import { cpus, release, totalmem } from 'node:os';

export interface Machine {
  readonly at: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
}

export function machineOf(): Machine {
  return {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
}

export function machineText({ at, processor, processors, memoryGb, kernel, node }: Machine): string {
  return `${at}: ${processors} × ${processor}, ${memoryGb} GB, Linux ${kernel}, Node ${node}`;
}
