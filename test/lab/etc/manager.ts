/** AMI, and ARI with its HTTP server, on loopback, each with one user that may do what Device Lock needs and no more. */
import type { Instance } from '../instance.ts';

/**
 * Of the writing classes `system` covers Filter, DBGet, DBPut, DBDel, DBGetTree, PJSIPShowContacts and
 * PJSIPShowEndpoints; `call` covers Setvar, Getvar and Hangup; `reporting` covers ShowDialPlan. Command (class
 * `command`), Originate and the rest of the configuration are out of its reach.
 */
export function managerConf({ ami }: Instance): string {
  return `[general]
enabled = yes
webenabled = no
bindaddr = ${ami.host}
port = ${ami.port}

[${ami.user}]
secret = ${ami.secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system,call,security
write = system,reporting,call
writetimeout = 1000
`;
}

export function httpConf({ ari }: Instance): string {
  return `[general]
enabled = yes
bindaddr = ${ari.host}
bindport = ${ari.port}
`;
}

export function ariConf({ ari }: Instance): string {
  return `[general]
enabled = yes

[${ari.user}]
type = user
read_only = no
password = ${ari.secret}
`;
}
