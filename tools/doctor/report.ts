import type { Examination } from "./examine.ts";
import { SEVERITIES } from "./kinds.ts";

/** The examination for people: a table, then a repair for each of its lines. */
export function inWords(examination: Examination, source: string): string {
  const { findings, unchecked } = examination;
  return [
    headline(examination, source),
    ...(findings.length > 0 ? ["", table(examination)] : []),
    ...unchecked.map(({ check, kinds, reason }) => `\nNot examined: ${[check, ...kinds].join(", ")}: ${reason}`),
    ...repairs(examination),
    "",
    verdict(examination),
  ].join("\n");
}

function headline(
  { address, database, server_version, cron_version, has_freshet, job_count }: Examination,
  source: string,
): string {
  const cron = cron_version === null ? "without pg_cron" : `pg_cron ${cron_version}, ${job_count} jobs`;
  const freshet = has_freshet ? "Freshet is installed" : "Freshet is not installed";
  return `Database "${database}" at ${address} (${source}), PostgreSQL ${server_version}, ${cron}; ${freshet}. Read only: nothing was changed.`;
}

function table({ findings }: Examination): string {
  const rows = findings.map(({ severity, kind, subject, message }, index) =>
    [String(index + 1), severity, kind, shorten(subject, 40), message] as const
  );
  const head = ["", "severity", "kind", "subject", "what is wrong"] as const;
  const widths = [0, 1, 2, 3].map((column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => plain(cell).padEnd(widths[column] ?? 0)).join("  ").trimEnd())
    .join("\n");
}

function repairs({ findings }: Examination): string[] {
  return findings.flatMap(({ kind, subject, repair_sql, runbook }, index) => [
    "",
    `${index + 1}. ${kind}: ${plain(subject)}   (${runbook})`,
    ...(repair_sql === null ? [] : repair_sql.split("\n").map((line) => `     ${line}`)),
  ]);
}

function verdict({ findings, unchecked }: Examination): string {
  if (findings.length === 0 && unchecked.length === 0) return "Nothing is wrong that can be seen from here.";
  const counts = SEVERITIES.map((severity) => [findings.filter((one) => one.severity === severity).length, severity])
    .filter(([count]) => count !== 0).map(([count, severity]) => `${count} ${severity}`);
  const missing = unchecked.length === 0 ? [] : [`${unchecked.length} checks could not be made`];
  return [...counts, ...missing].join(", ");
}

/** Removes control characters: a job's name comes from others and must not move the terminal's cursor. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/**
 * The exit code: 0 no findings or only notes, 1 warnings, 2 errors, 3 fatal findings; 4 if a check could not run and
 * nothing worse is known.
 */
export function exitCode({ findings, unchecked }: Examination): number {
  const severities = new Set(findings.map((finding) => finding.severity));
  if (severities.has("fatal")) return 3;
  if (unchecked.length > 0) return 4;
  return severities.has("error") ? 2 : severities.has("warning") ? 1 : 0;
}
