import { type DemoIds, findDemoIds } from "./demo_ids.ts";
import type { Stack } from "./stack.ts";

/** What `start` prints once everything runs: where, with which keys, and lines to paste. */
export async function welcome(stack: Stack): Promise<string> {
  const { keys, tokens } = stack;
  const rows: [string, string][] = stack.parts.map((part) => [part.name, `${part.kind.padEnd(8)}  ${part.detail}`]);
  if (stack.redis === null) {
    rows.push(["redis", "absent    each isolate caches in its own memory; install redis-server to share it"]);
  }
  return `
Freshet runs at ${stack.origin}

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
      ["organisation's admin", tokens.org_admin],
      ["manager", tokens.manager],
      ["trainee", tokens.trainee],
    ])
  }

Try it
${(await curlLines(stack)).join("\n\n")}

Sentry's events: ${stack.sentry.where}
Database: ${stack.databaseUrl}
Ctrl-C stops everything. The data are kept; deno task reset deletes them.
`;
}

/** Each works as pasted, while the stack runs: with the samples of theirs, without them what any product answers. */
export async function curlLines(stack: Stack): Promise<string[]> {
  const ids = await findDemoIds(stack.databaseUrl);
  const api = `${stack.origin}/functions/v1/analytics`;
  const asAnybody = `-H 'apikey: ${stack.keys.publishableKey}'`;
  const health = `  # Whether everything is as fresh as it should be\n  curl -s '${api}/health' ${asAnybody}`;
  const lines = ids === null ? linesOfEmpty(api, asAnybody) : linesOfSamples(stack, ids, { api, asAnybody });
  return [...lines, health];
}

function linesOfSamples(stack: Stack, ids: DemoIds, { api, asAnybody }: { api: string; asAnybody: string }): string[] {
  const { challengeId, agentId } = ids;
  const as = (token: string) => `${asAnybody} \\\n    -H 'Authorization: Bearer ${token}'`;
  const asMember = as(stack.tokens.member);
  return [
    `  # How scores are spread in each lane of one challenge\n` +
    `  curl -s '${api}/arena/lane-distributions?challenge_id=${challengeId}' ${asAnybody}`,
    `  # Where the member's agent keeps scoring below the field\n` +
    `  curl -s '${api}/arena/weakness-patterns?agent_id=${agentId}' ${asMember}`,
    `  # How that agent progresses, week by week\n` +
    `  curl -s '${api}/arena/progress?agent_id=${agentId}&challenge_id=${challengeId}' ${asMember}`,
    `  # A module of the training pack, as its (made-up) administrator sees it\n` +
    `  curl -s '${api}/training/org-overview' ${as(stack.tokens.org_admin)}`,
    `  # Who of a (made-up) manager's people scored best in May 2013\n` +
    `  curl -s '${api}/training/leaderboard?month=2013-05' ${as(stack.tokens.manager)}`,
    `  # What a trainee, a real student, was (as made up) assigned and has not done yet\n` +
    `  curl -s '${api}/training/me/assignments' ${as(stack.tokens.trainee)}`,
  ];
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
