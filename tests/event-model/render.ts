import type { TObject, TSchema } from 'typebox';
import type { EventDefinition } from '../../shared/event.ts';
import type { Reactor } from '../../shared/reactor.ts';
import type { Slice } from '../../shared/slice.ts';
import { stepQueue } from '../../shared/steps/step.ts';
import type { Specification } from './specifications.ts';

/**
 * `event-model.md` from the manifests that run: per slice a diagram in the terms of event modeling
 * (screen, command, event, read model, processor), its events with their fields, and what its
 * specifications say.
 */
export function renderEventModel(
  slices: readonly Slice[],
  specifications: ReadonlyMap<string, readonly Specification[]>,
): string {
  return [
    '# Event model',
    'Made by `npm run event-model` from the manifests that run; a test fails when it differs from them.',
    'Reading a diagram: a person or a machine at a *screen* gives a *command*; it states *events*; *processors* react to events with further events or work; *read models* fold events into what screens show. Every fact about a document is on the stream `document-{id}`; fields marked *personal* can be blanked by an erasure.',
    renderListeners(slices),
    ...slices.map((slice) => renderSlice(slice, slices, specifications.get(slice.name) ?? [])),
  ]
    .join('\n\n')
    .concat('\n');
}

/** Names of everything that listens to a type of event. */
export function listenersOf(type: string, slices: readonly Slice[]): string[] {
  return slices.flatMap((slice) => [
    ...(slice.reactors ?? [])
      .filter((reactor) => heardBy(reactor).some((event) => event.type === type))
      .map(({ name }) => name),
    ...(slice.projections ?? [])
      .filter(({ folds }) => folds.some(({ event }) => event.type === type))
      .map(({ name }) => name),
  ]);
}

/** What a reactor reacts to, and what it reads beside that. */
function heardBy({ on, reads = [] }: Reactor): EventDefinition[] {
  return [...on, ...reads.flatMap(({ events }) => events)];
}

/** Names of everything that may state a type of event. */
export function statersOf(type: string, slices: readonly Slice[]): string[] {
  const states = (events: readonly EventDefinition[]) =>
    events.some((event) => event.type === type);
  return slices.flatMap((slice) => [
    ...(slice.commands ?? []).filter((command) => states(command.states)).map(({ name }) => name),
    ...(slice.reactors ?? []).filter((reactor) => states(reactor.states)).map(({ name }) => name),
    ...(slice.step && states(Object.values(slice.step.events)) ? [`run ${slice.step.slug}`] : []),
  ]);
}

