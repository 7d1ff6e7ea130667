import type { Must, Question, Reply } from "./read_judge.ts";
import type { ReadScene } from "./read_scene.ts";

/** How a request is sent; default: to the first isolate, with the secret key. */
export interface Way {
  readonly isolate?: string;
  readonly headers?: Record<string, string>;
}

/** A fault while requests are sent to it. */
export interface Meeting {
  readonly scene: ReadScene;
  /** Number of requests to send. */
  readonly count: number;
  /** Whether this is the full count, not a sample. */
  readonly is_whole: boolean;
  /** Sends one request and checks its answer. */
  meet(question: Question, must: Must, way?: Way): Promise<Reply | null>;
  /** Counts an outcome without a request: whether it was as required. */
  check(is_so: boolean): void;
  /** Counts answers as wrong for a reason outside of the answer itself. */
  wrong(answers: number): void;
  /** Records a figure beside the counts. */
  note(name: string, figure: number): void;
}

export interface ReadFault {
  /** Its number in the list of faults that the product is tested with: F1 to F11 and F38 to F42. */
  readonly id: string;
  readonly what: string;
  /** Injected with the full count only: it is slow, or similar to another one. */
  readonly is_rare?: true;
  readonly run: (meeting: Meeting) => Promise<void>;
}

export function rarely(fault: ReadFault): ReadFault {
  return { ...fault, is_rare: true };
}

/**
 * Waits up to 2.5 s for background work, which may have run into a timeout. @returns whether the condition became true
 */
export async function soon(is_so: () => Promise<boolean>): Promise<boolean> {
  for (const began = Date.now(); Date.now() - began < 2_500;) {
    if (await is_so()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Waits up to 15 s for background work. @throws Error if the condition did not become true */
export async function until(what: string, is_so: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 15_000;) {
    if (await is_so()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what}: not within 15 seconds`);
}
