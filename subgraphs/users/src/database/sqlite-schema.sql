CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE "users" ("id" integer primary key autoincrement, "name" text not null check (length(name) between 1 and 100), "email" text not null check (length(email) between 3 and 254), "email_key" text not null unique, "created_at" text not null) strict;
