-- Question: Organisations and their ids
-- Dashboard: admin; chart: table
select o.org_id, o.name as organisation, o.created_at
from analytics.dim_orgs as o
order by o.name, o.org_id
