/** The extensions: what is known of them, and what an operator decides for one. */
import type { FastifyInstance } from 'fastify';
import { parseAddress } from '../../domain/address.ts';
import { Fault } from '../../domain/fault.ts';
import { ABSENT, userAgentFromText } from '../../domain/user-agent.ts';
import type { PolicyRequest } from '../../operator/operator.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { explainCall } from '../explain.ts';
import { jsonInTurns } from '../in-turns.ts';
import { checkBody, extensionParams, policyBody } from '../schemas.ts';
import type { ExtensionPolicyView, ExtensionSummary, ExtensionView } from '../shapes.ts';
import {
  viewAddress,
  viewCall,
  viewContact,
  viewEnrolment,
  viewLock,
  viewPolicy,
  viewReaction,
  viewSighting,
  viewUserAgent,
  viewViolation,
} from '../views.ts';

/** How many of the latest sightings and calls are shown with one extension. */
const LATEST = 10;

interface OfExtension {
  Params: { ext: string };
}

export function extensionRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { table, operator } = deps;
  const params = extensionParams;

  app.get('/v1/extensions', (_, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .send(jsonInTurns('extensions', table.names(), (extension) => summaryOf(deps, extension))),
  );

  app.get<OfExtension>('/v1/extensions/:ext', { schema: { params } }, async (request) => {
    requireExtension(deps, request.params.ext);
    return await viewOf(deps, request.params.ext);
  });

  app.put<OfExtension & { Body: PolicyRequest }>(
    '/v1/extensions/:ext/policy',
    { schema: { params, body: policyBody } },
    async ({ params: { ext }, body, headers }) => {
      await operator.lock(ext, body, callerOf(headers));
      return policyOf(deps, ext);
    },
  );

  app.delete<OfExtension>('/v1/extensions/:ext/lock', { schema: { params } }, async (request) => {
    const { ext } = request.params;
    await operator.unlock(ext, callerOf(request.headers));
    return policyOf(deps, ext);
  });

  app.post<OfExtension>('/v1/extensions/:ext/clear', { schema: { params } }, async (request) => {
    const { ext } = request.params;
    return { extension: ext, cleared: await operator.clear(ext, callerOf(request.headers)) };
  });

  app.post<OfExtension & { Body: { userAgent: string | null; address?: string } }>(
    '/v1/extensions/:ext/check',
    { schema: { params, body: checkBody } },
    ({ params: { ext }, body }) => {
      const address = body.address === undefined ? undefined : parseAddress(body.address);
      if (body.address !== undefined && address === undefined) {
        throw new Fault(
          'malformed',
          'The address is not understood.',
          'Write 192.0.2.1:5060 or [2001:db8::1]:5060.',
        );
      }
      const userAgent = body.userAgent === null ? ABSENT : userAgentFromText(body.userAgent);
      return explainCall(table, ext, userAgent, address, deps.identify);
    },
  );
}

function requireExtension({ table }: ApiDeps, extension: string): void {
  if (table.has(extension)) return;
  throw new Fault(
    'no-such-extension',
    `There is no extension ${JSON.stringify(extension.slice(0, 80))}.`,
    'List them with: device-lock extensions',
  );
}

function summaryOf({ table, book }: ApiDeps, extension: string): ExtensionSummary {
  return {
    extension,
    label: table.label(extension) ?? null,
    listed: table.isListed(extension),
    lock: viewLock(table.lockInForce(extension)),
    contacts: table.contacts(extension).map(({ contact, matches }) => ({
      ...viewUserAgent(contact.userAgent),
      address: viewAddress(contact.source?.address),
      matches: matches ?? null,
    })),
    openViolations: book.open(extension).length,
  };
}

function policyOf({ table }: ApiDeps, extension: string): ExtensionPolicyView {
  return {
    extension,
    lock: viewLock(table.lockInForce(extension)),
    policy: viewPolicy(table.policy(extension)),
  };
}

async function viewOf(deps: ApiDeps, extension: string): Promise<ExtensionView> {
  const { table, book, store, identify, enrolment } = deps;
  const code = enrolment.pending(extension);
  const [sightings, calls, reactions] = await Promise.all([
    store.sightings({ extension, limit: LATEST }),
    store.calls({ extension, limit: LATEST }),
    store.reactions({ extension, limit: LATEST }),
  ]);
  return {
    ...policyOf(deps, extension),
    label: table.label(extension) ?? null,
    listed: table.isListed(extension),
    enrolment: code === undefined ? null : viewEnrolment(code),
    contacts: table.contacts(extension).map((judged) => viewContact(judged, identify)),
    violations: book.open(extension).map(viewViolation),
    sightings: sightings.map((sighting) => viewSighting(sighting, identify)),
    calls: calls.map(viewCall),
    reactions: reactions.map(viewReaction),
  };
}
