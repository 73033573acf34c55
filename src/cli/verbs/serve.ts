/** Runs the service, or the watchdog above it. Neither comes back before it was told to end. */
import { DEFAULT_PATH } from '../../config/config.ts';

export async function runService(configPath: string = DEFAULT_PATH): Promise<undefined> {
  const { serve } = await import('../../service/serve.ts');
  await serve(configPath);
}

export async function runSupervisor(configPath: string = DEFAULT_PATH): Promise<undefined> {
  const { supervise } = await import('../../service/supervise.ts');
  await supervise(configPath);
}
