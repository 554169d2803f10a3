import { fold, known, type Operand, Value, and, or, value, at } from "./value";

export function join(separator: string, items: Operand<readonly string[]>): Value<string> {
  return fold<[readonly string[]], string>(
    [items],
    (all) => all.join(separator),
    ...["join(", at(separator), ", ", at(items), ")"],
  );
}

/** The items of a separated text, without the blanks around them. A blank text has none. */
export function splitTrimmed(separator: string, joined: Operand<string>): Value<readonly string[]> {
  return fold<[string], readonly string[]>(
    [joined],
    (whole) => (trim(whole) === "" ? [] : whole.split(separator).map(trim)),
    ...[
      "[for part in split(",
      at(separator),
      ", ",
      at(joined),
      ") : trimspace(part) if trimspace(",
      at(joined),
      ') != ""]',
    ],
  );
}

/** As Terraform's `trimspace`, whose set of white space differs from that of JavaScript's `trim`. */
function trim(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

let depth = 0;

/** Applies `make` to the variable of a `for` expression, whose name differs from those of the ones around it. */
function perItem<R>(make: (item: Value<never>) => R): { readonly name: string; readonly made: R } {
  depth += 1;
  const name = depth === 1 ? "item" : `item_${depth}`;
  try {
    return { name, made: make(Value.expression<never>(name)) };
  } finally {
    depth -= 1;
  }
}

/** One result per item. The item is a Value in `make`, whether the list is known or not. */
export function mapItems<T, R>(
  items: Operand<readonly T[]>,
  make: (item: Value<T>) => Operand<R>,
): Value<readonly R[]> {
  const lifted = value(items);
  if (lifted.isKnown) return Value.of((lifted.content as T[]).map((item) => make(value(item)) as R));
  const { name, made } = perItem(make);
  return Value.expression(`[for ${name} in `, at(lifted), " : ", at(made), "]");
}

export function every<T>(items: Operand<readonly T[]>, holds: (item: Value<T>) => Operand<boolean>): Value<boolean> {
  const lifted = value(items);
  if (lifted.isKnown) return and(...(lifted.content as T[]).map((item) => holds(value(item))));
  const { name, made } = perItem(holds);
  return Value.expression(`alltrue([for ${name} in `, at(lifted), " : ", at(made), "])");
}

export function some<T>(items: Operand<readonly T[]>, holds: (item: Value<T>) => Operand<boolean>): Value<boolean> {
  const lifted = value(items);
  if (lifted.isKnown) return or(...(lifted.content as T[]).map((item) => holds(value(item))));
  const { name, made } = perItem(holds);
  return Value.expression(`anytrue([for ${name} in `, at(lifted), " : ", at(made), "])");
}

/** The items for which the condition holds. */
export function filterItems<T>(
  items: Operand<readonly T[]>,
  holds: (item: Value<T>) => Value<boolean>,
): Value<readonly T[]> {
  const lifted = value(items);
  const verdicts = lifted.isKnown ? (lifted.content as T[]).map((item) => known(holds(value(item)))) : [undefined];
  if (verdicts.every((verdict) => verdict !== undefined)) {
    return Value.of((lifted.content as T[]).filter((_, i) => verdicts[i]!.content));
  }
  const { name, made } = perItem(holds);
  // Without a space, as terraform fmt writes it before a bracket.
  return Value.expression(`[for ${name} in `, at(lifted), ` : ${name} if(`, at(made), ")]");
}

/** One list after the other. */
export function concat<T>(
  first: Operand<readonly Operand<T>[]>,
  second: Operand<readonly Operand<T>[]>,
): Value<readonly T[]> {
  const [a, b] = [value(first), value(second)];
  if (a.isKnown && b.isKnown) return Value.of([...(a.content as T[]), ...(b.content as T[])]);
  return Value.expression("concat(", at(a), ", ", at(b), ")");
}

export function contains<T extends string | number>(items: Operand<readonly T[]>, item: Operand<T>): Value<boolean> {
  return fold<[readonly T[], T], boolean>(
    [items, item],
    (all, one) => all.includes(one),
    ...["contains(", at(items), ", ", at(item), ")"],
  );
}

/** Each text once, at its first position. */
export function distinct(items: Operand<readonly string[]>): Value<readonly string[]> {
  return fold<[readonly string[]], readonly string[]>(
    [items],
    (all) => [...new Set(all)],
    ...["distinct(", at(items), ")"],
  );
}

/** Counts on from the beginning where the list ends, as Terraform's `element` does. An empty list is an error. */
export function itemAt<T>(items: Operand<readonly T[]>, index: Operand<number>): Value<T> {
  const lifted = value(items);
  const position = known(index);
  if (lifted.isKnown && position) return value(elementAt(lifted.content as Operand<T>[], position.content));
  return Value.expression("element(", at(items), ", ", at(index), ")");
}

function elementAt<T>(all: readonly T[], position: number): T {
  if (all.length === 0) throw new Error("an empty list has no items");
  return all[position % all.length]!;
}

export function keys(map: Operand<Readonly<Record<string, unknown>>>): Value<readonly string[]> {
  const lifted = value(map);
  if (lifted.isKnown)
    return Value.of(sortedEntries(lifted.content as Readonly<Record<string, unknown>>).map(([key]) => key));
  return Value.expression("keys(", at(lifted), ")");
}

/** The map's contents, in the order of its keys. */
export function values<T>(map: Operand<Readonly<Record<string, Operand<T>>>>): Value<readonly T[]> {
  const lifted = value(map);
  if (!lifted.isKnown) return Value.expression("values(", at(lifted), ")");
  return Value.of(sortedEntries(lifted.content as Record<string, T>).map(([, item]) => item));
}

/** The entries of a map in Terraform's order: by the bytes of their keys. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export interface Entry<T> {
  readonly key: string;
  readonly value: T;
}

export function entries<T>(map: Operand<Readonly<Record<string, T>>>): Value<readonly Entry<T>[]> {
  const lifted = value(map);
  if (!lifted.isKnown) return Value.expression("[for key, content in ", at(lifted), " : {key = key, value = content}]");
  const all = sortedEntries<T>(lifted.content as Record<string, T>);
  return Value.of(all.map(([key, item]) => ({ key, value: item })));
}

/** One field of an object. */
export function field<T, K extends keyof T & string>(object: Operand<T>, name: K): Value<T[K]> {
  const lifted = value(object);
  if (lifted.isKnown) return value((lifted.content as T)[name]);
  return Value.expression(at(lifted), `.${name}`);
}

/** The map's entry, or `orElse` where it has none. */
export function lookup<T>(
  map: Operand<Readonly<Record<string, Operand<T>>>>,
  key: Operand<string>,
  orElse: Operand<T>,
): Value<T> {
  const lifted = value(map);
  const name = known(key);
  if (lifted.isKnown && name) {
    const map = lifted.content as Readonly<Record<string, Operand<T>>>;
    return value(Object.hasOwn(map, name.content) ? map[name.content]! : orElse);
  }
  return Value.expression("lookup(", at(map), ", ", at(key), ", ", at(orElse), ")");
}

/** Maps laid over one another: a later entry wins. */
export function merge<T>(
  ...maps: readonly Operand<Readonly<Record<string, Operand<T>>>>[]
): Value<Readonly<Record<string, T>>> {
  const lifted = maps.map((one) => value(one));
  if (lifted.every((one) => one.isKnown)) {
    return Value.of(Object.fromEntries(lifted.flatMap((one) => Object.entries(one.content as Record<string, T>))));
  }
  const parts = lifted.flatMap((one, i) => (i === 0 ? [at(one)] : [", ", at(one)]));
  return Value.expression("merge(", ...parts, ")");
}

/** A map with one entry whose key is a value too. */
export function entry<T>(key: Operand<string>, item: Operand<T>): Value<Readonly<Record<string, T>>> {
  const name = known(key);
  if (name) return Value.of({ [name.content]: item } as Record<string, T>);
  return Value.expression("{ (", at(key), ") = ", at(item), " }");
}

/** The map under a condition, else an empty one. A Terraform conditional could not give the two one type. */
export function mapIf<T>(
  condition: Operand<boolean>,
  map: Value<Readonly<Record<string, T>>>,
): Value<Readonly<Record<string, T>>> {
  const decided = known(condition);
  if (decided) return decided.content ? map : Value.of({});
  return Value.expression("{ for key, content in ", at(map), " : key => content if ", at(condition), " }");
}

/** `a=1, b=2` as a map, in which a later entry wins. Its content may hold further equals signs; an item without any is left out. */
export function keyValuePairs(joined: Operand<string>): Value<Readonly<Record<string, string>>> {
  return fold<[string], Readonly<Record<string, string>>>(
    [joined],
    (whole) => {
      const found = whole.split(",").map((item) => trim(item).split("="));
      const named = found.filter((parts) => parts.length > 1 && parts[0] !== "");
      return Object.fromEntries(named.map(([key, ...rest]) => [key!, rest.join("=")]));
    },
    ...['{ for key, found in { for pair in split(",", ', at(joined), ') : split("=", trimspace(pair))[0] => '],
    ...['join("=", slice(split("=", trimspace(pair)), 1, length(split("=", trimspace(pair)))))...'],
    ' if length(split("=", trimspace(pair))) > 1 && !startswith(trimspace(pair), "=") } : key => reverse(found)[0] }',
  );
}
