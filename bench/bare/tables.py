"""The bare tables, made beside the product's; apart from their models, which need a Django of their own."""

TABLES = """
CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, text varchar(80) NOT NULL);
CREATE TABLE IF NOT EXISTS bench_shift (id bigserial PRIMARY KEY, seats int NOT NULL);
CREATE TABLE IF NOT EXISTS bench_claim (id bigserial PRIMARY KEY, shift_id bigint NOT NULL REFERENCES bench_shift,
  member bigint NOT NULL, UNIQUE (shift_id, member));
CREATE TABLE IF NOT EXISTS bench_token (id bigserial PRIMARY KEY, prefix varchar(12) UNIQUE, digest bytea NOT NULL);
CREATE TABLE IF NOT EXISTS bench_contact (id bigserial PRIMARY KEY, channel varchar(20) NOT NULL, customer bigint,
  subject varchar(200) NOT NULL, arrived_at timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS bench_contact_customer ON bench_contact (customer, arrived_at DESC);
"""
