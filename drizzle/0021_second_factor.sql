-- A second factor (TOTP) beside the password. That somebody has one folds the stream user-{id};
-- secrets are no facts and stay out of the log.

alter table users add column second_factor boolean not null default false;
--> statement-breakpoint

-- The secret, sealed under SECRET_KEY; it counts once a first code was entered. `last_step`: the
-- 30 seconds of the newest code that was used, since each works once.
create table second_factors (
  user_id uuid primary key references users (id) on delete cascade,
  sealed text not null,
  made_at timestamptz not null,
  confirmed boolean not null default false,
  last_step bigint not null default 0
);
--> statement-breakpoint

-- In place of a code, each once; by their hash.
create table backup_codes (
  user_id uuid not null references users (id) on delete cascade,
  hash text not null,
  primary key (user_id, hash)
);
--> statement-breakpoint

-- Whoever has proved who they are by a password or a link, and owes the code; by the hash of what
-- their cookie holds.
create table second_steps (
  hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  opened_by text not null check (opened_by in ('link', 'password')),
  expires_at timestamptz not null,
  wrong integer not null default 0
);
--> statement-breakpoint
create index second_steps_user on second_steps (user_id);
