-- Object: public.user_role
-- Why: type of the application's tables; see public.orgs.
create type public.user_role as enum ('admin', 'manager', 'trainee');
