import type { Slice } from '../../shared/slice.ts';
import { systemRoutes, type SystemDependencies } from './routes.ts';

/** What the machinery is doing: subscriptions, queues, read models, events; and whether it is well. */
export function system(dependencies: SystemDependencies): Slice {
  const ended = new AbortController();
  return {
    name: 'system',
    summary: 'Shows what the machinery is doing, rebuilds read models, and answers probes.',
    screens: [
      {
        name: 'System',
        url: '/system',
        shows: ['subscriptions'],
        offers: ['rebuild a read model'],
      },
      { name: 'Metrics', url: '/metrics', shows: ['subscriptions'] },
    ],
    commands: [{ name: 'rebuild a read model', by: ['admin'], states: [] }],
    routes: (app, runtime) => systemRoutes(app, runtime, dependencies, ended.signal),
    async stop() {
      ended.abort();
    },
  };
}
