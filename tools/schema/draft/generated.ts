// What a registration with "incremental => true" makes. No schema file has it, and it changes with the registration alone.

const OBJECT =
  /^\w+ freshet\.(?:definition_of_|keys_of_|log_(?:insert|update|delete|truncate)_of_|key_\d+_of_|[a-z0-9_]{12}_[0-9a-f]{32}\b)/;
const TRIGGER = /^trigger \S+\.freshet_log_(?:insert|update|delete|truncate)$/;

/** Whether a registration makes this: a name as a description has it. */
export function isGenerated(name: string): boolean {
  return OBJECT.test(name) || TRIGGER.test(name);
}

/** "relation freshet.definition_of_mv_sales" holds the query of analytics.mv_sales; null for every other name. */
export function viewOfDefinition(name: string): string | null {
  const view = /^relation freshet\.definition_of_(\w+)$/.exec(name)?.[1];
  return view === undefined ? null : `analytics.${view}`;
}
