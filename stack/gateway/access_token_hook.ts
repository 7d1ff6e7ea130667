import postgres from "postgres";
import { z } from "zod";
import { pause } from "../pause.ts";
import { messageOf, StackError } from "../stack_error.ts";

export interface HookSettings {
  /** `uri` of [auth.hook.custom_access_token] in config.toml. */
  uri: string;
  /** Its role may become supabase_auth_admin. */
  databaseUrl: string;
}

export interface HookEvent {
  user_id: unknown;
  claims: Record<string, unknown>;
  authentication_method: string;
}

/** The function in the database that may add claims to a token before it is signed. */
export interface AccessTokenHook {
  /** Answers the claims to sign. Throws HookRefusal. */
  run(event: HookEvent): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** The hook refused the token, or failed. Sent as auth would send it. */
export class HookRefusal extends Error {
  override readonly name = "HookRefusal";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** The statements are cut after two seconds; connecting takes its time too. */
const PATIENCE_MS = 10_000;

/** Connects when the first token is asked for. Throws a StackError for hooks that are not in the database. */
export function openAccessTokenHook({ uri, databaseUrl }: HookSettings): AccessTokenHook {
  const functionName = functionOf(uri);
  const open = () => postgres(databaseUrl, { max: 2, idle_timeout: 30, onnotice: () => {} });
  let sql = open();

  /** A server that died in the middle of it may leave a transaction without an answer, and its connection taken for ever. */
  async function callOrGiveUp(event: HookEvent): Promise<unknown> {
    const giveUp = new AbortController();
    const silence = pause(PATIENCE_MS, giveUp.signal).then(() => {
      if (giveUp.signal.aborted) return;
      const silent = sql;
      sql = open();
      void silent.end({ timeout: 0 });
      throw new HookRefusal(500, `Error running hook ${uri}: no answer for ${PATIENCE_MS / 1000} s`);
    });
    try {
      return await Promise.race([call(sql, { uri, functionName, event }), silence]);
    } finally {
      giveUp.abort();
    }
  }
  return {
    async run(event) {
      const answer = hookAnswer.safeParse(await callOrGiveUp(event));
      if (!answer.success) throw new HookRefusal(500, `Hook ${functionName} answered neither claims nor error`);
      const { claims, error } = answer.data;
      if (error !== undefined) throw new HookRefusal(error.http_code, error.message);
      if (claims === undefined) throw new HookRefusal(500, `Hook ${functionName} answered no claims`);
      const lost = requiredClaims.find((name) => name in event.claims && !(name in claims));
      if (lost !== undefined) {
        throw new HookRefusal(500, `Hook ${functionName} took out "${lost}", which tokens require`);
      }
      return claims;
    },
    stop: () => sql.end({ timeout: 5 }),
  };
}

/** Those without which auth refuses to sign. */
const requiredClaims = "iss aud exp iat sub role aal session_id email phone is_anonymous".split(" ");

const hookAnswer = z.object({
  claims: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ http_code: z.int().min(400).max(599).default(500), message: z.string() }).optional(),
});

function functionOf(uri: string): string {
  const [, schema, name] = /^pg-functions:\/\/[^/]*\/([^/.]+)\/([^/.]+)$/.exec(uri) ?? [];
  if (schema === undefined || name === undefined) {
    throw new StackError(
      `The access token hook "${uri}" is no function in the database`,
      'write "pg-functions://postgres/<schema>/<function>" in supabase/config.toml; the local stack runs no others',
    );
  }
  return `${schema}.${name}`;
}

/** As auth does it: as its own role, with its search path, for at most two seconds. */
async function call(
  sql: postgres.Sql,
  { uri, functionName, event }: { uri: string; functionName: string; event: HookEvent },
): Promise<unknown> {
  try {
    const [row] = await sql.begin(async (transaction) => {
      await transaction`
        select set_config('role', 'supabase_auth_admin', true), set_config('search_path', 'auth', true),
          set_config('statement_timeout', '2000', true)`;
      return await transaction`select ${transaction(functionName)}(${JSON.stringify(event)}::text::jsonb) as answer`;
    });
    return row?.answer;
  } catch (error) {
    throw new HookRefusal(500, `Error running hook ${uri}: ${messageOf(error)}`);
  }
}
