import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// `npm start`. Half of the time until it runs goes into compiling: that is kept beside what was
// installed, and what is imported statically would be compiled before.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/doctrail'));
await import('./start.ts');
