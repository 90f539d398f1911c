-- What people and programs did, newest first: of all, and of one of them. Parts of the log's index
-- that no reaction of the system has to keep.
create index events_by_people on events (position)
where metadata ->> 'actor' ~ '^(user|token):|^system:command-line$';
--> statement-breakpoint
create index events_by_person on events ((metadata ->> 'actor'), position)
where metadata ->> 'actor' ~ '^(user|token):|^system:command-line$';
--> statement-breakpoint

-- What was refused, counted by the hour: a flood of refusals makes no flood of rows.
create table refusals (
  id bigint generated always as identity primary key,
  hour timestamptz not null,
  actor text not null,
  address text not null,
  what text not null,
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  unique (hour, actor, address, what)
);
--> statement-breakpoint
create index refusals_last on refusals (last_at);
