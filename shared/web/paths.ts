import { fileURLToPath } from 'node:url';

/** An absolute path inside the project, from its root. */
export const root = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));
