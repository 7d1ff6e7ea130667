-- Object: check constraints of analytics.fact_scenario_attempts, public.users
-- Why: a fact is a copy of an attempt, and what an attempt may not say a fact may not say either: rows that reach the table
--      past the triggers are in every figure, and one NaN is the average of an organisation. An id of a person is part of
--      the keys of views, and an index takes no more than 2,704 bytes: one that only just fits the table would stop the
--      refresh. Not validated: what is there already goes on being there.

alter table analytics.fact_scenario_attempts
    add constraint fact_scenario_attempts_score_check check (abs(score) < 1e15) not valid,
    add constraint fact_scenario_attempts_duration_seconds_check check (duration_seconds >= 0) not valid,
    add constraint fact_scenario_attempts_talk_ms_check check (talk_ms >= 0) not valid,
    add constraint fact_scenario_attempts_listen_ms_check check (listen_ms >= 0) not valid,
    add constraint fact_scenario_attempts_started_at_check
        check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00') not valid,
    add constraint fact_scenario_attempts_ended_at_check
        check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00') not valid,
    add constraint fact_scenario_attempts_user_id_check check (octet_length(user_id) <= 1000) not valid;

alter table public.users add constraint users_id_check check (octet_length(id) <= 1000) not valid;
