-- Object: private.detect_pace()
-- Why: how a job runs, as against whether it does. One detector a kind; they share what note_pace keeps.

create function private.detect_pace(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.note_pace(runs);
    perform private.detect_timed_out(runs);
    perform private.detect_pile_up(runs);
    perform private.detect_near_timeout();
    perform private.detect_too_fast(runs);
end
$$;
revoke all on function private.detect_pace(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_pace(private.audited_run[]) is
    'Kinds timed_out, pile_up, near_timeout and too_fast. Not idempotent: each run is given once.';
