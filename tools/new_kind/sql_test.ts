import type { NewKind } from "./names.ts";
import type { Neighbours } from "./schema_file.ts";

/** The path of a kind's pgTAP test, relative to the project. */
export function sqlTestPath({ kind }: NewKind): string {
  return `tests/sql/detect_${kind}/nothing_is_told_while_nothing_is_wrong.test.sql`;
}

export function sqlTestSource({ kind }: NewKind, { schema }: Neighbours): string {
  return `begin;
select plan(3);

select is_empty($$ select from ${schema}.find_${kind}() $$, 'nothing is wrong in an empty database');

select analytics.audit_pass();
select is_empty(
    $$ select from analytics.findings where kind = '${kind}' and state = 'bad' $$,
    'a pass finds nothing'
);
select is_empty(
    $$ select evidence ->> 'message' from analytics.findings where kind = 'detector_failed' and subject = '${kind}' and state = 'bad' $$,
    'the detector runs in a pass'
);

select * from finish();
rollback;
`;
}
