import { run } from "./run";

// async: Lambda reports a rejected promise with its message; a synchronous throw looks like a crash of the runtime.
// eslint-disable-next-line @typescript-eslint/require-await
export const handler = async (): Promise<void> => run(process.env);
