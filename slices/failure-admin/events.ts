import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';
import { sentenceCase } from '../document-board/board-row.contract.ts';

const step = Type.String({ description: 'slug' });
const reason = personal(Type.String({ description: 'in the words of whoever asked' }));
const told = (words: string | null) => words ?? '(erased)';

export const StepRetryRequested = defineEvent('StepRetryRequested', {
  schema: Type.Object({ step, reason }),
  sentence: (data) => `${sentenceCase(data.step)} is to be tried again now: ${told(data.reason)}`,
});

export const StepSkipped = defineEvent('StepSkipped', {
  schema: Type.Object({ step, reason }),
  sentence: (data) => `${sentenceCase(data.step)} was skipped: ${told(data.reason)}`,
});

export const DocumentCancelled = defineEvent('DocumentCancelled', {
  schema: Type.Object({ reason }),
  sentence: (data) => `The document was cancelled: ${told(data.reason)}`,
});

export const ReprocessingRequested = defineEvent('ReprocessingRequested', {
  schema: Type.Object({ fromStep: step, reason }),
  sentence: (data) =>
    `The document is to be processed again from ${sentenceCase(data.fromStep).toLowerCase()} on: ${told(data.reason)}`,
});

/** What a group of like failures is, in the words of its signature; who marks it says why. */
const group = Type.Object({
  signature: Type.String({ description: 'what the failures of the group have in common' }),
  reason,
});

export const FailureGroupResolved = defineEvent('FailureGroupResolved', {
  schema: group,
  sentence: (data) => `Failures of this kind were marked as resolved: ${told(data.reason)}`,
});

export const FailureGroupIgnored = defineEvent('FailureGroupIgnored', {
  schema: group,
  sentence: (data) => `Failures of this kind are to be ignored: ${told(data.reason)}`,
});

export const FailureGroupReopened = defineEvent('FailureGroupReopened', {
  schema: group,
  sentence: (data) => `Failures of this kind are open again: ${told(data.reason)}`,
});

const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()]);

export const RedriveRequested = defineEvent('RedriveRequested', {
  schema: Type.Object({
    subscription: nullable('whose parked streams are run again; null: of all, or none'),
    stream: nullable('the one of them; null: all'),
    queue: nullable('whose failed jobs are run again; null: of all, or none'),
    job: nullable('the one of them; null: all'),
    what: Type.Union([Type.Literal('deliveries'), Type.Literal('jobs')]),
    reason,
  }),
  sentence: (data) => `Stuck ${data.what} are to be run again: ${told(data.reason)}`,
});

export const GroupRetryRequested = defineEvent('GroupRetryRequested', {
  schema: Type.Object({
    signature: Type.String({ description: 'of the failures in the group' }),
    documents: Type.Integer({ minimum: 1, description: 'how many stood in the group' }),
    upTo: Type.Integer({ description: 'position: what fails later is none of its business' }),
    perSecond: Type.Integer({ minimum: 1 }),
    reason,
  }),
  sentence: (data) =>
    `${data.documents} documents are to be tried again, ${data.perSecond} a second: ${told(data.reason)}`,
});

const retry = Type.String({ description: 'id of the GroupRetryRequested' });

export const GroupRetryStopped = defineEvent('GroupRetryStopped', {
  schema: Type.Object({ retry, reason }),
  sentence: (data) => `The retry of the group was stopped: ${told(data.reason)}`,
});

export const GroupRetryFinished = defineEvent('GroupRetryFinished', {
  schema: Type.Object({
    retry,
    retried: Type.Integer({ minimum: 0 }),
    refused: Type.Integer({ minimum: 0, description: 'had moved on by themselves' }),
  }),
  sentence: (data) => `${data.retried} documents of the group were tried again`,
});
