-- Accounts of people: an e-mail address and a password, links for a purpose, sessions to be listed.
-- What is known of a user (name, email, role, disabled, joined) folds the stream user-{id}, written
-- in the transaction that appends to it; secrets are no facts and stay out of the log.

alter table users add column email text;
--> statement-breakpoint
alter table users add column disabled boolean not null default false;
--> statement-breakpoint
alter table users add column joined boolean not null default false;
--> statement-breakpoint
update users set joined = true where id in (select user_id from sessions);
--> statement-breakpoint
create unique index users_email on users (lower(email));
--> statement-breakpoint

create table passwords (
  user_id uuid primary key references users (id) on delete cascade,
  hash text not null,
  set_at timestamptz not null
);
--> statement-breakpoint

alter table sessions add column id uuid not null default gen_random_uuid() unique;
--> statement-breakpoint
alter table sessions add column opened_by text not null default 'link' check (opened_by in ('link', 'password'));
--> statement-breakpoint
alter table sessions add column address text;
--> statement-breakpoint
alter table sessions add column agent text;
--> statement-breakpoint
create index sessions_user on sessions (user_id);
--> statement-breakpoint

alter table sign_in_links add column purpose text not null default 'sign-in' check (purpose in ('sign-in', 'invitation', 'reset'));