function renderListeners(slices: readonly Slice[]): string {
  const rows = slices
    .flatMap((slice) => slice.events ?? [])
    .map(
      ({ type }) =>
        `| \`${type}\` | ${statersOf(type, slices).join(', ')} | ${listenersOf(type, slices).join(', ')} |`,
    );
  return [
    '## Who listens to what',
    '| event | stated by | listeners |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function renderSlice(
  slice: Slice,
  slices: readonly Slice[],
  specifications: readonly Specification[],
): string {
  return [
    `## ${slice.name}`,
    slice.summary,
    renderDiagram(slice, slices),
    ...(slice.events ?? []).map(renderEvent),
    ...(specifications.length > 0 ? [renderSpecifications(specifications)] : []),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Nodes by kind, in shapes and colours of their own. */
const shapes = {
  screen: (label: string) => `["${label}"]:::screen`,
  command: (label: string) => `[/"${label}"/]:::command`,
  event: (label: string) => `(["${label}"]):::event`,
  processor: (label: string) => `{{"${label}"}}:::processor`,
  readModel: (label: string) => `[("${label}")]:::readModel`,
};

function renderDiagram(slice: Slice, slices: readonly Slice[]): string {
  const nodes = new Map<string, string>();
  const edges = new Set<string>();
  const node = (kind: keyof typeof shapes, label: string) => {
    const id = `${kind}_${label}`.replaceAll(/[^A-Za-z0-9]+/g, '_');
    nodes.set(id, `  ${id}${shapes[kind](label)}`);
    return id;
  };
  const edge = (from: string, to: string) => edges.add(`  ${from} --> ${to}`);

  for (const screen of slice.screens ?? []) {
    const id = node('screen', screen.name);
    for (const shown of screen.shows) edge(node('readModel', shown), id);
    for (const offered of screen.offers ?? []) edge(id, node('command', offered));
  }
  for (const command of slice.commands ?? []) {
    for (const { type } of command.states) edge(node('command', command.name), node('event', type));
  }
  for (const reactor of slice.reactors ?? []) {
    const id = node('processor', reactor.name);
    for (const { type } of heardBy(reactor)) edge(node('event', type), id);
    for (const { type } of reactor.states) edge(id, node('event', type));
  }
  if (slice.step) {
    const id = node('processor', `run ${slice.step.slug}`);
    const starters = slices
      .flatMap(({ reactors }) => reactors ?? [])
      .filter(({ name }) => name === 'next-step');
    for (const { name } of starters) {
      edges.add(`  ${node('processor', name)} -. ${stepQueue(slice.step.slug)} .-> ${id}`);
    }
    for (const { type } of Object.values(slice.step.events)) edge(id, node('event', type));
  }
  for (const projection of slice.projections ?? []) {
    for (const { event } of projection.folds)
      edge(node('event', event.type), node('readModel', projection.name));
  }
  if (edges.size === 0) return '';
  return ['```mermaid', 'flowchart LR', ...nodes.values(), ...edges, ...styles, '```'].join('\n');
}

const styles = [
  '  classDef screen fill:#fff,stroke:#888,color:#222',
  '  classDef command fill:#cfe2ff,stroke:#4a7fd0,color:#222',
  '  classDef event fill:#ffd9a8,stroke:#d98a2b,color:#222',
  '  classDef processor fill:#e8dcff,stroke:#8a63d2,color:#222',
  '  classDef readModel fill:#d3f2d3,stroke:#4d9c4d,color:#222',
];

function renderEvent({ type, version, schema }: EventDefinition): string {
  const fields = fieldsOf(schema, '');
  const heading = `### ${type}${version > 1 ? ` (version ${version})` : ''}`;
  if (fields.length === 0) return `${heading}\nNo fields.`;
  return [heading, '| field | type | says |', '| --- | --- | --- |', ...fields].join('\n');
}

type Described = TSchema & { description?: string; personal?: boolean };

function fieldsOf(schema: TObject, prefix: string): string[] {
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const described = property as Described;
    const says = [
      described.description ?? innerDescription(described),
      described.personal ? '*personal*' : '',
    ]
      .filter(Boolean)
      .join(', ');
    const row = `| \`${prefix}${name}\` | ${typeName(described)} | ${says} |`;
    return isObject(described) ? [row, ...fieldsOf(described, `${prefix}${name}.`)] : [row];
  });
}

function innerDescription(schema: Described): string {
  const branches = (schema as { anyOf?: Described[] }).anyOf ?? [];
  return branches.map((branch) => branch.description).find(Boolean) ?? '';
}

function isObject(schema: TSchema): schema is TObject {
  return 'properties' in schema;
}

function typeName(schema: TSchema): string {
  const {
    type,
    anyOf,
    items,
    const: literal,
  } = schema as {
    type?: string | string[];
    anyOf?: TSchema[];
    items?: TSchema;
    const?: string | number | boolean;
  };
  if (anyOf) return anyOf.map(typeName).join(' or ');
  if (literal !== undefined) return `\`${String(literal)}\``;
  if (items) return `list of ${typeName(items)}`;
  return [type ?? 'any'].flat().join(' or ');
}

function renderSpecifications(specifications: readonly Specification[]): string {
  const lines = specifications.map(({ depth, title }) => `${'  '.repeat(depth)}- ${title}`);
  return ['**Specifications**', '', ...lines].join('\n');
}
