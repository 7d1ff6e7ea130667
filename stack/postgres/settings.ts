/** The inputs of the server's settings. */
export interface SettingsInput {
  readonly port: number;
  readonly socketFolder: string;
  readonly cron: "real" | "stand-in";
  readonly hasStatStatements: boolean;
  /** false: a power cut may corrupt the data. For clusters that a test throws away. */
  readonly durable: boolean;
  /** Instead of ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The server's settings, as arguments of `postgres`: those of this start win over what an older one left behind. */
export function serverSettings(input: SettingsInput): string[] {
  const preload = [
    ...(input.cron === "real" ? ["pg_cron"] : []),
    ...(input.hasStatStatements ? ["pg_stat_statements"] : []),
  ];
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(input.port),
    unix_socket_directories: input.socketFolder,
    unix_socket_permissions: "0700",
    shared_preload_libraries: preload.join(","),
    // pg_cron may hold max_running_jobs connections, the data API and the tests their pools.
    max_connections: "120",
    timezone: "UTC",
    log_timezone: "UTC",
    // The audit reads messages: they must not depend on the machine's language.
    lc_messages: "C",
    log_line_prefix: "%m [%p] %u@%d ",
    // Compiling a plan costs more than the whole query at this size.
    jit: "off",
    ...(input.cron === "real"
      ? {
        "cron.database_name": "postgres",
        // A connection for each run, as the job's user: runs then have a backend that pg_stat_activity shows.
        "cron.use_background_workers": "off",
        "cron.host": input.socketFolder,
        "cron.max_running_jobs": "16",
        "cron.timezone": "GMT",
      }
      : {}),
    ...(input.durable ? {} : { fsync: "off", full_page_writes: "off" }),
    ...input.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
