import { type Construct } from "constructs";
import { ref, TerraformDataSource, TerraformLocal, type TerraformResource, Token } from "cdktf";
import { nameOf } from "./expression";
import { any, at, bool, known, type Operand, str, value, Value, when } from "./value";

type Counted = TerraformResource | TerraformDataSource;

/** Gives a resource the `count` of its optional group. Returns the resource to read attributes from. */
export type One = <R extends Counted>(resource: R) => R;

/**
 * Declares an expression as a Terraform local and returns a reference to it. A known value is returned as it is, and so is a map with
 * known keys, to which aspects may still add tags.
 */
export function localValue<T>(scope: Construct, name: string, operand: Value<T>): Value<T> {
  if (operand.isKnown) return operand;
  const local = new TerraformLocal(scope, name, any(operand));
  return Value.expression<T>(at(Token.asAny(local.fqn)));
}

/**
 * Resources that exist under a condition. Known true: plain resources. Known false: none at all, `make` never runs.
 * Known at plan only: resources with `count`; `one` returns instance 0.
 */
export function optional<T>(exists: Operand<boolean>, make: (one: One) => T): Optional<T> {
  const decided = known(exists);
  if (decided) return new Optional(value(exists), decided.content ? make((resource) => resource) : undefined);
  const one: One = (resource) => {
    resource.count = Token.asNumber(any(when(exists, 1, 0)));
    return firstInstance(resource);
  };
  return new Optional(value(exists), make(one));
}

export class Optional<T> {
  constructor(
    readonly exists: Value<boolean>,
    /** What was made; undefined only if it is certain that it does not exist. */
    readonly made: T | undefined,
  ) {}

  /** Reads from what was made where it exists, else takes the other value. */
  pick<V>(read: (made: T) => Operand<V>, orElse: Operand<V>): Value<V> {
    return this.made === undefined ? value(orElse) : when(this.exists, read(this.made), orElse);
  }
}

/** The same resource, whose attributes are read from `[0]`. */
function firstInstance<R extends Counted>(resource: R): R {
  const kind = TerraformDataSource.isTerraformDataSource(resource) ? "data." : "";
  const interpolationForAttribute = (attribute: string) =>
    ref(`${kind}${resource.terraformResourceType}.${resource.friendlyUniqueId}[0].${attribute}`, resource.cdktfStack);
  return new Proxy(resource, {
    get: (made, key, view) =>
      key === "interpolationForAttribute" ? interpolationForAttribute : Reflect.get(made, key, view),
    // Arguments that are set on the proxy belong to the resource.
    set: (made, key, content) => Reflect.set(made, key, content, made),
  });
}

/** Address of a resource's attribute, for the meta-arguments that take addresses instead of expressions. */
export function address(resource: TerraformResource, attribute: string): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}.${attribute}`;
}

/** One resource per item, by `count`: the items may be unknown at plan, their number may not. Undefined: certainly none. */
export function withCount<R extends Counted>(
  items: Operand<readonly string[]>,
  make: (item: Value<string>) => R,
): R | undefined {
  const lifted = value(items);
  const amount = lifted.isKnown ? (lifted.content as string[]).length : undefined;
  if (amount === 0) return undefined;
  const resource = make(Value.expression("element(", at(items), ", count.index)"));
  resource.count = amount ?? Token.asNumber(any(Value.expression("length(", at(items), ")")));
  return resource;
}

/** One resource per distinct text, by `for_each`. All texts must be known at plan. Undefined: certainly none. */
export function withForEach<R extends Counted>(
  keys: Operand<readonly string[]>,
  make: (key: Value<string>) => R,
): R | undefined {
  if (known(keys)?.content.length === 0) return undefined;
  const resource = make(Value.expression("each.key"));
  resource.addOverride("for_each", any(Value.expression("toset(", at(keys), ")")));
  return resource;
}

/** A map in which each text is its own key. The key of a reference is what it refers to, such as aws_iam_policy.own.arn. */
export function byThemselves(items: Operand<readonly Operand<string>[]>): Value<Readonly<Record<string, string>>> {
  const lifted = value(items);
  if (!lifted.isKnown) return Value.expression("{ for item in toset(", at(lifted), ") : item => item }");
  const all = lifted.content as readonly Operand<string>[];
  return Value.of(Object.fromEntries(all.map((item) => [known(item)?.content ?? nameOf(item), item as string])));
}

/** One resource per entry of a map, addressed by its key. Keys must be known at plan, contents need not be. */
export function withForEachEntry<R extends Counted>(
  entries: Operand<Readonly<Record<string, Operand<string>>>>,
  make: (content: Value<string>) => R,
  /** What to do where keys are not known. Terraform's own message quotes it, with the line that it stands in. */
  advice: string,
): R | undefined {
  const lifted = value(entries);
  if (lifted.isKnown && Object.keys(lifted.content as object).length === 0) return undefined;
  const resource = make(Value.expression("each.value"));
  resource.addOverride("for_each", any(lifted.isKnown ? lifted : Value.expression(`/* ${advice} */ `, at(lifted))));
  return resource;
}

/** A condition on the finished configuration, and what to say where it does not hold. */
export interface Precondition {
  readonly holds: Value<boolean>;
  readonly message: Operand<string>;
}

/** What only Terraform can judge. A condition that certainly holds is left out: Terraform refuses one that refers to nothing. */
export function preconditions(conditions: readonly Precondition[]) {
  const open = conditions.filter(({ holds }) => known(holds)?.content !== true);
  return open.map(({ holds, message }) => ({ condition: bool(holds), errorMessage: str(message) }));
}

/** A nested block that exists under a condition. Keys are Terraform's own names. */
export function optionalBlock(resource: Counted, block: string, exists: Operand<boolean>, content: object): void {
  const decided = known(exists);
  if (decided?.content === false) return;
  if (decided) {
    resource.addOverride(block, [any(content)]);
    return;
  }
  resource.addOverride(`dynamic.${block}`, { for_each: any(when<number[]>(exists, [1], [])), content: any(content) });
}

/** One nested block per item, at a dotted path. `content` sees the item as a Value. */
export function blocks<T>(
  resource: Counted,
  path: string,
  items: Operand<readonly T[]>,
  content: (item: Value<T>) => object,
): void {
  const lifted = value(items);
  if (lifted.isKnown) {
    const all = (lifted.content as T[]).map((item) => any(content(value(item))));
    if (all.length > 0) resource.addOverride(path, all);
    return;
  }
  const block = path.slice(path.lastIndexOf(".") + 1);
  const dynamic = { for_each: any(items), content: any(content(Value.expression(`${block}.value`))) };
  resource.addOverride(`${path.slice(0, -block.length)}dynamic.${block}`, dynamic);
}

/** An argument that is left out when its text is empty. */
export function orNull(operand: Operand<string>): string | undefined {
  const content = known(operand);
  if (content) return content.content === "" ? undefined : str(operand);
  if (value(operand).isGiven) return str(operand);
  return Token.asString(any(when<string | null>(Value.expression("(", at(operand), ' != "")'), operand, null)));
}
