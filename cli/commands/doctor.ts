import process from "node:process";
import type { Command } from "../command.ts";
import { databaseUrl, parseArguments, usage } from "../../tools/doctor/arguments.ts";
import { DoctorError } from "../../tools/doctor/doctor_error.ts";
import { examine } from "../../tools/doctor/examine.ts";
import { exitCode, inWords } from "../../tools/doctor/report.ts";

const VARIABLE = "FRESHET_DATABASE_URL";
const CALLED = { name: "npx freshet doctor", otherwise: VARIABLE };

export const doctor: Command = {
  what: "examine the jobs of any PostgreSQL with pg_cron; nothing needs to be installed",
  help: usage(CALLED),
  async run(args, { say }) {
    const { dbUrl, json } = parseArguments(args, CALLED);
    const given = dbUrl ?? process.env[VARIABLE];
    if (!given) throw new DoctorError("there is no database to examine", `give one with --db-url URL or ${VARIABLE}`);
    const examination = await examine(databaseUrl(given, VARIABLE));
    say(json ? JSON.stringify(examination, null, 2) : inWords(examination, dbUrl === null ? VARIABLE : "--db-url"));
    return exitCode(examination);
  },
};
