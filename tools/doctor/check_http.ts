import type { Check } from "./check.ts";
import { type Finding, literal } from "./finding.ts";
import { failedAnswers, failedCalls } from "./http_answers.ts";
import type { Patient } from "./patient.ts";

/** Outcomes of HTTP calls in pg_net's last six hours. Only Freshet's ledger knows which job made a call. */
export const http: Check = {
  name: "http",
  kinds: ["http_failed", "http_untracked", "net_worker_gone", "secret_missing"],
  needs: "net",
  run: async (patient) => [
    ...(patient.has_freshet ? await failedCalls(patient) : []),
    ...(await failedAnswers(patient)),
    ...(await workerGone(patient)),
    ...(await missingSecrets(patient)),
  ],
};

async function workerGone({ session, sees_processes }: Patient): Promise<Finding[]> {
  const [row] = await session`
    select
      exists (select from pg_extension where extname = 'pg_net')
        and not exists (
          select from pg_stat_activity as a where a.backend_type like 'pg_net%' or a.application_name like 'pg_net%'
        ) as is_gone,
      (select count(*)::integer from net.http_request_queue) as waiting`;
  // A role without pg_read_all_stats cannot see what other roles' processes are.
  if (!sees_processes || row?.["is_gone"] !== true) return [];
  return [{
    kind: "net_worker_gone",
    subject: "pg_net",
    message: `its worker is gone, ${row["waiting"]} requests wait: HTTP jobs succeed and nothing is sent`,
    repair: "select net.worker_restart();",
  }];
}

const VAULT_NAME = /decrypted_secrets\s+(?:as\s+\w+\s+|\w+\s+)?where\s+(?:\w+\.)?name\s*=\s*'([^']+)'/gi;

/** Looks secrets up by name only: none is decrypted. */
async function missingSecrets({ session, jobs }: Patient): Promise<Finding[]> {
  const [vault] = await session`select to_regclass('vault.secrets') is not null as is_there`;
  const wanted = jobs.flatMap((job) =>
    [...job.command.matchAll(VAULT_NAME)].map(([, secret = ""]) => ({ job, secret }))
  );
  if (wanted.length === 0) return [];
  const rows = vault?.["is_there"] === true ? await session`select name from vault.secrets where name is not null` : [];
  const present = new Set(rows.map((row) => String(row["name"])));
  return wanted.filter(({ secret }) => !present.has(secret)).map(({ job, secret }) => ({
    kind: "secret_missing",
    subject: secret,
    job: job.name,
    schedule: job.schedule,
    message: `job "${job.name}" reads it from Vault, and it is not there: the call goes out without it`,
    repair: `select vault.create_secret('…', ${literal(secret)});`,
  }));
}
