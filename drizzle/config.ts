import { defineConfig } from 'drizzle-kit';

/**
 * `npm run migrations -- --custom --name add-thing` prepares an empty SQL file here, and its entry in the journal.
 * The SQL is written by hand, for it holds what drizzle's tables cannot say (functions, triggers),
 * so the schema that drizzle-kit insists on is a file without tables.
 */
export default defineConfig({
  dialect: 'postgresql',
  out: './drizzle',
  schema: './drizzle/config.ts',
});
