import { until } from "../processes";

/** How long a busy test machine may take for what an idle one does in seconds. */
export const PATIENCE_MS = 540_000;

/** Repeats an assertion until it holds. One that never does fails as itself. */
export async function eventually(assertion: () => void): Promise<void> {
  let failure: unknown;
  const holds = () => {
    try {
      assertion();
      return true;
    } catch (error) {
      failure = error;
      return false;
    }
  };
  if (!(await until(holds, PATIENCE_MS))) throw failure;
}
