import type { Must, Question, Reply } from "./read_judge.ts";
import type { ReadScene } from "./read_scene.ts";

/** How a request meets the fault; left out: the first isolate, as the service. */
export interface Way {
  readonly isolate?: string;
  readonly headers?: Record<string, string>;
}

/** A fault, while it is being met. */
export interface Meeting {
  readonly scene: ReadScene;
  /** How many requests it is to be met with. */
  readonly count: number;
  /** Whether this is the whole count, and no sample. */
  readonly is_whole: boolean;
  /** One request more, and what its answer must be. */
  meet(question: Question, must: Must, way?: Way): Promise<Reply | null>;
  /** What meets the fault is no request: whether it ended as it must. */
  check(is_so: boolean): void;
  /** Says that so many of the answers were not as they must be, for another reason than the answer itself. */
  wrong(answers: number): void;
  /** Keeps a figure beside the counts. */
  note(name: string, figure: number): void;
}

export interface ReadFault {
  /** Of the list of faults that the product is held against: F1 to F11 and F38 to F42. */
  readonly id: string;
  readonly what: string;
  /** It takes long, or another is much like it: it is met in the whole count only. */
  readonly is_rare?: true;
  readonly run: (meeting: Meeting) => Promise<void>;
}

export function rarely(fault: ReadFault): ReadFault {
  return { ...fault, is_rare: true };
}

/** Waits a moment for what is done behind the answers, and may have met a timeout there. Answers whether it was. */
export async function soon(is_so: () => Promise<boolean>): Promise<boolean> {
  for (const began = Date.now(); Date.now() - began < 2_500;) {
    if (await is_so()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Waits for what is done behind the answers, and fails when it is not. */
export async function until(what: string, is_so: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 15_000;) {
    if (await is_so()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what}: not within 15 seconds`);
}
