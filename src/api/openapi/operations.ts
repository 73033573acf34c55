/** What each route is for and what it answers. A route that is not here is described by what it takes in alone. */
import {
  described,
  flag,
  integer,
  list,
  mapOf,
  orNull,
  record,
  ref,
  type Schema,
  text,
  time,
} from './shape.ts';

export interface Operation {
  readonly summary: string;
  /** Without one, nothing is said but that it is done. */
  readonly answer?: Schema;
  /** `application/json` where nothing is said. */
  readonly type?: string;
  /** 200 where nothing is said. */
  readonly status?: number;
  /** Other answers that are no errors. */
  readonly also?: Readonly<Record<number, string>>;
}

const policy = ref('ExtensionPolicy');
const model = ref('Model');

/** By method and path, as they are registered. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /v1/status': { summary: 'How the service is.', answer: ref('Status') },
  'GET /v1/doctor': {
    summary: 'Every link of the chain looked at, and the cure of what is broken.',
    answer: record({ findings: list(ref('Finding')) }),
  },
  'GET /v1/metrics': {
    summary: 'The same for a monitoring that speaks the Prometheus text format.',
    answer: text,
    type: 'text/plain',
  },
  'GET /v1/overview': {
    summary: 'Every extension with its lock, phones, last sighting and violations of the last days.',
    answer: record({ extensions: list(ref('OverviewRow')), history: flag, at: time }),
    also: { 304: 'It is as the If-None-Match says.' },
  },
  'GET /v1/extensions': {
    summary: 'Every extension, in natural order.',
    answer: record({ extensions: list(ref('ExtensionSummary')) }),
  },
  'GET /v1/extensions/:ext': {
    summary: 'One extension, with its latest sightings and calls.',
    answer: ref('Extension'),
  },
  'PUT /v1/extensions/:ext/policy': {
    summary: 'Decides for one extension: its lock, its mode and other options. What is left out stays.',
    answer: policy,
  },
  'DELETE /v1/extensions/:ext/lock': { summary: 'Takes its own lock away.', answer: policy },
  'POST /v1/extensions/:ext/grants': {
    summary: 'Accepts further devices until a time. The same one again gets the new end.',
    answer: policy,
  },
  'POST /v1/extensions/:ext/grants/take-back': {
    summary: 'Takes back some of what it accepts for a time.',
    answer: record({ extension: text, removed: integer }),
  },
  'DELETE /v1/extensions/:ext/grants': {
    summary: 'Takes back all that it accepts for a time.',
    answer: record({ extension: text, removed: integer }),
  },
  'GET /v1/enrolments': {
    summary: 'Which one-time codes are good now; never a code itself.',
    answer: record({ enrolments: list(ref('Enrolment')) }),
  },
  'GET /v1/extensions/:ext/enrolment': {
    summary: "Whether an extension's one-time code is good now, and until when.",
    answer: record({ enrolment: orNull(ref('Enrolment')) }),
  },
  'POST /v1/extensions/:ext/enrolment': {
    summary:
      'Issues a one-time code by which a phone takes the extension over; one before it is void. With `email` it is mailed first; where that fails nothing is issued.',
    answer: ref('NewEnrolment'),
  },
  'DELETE /v1/extensions/:ext/enrolment': {
    summary: 'Takes the one-time code back.',
    answer: record({ cancelled: flag }),
  },
  'POST /v1/extensions/:ext/clear': {
    summary: 'Ends its open violations.',
    answer: record({ extension: text, cleared: integer }),
  },
  'POST /v1/extensions/:ext/check': {
    summary: 'The verdict on a call that nobody made, and what decided it.',
    answer: ref('Check'),
  },
  'POST /v1/extensions/:ext/try': {
    summary: 'What a lock that nobody saved would make of its phones.',
    answer: ref('LockTrial'),
  },
  'DELETE /v1/extensions/:ext': {
    summary: 'Forgets what was decided for an extension that the PBX deleted.',
    answer: record({ forgotten: text }),
  },
  'POST /v1/extensions/:ext/rename': {
    summary: 'Takes what was decided along to another number.',
    answer: record({ renamed: text, to: text }),
  },
  'POST /v1/preview': {
    summary: 'What would come of a change, judged against what is registered now. Nothing is saved.',
    answer: ref('Preview'),
  },
  'POST /v1/bulk': {
    summary: 'Decides the same for many extensions; what cannot be for one of them is told.',
    answer: ref('BulkReport'),
  },
  'GET /v1/settings': { summary: 'What is decided for all extensions.', answer: ref('Settings') },
  'PUT /v1/settings': {
    summary: 'Decides for all extensions. What is left out stays.',
    answer: ref('Settings'),
  },
  'GET /v1/dialplan': { summary: 'What whoever writes the dialplan has to know.', answer: ref('Dialplan') },
  'GET /v1/models': {
    summary: 'The phone library, and the shipped models that were removed.',
    answer: record({ models: list(model), removed: list(model) }),
  },
  'GET /v1/models/:id': { summary: 'One phone model.', answer: model },
  'POST /v1/models': { summary: 'Adds a phone model.', answer: model, status: 201 },
  'PUT /v1/models/:id': { summary: 'Edits a phone model. What is left out stays.', answer: model },
  'POST /v1/models/:id/restore': { summary: 'Brings a model back as it was shipped.', answer: model },
  'DELETE /v1/models/:id': {
    summary: 'Removes a phone model that nothing depends on.',
    answer: record({ removed: text }),
  },
  'POST /v1/models/propose': {
    summary: 'A phone model made of a seen User-Agent, to be corrected and saved.',
    answer: ref('ModelProposal'),
  },
  'POST /v1/models/try': {
    summary: 'What is wrong with a phone model that nobody saved, and whom it would cover.',
    answer: ref('ModelTrial'),
  },
  'GET /v1/violations': {
    summary: 'Violations, latest seen first; `next` is the `before` of the following page.',
    answer: record({
      violations: list(ref('Violation')),
      next: { type: ['integer', 'null'] },
      reactions: described(list(ref('Reaction')), 'What was done by itself in these, the latest first.'),
    }),
  },
  'GET /v1/violations.csv': {
    summary: 'The same as CSV, newest first; without a limit, all of them.',
    answer: text,
    type: 'text/csv',
  },
  'GET /v1/calls': {
    summary: 'Calls that were refused, would have been, or were emergencies; newest first.',
    answer: record({ calls: list(ref('Call')) }),
  },
  'GET /v1/audit': {
    summary: 'Who changed what, newest first.',
    answer: record({ audit: list(ref('AuditEntry')) }),
  },
  'GET /v1/alerts': {
    summary: 'The channels, the troubles that last, the latest alerts.',
    answer: ref('Alerts'),
  },
  'POST /v1/alerts/test': { summary: 'Sends a test alert by the channels.', answer: ref('AlertTest') },
  'GET /v1/export': { summary: 'Everything an operator decided, as one document.', answer: ref('Export') },
  'POST /v1/import': {
    summary: 'Takes such a document in: all of it, or nothing.',
    answer: ref('ImportReport'),
  },
  'GET /v1/events': {
    summary: 'What happens: the latest events, then each as it comes, a line of JSON each.',
    answer: ref('Event'),
    type: 'application/jsonl',
  },
  'GET /v1/stream': {
    summary:
      'What to load again, as server-sent events: `hello` when it opens, `change` with a Change as its data.',
    answer: text,
    type: 'text/event-stream',
  },
  'GET /v1/users': {
    summary: 'Who may sign in over the network. Unix socket alone, as all of users and tokens.',
    answer: record({ users: list(ref('User')), console: ref('Console') }),
  },
  'POST /v1/users': { summary: 'Adds a user.', answer: ref('NewUser'), status: 201 },
  'PUT /v1/users/:name/password': {
    summary: 'Sets a password; sessions of before end.',
    answer: record({ changed: text }),
  },
  'DELETE /v1/users/:name': {
    summary: 'Removes a user; its sessions end.',
    answer: record({ removed: text }),
  },
  'GET /v1/tokens': {
    summary: 'Tokens that programs show.',
    answer: record({ tokens: list(ref('Token')), console: ref('Console') }),
  },
  'POST /v1/tokens': { summary: 'Makes a token.', answer: ref('NewToken'), status: 201 },
  'DELETE /v1/tokens/:id': { summary: 'Takes a token back.', answer: record({ removed: text }) },
  'POST /v1/session': { summary: 'Signs in, over the network.', answer: ref('Session') },
  'GET /v1/session': { summary: 'Who is signed in.', answer: ref('Session') },
  'DELETE /v1/session': { summary: 'Signs out.', status: 204 },
  'GET /v1/openapi.json': { summary: 'This document.', answer: mapOf({}) },
};
