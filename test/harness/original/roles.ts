import { ACCOUNT, counted, type Original, policy, REGION, type Resources } from "./inputs";

const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const BASIC = managed("service-role/AWSLambdaBasicExecutionRole");
const allow = (Action: readonly string[], Resource: unknown, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const trust = (...services: readonly string[]) =>
  policy({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: services } });

/** The instances' role and profile, and the functions' roles. */
export function roles(original: Original): Resources {
  const parts = [instances(original), scaler(original), suspender(original), stop(original)];
  const of = (type: string) => Object.assign({}, ...parts.map((part) => part[type] ?? {})) as Resources[string];
  return {
    aws_iam_instance_profile: {
      iam_instance_profile: {
        name: original.variable("instance_profile_name", `${original.name}-InstanceProfile`),
        path: "/",
        role: original.makesRole
          ? "${aws_iam_role.iam_role[0].name}"
          : '${element(split("/", var.instance_role_arn), length(split("/", var.instance_role_arn)) - 1)}',
        tags: original.tags,
      },
    },
    aws_iam_role: of("aws_iam_role"),
    aws_iam_role_policy: of("aws_iam_role_policy"),
    aws_iam_role_policy_attachment: of("aws_iam_role_policy_attachment"),
  };
}

function instances(original: Original): Resources {
  const { name, tags, makesRole } = original;
  const level = original.get<string>("ecr_access_policy", "none");
  const arns = original.get<readonly string[]>("managed_policy_arns", []);
  const role = "${aws_iam_role.iam_role[0].name}";
  return {
    aws_iam_role: counted(makesRole, {
      iam_role: {
        name: original.variable("instance_role_name", `${name}-Role`),
        permissions_boundary: original.variable("instance_role_permissions_boundary_arn", null),
        assume_role_policy: trust("autoscaling.amazonaws.com", "ec2.amazonaws.com"),
        tags,
      },
    }),
    aws_iam_role_policy: {
      ...counted(makesRole, {
        buildkite_agent_policy: {
          name: "BuildkiteAgentPolicy",
          role: "${aws_iam_role.iam_role[0].id}",
          policy: policy(
            allow(
              ["ssm:GetParameter", "ssm:GetParameters"],
              `arn:aws:ssm:*:*:parameter/buildkite/elastic-ci-stack/${name}/*`,
            ),
            allow(["cloudwatch:PutMetricData", "ec2:DescribeTags", "cloudformation:DescribeStackResource"], "*"),
          ),
        },
      }),
      ...counted(makesRole && level.endsWith("-pullthrough"), {
        ecr_pullthrough_policy: {
          name: "ECRPullThrough",
          role: "${aws_iam_role.iam_role[0].id}",
          policy: policy(allow(["ecr:CreateRepository", "ecr:BatchImportUpstreamImage", "ecr:PutImage"], "*")),
        },
      }),
    },
    aws_iam_role_policy_attachment: {
      ...counted(makesRole && level !== "none", {
        instance_ecr_policy: { role, policy_arn: managed("AmazonEC2ContainerRegistryReadOnly") },
      }),
      ...(makesRole && arns.length > 0
        ? {
            instance_managed_policies: {
              for_each: "${toset(var.managed_policy_arns)}",
              role,
              policy_arn: "${each.value}",
            },
          }
        : {}),
    },
  };
}

function scaler(original: Original): Resources {
  const { name, tags, scales } = original;
  const exists = scales && !original.has("scaler_lambda_role_arn");
  const group = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:SetDesiredCapacity",
  ];
  return {
    aws_iam_role: counted(exists, {
      scaler_lambda_role: {
        name: `${name}-scaler-lambda-role`,
        permissions_boundary: original.variable("instance_role_permissions_boundary_arn", null),
        assume_role_policy: trust("lambda.amazonaws.com"),
        tags,
      },
    }),
    aws_iam_role_policy: counted(exists, {
      scaler_lambda_policy: {
        name: `${name}-scaler-lambda-policy`,
        role: "${aws_iam_role.scaler_lambda_role[0].id}",
        policy: policy(
          allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "${aws_cloudwatch_log_group.scaler_lambda_logs[0].arn}:*",
          ),
          allow(group, "*"),
          allow(["ssm:GetParameter"], `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/*`),
        ),
      },
    }),
    aws_iam_role_policy_attachment: counted(exists, {
      scaler_lambda_policy: { role: "${aws_iam_role.scaler_lambda_role[0].name}", policy_arn: BASIC },
    }),
  };
}

function suspender(original: Original): Resources {
  const exists = !original.has("asg_process_suspender_role_arn");
  return {
    aws_iam_role: counted(exists, {
      asg_process_suspender: {
        name: `${original.name}-AsgProcessSuspenderRole`,
        assume_role_policy: trust("lambda.amazonaws.com"),
        tags: original.tags,
      },
    }),
    aws_iam_role_policy: counted(exists, {
      asg_process_suspender: {
        name: "suspend-asg-processes",
        role: "${aws_iam_role.asg_process_suspender[0].id}",
        policy: policy(allow(["autoscaling:SuspendProcesses"], "*")),
      },
    }),
    aws_iam_role_policy_attachment: counted(exists, {
      asg_process_suspender_basic: { role: "${aws_iam_role.asg_process_suspender[0].name}", policy_arn: BASIC },
    }),
  };
}

function stop(original: Original): Resources {
  const { name, tags, isGraceful } = original;
  const exists = isGraceful && !original.has("stop_buildkite_agents_role_arn");
  const group = "${aws_autoscaling_group.agent_auto_scale_group.arn}";
  const ownGroup = { Condition: { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": `${name}-asg` } } };
  const document = `arn:aws:ssm:${REGION}::document/AWS-RunShellScript`;
  const inline = (called: string, statement: object) => ({
    name: called,
    role: "${aws_iam_role.stop_buildkite_agents[0].id}",
    policy: policy(statement),
  });
  return {
    aws_iam_role: counted(exists, {
      stop_buildkite_agents: {
        name_prefix: `${name}-stop-bk-`.slice(0, 38),
        permissions_boundary: original.variable("instance_role_permissions_boundary_arn", null),
        assume_role_policy: trust("lambda.amazonaws.com"),
        tags,
      },
    }),
    aws_iam_role_policy: counted(exists, {
      stop_buildkite_agents_describe_asg: inline(
        "describe-asgs",
        allow(["autoscaling:DescribeAutoScalingGroups"], "*"),
      ),
      stop_buildkite_agents_modify_asg: inline("modify-asgs", allow(["autoscaling:UpdateAutoScalingGroup"], group)),
      stop_buildkite_agents_ssm_document: inline("run-stop-buildkite-document", allow(["ssm:SendCommand"], document)),
      stop_buildkite_agents_ssm_instances: inline(
        "stop-buildkite-instances",
        allow(["ssm:SendCommand"], `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/*`, ownGroup),
      ),
    }),
    aws_iam_role_policy_attachment: counted(exists, {
      stop_buildkite_agents_basic: { role: "${aws_iam_role.stop_buildkite_agents[0].name}", policy_arn: BASIC },
    }),
  };
}
