/** Everything an operator decided, out as one document and in again. */
import type { FastifyInstance } from 'fastify';
import type { PhoneModel } from '../../domain/phone-model.ts';
import { isEmptyPolicy } from '../../domain/policy.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { type Present, planImport } from '../import-document.ts';
import { importBody } from '../schemas.ts';
import type { ExportDocument, ImportReport, PolicyView } from '../shapes.ts';
import { iso, viewPolicy, viewSettings } from '../views.ts';

/** A document of some ten thousand extensions. */
const BODY_LIMIT = 8 * 1024 * 1024;

export function transferRoutes(app: FastifyInstance, deps: ApiDeps): void {
  app.get('/v1/export', () => exportOf(deps));

  app.post<{ Body: { document: ExportDocument; dryRun?: boolean } }>(
    '/v1/import',
    { schema: { body: importBody }, bodyLimit: BODY_LIMIT },
    async ({ body: { document, dryRun = false }, headers }): Promise<ImportReport> => {
      let { report, ...plan } = planImport(document, presentOf(deps));
      if (dryRun) return { dryRun, ...report };
      const decide = () => {
        // Somebody else's change may have come first: what counts is what is in force now.
        ({ report, ...plan } = planImport(document, presentOf(deps)));
        return plan;
      };
      await deps.operator.importAll(decide, callerOf(headers));
      return { dryRun, ...report };
    },
  );
}

function exportOf({ table, library, now }: ApiDeps): ExportDocument {
  const policies: Record<string, PolicyView> = {};
  for (const extension of table.names()) {
    const policy = table.policy(extension);
    if (!isEmptyPolicy(policy)) policies[extension] = viewPolicy(policy);
  }
  const stored = library.stored();
  return {
    format: 'device-lock',
    version: 1,
    exported: iso(now()),
    settings: viewSettings(table.settings),
    policies,
    models: stored.map(({ model }) => model).filter((model): model is PhoneModel => model !== undefined),
    hiddenModels: stored.filter(({ model }) => model === undefined).map(({ id }) => id),
  };
}

function presentOf({ table, library }: ApiDeps): Present {
  return {
    settings: table.settings,
    extensions: table.names(),
    policy: (extension) => table.policy(extension),
    models: library.models(),
  };
}
