import ajvCompiler from '@fastify/ajv-compiler';
import stringifyCompiler from '@fastify/fast-json-stringify-compiler';
import type { FastifyServerOptions } from 'fastify';

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>;
type Factories = Required<NonNullable<SchemaController['compilersFactory']>>;

/** As ajv makes it: says whether data fits, and keeps why not. */
interface Validate {
  (data: unknown, context?: object): unknown;
  errors?: unknown;
  /** With it fastify tells where the data belongs, so that another value may be put in its place. */
  schemaEnv?: unknown;
}

const ajv = ajvCompiler();
const stringify = stringifyCompiler();

/**
 * Fastify's own compilers, which it would run for every schema of every route before it listens: a
 * sixth of a start. Here a schema is compiled when it is first needed.
 */
export const lazySchemas = {
  buildValidator: (...settings: Parameters<typeof ajv>) => {
    const compile = ajv(...settings) as (route: object) => Validate;
    return (route: object) => {
      let compiled: Validate | undefined;
      const validate: Validate = (data, context) => {
        compiled ??= compile(route);
        const fits = compiled(data, context);
        validate.errors = compiled.errors;
        return fits;
      };
      validate.schemaEnv = true;
      return validate;
    };
  },
  buildSerializer: (...settings) => {
    const compile = stringify(...settings);
    return (route) => {
      let compiled: ReturnType<typeof compile> | undefined;
      return (value) => (compiled ??= compile(route))(value);
    };
  },
} as Factories;
