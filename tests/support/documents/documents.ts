import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

/** Every Markdown file that people read, relative to the project, in order. */
export async function documents(): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(projectFolder)) {
    if (entry.isFile && entry.name.endsWith(".md")) found.push(entry.name);
  }
  for (const folder of ["app", "docs", "packs", "stack", "samples", "bench"]) {
    await collect(join(projectFolder, folder), found);
  }
  return found.sort();
}

async function collect(folder: string, found: string[]): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory && entry.name !== "node_modules" && entry.name !== "dist") await collect(path, found);
    else if (entry.name.endsWith(".md")) found.push(relative(projectFolder, path));
  }
}

export async function readDocument(path: string): Promise<string> {
  return await Deno.readTextFile(join(projectFolder, path));
}

/** A fenced block of a document. */
export interface Block {
  readonly document: string;
  /** Line of its first fence, counted from 1. */
  readonly line: number;
  /** The text after the fence: "sh", "json output". */
  readonly info: string;
  readonly text: string;
}

export function blocksOf(document: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; lines: string[]; indent: string } | null = null;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (open === null) {
      if (fence !== null) open = { line: index + 1, info: (fence[2] ?? "").trim(), lines: [], indent: fence[1] ?? "" };
    } else if (fence !== null && fence[2] === "") {
      blocks.push({ document, line: open.line, info: open.info, text: open.lines.join("\n") });
      open = null;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  if (open !== null) throw new Error(`${document}:${open.line} opens a block and does not close it`);
  return blocks;
}

export async function allBlocks(): Promise<Block[]> {
  const found = (await documents()).map(async (document) => blocksOf(document, await readDocument(document)));
  return (await Promise.all(found)).flat();
}
