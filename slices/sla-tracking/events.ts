import { Type } from 'typebox';
import { roundText } from '../../public/time.js';
import { defineEvent, personal } from '../../shared/event.ts';
import { sentenceCase } from '../document-board/board-row.contract.ts';
import { Calendar } from './calendar/calendar.ts';
import { Phase, phaseOf } from './clocks/phase.ts';
import { Targets } from './targets/target.ts';

const time = (description: string) => Type.String({ format: 'date-time', description });
const milliseconds = Type.Integer({ minimum: 1, description: 'milliseconds' });

const run = Type.Integer({ minimum: 1, description: 'the first, or which reprocessing' });
const clock = Type.String({ description: 'slug of a step, or `document` for the whole' });
const nameOf = (slug: string) => (slug === 'document' ? 'The document' : sentenceCase(slug));

/** On the stream `sla-targets`: holds for what is received or reprocessed from then on. */
export const SlaTargetsChanged = defineEvent('SlaTargetsChanged', {
  schema: Type.Object({
    ...Targets.properties,
    reason: personal(Type.String({ description: 'in the words of whoever asked' })),
  }),
  sentence: (data) => `The targets of processing were changed: ${data.reason ?? '(erased)'}`,
});

/** What is promised of a document, for ever: later changes of the targets are none of its business. */
export const SlaTargetsFixed = defineEvent('SlaTargetsFixed', {
  schema: Type.Object({
    run,
    target: Type.String({ description: 'its name' }),
    calendar: Calendar,
    warnings: Type.Array(Type.Integer({ minimum: 1, maximum: 99 }), {
      description: 'percentages of a target at which to warn',
    }),
    clocks: Type.Array(Type.Object({ clock, targetMs: milliseconds })),
    startedAt: time('when the clock of the whole document started'),
    dueAt: Type.Union([time('of the whole document'), Type.Null()]),
  }),
  sentence: ({ target, clocks }) => {
    const whole = clocks.find((each) => each.clock === 'document');
    return whole
      ? `To be completed within ${roundText(whole.targetMs)} (target “${target}”)`
      : `Steps have a target each (target “${target}”)`;
  },
});

export const SlaWarningRaised = defineEvent('SlaWarningRaised', {
  schema: Type.Object({
    run,
    clock,
    percent: Type.Integer({ minimum: 1, maximum: 99, description: 'of the target' }),
    targetMs: milliseconds,
    startedAt: time('of the clock'),
    dueAt: time('when this much of the target was used'),
    deadline: time('when all of it will be'),
  }),
  sentence: (data) =>
    `${nameOf(data.clock)} has used ${data.percent} % of its target of ${roundText(data.targetMs)}`,
});

export const SlaBreached = defineEvent('SlaBreached', {
  schema: Type.Object({
    run,
    clock,
    targetMs: milliseconds,
    startedAt: time('of the clock'),
    dueAt: time('when it was breached, whenever that was noticed'),
    step: Type.Union([Type.String(), Type.Null()], {
      description: 'slug of the step that took most of the time',
    }),
    phase: Type.Union([Phase, Type.Null()], {
      description: 'what most of the time there went into',
    }),
  }),
  sentence: ({ clock, targetMs, step, phase }) =>
    `${nameOf(clock)} missed its target of ${roundText(targetMs)}${step && phase ? `, most of the time ${phaseOf(phase, sentenceCase(step).toLowerCase())}` : ''}`,
});
