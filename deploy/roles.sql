-- The two roles and the database. Run once as a superuser, on PostgreSQL 15 or newer:
--   psql -v owner_password=… -v app_password=… -f deploy/roles.sql postgres
-- The owner holds the tables and is used by migrations, backup and restore only. The application's
-- role gets its rights on each table from `manage.py prepare`, after every migration.
\set ON_ERROR_STOP on
CREATE ROLE cxportal_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE cxportal_app LOGIN PASSWORD :'app_password';
CREATE DATABASE cxportal OWNER cxportal_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE cxportal FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE cxportal TO cxportal_app;
-- Whatever is forgotten open must not hold locks for long.
ALTER ROLE cxportal_app SET idle_in_transaction_session_timeout = '60s';
