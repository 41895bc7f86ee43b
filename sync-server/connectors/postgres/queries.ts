/** Timestamps leave the database as text: a driver's dates depend on the time zone of the computer. */
const instant = (expression: string): string =>
  `case when isfinite(${expression}) then to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end`;

export const BEGIN = 'begin transaction isolation level repeatable read read only';

export const WHERE_AND_WHEN = `
  select ${instant('clock_timestamp()')} as "asOf", current_database() as "database", d.oid::text as "databaseOid",
    current_setting('server_version_num')::int as "version"
  from pg_catalog.pg_database d where d.datname = current_database()`;

export const SYSTEM_ID = 'select system_identifier::text as id from pg_catalog.pg_control_system()';

/** Names every column on purpose: `rolpassword` is never selected, not even masked. Built-in roles only where one can log in. */
export const ROLES = `
  select oid::text as oid, rolname as name, rolcanlogin as login, rolsuper as superuser, rolcreaterole as "createRole",
    rolcreatedb as "createDatabase", rolreplication as replication, rolbypassrls as "bypassRowSecurity", rolinherit as inherit,
    ${instant('rolvaliduntil')} as "validUntil", pg_catalog.shobj_description(oid, 'pg_authid') as comment
  from pg_catalog.pg_roles where rolname !~ '^pg_' or rolcanlogin order by oid`;

/** Built-in roles are named here although they are not listed: being a member of one is a right. */
export const BUILT_IN = `select oid::text as oid, rolname as name from pg_catalog.pg_roles where rolname ~ '^pg_' and not rolcanlogin`;

/** `to_jsonb` because `inherit_option` exists from version 16 on. One pair may have several grantors there. */
export const MEMBERSHIPS = `
  select roleid::text as "group", member::text as member, bool_or(admin_option) as admin,
    bool_or((to_jsonb(m)->>'inherit_option')::boolean) as inherits
  from pg_catalog.pg_auth_members m group by roleid, member order by roleid, member`;

const NOT_BUILT_IN = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** Summarised in the database: one row per grantee, schema and privilege, however many tables there are. */
export const TABLE_GRANTS = `
  with relation as (
    select c.relname, c.relowner, n.nspname, c.relacl, count(*) over (partition by n.nspname) as total
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${NOT_BUILT_IN})
  select a.grantee::text as grantee, 'table' as "on", r.nspname as schema, a.privilege_type as privilege, a.is_grantable as grantable,
    count(*)::int as objects, max(r.total)::int as total, (array_agg(r.relname::text order by r.relname))[1:3] as examples,
    a.grantee = r.relowner as owned
  from relation r cross join lateral pg_catalog.aclexplode(coalesce(r.relacl, pg_catalog.acldefault('r', r.relowner))) a
  group by a.grantee, r.nspname, a.privilege_type, a.is_grantable, a.grantee = r.relowner
  order by 1, 3, 4, 5 limit 20000`;

export const SCHEMA_GRANTS = `
  select a.grantee::text as grantee, 'schema' as "on", n.nspname as schema, a.privilege_type as privilege, a.is_grantable as grantable,
    1 as objects, 1 as total, array[]::text[] as examples, a.grantee = n.nspowner as owned
  from pg_catalog.pg_namespace n
  cross join lateral pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a
  where ${NOT_BUILT_IN} and a.privilege_type <> 'USAGE' order by 1, 3, 4, 5 limit 20000`;

/** CONNECT and TEMPORARY reach no data by themselves and every role has them by default. */
export const DATABASE_GRANTS = `
  select a.grantee::text as grantee, 'database' as "on", null as schema, a.privilege_type as privilege, a.is_grantable as grantable,
    1 as objects, 1 as total, array[]::text[] as examples, a.grantee = d.datdba as owned
  from pg_catalog.pg_database d
  cross join lateral pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
  where d.datname = current_database() and a.privilege_type not in ('CONNECT', 'TEMPORARY') order by 1, 4, 5`;

/** Every role may run a function by default: only where somebody granted it does it say something. */
export const FUNCTION_GRANTS = `
  select a.grantee::text as grantee, 'function' as "on", n.nspname as schema, a.privilege_type as privilege, a.is_grantable as grantable,
    count(*)::int as objects, count(*)::int as total, (array_agg(p.proname::text order by p.proname))[1:3] as examples, false as owned
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  cross join lateral pg_catalog.aclexplode(p.proacl) a
  where p.proacl is not null and a.grantee not in (0, p.proowner) and ${NOT_BUILT_IN}
  group by a.grantee, n.nspname, a.privilege_type, a.is_grantable order by 1, 3, 4, 5 limit 20000`;

/** One role by object id, as every other session sees it. */
export const COMMENT_OF = `
  select rolname as name, pg_catalog.shobj_description(oid, 'pg_authid') as comment from pg_catalog.pg_roles where oid = $1::oid`;

export const DATABASE_OID = 'select oid::text as oid from pg_catalog.pg_database where datname = current_database()';

/** Somebody else holds the role: better to try again than to hold the source up. */
export const LOCK_TIMEOUT = "set local lock_timeout = '15s'";

/** What writing comments needs on top of reading. Printed only where somebody asks for it. */
export const writingRights = (user: string): string =>
  [
    '-- only to send owner, team and application back as comments on roles:',
    `ALTER ROLE ${quoted(user)} CREATEROLE;`,
    '-- from PostgreSQL 16 on also, for each role whose comment may be written (superusers need a superuser):',
    `-- GRANT "the role" TO ${quoted(user)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`,
  ].join('\n');

/** The least rights that a listing needs, to run once as an administrator. */
export const leastRights = (user: string, database: string): string =>
  [
    `CREATE ROLE ${quoted(user)} LOGIN;`,
    `-- then set its password with \\password ${quoted(user)} in psql, so that it enters no log`,
    `GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(user)};`,
    `GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO ${quoted(user)};`,
    `COMMENT ON ROLE ${quoted(user)} IS 'Muster reads roles and rights with it; it may read no data';`,
  ].join('\n');

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
