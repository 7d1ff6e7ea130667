import { equal } from "node:assert/strict";
import { z } from "zod";
import type { AnalyticsRpc } from "../../../../shared/adapters/supabase/analytics_rpc.ts";

Deno.test("a call of a function with a wrong name or argument does not compile", async () => {
  const called: string[] = [];
  const rpc: AnalyticsRpc = ({ name, output }) => {
    called.push(name);
    return Promise.resolve(output.parse(true));
  };
  const rest = { output: z.boolean(), timeout_ms: 1 };
  await rpc({ ...rest, name: "acknowledge_alert", input: { event_id: "", token: 1 } });
  // @ts-expect-error the function is acknowledge_alert
  await rpc({ ...rest, name: "acknowledge_alerts", input: { event_id: "", token: 1 } });
  // @ts-expect-error the argument is token
  await rpc({ ...rest, name: "acknowledge_alert", input: { event_id: "", lease_token: 1 } });
  // @ts-expect-error the argument is pack
  await rpc({ ...rest, name: "request_refresh", input: { packs: "" } });
  // @ts-expect-error the argument is a number, and may not be left out
  await rpc({ ...rest, name: "refresh_request", input: { id: true } });
  // @ts-expect-error the function has no arguments
  await rpc({ ...rest, name: "claim_heartbeat", input: { n: 1 } });
  equal(called.length, 6);
});
