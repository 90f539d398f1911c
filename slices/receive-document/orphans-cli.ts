import { parseArgs } from 'node:util';
import { blobFolder, createFolderBlobStore } from '../../shared/blobs.ts';
import { runCommand, withServerDatabase } from '../../shared/command-line.ts';
import { sweepOrphans } from './orphans.ts';

await runCommand(() => {
  const { values } = parseArgs({ options: { remove: { type: 'boolean', default: false } } });
  return withServerDatabase((database, config) =>
    sweepOrphans(database, createFolderBlobStore(blobFolder(config)), {
      ...values,
      now: Date.now(),
    }),
  );
});
