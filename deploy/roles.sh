#!/bin/sh
# Runs once, when the database is made: the owner migrates, the application may not change tables.
# The same roles as ehr_project/database/roles.py makes.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$CHARTWAVE_OWNER_PASSWORD" -v app="$CHARTWAVE_APP_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE chartwave_owner LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'owner';
CREATE ROLE chartwave_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'app';
CREATE DATABASE chartwave OWNER chartwave_owner;
REVOKE ALL ON DATABASE chartwave FROM PUBLIC;
GRANT CONNECT ON DATABASE chartwave TO chartwave_app;
SQL
