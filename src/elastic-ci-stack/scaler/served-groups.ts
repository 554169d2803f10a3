import { groupArn, type StackContext } from "../context";
import { queueAndGroup } from "../inputs/scaler-groups";
import { jsonDocument } from "../../value/json";
import { concat, join, mapItems } from "../../value/list";
import { text, toText } from "../../value/text";
import { eq, type Value, when } from "../../value/value";

/** The groups whose size this stack's AgentScaler sets: its own first, then those that `scaler_groups` names. */
export interface ServedGroups {
  readonly names: Value<readonly string[]>;
  readonly arns: Value<readonly string[]>;
  /** Queue, group and agents per instance of each, as the function reads them. */
  readonly json: Value<string>;
}

export function servedGroups({ inputs, names, account }: StackContext): ServedGroups {
  const ownAgents = toText(inputs.agentsPerInstance);
  const others = (make: (queue: Value<string>, group: Value<string>, agents: Value<string>) => Value<string>) =>
    mapItems<string, string>(inputs.scalerGroups, (item) => {
      const { queue, group, agents } = queueAndGroup(item);
      return make(queue, group, when(eq(agents, ""), ownAgents, agents));
    });
  const rows = concat<string>([row(inputs.buildkiteQueue, names.group, ownAgents)], others(row));
  return {
    names: concat<string>(
      [names.group],
      others((_, group) => group),
    ),
    arns: concat<string>(
      [names.groupArn],
      others((_, group) => groupArn(account, group)),
    ),
    json: text`[${join(",", rows)}]`,
  };
}

/** Not `jsonDocument`, because the number of agents is a text in `scaler_groups`. */
function row(queue: Value<string>, group: Value<string>, agents: Value<string>): Value<string> {
  return text`{"agentsPerInstance":${agents},"group":${jsonDocument(group)},"queue":${jsonDocument(queue)}}`;
}
