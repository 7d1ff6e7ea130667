import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { writePrivately } from "../private_files.ts";

/** The password of this work folder's database: made once, so that an address outlives a restart. */
export async function loadPassword(workFolder: string): Promise<string> {
  const file = join(workFolder, "database_password");
  const known = (await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  })).trim();
  if (known !== "") return known;
  const password = randomBytes(24).toString("base64url");
  await writePrivately(file, `${password}\n`);
  return password;
}

/**
 * What PostgreSQL keeps of a password (RFC 5803), so that the password itself is in no statement: statements are logged,
 * and kept by pg_stat_statements.
 */
export function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const keyOf = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${
    keyOf("Server Key").toString("base64")
  }`;
}
