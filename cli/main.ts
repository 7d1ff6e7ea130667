#!/usr/bin/env node
import process from "node:process";
import { CliError } from "./cli_error.ts";
import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";
import { doctor } from "./commands/doctor.ts";
import { init } from "./commands/init.ts";
import { remove } from "./commands/remove.ts";
import { upgrade } from "./commands/upgrade.ts";
import { DoctorError } from "../tools/doctor/doctor_error.ts";
import { readPackage } from "./package_files.ts";

const COMMANDS: Readonly<Record<string, Command>> = { init, check, upgrade, remove, doctor };

async function main([name = "--help", ...args]: readonly string[]): Promise<number> {
  const source = await readPackage(new URL("../", import.meta.url));
  if (name === "--version") return say(source.manifest.version);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (name === "--help" || name === "-h") return say(usage());
  if (command === undefined) throw new CliError(`freshet has no command "${name}"`, "npx freshet --help");
  if (args.includes("--help") || args.includes("-h")) return say(command.help);
  return await command.run(args, { folder: process.cwd(), source, now: new Date(), say });
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { what }]) => `  ${name.padEnd(8)}  ${what}`);
  return ["npx freshet <command> [--help]", "", ...lines].join("\n");
}

function say(line: string): 0 {
  console.log(line);
  return 0;
}

main(process.argv.slice(2)).then((code) => process.exitCode = code, (error: unknown) => {
  console.error(error instanceof CliError || error instanceof DoctorError ? `✗ ${error.message}` : error);
  process.exitCode = error instanceof DoctorError ? 4 : 2;
});
