/**
 * `doctor`: every link, and a cure for what is broken; exits 1 where something is. With the service down it says what
 * can be told from outside.
 */
import type { Finding } from '../../doctor/finding.ts';
import { fill, wrap } from '../columns.ts';
import type { Context } from '../context.ts';
import { asCliError, type ExitCode } from '../failure.ts';
import { harmless } from '../harmless.ts';
import type { Output, Style } from '../output.ts';
import { count } from '../times.ts';

export async function doctor(context: Context): Promise<ExitCode> {
  const findings = await findingsOf(context);
  const worst = findings.filter(({ state }) => state === 'broken').length;
  context.output.show({ findings, healthy: worst === 0 }, () => print(context.output, findings));
  return worst === 0 ? 0 : 1;
}

async function findingsOf(context: Context): Promise<readonly Finding[]> {
  try {
    const client = await context.client();
    return (await client.get<{ findings: Finding[] }>('/v1/doctor')).findings;
  } catch (error) {
    const failure = asCliError(error);
    if (failure.code !== 'not-running') throw failure;
    const { examineFromOutside } = await import('../../doctor/outside.ts');
    return await examineFromOutside(context.configPath, failure);
  }
}

const WORD: Readonly<Record<Finding['state'], readonly [string, Style]>> = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  broken: ['BROKEN', 'red'],
  skipped: ['skipped', 'dim'],
};

function print(output: Output, findings: readonly Finding[]): void {
  const indent = 9 + 13;
  for (const { check, state, what, cure } of findings) {
    const [word, style] = WORD[state];
    const lines = wrap(harmless(what), output.width - indent);
    for (const [i, line] of lines.entries()) {
      const head =
        i === 0 ? `${output.style(style, fill(word, 9))}${fill(harmless(check), 13)}` : ' '.repeat(indent);
      output.line(`${head}${line}`.trimEnd());
    }
    if (cure === undefined) continue;
    for (const [i, line] of wrap(harmless(cure), output.width - indent - 3).entries()) {
      output.line(`${' '.repeat(indent)}${i === 0 ? '-> ' : '   '}${line}`);
    }
  }
  output.line();
  output.line(summary(findings));
}

function summary(findings: readonly Finding[]): string {
  const of = (state: Finding['state']) => findings.filter((one) => one.state === state).length;
  const [brokenOnes, warnings] = [of('broken'), of('warning')];
  if (brokenOnes === 0 && warnings === 0) return 'Everything that could be checked is in order.';
  return `${brokenOnes} broken, ${count(warnings, 'warning')}.`;
}
