import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { mergedTags } from "../../harness/merged-tags";
import { type Body, synthesized } from "../../harness/synthesized";

const template = (props: Partial<ElasticCiStackProps> = {}): Body => synthesized(props).only("aws_launch_template");
const volume = (props: Partial<ElasticCiStackProps> = {}): Body => template(props).block_device_mappings[0];

test("the metadata service requires session tokens and does not answer containers", () => {
  expect(template().metadata_options).toMatchObject({
    http_endpoint: "enabled",
    http_tokens: "required",
    http_put_response_hop_limit: 1,
  });
});

test("weaker metadata options can be set", () => {
  expect(template({ imdsv2Tokens: "optional", imdsHopLimit: 2 }).metadata_options).toMatchObject({
    http_tokens: "optional",
    http_put_response_hop_limit: 2,
  });
});

test("the root volume is encrypted and deleted on termination", () => {
  expect(volume().ebs).toMatchObject({ encrypted: true, delete_on_termination: true, volume_type: "gp3" });
});

test.each<[string, Partial<ElasticCiStackProps>, number | undefined, number | undefined]>([
  ["gp2", { rootVolumeType: "gp2" }, undefined, undefined],
  ["gp3", { rootVolumeType: "gp3", rootVolumeIops: 4000, rootVolumeThroughput: 250 }, 4000, 250],
  ["io1", { rootVolumeType: "io1", rootVolumeIops: 4000 }, 4000, undefined],
  ["io2", { rootVolumeType: "io2", rootVolumeIops: 4000 }, 4000, undefined],
])("a root volume of type %s has the settings that EC2 knows for it", (_, props, iops, throughput) => {
  const { ebs } = volume(props);
  expect([ebs.iops ?? undefined, ebs.throughput ?? undefined]).toEqual([iops, throughput]);
});

test.each<[string, Partial<ElasticCiStackProps>, string]>([
  ["Amazon Linux", {}, "/dev/xvda"],
  ["Ubuntu", { linuxDistribution: "ubuntu2404", imageId: "ami-0123456789abcdef0" }, "/dev/sda1"],
  ["Windows", { instanceOperatingSystem: "windows" }, "/dev/sda1"],
  ["an image with a device of its own", { rootVolumeName: "/dev/nvme0n1" }, "/dev/nvme0n1"],
])("the size setting lands on the root device of %s", (_, props, device) => {
  expect(volume(props).device_name).toBe(device);
});

test.each<[string, string | undefined]>([
  ["t3.large", "unlimited"],
  ["t3.large,t4i.large", "unlimited"],
  ["m5.large", undefined],
  ["t3.large,m5.large", undefined],
])("of %s the CPU credits are %s, for EC2 refuses the setting elsewhere", (instanceTypes, credits) => {
  expect(template({ instanceTypes }).credit_specification?.[0].cpu_credits).toBe(credits);
});

test("the first instance type is the template's own", () => {
  expect(template({ instanceTypes: " m5.large , m5a.large" }).instance_type).toBe("m5.large");
});

test.each(["instance", "volume", "network-interface"])(
  "every %s is tagged with its stack, its queue and the common tags",
  (type) => {
    const stack = synthesized({ tags: { Owner: "platform" } });
    const { tag_specifications: all } = stack.only("aws_launch_template") as { tag_specifications: readonly Body[] };
    const specification = all.find((one: Body) => one.resource_type === type);
    expect(mergedTags(specification.tags as string, stack)).toMatchObject({
      Owner: "platform",
      Stack: "buildkite-stack-0a1b2c3d",
      Name: "buildkite-stack-0a1b2c3d",
      BuildkiteQueue: "default",
    });
  },
);

test("a key pair, detailed monitoring and nested virtualization are left out unless asked for", () => {
  const plain = template();
  expect([plain.key_name, plain.monitoring.enabled, plain.cpu_options]).toEqual([undefined, false, undefined]);
  const asked = template({
    keyName: "operators",
    enableDetailedMonitoring: true,
    enableNestedVirtualization: true,
    instanceTypes: "m8i.large",
  });
  expect([asked.key_name, asked.monitoring.enabled, asked.cpu_options]).toEqual([
    "operators",
    true,
    [{ nested_virtualization: "enabled" }],
  ]);
});

test("a changed template is the default for everybody who uses it", () => {
  expect(template().update_default_version).toBe(true);
});

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd";
test.each([
  ["its id", "1234abcd", KEY],
  ["its ARN", KEY, KEY],
  ["an alias", "alias/ci", "arn:aws:kms:us-east-1:123456789012:alias/ci"],
])(
  "a key of the root volume given by %s is named by an ARN, for the provider takes nothing else",
  (_, rootVolumeKmsKeyId, arn) => {
    expect(volume({ rootVolumeKmsKeyId }).ebs.kms_key_id).toBe(arn);
  },
);

test("a condition that is known to hold is left out, for Terraform refuses one that refers to nothing", () => {
  const windows = template({ imageId: "ami-0123456789abcdef0", instanceOperatingSystem: "windows" });
  const conditions = (windows.lifecycle.precondition as Body[]).map(({ condition }: Body) => condition as string);
  expect(conditions.filter((condition) => !/\b(local|data)\./.test(condition))).toEqual([]);
});

test("the size of user data that Terraform compresses is checked by Terraform", () => {
  expect(template({ imageId: "ami-0123456789abcdef0" }).lifecycle.precondition).toContainEqual(
    expect.objectContaining({ condition: "${(21848 >= length(local.user_data))}" }),
  );
});
