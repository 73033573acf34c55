/** The way back of a change of many extensions: a document that an import puts exactly that back by. Pure. */
import type { ExportDocument, PolicyView } from './shapes.ts';

/** An extension of which nothing is decided. */
const NOTHING: PolicyView = {
  ...{ alternatives: null, grants: [], mode: null, requireRegistration: null, evict: null, hangUp: null },
  ...{ firstUse: null, firmwareDrift: null, networks: null },
};

/**
 * What these extensions, and only these, had before; also that it was nothing.
 * @param before everything operators decided so far
 */
export function undoDocument(
  extensions: Iterable<string>,
  before: ExportDocument,
): ExportDocument & { readonly policies: Readonly<Record<string, PolicyView>> } {
  const { exported } = before;
  const policies = [...extensions].map(
    (extension) => [extension, { ...NOTHING, ...before.policies?.[extension] }] as const,
  );
  return {
    ...{ format: 'device-lock', version: 1 },
    ...(exported === undefined ? {} : { exported }),
    policies: Object.fromEntries(policies),
  };
}
