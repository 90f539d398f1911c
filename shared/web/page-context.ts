import type { FastifyRequest } from 'fastify';

/**
 * What every template has without being given it, for the layout: who looks (null where nobody is
 * signed in), which screen is current and whether it has a stream. A page overrides the last two.
 */
export const pageContext = ({ visitor }: FastifyRequest) => ({
  viewer: visitor && { name: visitor.name, role: visitor.role },
  active: '',
  live: false,
});
