import { atLeast, between, whole } from "../../schema/check";
import { choice, number } from "../../schema/row";

export const purchasing = {
  on_demand_base_capacity: number({
    default: 0,
    about: "Instances that are always bought on demand, before on_demand_percentage applies.",
    checks: [atLeast(0), whole()],
  }),
  on_demand_percentage: number({
    default: 100,
    about: "Percentage of on-demand instances above the base. The rest are Spot instances, which AWS may take back.",
    checks: [between(0, 100), whole()],
  }),
  spot_allocation_strategy: choice(
    ["capacity-optimized", "price-capacity-optimized", "lowest-price", "capacity-optimized-prioritized"],
    {
      default: "capacity-optimized",
      about: "How EC2 chooses among Spot pools. The capacity-optimized ones are interrupted least.",
    },
  ),
};
