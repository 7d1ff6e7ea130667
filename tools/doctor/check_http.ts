import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import { literal } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** What became of HTTP calls, as far as pg_net remembers: six hours, and not which job made them. */
export const http: Check = {
  name: "http",
  kinds: ["http_failed", "net_worker_gone", "secret_missing"],
  needs: "net",
  run: async (patient) => [
    ...(await failedAnswers(patient)),
    ...(await workerGone(patient)),
    ...(await missingSecrets(patient)),
  ],
};

async function failedAnswers({ session }: Patient): Promise<Finding[]> {
  const rows = await session`
    select
      case when r.status_code is not null then r.status_code::text when r.timed_out then 'timed out' else 'no answer' end as outcome,
      count(*)::integer as count, (select count(*)::integer from net._http_response) as total, max(r.created) as last_at
    from net._http_response as r
    where coalesce(r.status_code, 0) not between 200 and 299
    group by 1
    order by 2 desc`;
  return rows.map((row) => ({
    kind: "http_failed",
    subject: `net._http_response: ${row["outcome"]}`,
    message: `${row["count"]} of ${row["total"]} answers of the last hours: ${
      row["outcome"]
    }; to pg_cron their jobs succeeded`,
    repair: "select id, created, status_code, timed_out, error_msg, left(content, 200) from net._http_response\n" +
      "where coalesce(status_code, 0) not between 200 and 299 order by id desc limit 20;",
  }));
}

async function workerGone({ session, sees_processes }: Patient): Promise<Finding[]> {
  const [row] = await session`
    select
      exists (select from pg_extension where extname = 'pg_net')
        and not exists (
          select from pg_stat_activity as a where a.backend_type like 'pg_net%' or a.application_name like 'pg_net%'
        ) as is_gone,
      (select count(*)::integer from net.http_request_queue) as waiting`;
  // Other roles' processes have no name for one who may not look.
  if (!sees_processes || row?.["is_gone"] !== true) return [];
  return [{
    kind: "net_worker_gone",
    subject: "pg_net",
    message: `its worker is gone, ${row["waiting"]} requests wait: HTTP jobs succeed and nothing is sent`,
    repair: "select net.worker_restart();",
  }];
}

const VAULT_NAME = /decrypted_secrets\s+(?:as\s+\w+\s+|\w+\s+)?where\s+(?:\w+\.)?name\s*=\s*'([^']+)'/gi;

/** By name only: no secret is decrypted here. */
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
