import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { writePrivately } from "./private_files.ts";
import { StackError } from "./stack_error.ts";

const keysSchema = z.object({
  jwtSecret: z.string().min(32),
  publishableKey: z.string().startsWith("sb_publishable_"),
  secretKey: z.string().startsWith("sb_secret_"),
  cronKey: z.string().startsWith("sb_secret_"),
  redisToken: z.string().min(16),
});

/** The local stack's keys. None of them opens anything but this machine's own stack. */
export type Keys = z.infer<typeof keysSchema>;

/** The work folder's keys: made once, so that a token or a curl line outlives a restart. */
export async function loadKeys(workFolder: string): Promise<Keys> {
  const file = join(workFolder, "keys.json");
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return await makeKeys(workFolder, file);
  }
  const parsed = keysSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new StackError(`${file} does not hold the stack's keys`, "delete it: new keys are made on the next start");
}

async function makeKeys(workFolder: string, file: string): Promise<Keys> {
  const keys: Keys = {
    jwtSecret: random(48),
    publishableKey: `sb_publishable_${random(24)}`,
    secretKey: `sb_secret_${random(24)}`,
    cronKey: `sb_secret_${random(24)}`,
    redisToken: random(24),
  };
  await Deno.mkdir(workFolder, { recursive: true });
  await writePrivately(file, `${JSON.stringify(keys, null, 2)}\n`);
  return keys;
}

function random(byteCount: number): string {
  return randomBytes(byteCount).toString("base64url");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
