import { Type, type Static, type TObject, type TSchema } from 'typebox';

/** Who and what led to an event. `correlation` is the first cause of a chain, `causation` the event right before. */
export interface EventMetadata {
  correlation: string;
  causation: string | null;
  /** `user:<id>`, `token:<id>` or `system:<reactor>`. */
  actor: string;
  /** The command or reaction that stated it. */
  command: string;
  /** The address that a command came from by HTTP; for the audit alone. */
  from?: string;
}

/** A fact as it stands in the log. `position` orders all events, `version` those of one stream (from 1). */
export interface StoredEvent<Data = Record<string, unknown>> {
  position: number;
  id: string;
  stream: string;
  version: number;
  type: string;
  schemaVersion: number;
  data: Data;
  metadata: EventMetadata;
  storedAt: Date;
}

/** A fact about to be stored. Without an `id` it gets a new one. */
export interface NewEvent<Data = object> {
  id?: string;
  type: string;
  schemaVersion: number;
  data: Data;
}

/** Turns data of one schema version into that of the next. */
export type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>;

export interface EventDefinition<Name extends string = string, Schema extends TObject = TObject> {
  type: Name;
  /** Version of the newest shape; older stored ones pass through `upcasters`, one a version. */
  version: number;
  schema: Schema;
  upcasters: readonly Upcaster[];
  /** What happened, as a sentence for people. */
  sentence(data: Static<Schema>): string;
  /** Makes a new event of this type. */
  (data: Static<Schema>, id?: string): NewEvent<Static<Schema>>;
  /** Whether a stored event is of this type; narrows its data. */
  is(event: StoredEvent): event is StoredEvent<Static<Schema>>;
}

/** Marks a field that holds personal data: erasure blanks exactly these, so folds accept null there. */
export function personal<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()], { personal: true });
}

/**
 * Defines a fact: past tense, the domain's words, plain data. `upcasters[n]` turns version n + 1
 * into n + 2, so the version of the newest shape is `upcasters.length + 1`.
 */
export function defineEvent<const Name extends string, Schema extends TObject>(
  type: Name,
  options: {
    schema: Schema;
    sentence: (data: Static<Schema>) => string;
    upcasters?: readonly Upcaster[];
  },
): EventDefinition<Name, Schema> {
  const upcasters = options.upcasters ?? [];
  const version = upcasters.length + 1;
  const create = (data: Static<Schema>, id?: string): NewEvent<Static<Schema>> => ({
    ...(id === undefined ? {} : { id }),
    type,
    schemaVersion: version,
    data,
  });
  const is = (event: StoredEvent): event is StoredEvent<Static<Schema>> => event.type === type;
  return Object.assign(create, {
    type,
    version,
    schema: options.schema,
    upcasters,
    sentence: options.sentence,
    is,
  });
}

/** The stream that holds every fact about a document, whichever slice states it. */
export function documentStream(id: string): string {
  return `document-${id}`;
}

/** The document a stream is about, or null when it is about something else. */
export function documentOf(stream: string): string | null {
  return stream.startsWith('document-') ? stream.slice('document-'.length) : null;
}
