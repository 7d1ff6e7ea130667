import postgres from "postgres";
import { withConnection } from "./one_connection.ts";
import { type DemoLine, demoPeople, demos } from "./pack_demo.ts";
import type { Stack } from "./stack.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "./tokens.ts";

/** The output of `start` once everything runs: addresses, keys, and commands to paste. */
export async function welcome(stack: Stack): Promise<string> {
  const { keys, tokens } = stack;
  const rows: [string, string][] = stack.parts.map((part) => [part.name, `${part.kind.padEnd(8)}  ${part.detail}`]);
  if (stack.redis === null) {
    rows.push(["redis", "absent    each isolate caches in its own memory; install redis-server to share it"]);
  }
  return `
Freshet runs at ${stack.origin}
${
    stack.pages
      ? `Open this address in a browser: one click signs you in as a demo person. Each also has an e-mail
address, such as ${DEMO_PEOPLE[0]?.email}, and the password ${DEMO_PASSWORD}.\n`
      : ""
  }
Parts
${table(rows)}

Keys and tokens, good for this machine only
${
    table([
      ["publishable key", keys.publishableKey],
      ["secret key", keys.secretKey],
      ["cron key", keys.cronKey],
      ["admin", tokens.admin],
      ["member", tokens.member],
      ["other tenant", tokens.other_tenant],
      ...demoPeople.map(({ name, title }): [string, string] => [title, tokens[name] ?? ""]),
    ])
  }

Try it
${(await curlLines(stack)).join("\n\n")}

${await mailLines(stack)}Sentry's events: ${stack.sentry.where}
Database: ${stack.databaseUrl}
${stack.pages ? `Pages: ${stack.origin}\n` : ""}
Ctrl-C stops everything and keeps the data. To delete them: deno task reset
`;
}

/** Commands that work as pasted while the stack runs: with the packs' samples if they are loaded, otherwise those that need no rows. */
export async function curlLines(stack: Stack): Promise<string[]> {
  const api = `${stack.origin}/functions/v1/analytics`;
  const asAnybody = `-H 'apikey: ${stack.keys.publishableKey}'`;
  const asUser = (name: string) => `${asAnybody} \\\n    -H 'Authorization: Bearer ${stack.tokens[name] ?? ""}'`;
  const shown = (await linesOfPacks(stack.databaseUrl)).map(({ what, path, as }) =>
    `  # ${what}\n  curl -s '${api}${path}' ${as === null ? asAnybody : asUser(as)}`
  );
  const health = `  # Whether everything is as fresh as it should be\n  curl -s '${api}/health' ${asAnybody}`;
  return [...(shown.length === 0 ? linesOfEmpty(api, asAnybody) : shown), health];
}

/** Where mails are shown, and what sends a first one. Empty where no pack sends mails. */
export async function mailLines({ mailbox, databaseUrl }: Pick<Stack, "mailbox" | "databaseUrl">): Promise<string> {
  if (mailbox === null) return "";
  const commands = await withConnection(databaseUrl, async (sql) => {
    const found: string[] = [];
    for (const { firstMail } of demos.values()) {
      const mail = await firstMail?.(sql).catch(noMail) ?? null;
      if (mail === null) continue;
      const statements = mail.statements.map((statement) => ` \\\n    -c "${statement}"`).join("");
      found.push(`\n  # sends ${mail.what}\n  psql '${databaseUrl}'${statements}`);
    }
    return found;
  });
  return `Mails: ${mailbox.url}${commands.join("")}\n`;
}

async function linesOfPacks(databaseUrl: string): Promise<DemoLine[]> {
  return await withConnection(databaseUrl, async (sql) => {
    const found: DemoLine[] = [];
    for (const { lines } of demos.values()) found.push(...await lines?.(sql).catch(none) ?? []);
    return found;
  });
}

/** When the database lacks the tables of a pack, there is nothing to show for it. */
function none(error: unknown): readonly DemoLine[] {
  if (error instanceof postgres.PostgresError) return [];
  throw error;
}

function noMail(error: unknown): null {
  if (error instanceof postgres.PostgresError) return null;
  throw error;
}

/** There is no row to ask for yet. */
function linesOfEmpty(api: string, asAnybody: string): string[] {
  return [
    `  # Every resource, with its parameters and its schedule\n  curl -s '${api}/catalog' ${asAnybody}`,
    `  # The same as an OpenAPI document\n  curl -s '${api}/openapi.json' ${asAnybody}`,
  ];
}

function table(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
}
