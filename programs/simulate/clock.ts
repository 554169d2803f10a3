type Action = () => void;

/** Simulated time in seconds, and a queue of events: a binary heap, first in first out at equal times. */
export class Clock {
  now = 0;
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #actions: Action[] = [];
  #count = 0;

  at(time: number, action: Action): void {
    if (time < this.now) throw new Error(`an event at ${time} s cannot be arranged at ${this.now} s`);
    this.siftUp(this.#times.length, time, this.#count++, action);
  }

  after(seconds: number, action: Action): void {
    this.at(this.now + seconds, action);
  }

  /** Runs all events up to and including the end. */
  runUntil(end: number): void {
    while (this.#times.length > 0 && this.#times[0]! <= end) {
      this.now = this.#times[0]!;
      const action = this.#actions[0]!;
      this.removeFirst();
      action();
    }
    this.now = end;
  }

  private siftUp(from: number, time: number, order: number, action: Action): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#times[parent]! < time || (this.#times[parent] === time && this.#orders[parent]! < order)) break;
      this.move(parent, place);
      place = parent;
    }
    this.put(place, time, order, action);
  }

  private removeFirst(): void {
    const time = this.#times.pop()!;
    const order = this.#orders.pop()!;
    const action = this.#actions.pop()!;
    const length = this.#times.length;
    if (length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      if (child + 1 < length && this.isBefore(child + 1, child)) child++;
      if (time < this.#times[child]! || (time === this.#times[child] && order < this.#orders[child]!)) break;
      this.move(child, place);
      place = child;
    }
    this.put(place, time, order, action);
  }

  private isBefore(a: number, b: number): boolean {
    return (
      this.#times[a]! < this.#times[b]! || (this.#times[a] === this.#times[b] && this.#orders[a]! < this.#orders[b]!)
    );
  }

  private move(from: number, to: number): void {
    this.put(to, this.#times[from]!, this.#orders[from]!, this.#actions[from]!);
  }

  private put(place: number, time: number, order: number, action: Action): void {
    this.#times[place] = time;
    this.#orders[place] = order;
    this.#actions[place] = action;
  }
}
