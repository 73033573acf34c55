/** Waits for everything that was begun together, so that what fails first leaves nothing behind that fails unheard. */

/**
 * Rejects as the first of those that must not fail did, but only when all have ended.
 * @param may their ends are told, each
 * @param must
 */
export async function allEnded(
  may: readonly Promise<unknown>[],
  must: readonly Promise<unknown>[],
): Promise<PromiseSettledResult<unknown>[]> {
  const [told, musts] = await Promise.all([Promise.allSettled(may), Promise.allSettled(must)]);
  const failed = musts.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return told;
}
