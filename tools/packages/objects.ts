import type { Area, Policy } from "../../cli/manifest.ts";
import { fingerprint } from "../../cli/fingerprint.ts";
import { splitStatements } from "../schema/statements.ts";

const NAME = String.raw`([a-z_]+)\.("?[\w$]+"?)`;
const ROUTINE = new RegExp(String.raw`^create (?:or replace )?(?:function|procedure) ${NAME}\s*\(`);
const RELATION = new RegExp(
  String
    .raw`^create (?:or replace )?(?:unlogged )?(?:table|view|materialized view|sequence)(?: if not exists)? ${NAME}`,
);
const TYPE = new RegExp(String.raw`^create (?:type|domain) ${NAME}`);
const POLICY = new RegExp(String.raw`^create policy (\w+) on ${NAME}`);
const JOB = /^select (?:analytics\.register_job|freshet\.schedule_\w+)\(/;
const OURS = ["analytics", "freshet"];

/** The objects that the statements of an area's schema files make. Those that a statement makes when it is run are not. */
export function objectsOf(texts: readonly string[]): Area {
  const functions: Record<string, string[]> = {};
  const relations: string[] = [];
  const types: string[] = [];
  const policies: Policy[] = [];
  const roles: string[] = [];
  const jobs = { names: [] as string[], statements: [] as string[] };
  for (const { text } of texts.flatMap(splitStatements)) {
    const code = text.replace(/^(?:\s*--[^\n]*\n|\s+)+/, "");
    const routine = ROUTINE.exec(code);
    const relation = RELATION.exec(code);
    const type = TYPE.exec(code);
    const policy = POLICY.exec(code);
    if (routine !== null) {
      const known = functionText(code);
      // The catalog keeps no text of a body that was parsed when the function was made.
      if (known !== null) (functions[`${routine[1]}.${routine[2]}`] ??= []).push(fingerprint(known));
    } else if (relation !== null) relations.push(`${relation[1]}.${relation[2]}`);
    else if (type !== null) types.push(`${type[1]}.${type[2]}`);
    else if (policy !== null && !OURS.includes(policy[2] ?? "")) {
      policies.push({ name: policy[1] ?? "", table: `${policy[2]}.${policy[3]}` });
    }
    if (JOB.test(code)) jobs.statements.push(code);
    for (const [, name = ""] of code.matchAll(/^select analytics\.register_job\(\s*job_name => '([\w-]+)'/g)) {
      jobs.names.push(name);
    }
    for (const [, role = ""] of code.matchAll(/\bcreate role (\w+)/g)) roles.push(role);
  }
  return { functions: sorted(functions), relations: relations.sort(), types: types.sort(), policies, roles, jobs };
}

function functionText(code: string) {
  const quoted = /\bas\s+(\$\w*\$)([^]*)\1/.exec(code) ?? /\bas\s+(')([^']*)'/.exec(code);
  if (quoted === null) return null;
  const head = code.slice(0, quoted.index);
  // Default values of arguments end with the list of them; what a function returns never has these words.
  const settings = [...head.matchAll(/^set (\w+(?:\.\w+)?)\s*(?:=|to)\s*(.+)$/gm)].map(([, name = "", value = ""]) =>
    `${name}=${value.trim().replace(/^'(.*)'$/, "$1")}`
  );
  return {
    body: quoted[2] ?? "",
    is_definer: /^security definer$/m.test(head),
    volatility: /^(immutable|stable)\b/m.exec(head)?.[1] ?? "volatile",
    settings,
  };
}

function sorted(functions: Readonly<Record<string, string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(functions).sort().map(([name, prints]) => [name, prints.sort()]));
}
