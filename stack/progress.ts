/** Prints the current step at the terminal, and how long it took if that was more than two seconds. */
export interface Progress {
  /** One line. */
  say(line: string): void;
  /** Runs one step under its title. */
  step<T>(title: string, work: (report: (line: string) => void) => Promise<T>): Promise<T>;
}

/** Where the lines go: a terminal gets a running clock, anything else plain lines. */
export interface ProgressOutput {
  write(text: string): void;
  readonly isTerminal: boolean;
}

const SLOW_MS = 2000;
/** How often a log file gets a line that a long step is still running. */
const REMINDER_MS = 15_000;

export function createProgress(output: ProgressOutput): Progress {
  async function step<T>(title: string, work: (report: (line: string) => void) => Promise<T>): Promise<T> {
    const began = Date.now();
    let note = title;
    let remindedAt = began;
    const elapsed = () => `${((Date.now() - began) / 1000).toFixed(0)} s`;
    const report = (line: string) => {
      note = `${title}: ${line}`;
      if (!output.isTerminal) output.write(`  ${note}\n`);
    };
    const timer = setInterval(() => {
      if (Date.now() - began < SLOW_MS) return;
      if (output.isTerminal) return output.write(`\r\x1b[K  … ${note} (${elapsed()})`);
      if (Date.now() - remindedAt < REMINDER_MS) return;
      remindedAt = Date.now();
      output.write(`  … ${note} (${elapsed()})\n`);
    }, 500);
    try {
      const result = await work(report);
      const took = Date.now() - began >= SLOW_MS ? ` (${elapsed()})` : "";
      output.write(`${output.isTerminal ? "\r\x1b[K" : ""}  ✓ ${title}${took}\n`);
      return result;
    } catch (error) {
      output.write(`${output.isTerminal ? "\r\x1b[K" : ""}  ✗ ${title} (${elapsed()})\n`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }
  return { say: (line) => output.write(`${line}\n`), step };
}

/** Progress on the terminal. */
export function terminalProgress(): Progress {
  const encoder = new TextEncoder();
  return createProgress({
    write: (text) => Deno.stdout.writeSync(encoder.encode(text)),
    isTerminal: Deno.stdout.isTerminal(),
  });
}

/** Prints nothing: for tests. */
export const silentProgress: Progress = { say: () => {}, step: (_title, work) => work(() => {}) };
