import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { itemAt, splitTrimmed } from "../../value/list";
import { type One, type Optional, optional } from "../../value/optional";
import { text } from "../../value/text";
import { and, isSet, map, not, str, Value } from "../../value/value";
import { tagged } from "../../aws/names";

/** Resources that are created where no VPC is given. */
export interface OwnNetwork {
  readonly vpc: Vpc;
  readonly subnets: readonly [Subnet, Subnet];
  readonly routeTable: RouteTable;
  /** The default route and its associations with the subnets. */
  readonly routes: readonly ITerraformDependable[];
}

/** The VPC and the subnets that instances run in: created, with an internet gateway, or given. */
export class Network extends Construct {
  readonly own: Optional<OwnNetwork>;
  readonly vpcId: Value<string>;
  readonly subnetIds: Value<readonly string[]>;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    const zones = this.zones();
    this.own = optional(context.facts.createsVpc, (one) => this.make(one, zones));
    this.vpcId = this.own.pick(({ vpc }) => vpc.id, context.inputs.vpcId);
    this.subnetIds = this.own.pick(
      ({ subnets }) => Value.of(subnets.map((subnet) => subnet.id)),
      context.inputs.subnets,
    );
  }

  /** Names of the availability zones to use. Zones that need opting in, such as Local Zones, are left out. */
  private zones(): Value<readonly string[]> {
    const { availabilityZones } = this.context.inputs;
    const looksUp = and(this.context.facts.createsVpc, not(isSet(availabilityZones)));
    const available = optional(looksUp, (one) =>
      one(
        new DataAwsAvailabilityZones(this, "available", {
          state: "available",
          filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
        }),
      ),
    );
    return available.pick(({ names }) => names as readonly string[], splitTrimmed(",", availabilityZones));
  }

  private make(one: One, zones: Value<readonly string[]>): OwnNetwork {
    const { stack, tags } = this.context.names;
    const vpc = one(
      new Vpc(this, "vpc", {
        cidrBlock: str(this.context.inputs.vpcCidrBlock),
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: map(tagged(tags, { Name: stack })),
      }),
    );
    const gateway = one(
      new InternetGateway(this, "gateway", { vpcId: vpc.id, tags: map(tagged(tags, { Name: stack })) }),
    );
    const routeTable = one(new RouteTable(this, "routes", { vpcId: vpc.id, tags: map(tagged(tags, { Name: stack })) }));
    const route = one(
      new Route(this, "route_default", {
        routeTableId: routeTable.id,
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: gateway.id,
      }),
    );
    const routes: ITerraformDependable[] = [route];
    const subnet = (index: 0 | 1) => {
      const made = this.subnet(one, vpc, zones, index);
      routes.push(
        one(
          new RouteTableAssociation(this, `subnet${index}_routes`, { subnetId: made.id, routeTableId: routeTable.id }),
        ),
      );
      return made;
    };
    return { vpc, subnets: [subnet(0), subnet(1)], routeTable, routes };
  }

  private subnet(one: One, vpc: Vpc, zones: Value<readonly string[]>, index: 0 | 1): Subnet {
    return one(
      new Subnet(this, `subnet${index}`, {
        vpcId: vpc.id,
        cidrBlock: str(itemAt(this.context.inputs.subnetCidrBlocks, index)),
        availabilityZone: str(itemAt(zones, index)),
        tags: map(tagged(this.context.names.tags, { Name: text`${this.context.names.stack}-subnet${String(index)}` })),
        // A zone that AWS adds before the others would otherwise replace the subnet, and everything in it.
        lifecycle: { ignoreChanges: ["availability_zone"] },
      }),
    );
  }
}
