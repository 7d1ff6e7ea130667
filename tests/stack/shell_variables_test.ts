import { deepEqual, equal } from "node:assert/strict";
import { shellVariables } from "../../stack/shell_variables.ts";
import { stoppedState } from "../../stack/state.ts";

Deno.test("a shell that evaluates shellVariables() has every value as it is, quotes and dollars included", async () => {
  const state = {
    ...stoppedState,
    origin: "http://127.0.0.1:54321",
    secret_key: `it's $HOME \`id\` "x"`,
    tokens: { admin: "a.b.c", member: "m", other_tenant: "o", org_admin: "oa", manager: "ma", trainee: "t" },
    database_url: "postgresql://postgres@127.0.0.1:1/postgres",
    mailbox_url: "http://127.0.0.1:2",
    clerk_url: "http://127.0.0.1:3",
  };
  const script = `${shellVariables(state)}
    printf '%s\\n' "$SUPABASE_URL" "$SUPABASE_SECRET_KEY" "$ADMIN_TOKEN" "$OTHER_TENANT_TOKEN" "$TRAINEE_TOKEN" "$FRESHET_LOCAL_DATABASE_URL" "$FRESHET_LOCAL_MAILBOX_URL" "$FRESHET_LOCAL_CLERK_URL"
    printf '%s' "\${CRON_KEY-unset}\${FRESHET_DATABASE_URL-unset}\${DATABASE_URL-unset}"`;
  const { code, stdout } = await new Deno.Command("sh", { args: ["-c", script], clearEnv: true }).output();
  equal(code, 0);
  deepEqual(new TextDecoder().decode(stdout).split("\n"), [
    "http://127.0.0.1:54321",
    `it's $HOME \`id\` "x"`,
    "a.b.c",
    "o",
    "t",
    "postgresql://postgres@127.0.0.1:1/postgres",
    "http://127.0.0.1:2",
    "http://127.0.0.1:3",
    "unsetunsetunset",
  ]);
});
