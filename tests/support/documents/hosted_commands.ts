import { join } from "node:path";
import { npmFolder } from "../../../stack/npm_parts.ts";
import { commandsOf } from "./document_commands.ts";
import type { Block } from "./documents.ts";

/** A command of the Supabase CLI in a document. */
export interface CliCommand {
  readonly where: string;
  readonly version: string;
  /** The words before the first option: the command, and perhaps arguments. */
  readonly words: readonly string[];
  readonly options: readonly string[];
}

export function cliCommandsOf(block: Block): CliCommand[] {
  return commandsOf(block).flatMap((command) => {
    const [, version, rest] = /^npx -y supabase@(\S+) (.+)$/.exec(command) ?? [];
    if (version === undefined || rest === undefined) return [];
    const words = rest.split(" ");
    const first = words.findIndex((word) => word.startsWith("-"));
    return [{
      where: `${block.document}:${block.line}`,
      version,
      words: first < 0 ? words : words.slice(0, first),
      options: words.flatMap((word) => /^--[a-z-]+/.exec(word) ?? []),
    }];
  });
}

/** The part of a command that the pinned CLI does not support; null if it supports all of it. */
export async function cliFault({ words, options }: CliCommand): Promise<string | null> {
  const help = await helpOf(words.slice(0, 2));
  // For an unknown command, the CLI prints the help of the group.
  if (/^ +supabase .*<subcommand>/m.test(help) || !help.includes("USAGE")) return `supabase ${words.join(" ")}`;
  return options.find((option) => !new RegExp(`^ +${option}\\b`, "m").test(help)) ?? null;
}

const helps = new Map<string, Promise<string>>();

/** The help of a command, or of its group where there is no such command. Asked once: the CLI takes a second to start. */
function helpOf(words: readonly string[]): Promise<string> {
  const key = words.join(" ");
  const help = helps.get(key) ?? askHelp(words);
  helps.set(key, help);
  return help;
}

async function askHelp(words: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(join(npmFolder, "node_modules/.bin/supabase"), {
    args: [...words, "--help"],
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}
