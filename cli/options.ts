import process from "node:process";
import { parseArgs } from "node:util";
import { CliError } from "./cli_error.ts";
import { databaseUrl } from "../tools/doctor/arguments.ts";

const VALUES = ["profile", "with", "db-url", "plan"] as const;
const FLAGS = ["dry-run", "json", "yes", "local", "drop-views", "drop-tables", "help"] as const;

export interface Options {
  readonly values: ReadonlyMap<typeof VALUES[number], string>;
  readonly flags: ReadonlySet<typeof FLAGS[number]>;
}

/** @throws CliError for an option that the command does not have; its words may hold a password and are not repeated */
export function readOptions(command: string, args: readonly string[], known: readonly string[]): Options {
  const types = [
    ...VALUES.map((name) => [name, "string"] as const),
    ...FLAGS.map((name) => [name, "boolean"] as const),
  ];
  const options = Object.fromEntries(
    types.filter(([name]) => known.includes(name) || name === "help").map(([name, type]) => [name, { type }]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    return {
      values: new Map(VALUES.flatMap((name) => typeof values[name] === "string" ? [[name, values[name]]] : [])),
      flags: new Set(FLAGS.filter((name) => values[name] === true)),
    };
  } catch {
    const words = known.map((name) => `--${name}`).join(" ");
    throw new CliError(`freshet ${command} does not understand its options`, `it has ${words} --help`);
  }
}

/** The database that was named: by --db-url, by --local, or by FRESHET_DATABASE_URL. Null: none was. */
export function databaseOf({ values, flags }: Options, local_port: number): string | null {
  const given = values.get("db-url");
  if (given !== undefined) return databaseUrl(given, "--db-url");
  if (flags.has("local")) return `postgresql://postgres:postgres@127.0.0.1:${local_port}/postgres`;
  const variable = "FRESHET_DATABASE_URL";
  const from_environment = process.env[variable];
  return from_environment ? databaseUrl(from_environment, variable) : null;
}
