/**
 * A phone in a process of its own, for a network that this one is not on. Its argument is a JSON of where to register and
 * what to dial, one call after the other; prints each call's status and milliseconds as a line of JSON.
 */
import { SipPhone } from '../sip/phone.ts';

export interface PhonePlan {
  readonly server: { readonly host: string; readonly port: number };
  readonly user: string;
  readonly password: string;
  readonly userAgent: string;
  readonly localIp: string;
  readonly isRegistering: boolean;
  readonly dial: readonly string[];
}

const plan = JSON.parse(process.argv[2] ?? '') as PhonePlan;
const phone = await SipPhone.open({
  server: plan.server,
  user: plan.user,
  password: plan.password,
  userAgent: plan.userAgent,
  localIp: plan.localIp,
});
try {
  if (plan.isRegistering) {
    const { status } = await phone.register();
    if (status !== 200) throw new Error(`REGISTER: ${status}`);
  }
  for (const number of plan.dial) {
    const call = await phone.invite(number);
    await call.hangup();
    process.stdout.write(`${JSON.stringify({ status: call.status, ms: call.ms })}\n`);
  }
} finally {
  await phone.close();
}
