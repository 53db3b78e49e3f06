CREATE UNIQUE INDEX "keys_of_user" on "orders" ("user_id", "idempotency_key");
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE "order_items" ("order_id" integer not null references "orders" ("id"), "product_id" integer not null check (product_id > 0), "quantity" integer not null check (quantity between 1 and 1000), "price_minor" integer check (price_minor > 0), constraint "order_items_key" primary key ("order_id", "product_id")) strict;
CREATE TABLE "orders" ("id" integer primary key autoincrement, "user_id" integer not null check (user_id > 0), "amount_minor" integer not null check (amount_minor > 0 or amount_minor = 0 and status <> 'CONFIRMED'), "status" text not null check (status in ('PENDING', 'CONFIRMED', 'CANCELLED')), "idempotency_key" text, "created_at" text not null) strict;
CREATE INDEX "orders_of_user" on "orders" ("user_id", "id");
CREATE TABLE "sagas" ("order_id" integer primary key references "orders" ("id"), "state" text not null check (state in ('RESERVING', 'RELEASING', 'ENDED')), "refusal" text, "problem" text, "changed_at" text not null, "process_id" integer) strict;
CREATE INDEX "sagas_not_ended" on "sagas" ("order_id") where "state" <> 'ENDED';
CREATE TABLE sqlite_sequence(name,seq);
