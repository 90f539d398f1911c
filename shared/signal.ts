/** Something to wait for: `wait` ends with the next `wake`, or at once when a wake came since the last wait. */
export interface Signal {
  wake(): void;
  /** @param milliseconds the longest wait */
  wait(milliseconds: number): Promise<void>;
}

export function createSignal(): Signal {
  let woken = false;
  let release: (() => void) | null = null;
  return {
    wake() {
      woken = true;
      release?.();
    },
    async wait(milliseconds) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          release = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      release = null;
      woken = false;
    },
  };
}
