import nunjucks from 'nunjucks';
import { root } from './paths.ts';
import { assetUrl } from './asset-url.ts';

/**
 * The one environment that renders pages and, outside of any request, the rows of live streams:
 * everything is escaped, and an undefined value is an error instead of an empty place. Templates are
 * named from the root of the project: `views/error.njk`, `slices/document-board/row.njk`.
 *
 * Every template can call `asset('/public/styles.css')` for an address that may be cached for ever,
 * and write `count | thousands`.
 */
export function createTemplates(folder = root('')): nunjucks.Environment {
  const loader = new nunjucks.FileSystemLoader(folder, {
    noCache: process.env['NODE_ENV'] === 'development',
  });
  const environment = new nunjucks.Environment(loader, {
    autoescape: true,
    throwOnUndefined: true,
  });
  environment.addGlobal('asset', assetUrl);
  environment.addFilter('thousands', (count: number) => count.toLocaleString('en'));
  return environment;
}
