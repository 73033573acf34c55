/**
 * Finds and takes down instances that another process started. It leaves alone what a living process is using, and
 * ends nothing it does not recognise.
 */
import { rm } from 'node:fs/promises';
import { stopAsterisk } from './asterisk.ts';
import { allRoots, cacheDirectory } from './cache.ts';
import { mainFileOf } from './configuration.ts';
import { endProcess, isAlive, isAsterisk, isStartedWith } from './processes.ts';
import { forgetState, type LabState, listStates } from './state.ts';

export function isRunning({ instance, pid }: LabState): boolean {
  return isAsterisk(instance.root, mainFileOf(instance))(pid);
}

/** Its watchdog lives. */
export function isServing({ service }: LabState): boolean {
  return service !== undefined && isStartedWith(service.config)(service.pid);
}

/** In use by a process that lives: a test that is running now. */
export function isInUse({ owner }: LabState): boolean {
  return owner !== undefined && isAlive(owner);
}

/** Takes an instance down: the service beside it first, then Asterisk, its folder and its state. */
export async function takeDown({ instance, pid, service }: LabState): Promise<void> {
  if (service !== undefined) await endProcess(service.pid, isStartedWith(service.config));
  await stopAsterisk(instance, pid);
  await rm(instance.home, { recursive: true, force: true });
  await forgetState(instance.name);
}

/** Takes everything down and removes the roots. @throws where a test is using one */
export async function clean(): Promise<void> {
  const states = await listStates();
  const busy = states.filter(isInUse).map(({ instance }) => instance.name);
  if (busy.length > 0) throw new Error(`in use by a test that is running: ${busy.join(', ')}`);
  for (const state of states) await takeDown(state);
  for (const root of allRoots()) {
    await rm(root, { recursive: true, force: true });
    await rm(`${root}.lock`, { force: true });
  }
  // Other people's files may lie beside ours: only what we made goes.
  await rm(`${cacheDirectory()}/state`, { recursive: true, force: true });
}
