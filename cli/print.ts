import type { Plan, PlannedFile } from "./plan.ts";

const SIGNS: Readonly<Record<PlannedFile["action"], string>> = { add: "+", edit: "~", replace: "~", delete: "-" };

/** The plan in words. */
export function inWords(plan: Plan): string {
  const lines = [`Freshet ${plan.version}, profile ${plan.profile}${plan.with.map((name) => ` + ${name}`).join("")}`];
  for (const note of plan.notes) lines.push(`  · ${note}`);
  for (const problem of plan.problems) lines.push(`  ✗ ${problem}`);
  if (plan.files.length === 0) lines.push("Nothing is missing.");
  for (const { action, path } of plan.files) lines.push(`  ${SIGNS[action]} ${path}`);
  for (const path of plan.kept) lines.push(`  = ${path} (yours: it differs from what this version writes, and stays)`);
  return lines.join("\n");
}
