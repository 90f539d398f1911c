import fastifyStatic from '@fastify/static';
import { assetFolders, assetVersion } from './asset-url.ts';
import type { FastifyInstance } from 'fastify';

/**
 * Serves public/ and htmx. Asked for by the version of its content a file may be kept for ever;
 * asked for otherwise it is revalidated by its ETag.
 */
export async function installStaticFiles(app: FastifyInstance): Promise<void> {
  for (const [index, [prefix, root]] of Object.entries(assetFolders).entries()) {
    await app.register(fastifyStatic, {
      root,
      prefix,
      decorateReply: index === 0,
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply) => {
        reply.header('cache-control', cacheControl(reply.request.url));
      },
    });
  }
}

function cacheControl(url: string): string {
  const [path = '', query] = url.split('?', 2);
  const version = new URLSearchParams(query).get('v');
  return version !== null && version === assetVersion(path)
    ? 'public, max-age=31536000, immutable'
    : 'no-cache';
}
