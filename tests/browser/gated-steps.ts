import { createSignal } from '../../shared/signal.ts';
import type { StepSlice } from '../../shared/slice.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';
import { defineStep, type StepContext } from '../../shared/steps/step.ts';
