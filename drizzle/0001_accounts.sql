-- People, and the credentials of people and programs. Secrets are stored as SHA-256 only.

create table users (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('uploader', 'viewer', 'operator', 'admin')),
  created_at timestamptz not null
);
--> statement-breakpoint

-- Whoever holds the first sign-in link.
insert into users (id, name, role, created_at)
values (gen_random_uuid(), 'Administrator', 'admin', now());
--> statement-breakpoint

create table api_tokens (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('uploader', 'viewer', 'operator', 'admin')),
  prefix text not null,
  hash text not null unique,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
--> statement-breakpoint

create table sessions (
  hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_seen_at timestamptz not null
);
--> statement-breakpoint

create table sign_in_links (
  hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
