/**
 * `identify`: what a User-Agent says of its phone, and which of the shipped phone models it matches. It asks no service;
 * each User-Agent is one line out, as soon as it is read.
 */
import { identify } from '../../domain/identify.ts';
import {
  MAX_USER_AGENT_BYTES,
  parseUserAgent,
  showUserAgent,
  type UserAgent,
} from '../../domain/user-agent.ts';
import { createPhoneLibrary, loadModels, type PhoneLibrary } from '../../phone-library/library.ts';
import type { Context } from '../context.ts';
import { harmless } from '../harmless.ts';

const LF = 0x0a;
const CR = 0x0d;
/** More of one line is not kept: it is too long to be a User-Agent anyhow. */
const MAX_LINE = MAX_USER_AGENT_BYTES + 1;

/** @param given without any, one a line is read from standard input */
export async function identifyAll(context: Context, given: readonly string[]): Promise<undefined> {
  const models = await loadModels();
  const library = createPhoneLibrary(models);
  const lines = given.length > 0 ? given.map((text) => Buffer.from(text)) : linesOf(process.stdin);
  for await (const line of lines) print(context, parseUserAgent(line), library);
}

function print({ output }: Context, userAgent: UserAgent, library: PhoneLibrary): void {
  const isText = userAgent.kind === 'text';
  const found: ReturnType<typeof identify> = isText ? identify(userAgent.text) : {};
  const models = isText ? library.modelsMatching(userAgent.text).map(({ id }) => id) : [];
  if (output.json) {
    output.record({
      userAgent: userAgent.kind === 'absent' ? null : showUserAgent(userAgent),
      userAgentFault: userAgent.kind === 'malformed' ? userAgent.why : null,
      vendor: found.vendor ?? null,
      model: found.model ?? null,
      firmware: found.firmware ?? null,
      mac: found.mac ?? null,
      models,
    });
    return;
  }
  const phone = [found.vendor, found.model].filter((one) => one !== undefined).join(' ');
  const parts = [
    phone === '' ? 'unknown' : phone,
    ...(found.firmware === undefined ? [] : [`firmware ${found.firmware}`]),
    ...(found.mac === undefined ? [] : [`MAC ${found.mac}`]),
    models.length === 0 ? 'no model matches' : `matches ${models.join(', ')}`,
  ];
  output.line(harmless(`${showUserAgent(userAgent)}: ${parts.join(', ')}`));
}

/** Bytes, not text: one that is not UTF-8 is to be told as such. */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let line = Buffer.alloc(0);
  let isOpen = false;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      yield withoutCr(append(line, chunk.subarray(start, end)));
      line = Buffer.alloc(0);
      start = end + 1;
    }
    line = append(line, chunk.subarray(start));
    isOpen = line.length > 0;
  }
  if (isOpen) yield withoutCr(line);
}

function append(line: Buffer, more: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([line, more.subarray(0, Math.max(0, MAX_LINE - line.length))]);
}

function withoutCr(line: Buffer): Buffer {
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}
