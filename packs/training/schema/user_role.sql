-- Object: public.user_role
-- Why: the operational tables of a training application. Applications write here; nothing analytical is ever added to
--      them. Every reference stays inside its organisation, so that two organisations with the same user never meet.
--      A moment before 1970, or one that no date of four digits can name, is a broken clock and is refused: one such
--      row would break every answer that it is in.
--      Row security: members see their organisation's catalogue; of people, admins see everybody, managers their
--      people and themselves, trainees themselves. Writes are the service's.
create type public.user_role as enum ('admin', 'manager', 'trainee');
