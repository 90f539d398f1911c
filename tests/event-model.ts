import { writeFileSync } from 'node:fs';
import { currentEventModel } from './event-model/current.ts';

/** `npm run event-model`: writes event-model.md. */
writeFileSync(new URL('../event-model.md', import.meta.url), currentEventModel());
