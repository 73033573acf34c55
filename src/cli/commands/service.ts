/** The verbs that run the service and look at it. */
import type { Command } from 'commander';
import { action, withCommon } from '../context.ts';

export function serviceCommands(program: Command): void {
  program.commandsGroup('Service:');
  withCommon(program.command('serve'))
    .description('run the service in the foreground')
    .action(action(async ({ configPath }) => (await import('../verbs/serve.ts')).runService(configPath)));
  withCommon(program.command('supervise'))
    .description('run the service under a watchdog that restarts it when it hangs or ends')
    .action(action(async ({ configPath }) => (await import('../verbs/serve.ts')).runSupervisor(configPath)));
  withCommon(program.command('status'))
    .description('how the service is')
    .action(action(async (context) => (await import('../verbs/status.ts')).status(context)));
  withCommon(program.command('metrics'))
    .description('the figures as Prometheus reads them')
    .action(action(async (context) => (await import('../verbs/metrics.ts')).metrics(context)));
  withCommon(program.command('doctor'))
    .description('check every link from Asterisk to the gate, with a cure for what is broken')
    .action(action(async (context) => (await import('../verbs/doctor.ts')).doctor(context)));
}
