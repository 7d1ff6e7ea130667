import { join } from "node:path";
import { z } from "zod";
import { writePrivately } from "./private_files.ts";
import { commandLineOf } from "./process_table.ts";
import { OWN_TOKENS } from "./tokens.ts";

const tokens = z.record(z.enum(OWN_TOKENS), z.string()).and(z.record(z.string(), z.string()));

const processSchema = z.object({ pid: z.int(), command: z.string() });

const stateSchema = z.object({
  /** "stopped" occurs only in the output of `status`: a stopped stack has no state. */
  state: z.enum(["starting", "running", "stopped"]),
  origin: z.string().nullable(),
  database_url: z.string().nullable(),
  /** Null where no pack sends mails. */
  mailbox_url: z.string().nullable().default(null),
  publishable_key: z.string().nullable(),
  secret_key: z.string().nullable(),
  cron_key: z.string().nullable(),
  tokens: tokens.nullable(),
  /** The address of the stand-in of Clerk; null where no pack asks Clerk. */
  clerk_url: z.string().nullable().default(null),
  /** Sentences: parts that died again and again and are down, and migrations that were edited after they were applied. */
  troubles: z.array(z.string()).default([]),
  /** Of a stack that was killed: its processes that still run. Only in the output of `status`. */
  left_over: z.array(processSchema).default([]),
  parts: z.array(z.object({ name: z.string(), kind: z.enum(["real", "stand-in"]), detail: z.string() })),
});

const storedSchema = stateSchema.extend({
  /** The process that runs the stack. */
  pid: z.int(),
  /** The processes that it started: if the stack itself was killed, the next command ends them. */
  children: z.array(processSchema),
});

/** What `status --json` prints. */
export type StackState = z.infer<typeof stateSchema>;

/** The same, with what is needed to stop the stack. */
export type StoredState = z.infer<typeof storedSchema>;

export const stoppedState: StackState = {
  state: "stopped",
  origin: null,
  database_url: null,
  mailbox_url: null,
  publishable_key: null,
  secret_key: null,
  cron_key: null,
  tokens: null,
  clerk_url: null,
  troubles: [],
  left_over: [],
  parts: [],
};

/** Writes the state for other terminals. It holds keys, so only its owner may read it. */
export async function writeState(workFolder: string, state: StoredState): Promise<void> {
  await Deno.mkdir(workFolder, { recursive: true });
  await writePrivately(fileOf(workFolder), `${JSON.stringify(state, null, 2)}\n`); // others may read meanwhile
}

/** The state that was last written, whether that stack still lives or not. */
export async function readState(workFolder: string): Promise<StoredState | null> {
  try {
    const parsed = storedSchema.safeParse(JSON.parse(await Deno.readTextFile(fileOf(workFolder))));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether the process that wrote it still runs: the number may belong to another program by now, also to another Deno. */
export async function isAlive(state: StoredState): Promise<boolean> {
  return /\bstack\/main\.ts start\b/.test(await commandLineOf(state.pid));
}

export function publicState({ pid: _pid, children: _children, ...state }: StoredState): StackState {
  return state;
}

export async function clearState(workFolder: string): Promise<void> {
  await Deno.remove(fileOf(workFolder)).catch(() => {});
}

function fileOf(workFolder: string): string {
  return join(workFolder, "state.json");
}
