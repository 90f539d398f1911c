import type { RunUsage, Sandbox } from './sandbox.ts';

/** A view of a sandbox that adds up what the runs through it have used; peak memory is the largest. */
export function meteredSandbox(sandbox: Sandbox): { sandbox: Sandbox; used(): RunUsage } {
  let used: RunUsage = { cpuSeconds: 0, peakMemoryBytes: 0 };
  const run: Sandbox['run'] = (task, input, options = {}) =>
    sandbox.run(task, input, {
      ...options,
      onUsage(usage) {
        used = {
          cpuSeconds: used.cpuSeconds + usage.cpuSeconds,
          peakMemoryBytes: Math.max(used.peakMemoryBytes, usage.peakMemoryBytes),
        };
        options.onUsage?.(usage);
      },
    });
  return { sandbox: { ...sandbox, run }, used: () => used };
}
