import { z } from "zod";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import type { GetVariable } from "../../../../shared/adapters/runtime/environment.ts";

/**
 * RFC 8058: a POST without cookie or login unsubscribes, and a GET changes nothing, because programs that look for malware
 * follow each link of a mail. A GET leads to a button: on the project's own page where DIGEST_UNSUBSCRIBE_URL names one,
 * else here. The platform serves HTML of a function as text unless the project has a domain of its own.
 */
export function unsubscribing(rpc: PackRpc, get: GetVariable): (request: Request) => Promise<Response> {
  return async (request) => {
    const token = tokenOf(request);
    if (request.method === "GET" || request.method === "HEAD") return button(token, get("DIGEST_UNSUBSCRIBE_URL"));
    if (request.method !== "POST") {
      const detail = "Unsubscribing is a POST; a GET shows a button";
      throw new AppError("METHOD_NOT_ALLOWED", { detail, allow: ["GET", "HEAD", "POST"] });
    }
    // The body says "List-Unsubscribe=One-Click" and nothing that is needed.
    await request.body?.cancel();
    const is_known = await rpc({
      name: "unsubscribe_from_digests",
      input: { token },
      output: z.boolean(),
      timeout_ms: 8_000,
    });
    if (!is_known) throw new AppError("NOT_FOUND", { detail: "No mail has this token; take the link of a newer mail" });
    return new Response("You will get no more weekly digests of this organisation.\n", {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  };
}

/** A uuid, so that it needs no escaping anywhere. */
function tokenOf(request: Request): string {
  const token = z.uuid().safeParse(new URL(request.url).searchParams.get("token"));
  if (token.success) return token.data;
  throw new AppError("BAD_REQUEST", { detail: "The link is not complete: token must be that of the mail's link" });
}

function button(token: string, page: string | undefined): Response {
  if (page !== undefined && URL.canParse(page)) {
    const location = new URL(page);
    location.searchParams.set("token", token);
    return new Response(null, { status: 303, headers: { location: location.href } });
  }
  const html =
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    "<title>Weekly digest</title><p>Stop the weekly digest of this organisation?</p>" +
    `<form method="post" action="?token=${token}"><button>Unsubscribe</button></form></html>\n`;
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
    },
  });
}
