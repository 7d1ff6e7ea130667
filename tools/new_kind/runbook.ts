import type { NewKind } from "./names.ts";
import { sentence } from "./schema_file.ts";

/** The runbook page that the kind's alert links to. Its SQL runs unchanged. */
export function runbookPage({ kind, severity }: NewKind): string {
  return `# ${kind}

${sentence(kind)}: say what has gone wrong, for whom, and what happens when it stays so.
Severity \`${severity}\`.

## See

\`\`\`sql
select subject, state, since, evidence ->> 'message' as message
from analytics.findings where kind = '${kind}';
\`\`\`

## Repair

Say what to do first, and how to know that it has helped.

## Mute

Say how an incident of it is kept quiet, or why it cannot be.
`;
}

/** The page with the new kind as the last row of its list. @throws Error if the page has no list */
export function withRow(page: string, { kind, severity }: NewKind): string {
  const row = `| [${kind}](${kind}.md) | ${severity} | ${kind.replaceAll("_", " ")} |`;
  const rows = [...page.matchAll(/^\| \[[a-z_]+\]\([a-z_]+\.md\) \| [a-z]+ \|.*$/gm)];
  const last = rows.at(-1);
  if (last === undefined) {
    throw new Error(`docs/runbook/README.md has no list of kinds: add the row "${row}" by hand`);
  }
  const end = last.index + last[0].length;
  return `${page.slice(0, end)}\n${row}${page.slice(end)}`;
}
