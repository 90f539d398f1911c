import type { AccessTable } from '../shared/web/access.ts';

const everybody = ['uploader', 'viewer', 'operator', 'admin'] as const;
const readers = ['viewer', 'operator', 'admin'] as const;
const receivers = ['operator', 'admin'] as const;
const administrators = ['admin'] as const;

/**
 * Who may use what: every route of the server stands here, or the server does not start. HEAD
 * follows GET. Uploaders read the JSON of their own documents only, which the routes see to.
 */
export const accessTable = {
  'GET /': readers,
  'GET /documents/:id': readers,
  'GET /documents/stream': readers,
  'GET /documents/:id/stream': readers,
  'POST /documents': receivers,
  'POST /documents/samples': receivers,

  'POST /api/documents': ['uploader', ...receivers],
  'GET /api/documents': everybody,
  'GET /api/documents/:id': everybody,
  'GET /api/documents/:id/events': everybody,
  'GET /api/documents/:id/text': everybody,
  'GET /api/documents/:id/file': everybody,
  'GET /api/documents/:id/preview.png': everybody,
  'GET /api/documents/:id/fields': everybody,

  'POST /api/documents/:id/steps/:step/retry': administrators,
  'POST /api/documents/:id/steps/:step/skip': administrators,
  'POST /api/documents/:id/steps/:step/give-up': administrators,
  'POST /api/documents/:id/cancel': administrators,
  'POST /api/documents/:id/reprocess': administrators,
  'POST /documents/:id/steps/:step/retry': administrators,
  'POST /documents/:id/steps/:step/skip': administrators,
  'POST /documents/:id/steps/:step/give-up': administrators,
  'POST /documents/:id/cancel': administrators,
  'POST /documents/:id/reprocess': administrators,

  'GET /api/failures/:group/retry': readers,
  'POST /api/failures/:group/retry': administrators,
  'POST /api/failures/:group/retry/stop': administrators,
  'POST /failures/:group/retry': administrators,
  'POST /failures/:group/retry/stop': administrators,

  'GET /failures': readers,
  'GET /failures/stream': readers,
  'GET /failures/:group': readers,
  'GET /failures/:group/stream': readers,
  'GET /failures/documents/:id': readers,
  'GET /failures/documents/:id/stream': readers,
  'GET /failures/deliveries': readers,
  'GET /api/failures': readers,
  'POST /failures/:group/resolve': administrators,
  'POST /failures/:group/ignore': administrators,
  'POST /failures/:group/reopen': administrators,
  'POST /api/failures/:group/resolve': administrators,
  'POST /api/failures/:group/ignore': administrators,
  'POST /api/failures/:group/reopen': administrators,
  'POST /failures/deliveries/run-again': administrators,
  'POST /failures/jobs/run-again': administrators,

  'GET /system': readers,
  'GET /system/stream': readers,
  'POST /system/read-models/:name/rebuild': administrators,
  'GET /metrics': readers,
  'GET /openapi.json': readers,

  'GET /sign-in': 'open',
  'GET /sign-in/:token': 'open',
  'POST /sign-out': everybody,
  'GET /livez': 'open',
  'GET /readyz': 'open',
  'GET /public/*': 'open',
  'GET /vendor/htmx/*': 'open',
} as const satisfies AccessTable;
