import { type Rule } from "../../schema/rule";
import { type InputNameOf, type InputsOf, type RowsIn, tableOf } from "../../schema/table";
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
import { scaler } from "./scaler";
import { schedule } from "./schedule";
import { signing } from "./signing";
import { stack } from "./stack";
import { storage } from "./storage";

/** All inputs, section by section, in the order of the documentation. */
export const table = tableOf([
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
]);

export type InputRows = RowsIn<typeof table>;
export type InputName = InputNameOf<InputRows>;

/** Every input as a Value, from props or from variables. */
export type Inputs = InputsOf<InputRows>;

/** A condition across inputs. */
export type InputRule = Rule<InputRows>;
