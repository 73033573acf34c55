/** `status`: the service on one page. */
import type { StatusView } from '../../api/shapes.ts';
import { showSettings } from '../../domain/decision-words.ts';
import type { Context } from '../context.ts';
import { printField } from '../fields.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';
import { ago, bytes, count, duration, micros, shortTime } from '../times.ts';

export async function status(context: Context): Promise<undefined> {
  const client = await context.client();
  const found = await client.get<StatusView>('/v1/status');
  context.output.show(found, () => printStatus(context.output, found, context.now()));
}

function printStatus(output: Output, found: StatusView, now: number): void {
  const { counts } = found;
  const since = `running since ${shortTime(found.started, now).trim()} (${duration(found.uptime * 1000)})`;
  output.line(output.style('bold', harmless(`Device Lock ${found.version}, ${since}`)));
  const row = (title: string, text: string, isWell = true) =>
    printField(output, title, text, isWell ? undefined : 'red');
  row('Mode', showSettings(found.settings));
  row(
    'Extensions',
    `${counts.extensions} listed, ${counts.locked} locked, ${count(counts.contacts, 'contact')} registered`,
  );
  row(
    'Violations',
    counts.openViolations === 0 ? 'none open' : `${counts.openViolations} open`,
    counts.openViolations === 0,
  );
  const taken = takenBackText(found.reactions);
  if (taken !== undefined) row('Taken back', taken, found.reactions.held === 0);
  row('Asterisk', asteriskText(found.asterisk, now), found.asterisk.connected);
  row('Gate', gateText(found.gate));
  row('AstDB', astdbText(found.astdb, now), found.astdb.inStep);
  row('Database', storeText(found.store), found.store.failure === null);
  if (found.console.url !== null) row('Console', found.console.url);
  if (found.console.failure !== null) row('Console', found.console.failure, false);
  row('Process', `pid ${found.pid}, Node ${found.node}, ${found.config}`);
}

/** Undefined where nothing was done and nothing waits. */
function takenBackText({ evicted, restored, hungUp, held }: StatusView['reactions']): string | undefined {
  if (evicted + restored + hungUp + held === 0) return undefined;
  const done = [
    `${count(evicted, 'wrong contact')} removed`,
    `${count(restored, 'phone')} put back`,
    `${count(hungUp, 'call')} ended`,
  ].join(', ');
  return held === 0 ? done : `${done}; limited at ${count(held, 'extension')}`;
}

function asteriskText(asterisk: StatusView['asterisk'], now: number): string {
  const name = `${asterisk.version ?? 'unknown version'} over ${asterisk.adapter.toUpperCase()}`;
  if (!asterisk.connected) {
    return `not connected${asterisk.since === null ? '' : ` since ${shortTime(asterisk.since, now).trim()}`} (${name})`;
  }
  return `${name}, connected ${ago(asterisk.since, now)}, ${asterisk.lastEvent === null ? 'no event yet' : `last event ${ago(asterisk.lastEvent, now)}`}`;
}

function gateText(gate: StatusView['gate']): string {
  const speed =
    gate.answered === 0 || gate.p50 === null ? '' : `, ${micros(gate.p50)} median, ${micros(gate.p99)} p99`;
  return `${gate.host}:${gate.port}, ${gate.answered} answered, ${count(gate.faults, 'fault')}${speed}`;
}

function astdbText({ inStep, pending, heartbeatAt }: StatusView['astdb'], now: number): string {
  const step = inStep ? 'in step' : `behind (${count(pending, 'extension')} waiting)`;
  return `${step}, heartbeat ${ago(heartbeatAt, now)}`;
}

function storeText(store: StatusView['store']): string {
  if (store.failure !== null) return `fails: ${store.failure}`;
  const behind = store.pending !== null && store.pending > 0 ? `, ${store.pending} waiting` : '';
  const lost = store.dropped !== null && store.dropped > 0 ? `, ${store.dropped} given up` : '';
  return `${store.path}, ${bytes(store.bytes ?? 0)}, ${bytes(store.freeBytes ?? 0)} free${behind}${lost}`;
}
