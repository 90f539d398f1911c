import { expect, it } from 'vitest';
import { loadConfig } from '../../shared/config.ts';
import { steps } from '../../tests/laundry.ts';
import { retryPolicy } from './slice.ts';

const policy = (RETRY_EXCEPTIONS: string) =>
  retryPolicy({ steps, config: loadConfig({ RETRY_EXCEPTIONS }) });

it('an exception for a step that there is not stops the start and names the steps', () => {
  expect(() => policy('iron/*=5')).toThrow(
    'RETRY_EXCEPTIONS names the step "iron", which there is not. The steps are wash, dry, fold.',
  );
  expect(policy('wash/*=5,*/broken=2').reactors).toHaveLength(1);
});
