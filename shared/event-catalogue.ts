import { Compile, type Validator } from 'typebox/compile';
import type { EventDefinition, NewEvent, StoredEvent } from './event.ts';

export interface EventCatalogue {
  definitions: readonly EventDefinition[];
  find(type: string): EventDefinition | undefined;
  /** Brings a stored event to the newest shape of its type; an unknown type passes as it is. */
  upcast(event: StoredEvent): StoredEvent;
  /** Throws when an event is not of a defined type or its data not of that type's schema: a bug, told before it is stored. */
  check(event: NewEvent): void;
}

/** The events of all slices. Two definitions of one type are refused. */
export function eventCatalogue(definitions: readonly EventDefinition[]): EventCatalogue {
  const byType = new Map<string, EventDefinition>();
  const validators = new Map<string, Validator>();
  for (const definition of definitions) {
    if (byType.has(definition.type)) throw new Error(`Event ${definition.type} is defined twice.`);
    byType.set(definition.type, definition);
  }

  /** Compiled when it is first needed: together they would take a twentieth of a start. */
  function validatorOf({ type, schema }: EventDefinition): Validator {
    const validator = validators.get(type) ?? Compile(schema);
    validators.set(type, validator);
    return validator;
  }

  return {
    definitions,
    find: (type) => byType.get(type),
    upcast(event) {
      const definition = byType.get(event.type);
      if (!definition || event.schemaVersion >= definition.version) return event;
      const data = definition.upcasters
        .slice(event.schemaVersion - 1)
        .reduce((older, upcaster) => upcaster(older), event.data);
      return { ...event, data, schemaVersion: definition.version };
    },
    check(event) {
      const definition = byType.get(event.type);
      if (!definition) throw new Error(`Event ${event.type} is in no slice's manifest.`);
      const validator = validatorOf(definition);
      if (validator.Check(event.data)) return;
      const [first] = validator.Errors(event.data);
      throw new Error(
        `Event ${event.type} does not fit its schema: ${first?.instancePath ?? ''} ${first?.message ?? ''}`,
      );
    },
  };
}
