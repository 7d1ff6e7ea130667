export { startPostgres } from "./start_postgres.ts";
export type { PostgresOptions, PostgresPart } from "./start_postgres.ts";
export { removeCluster } from "./cluster_folder.ts";
export { serverUser } from "./server_user.ts";
