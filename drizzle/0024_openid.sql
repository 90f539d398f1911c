-- Signing in by OpenID Connect: who somebody is at the provider. It folds the stream user-{id}, like
-- all that is known of a user.
alter table users add column issuer text;
--> statement-breakpoint
alter table users add column subject text;
--> statement-breakpoint
create unique index users_identity on users (issuer, subject);
--> statement-breakpoint
alter table sessions drop constraint sessions_opened_by_check;
--> statement-breakpoint
alter table sessions add constraint sessions_opened_by_check
check (opened_by in ('link', 'password', 'single sign-on'));
--> statement-breakpoint

-- What the provider says of people is told by the audit, too.
drop index events_by_people;
--> statement-breakpoint
drop index events_by_person;
--> statement-breakpoint
create index events_by_people on events (position)
where metadata ->> 'actor' ~ '^(user|token):|^system:(command-line|openid-connect)$';
--> statement-breakpoint
create index events_by_person on events ((metadata ->> 'actor'), position)
where metadata ->> 'actor' ~ '^(user|token):|^system:(command-line|openid-connect)$';
