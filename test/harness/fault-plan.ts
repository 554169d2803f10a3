import type { Answer, Delivery } from "./loopback-server";

/** What is wrong with an answer; everything that is not named stays as it should be. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made of the right body. */
  readonly body?: (right: string) => string;
  readonly delivery?: Delivery;
}

interface Planned<F> {
  readonly subject: string;
  readonly fault: F;
  skip: number;
  left: number;
}

export interface Occasions {
  /** Requests that are answered as they should be before the first wrong answer. */
  readonly after?: number;
  readonly times?: number;
}

/** Which requests are answered wrongly; a subject is a queue or an AWS action. */
export class FaultPlan<F extends Fault> {
  private readonly planned: Planned<F>[] = [];

  add(subject: string, fault: F, { after = 0, times = Infinity }: Occasions = {}): this {
    this.planned.push({ subject, fault, skip: after, left: times });
    return this;
  }

  next(subject: string): F | undefined {
    const found = this.planned.find((one) => one.subject === subject && one.left > 0);
    if (found === undefined) return undefined;
    if (found.skip > 0) {
      found.skip -= 1;
      return undefined;
    }
    found.left -= 1;
    return found.fault;
  }
}

export function spoil(right: Answer, fault: Fault | undefined): Answer {
  if (fault === undefined) return right;
  return {
    status: fault.status ?? right.status,
    body: fault.body?.(right.body) ?? right.body,
    headers: { ...right.headers, ...fault.headers },
    delivery: fault.delivery ?? "whole",
  };
}
