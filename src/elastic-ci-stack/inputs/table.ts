import { type Value } from "../../value/value";
import { access } from "./access";
import { agent } from "./agent";
import { buckets } from "./buckets";
import { cost } from "./cost";
import { docker } from "./docker";
import { group } from "./group";
import { instance } from "./instance";
import { jobs } from "./jobs";
import { lifecycle } from "./lifecycle";
import { limits } from "./limits";
import { logs } from "./logs";
import { network } from "./network";
import { plugins } from "./plugins";
import { purchasing } from "./purchasing";
import { type Row } from "../../schema/row";
import { scaler } from "./scaler";
import { schedule } from "./schedule";
import { signing } from "./signing";
import { stack } from "./stack";
import { storage } from "./storage";

export interface Section {
  readonly title: string;
  readonly rows: Readonly<Record<string, Row>>;
}

/** All inputs, section by section, in the order in which a reader meets them. */
export const sections: readonly Section[] = [
  { title: "Stack", rows: stack },
  { title: "Agents", rows: agent },
  { title: "Jobs that agents take", rows: jobs },
  { title: "AgentScaler", rows: scaler },
  { title: "Auto Scaling group", rows: group },
  { title: "Scheduled scaling", rows: schedule },
  { title: "Instances", rows: instance },
  { title: "On-demand and Spot", rows: purchasing },
  { title: "Storage", rows: storage },
  { title: "Buckets", rows: buckets },
  { title: "Network", rows: network },
  { title: "Access", rows: access },
  { title: "Docker", rows: docker },
  { title: "Plugins", rows: plugins },
  { title: "Lifecycle of instances", rows: lifecycle },
  { title: "Resource limits (experimental)", rows: limits },
  { title: "Signed pipelines", rows: signing },
  { title: "Logs and functions", rows: logs },
  { title: "Tags", rows: cost },
];

export const table = {
  ...stack,
  ...agent,
  ...jobs,
  ...scaler,
  ...group,
  ...schedule,
  ...instance,
  ...purchasing,
  ...storage,
  ...buckets,
  ...network,
  ...access,
  ...docker,
  ...plugins,
  ...lifecycle,
  ...limits,
  ...signing,
  ...logs,
  ...cost,
} as const;

type Table = typeof table;

export type InputName = keyof Table;

/** Type of an input's content. */
export type ContentOf<K extends InputName> = Table[K] extends Row<infer T> ? T : never;

/** `min_size` → `minSize`: the name of the prop is always the camel case of the variable's. */
export type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

export function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Every input as a value, whoever gave it. */
export type Inputs = { readonly [K in InputName as Camel<K>]: Value<ContentOf<K>> };

export const inputNames = Object.keys(table) as InputName[];

export function rowOf(input: InputName): Row {
  return table[input];
}

/** The content of an input that is only known by its name. */
export function contentOf(input: InputName, inputs: Inputs): Value<unknown> {
  return (inputs as unknown as Record<string, Value<unknown>>)[camel(input)]!;
}
