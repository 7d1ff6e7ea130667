import postgres from "postgres";

/** One connection, by whose name an operator finds the session in pg_stat_activity. */
export function connect(url: string, application_name: string): postgres.Sql {
  return postgres(url, {
    max: 1,
    idle_timeout: 0,
    // A session keeps the lock, so it is not replaced after a while.
    max_lifetime: null,
    connect_timeout: 10,
    onnotice: () => {},
    // Numbers are milliseconds. A refresh sets its own limit.
    connection: { application_name, statement_timeout: 60_000, lock_timeout: 5_000 },
  });
}

/** @throws Error where the answer does not come in time: the connection may be half open */
export async function within<Answer>(milliseconds: number, answer: PromiseLike<Answer>): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1_000} s`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
