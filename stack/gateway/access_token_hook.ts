import { z } from "zod";
import { messageOf, StackError } from "../stack_error.ts";

/** The auth hook that may add claims to a token before it is signed: a function in the database. */
export interface AccessTokenHook {
  schema: string;
  functionName: string;
}

/** Reads the `uri` of `[auth.hook.custom_access_token]`. Throws a StackError for hooks that are not in the database. */
export function parseHookUri(uri: string): AccessTokenHook {
  const [, schema, functionName] = /^pg-functions:\/\/[^/]*\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
  if (schema === undefined || functionName === undefined) {
    throw new StackError(
      `The access token hook "${uri}" is no function in the database`,
      'write "pg-functions://postgres/<schema>/<function>" in supabase/config.toml; the local stack runs no others',
    );
  }
  return { schema, functionName };
}

/** The hook refused the token, or failed. Sent as auth would send it. */
export class HookRefusal extends Error {
  override readonly name = "HookRefusal";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export interface HookEvent {
  user_id: unknown;
  claims: Record<string, unknown>;
  authentication_method: string;
}

const hookAnswer = z.object({
  claims: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ http_code: z.int().min(400).max(599).default(500), message: z.string() }).optional(),
});

/** Calls the hook through the data API and answers the claims to sign. Throws HookRefusal. */
export async function runHook(
  hook: AccessTokenHook,
  event: HookEvent,
  { dataApiUrl, secretKey }: { dataApiUrl: string; secretKey: string },
): Promise<Record<string, unknown>> {
  const answer = hookAnswer.safeParse(await call());
  if (!answer.success) throw new HookRefusal(500, `Hook ${hook.functionName} answered neither claims nor error`);
  const { claims, error } = answer.data;
  if (error !== undefined) throw new HookRefusal(error.http_code, error.message);
  if (claims === undefined) throw new HookRefusal(500, `Hook ${hook.functionName} answered no claims`);
  return claims;

  async function call(): Promise<unknown> {
    try {
      const response = await fetch(`${dataApiUrl}/rest/v1/rpc/${hook.functionName}`, {
        method: "POST",
        headers: { "apikey": secretKey, "content-type": "application/json", "content-profile": hook.schema },
        body: JSON.stringify({ event }),
      });
      if (response.ok) return await response.json();
      throw new Error(await response.text());
    } catch (error) {
      throw new HookRefusal(500, `Error running hook ${hook.schema}.${hook.functionName}: ${messageOf(error)}`);
    }
  }
}
