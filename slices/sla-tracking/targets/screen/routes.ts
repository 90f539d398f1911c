import { Type } from 'typebox';
import type { Step } from '../../../../shared/steps/step.ts';
import type { App } from '../../../../shared/web/server.ts';
import type { ActorNames } from '../../../accounts/actor-names.contract.ts';
import type { StepTitles } from '../../../document-board/board-row.contract.ts';
import type { TargetChange, TargetChanges } from '../command.ts';
import { WEEKDAYS } from './calendar-form.ts';
import { edited, edits, noSuchTarget, placeOf, type Edit, type Place } from './edit.ts';
import { targetFields, type Form } from './target-form.ts';
import { targetsView } from './targets-view.ts';

const Of = Type.Object({ place: Type.String({ pattern: '^([0-9]{1,3}|default|new)$' }) });
const OfEdit = Type.Object({
  ...Of.properties,
  edit: Type.Unsafe<Edit>(Type.String({ enum: [...edits] })),
});
/** Fields for each step and day come besides. */
const Sent = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
  },
  { additionalProperties: Type.String({ maxLength: 20_000 }) },
);

const page = { active: 'sla', live: false };

/** The screen on which administrators change what is promised, and all others read it. */
export function targetScreenRoutes(
  app: App,
  parts: {
    changes: TargetChanges;
    actorNames: ActorNames;
    steps: readonly Step[];
    titles: StepTitles;
  },
): void {
  const { changes, actorNames, steps, titles } = parts;

  app.get('/sla/targets', { schema: { hide: true } }, async (request, reply) => {
    const all = await changes.all();
    const names = await actorNames.of(all.map(({ metadata }) => metadata.actor));
    const canAct = request.principal.role === 'admin';
    return reply.view('slices/sla-tracking/targets/screen/targets.njk', {
      ...page,
      title: 'Targets',
      shown: targetsView(all, { names, titles, canAct, now: new Date() }),
    });
  });

  app.get(
    '/sla/targets/:place',
    { schema: { hide: true, params: Of } },
    async ({ params }, reply) => {
      const form = formOf((await changes.all()).at(-1), placeOf(params.place), steps);
      return reply.view('slices/sla-tracking/targets/screen/target.njk', {
        ...page,
        title: form.title,
        form,
      });
    },
  );

  app.post(
    '/sla/targets/:place/:edit',
    { schema: { hide: true, params: OfEdit, body: Sent } },
    async ({ params, body, actor }, reply) => {
      const { version, reason, ...form } = body;
      const asked = { place: placeOf(params.place), edit: params.edit, form: form as Form };
      const current = (await changes.all()).find((change) => change.version === version);
      if (!current) throw noSuchTarget();
      const targets = edited(current.data, steps, asked);
      await changes.change(targets, { actor, reason, seen: version });
      return reply.redirect('/sla/targets', 303);
    },
  );
}

function formOf(current: TargetChange | undefined, place: Place, steps: readonly Step[]) {
  if (!current) throw noSuchTarget();
  const { targets, default: rest } = current.data;
  const matching = typeof place === 'number' ? targets[place] : undefined;
  if (typeof place === 'number' && !matching) throw noSuchTarget();
  const fields = targetFields(matching ?? rest);
  const name = matching?.name ?? 'Default';
  return {
    title: place === 'new' ? 'Add a target' : `Change “${name}”`,
    button: place === 'new' ? 'Add' : 'Change',
    href: `/sla/targets/${place}/save`,
    version: current.version,
    matches: place !== 'default',
    fields,
    steps: steps.map(({ slug, title }) => ({
      title,
      field: `step-${slug}`,
      value: fields[`step-${slug}`] ?? '',
    })),
    weekdays: WEEKDAYS,
  };
}
