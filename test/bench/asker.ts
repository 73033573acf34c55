/**
 * Asks the gate as Asterisk does, over loopback, at a steady rate, and times what a caller would wait: from connecting
 * to the answer. It runs in the bench's own process, so a little of each time is the bench's own.
 */
import { connect } from 'node:net';

const DEADLINE_MS = 30_000;

export interface Question {
  readonly extension: string;
  readonly userAgent: string;
  /** `192.0.2.1:5060`. */
  readonly address: string;
}

export interface Asked {
  /** Milliseconds for each answer. */
  readonly waits: readonly number[];
  /** Each word the gate said, with how often. */
  readonly words: ReadonlyMap<string, number>;
  /** Questions whose connection ended without an answer: Asterisk's dialplan would have decided those calls. */
  readonly unanswered: number;
}

export interface AskingOptions {
  readonly port: number;
  /** Questions a second. */
  readonly rate: number;
  /** Asked one after the other, round and round. */
  readonly questions: readonly Question[];
}

const ANSWER = /^SET VARIABLE DEVICELOCK_VERDICT "([a-z:-]+)"\n$/;

/** Asks until it is told to stop. */
export class Asker {
  readonly #options: AskingOptions;
  readonly #waits: number[] = [];
  readonly #words = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();
  #count = 0;
  #unanswered = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(options: AskingOptions) {
    this.#options = options;
    const from = performance.now();
    const gap = 1000 / options.rate;
    this.#timer = setInterval(
      () => {
        while (this.#count * gap <= performance.now() - from) this.#ask();
      },
      Math.max(1, gap / 2),
    );
  }

  /** Resolves when the last question is answered, or over. */
  async stop(): Promise<Asked> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    return { waits: this.#waits, words: this.#words, unanswered: this.#unanswered };
  }

  #ask(): void {
    const { port, questions } = this.#options;
    const question = questions[this.#count++ % questions.length];
    if (question === undefined) return;
    const asking = this.#hear(port, question).finally(() => this.#underWay.delete(asking));
    this.#underWay.add(asking);
  }

  async #hear(port: number, question: Question): Promise<void> {
    try {
      const { took, word } = await ask(port, question);
      this.#waits.push(took);
      this.#words.set(word, (this.#words.get(word) ?? 0) + 1);
    } catch {
      this.#unanswered++;
    }
  }
}

/** Asks for a while, in milliseconds. */
export async function askFor(ms: number, options: AskingOptions): Promise<Asked> {
  const asker = new Asker(options);
  await new Promise((resolve) => setTimeout(resolve, ms));
  return await asker.stop();
}

let calls = 0;

/** One question, as of a call of its own. Rejects where it is not answered. */
export function ask(port: number, question: Question): Promise<{ took: number; word: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ took: number; word: string }>();
  const header = headerOf(question, `bench-${process.pid}.${++calls}`);
  const from = performance.now();
  let took = 0;
  let text = '';
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('the gate does not answer')));
  socket.on('connect', () => socket.write(header));
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (took === 0 && text.endsWith('\n')) took = performance.now() - from;
  });
  // Asterisk too says what it has to say once it was told everything.
  socket.on('end', () => socket.end('200 result=1\nHANGUP\n'));
  socket.on('error', reject);
  socket.on('close', () => {
    const word = ANSWER.exec(text)?.[1];
    if (word === undefined) reject(new Error(`the gate said ${JSON.stringify(text.slice(0, 100))}`));
    else resolve({ took, word });
  });
  return promise;
}

/** As Asterisk 22 writes it. */
function headerOf({ extension, userAgent, address }: Question, linkedId: string): string {
  const caller = `${extension}/${Buffer.byteLength(userAgent)}/${encodeURIComponent(userAgent)}`;
  const path = `check/1/${linkedId}/${caller}/${encodeURIComponent(address)}/${linkedId}%40bench/900442071838750////`;
  const lines = [
    ...['agi_network: yes', `agi_network_script: ${path}`, `agi_request: agi://127.0.0.1:4580/${path}`],
    ...[`agi_channel: PJSIP/${extension}-0000002a`, 'agi_language: en', 'agi_type: PJSIP'],
    ...[`agi_uniqueid: ${linkedId}`, 'agi_version: 22.10.1', `agi_callerid: ${extension}`],
    ...['agi_calleridname: Bench', 'agi_callingpres: 0', 'agi_callingani2: 0', 'agi_callington: 0'],
    ...['agi_callingtns: 0', 'agi_dnid: 900442071838750', 'agi_rdnis: unknown', 'agi_context: bench'],
    ...['agi_extension: s', 'agi_priority: 3', 'agi_enhanced: 0.0', 'agi_accountcode: '],
    ...['agi_threadid: 140147034175168', '', ''],
  ];
  return lines.join('\n');
}
