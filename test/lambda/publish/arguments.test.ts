import { readArguments } from "../../../lambda/publish/arguments";

function read(line: string) {
  const problems: string[] = [];
  return { order: readArguments(line.split(" "), problems), problems };
}

const RIGHT = "--bucket lambdas-of-ours --regions us-east-1,eu-central-1";

const accepted = [
  { name: "values after their options", line: RIGHT, endpoint: undefined },
  { name: "values behind an equals sign", line: RIGHT.replaceAll(/(--\w+) /g, "$1="), endpoint: undefined },
  { name: "a store elsewhere", line: `${RIGHT} --endpoint http://127.0.0.1:5000`, endpoint: "http://127.0.0.1:5000" },
  { name: "a slash behind the host", line: `${RIGHT} --endpoint https://s3.test/`, endpoint: "https://s3.test/" },
];

test.each(accepted)("takes $name", ({ line, endpoint }) => {
  const { order, problems } = read(line);
  expect(problems).toEqual([]);
  expect(order).toEqual({ bucket: "lambdas-of-ours", regions: ["us-east-1", "eu-central-1"], endpoint });
});

test.each(["us-gov-west-1", "ap-southeast-7", "us-iso-east-1", "cn-northwest-1", "mx-central-1"])(
  "%s is a region",
  (region) => expect(read(`--bucket base --regions ${region}`).problems).toEqual([]),
);

const wrong = [
  { name: "an unknown option", line: `${RIGHT} --buckets x`, problem: /no option --buckets, only --bucket, --regions/ },
  { name: "a short option", line: `${RIGHT} -b x`, problem: /no option -b, only/ },
  { name: "a word too many", line: `${RIGHT} us-west-2`, problem: /"us-west-2" belongs to no option: .*commas/ },
  { name: "an option twice", line: `${RIGHT} --bucket other`, problem: /--bucket is given more than once/ },
  { name: "no bucket", line: "--regions us-east-1", problem: /--bucket is missing: .*such as/ },
  { name: "a bucket without value", line: "--regions us-east-1 --bucket", problem: /--bucket has no value: / },
  { name: "an option for a value", line: "--bucket --regions us-east-1", problem: /--bucket has no value: / },
  { name: "an empty value", line: "--bucket= --regions us-east-1", problem: /--bucket has no value: / },
  { name: "upper case", line: "--bucket Ours --regions us-east-1", problem: /--bucket "Ours" must be lower-case/ },
  {
    name: "a hyphen at the end",
    line: "--bucket our- --regions us-east-1",
    problem: /--bucket "our-" must .*end with/,
  },
  { name: "an underscore", line: "--bucket o_urs --regions us-east-1", problem: /--bucket "o_urs" must/ },
  { name: "dots in a row", line: "--bucket a..b --regions us-east-1", problem: /--bucket "a..b" must/ },
  { name: "an address for a bucket", line: "--bucket 10.0.0.1 --regions us-east-1", problem: /not look like an IP/ },
  { name: "a short bucket", line: "--bucket ab --regions us-east-1", problem: /bucket ab would have 2 .* 3 to 63/ },
  { name: "no regions", line: "--bucket base", problem: /--regions is missing: .*such as/ },
  { name: "regions without value", line: "--bucket base --regions", problem: /--regions has no value: / },
  { name: "an empty region", line: "--bucket base --regions a-b-1,,c-d-1", problem: /a-b-1,,c-d-1: "" is no region/ },
  {
    name: "no region's name",
    line: "--bucket base --regions eu_west",
    problem: /"eu_west" is no region's name, such as/,
  },
  { name: "a zone", line: "--bucket base --regions eu-west-1a", problem: /"eu-west-1a" is no region's name/ },
  {
    name: "a region twice",
    line: "--bucket base --regions a-b-1,c-d-1,a-b-1",
    problem: /"a-b-1" is there more than once/,
  },
  { name: "an endpoint without value", line: `${RIGHT} --endpoint`, problem: /--endpoint has no value: .*such as/ },
  {
    name: "an endpoint without scheme",
    line: `${RIGHT} --endpoint localhost:80`,
    problem: /"localhost:80" must be http/,
  },
  { name: "an endpoint without host", line: `${RIGHT} --endpoint https://`, problem: /"https:\/\/" must be http/ },
  { name: "another scheme", line: `${RIGHT} --endpoint s3://bucket`, problem: /"s3:\/\/bucket" must be http/ },
  {
    name: "a path",
    line: `${RIGHT} --endpoint https://s3.test/x`,
    problem: /"https:\/\/s3.test\/x" must .*at most a port/,
  },
  { name: "a user", line: `${RIGHT} --endpoint https://me:secret@s3.test`, problem: /must be http/ },
  { name: "a port that is none", line: `${RIGHT} --endpoint http://s3.test:99999`, problem: /must be http/ },
];

test.each(wrong)("refuses $name, in one sentence", ({ line, problem }) => {
  expect(read(line).problems).toEqual([expect.stringMatching(problem)]);
});

test("the suffix of a region counts for the length of its bucket's name", () => {
  const base = "b".repeat(50);
  expect(read(`--bucket ${base} --regions us-east-1,eu-central-1`).problems).toEqual([]);
  expect(read(`--bucket ${base} --regions eu-central-1,ap-southeast-1`).problems).toEqual([
    expect.stringMatching(/the bucket b+-ap-southeast-1 would have 65 characters, and S3 allows 3 to 63/),
  ]);
});

test("two letters are enough where every region adds its suffix", () => {
  expect(read("--bucket ab --regions eu-west-1").problems).toEqual([]);
});

test("everything that is wrong is said at once", () => {
  const { problems } = read("stray --unknown x --bucket A --regions x,eu-west-1,eu-west-1 --endpoint y");
  expect(problems).toHaveLength(6);
});
