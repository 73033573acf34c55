/** What the API answers about who may use it over the network. */
import { described, oneOf, orNull, record, ref, type Schema, text, time } from './shape.ts';

const role = oneOf('viewer', 'operator');

export const ACCOUNT_ANSWERS: Readonly<Record<string, Schema>> = {
  Session: record({
    user: text,
    role,
    csrf: described(text, 'To be sent as X-Device-Lock-Token with every change; empty with a bearer token.'),
  }),
  User: record({ name: text, role, made: time, changed: time }),
  Token: record({ id: text, name: text, role, made: time, expires: orNull(time) }),
  NewUser: record({ user: text, role, console: ref('Console') }),
  NewToken: record({
    ...{ id: text, name: text, role, made: time, expires: orNull(time) },
    token: described(text, 'The token itself: it is shown this once.'),
    console: ref('Console'),
  }),
  Console: record({
    url: described(orNull(text), 'Where the console is open.'),
    failure: described(orNull(text), 'Why it is not, though it should be.'),
  }),
};
