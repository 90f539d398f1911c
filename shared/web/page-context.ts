import type { FastifyInstance, FastifyRequest } from 'fastify';
import { wantsPage } from './navigation.ts';
import type { Principal } from './principal.ts';

/** What the header of every page tells about the whole system. */
export interface PageFacts {
  /** How many documents have failed. */
  failed: number;
}

/**
 * What every template has without being given it, for the layout: who looks (null where nobody is
 * signed in), which screen is current and whether it has a stream, and how many documents failed
 * (null where that is not known). A page overrides what concerns it.
 */
export interface PageContext {
  viewer: Pick<Principal, 'name' | 'role'> | null;
  active: string;
  live: boolean;
  failed: number | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    pageContext(): Promise<PageContext>;
  }
}

/** Gives it to every page, that of an error too. A page is shown without facts that cannot be read. */
export function installPageContext(
  app: FastifyInstance,
  readFacts: (() => Promise<PageFacts>) | undefined,
): void {
  async function factsFor(request: FastifyRequest): Promise<PageFacts | null> {
    if (!readFacts || !request.visitor || !wantsPage(request)) return null;
    try {
      return await readFacts();
    } catch (error) {
      request.log.warn({ err: error }, 'the facts of the page header could not be read');
      return null;
    }
  }

  app.decorateRequest('pageContext', async function pageContext(this: FastifyRequest) {
    const { visitor } = this;
    return {
      viewer: visitor && { name: visitor.name, role: visitor.role },
      active: '',
      live: false,
      failed: (await factsFor(this))?.failed ?? null,
    };
  });
  app.addHook('preHandler', async (request, reply) => {
    Object.assign(reply, { locals: await request.pageContext() });
  });
}
