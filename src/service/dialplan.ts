/** What the dialplan has to know of the service, from the configuration and from where the gate really listens. */
import type { DialplanView } from '../api/shapes.ts';
import type { Config } from '../config/config.ts';

export function dialplanOf(
  { gate, enrolment }: Pick<Config, 'gate' | 'enrolment'>,
  listens: { readonly host: string; readonly port: number },
): DialplanView {
  return {
    gate: gate.address === '' ? reach(listens) : gate.address,
    emergencyNumbers: gate['emergency-numbers'],
    whenUnavailable: gate['when-unavailable'],
    refusal: gate.refusal,
    featureCode: enrolment['feature-code'],
  };
}

/** A gate that listens everywhere is reached on loopback. */
function reach({ host, port }: { readonly host: string; readonly port: number }): string {
  if (['0.0.0.0', '::', ''].includes(host)) return `127.0.0.1:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
