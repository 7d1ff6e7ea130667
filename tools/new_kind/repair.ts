import type { NewKind } from "./names.ts";

const OPENING = /^const REPAIRS: [^\n]*= \{\n(?: {2}\.\.\.\w+,\n)*/m;

/** The file under shared/ that holds REPAIRS: what to run first for each kind. @throws Error if no file does */
export async function findRepairs(root: string): Promise<string> {
  return await findFile(root, OPENING, "REPAIRS: what an alert says to run first");
}

const EVIDENCE = /^export const EVIDENCE = \{\n/m;

/** The file under shared/ that holds EVIDENCE: the fields that each repair reads. @throws Error if no file does */
export async function findEvidence(root: string): Promise<string> {
  return await findFile(root, EVIDENCE, "EVIDENCE: which evidence the repair of the kind reads");
}

/** The list with the new kind, whose repair reads no evidence yet. */
export function withEvidence(source: string, { kind }: NewKind): string {
  return source.replace(EVIDENCE, (opening) => `${opening}  ${kind}: [],\n`);
}

/** The list with an entry for the new kind, which selects the finding. */
export function withRepair(source: string, { kind }: NewKind): string {
  const entry = `  ${kind}: ({ subject }) =>
    \`select state, since, evidence from analytics.findings where kind = '${kind}' and subject = \${literal(subject)};\`,
`;
  return source.replace(OPENING, (opening) => opening + entry);
}

async function findFile(root: string, opening: RegExp, list: string): Promise<string> {
  for await (const path of typescriptFiles(`${root}shared`)) {
    if (opening.test(await Deno.readTextFile(path))) return path;
  }
  throw new Error(`No file in shared/ has a list ${list} has to be added by hand`);
}

async function* typescriptFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* typescriptFiles(path);
    else if (path.endsWith(".ts")) yield path;
  }
}
