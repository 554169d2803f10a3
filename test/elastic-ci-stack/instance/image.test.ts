import published from "../../../src/elastic-ci-stack/instance/images.json";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { type Body, synthesized, VIRGINIA } from "../../harness/synthesized";

const images: Readonly<Record<string, string>> = published.images;
const imageId = (props: Partial<ElasticCiStackProps>, region = "us-east-1") =>
  synthesized(props, { ...VIRGINIA, region }).only("aws_launch_template").image_id as string;

const ARCHITECTURES: readonly (readonly [string, Partial<ElasticCiStackProps>])[] = [
  ["linuxamd64", { instanceTypes: "m5.large, c5.large" }],
  ["linuxarm64", { instanceTypes: "m7g.large, c6gn.large" }],
  ["windows", { instanceOperatingSystem: "windows", instanceTypes: "m5.large" }],
];

test.each(ARCHITECTURES)("for %s the published image of the region is chosen", (architecture, props) => {
  for (const region of ["us-east-1", "eu-central-1", "ap-southeast-2"]) {
    expect(images[`${region}/${architecture}`]).toMatch(/^ami-/);
    expect(imageId(props, region)).toBe(images[`${region}/${architecture}`]);
  }
});

test("every region of the table has an image for every architecture", () => {
  const regions = [...new Set(Object.keys(images).map((key) => key.split("/")[0]!))];
  expect(regions).toHaveLength(19);
  const wanted = regions.flatMap((region) => ARCHITECTURES.map(([architecture]) => `${region}/${architecture}`));
  expect(Object.keys(images).sort()).toEqual(wanted.sort());
});

test.each([
  ["g4dn.xlarge", "linuxamd64"],
  ["g5.xlarge", "linuxamd64"],
  ["g5g.xlarge", "linuxarm64"],
  ["a1.large", "linuxarm64"],
  ["x2gd.large", "linuxarm64"],
  ["im4gn.large", "linuxarm64"],
  ["p6e-gb200.36xlarge", "linuxarm64"],
])("%s runs on %s", (instanceTypes, architecture) => {
  expect(imageId({ instanceTypes })).toBe(images[`us-east-1/${architecture}`]);
});

const OWN = "ami-0123456789abcdef0";

test("a given image overrides parameter and table, and no parameter is read", () => {
  const stack = synthesized({ imageId: OWN, imageIdParameter: "/ci/image" });
  expect(stack.only("aws_launch_template").image_id).toBe(OWN);
  expect(stack.data("aws_ssm_parameter")).toEqual({});
});

test("a parameter overrides the table, and the plan shows its value", () => {
  const stack = synthesized({ imageIdParameter: "/ci/image" });
  expect(stack.data("aws_ssm_parameter")["ami"].name).toBe("/ci/image");
  expect(stack.only("aws_launch_template").image_id).toBe("${local.image_id}");
  expect(stack.locals["image_id"]).toBe("${data.aws_ssm_parameter.ami.insecure_value}");
});

const NOWHERE = { ...VIRGINIA, region: "me-central-1" };
const verdict = (props: Partial<ElasticCiStackProps>): Body =>
  synthesized(props, NOWHERE).only("aws_launch_template").lifecycle?.precondition ?? [];

test("a region without images is refused by name, with what to do", () => {
  expect(verdict({})).toContainEqual({
    condition: false,
    error_message:
      "There is no published image for linuxamd64 in region me-central-1: set image_id or image_id_parameter.",
  });
});

test.each([
  ["an image", { imageId: OWN }],
  ["a parameter", { imageIdParameter: "/ci/image" }],
])("with %s of the user's own any region will do", (_, props) => {
  expect(verdict(props)).not.toContainEqual(expect.objectContaining({ condition: false }));
});
