/** One resource block and how many instances of it exist. */
export interface Resource {
  readonly part: string;
  readonly type: string;
  readonly name: string;
  readonly count: number;
}

/** The part of a synthesized configuration with the construct path of each resource. */
export interface ConstructPaths {
  readonly resource?: Record<
    string,
    Record<string, { readonly "//"?: { readonly metadata?: { readonly path?: string } } }>
  >;
}

interface StateModule {
  readonly resources?: readonly { readonly mode: string; readonly type: string; readonly name: string }[];
  readonly child_modules?: readonly StateModule[];
}

export interface State {
  readonly values?: { readonly root_module: StateModule };
}

/** The managed resources of a state, each with the part of the stack that its construct belongs to. */
export function resourcesOf(state: State, configuration: ConstructPaths): Resource[] {
  const found = new Map<string, Resource>();
  const paths = Object.values(configuration.resource ?? {}).flatMap((byName) => Object.values(byName).map(pathOf));
  const shared = sharedLength(paths.filter((path) => path.length > 0));
  for (const { mode, type, name } of allIn(state.values?.root_module ?? {})) {
    if (mode !== "managed") continue;
    const path = pathOf(configuration.resource?.[type]?.[name]);
    const part = path.length > shared + 1 ? (path[shared] ?? "") : "stack";
    const key = `${type}.${name}`;
    found.set(key, { part, type, name, count: (found.get(key)?.count ?? 0) + 1 });
  }
  const order = ({ part, type, name }: Resource) => [part, type, name].join("\u0000");
  return [...found.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function allIn(module: StateModule): NonNullable<StateModule["resources"]>[number][] {
  return [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(allIn)];
}

function pathOf(block: NonNullable<ConstructPaths["resource"]>[string][string] | undefined): string[] {
  return block?.["//"]?.metadata?.path?.split("/") ?? [];
}

/** How many leading segments all paths have in common, their last segments left out. */
function sharedLength(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  const same = first.findIndex((segment, i) => paths.some((path) => i >= path.length - 1 || path[i] !== segment));
  return Math.max(same, 0);
}
