CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE "products" ("id" integer primary key autoincrement, "name" text not null check (length(name) between 1 and 100), "price_minor" integer not null check (price_minor > 0), "stock" integer not null check (stock between 0 and put_in), "put_in" integer not null check (put_in between 0 and 2147483647)) strict;
CREATE TABLE "reservation_items" ("order_id" integer not null references "reservations" ("order_id"), "product_id" integer not null references "products" ("id"), "quantity" integer not null check (quantity > 0), "price_minor" integer not null check (price_minor > 0), constraint "reservation_items_key" primary key ("order_id", "product_id")) strict;
CREATE TABLE "reservations" ("order_id" integer primary key check (order_id > 0), "state" text not null check (state in ('RESERVED', 'RELEASED')), "changed_at" text not null) strict;
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE "submissions" ("idempotency_key" text not null primary key, "mutation" text not null check (mutation in ('createProduct', 'restock')), "input" text not null, "product_id" integer not null references "products" ("id")) strict;
