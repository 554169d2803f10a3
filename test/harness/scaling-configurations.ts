import { type Configuration, newTemplate, noSecrets, runningInstances, token } from "./configuration";

/** Configurations about the size of the group and what its instances cost. */
export const scalingConfigurations: readonly Configuration[] = [
  {
    name: "TypeScript scaler for several groups",
    inputs: {
      ...token,
      ...noSecrets,
      stack_name: "shared",
      stack_name_suffix: "0a1b2c3d",
      buildkite_queue: 'builders "1"',
      scaler_implementation: "typescript",
      scaler_enable_elastic_ci_mode: true,
      disable_scale_in: false,
      scaler_groups: ["deploy=deploy-asg", "uploads=uploads-asg=10"],
      scaler_warm_idle_instances: 1,
      scaler_availability_threshold: 0.25,
      scaler_scale_in_factor: 0.5,
    },
    meanwhile: [
      {
        service: "ssm",
        operation: "put_parameter",
        params: {
          Name: "/buildkite/elastic-ci-stack/shared-0a1b2c3d/scaler-memory",
          Value: '{"groups":{"shared-0a1b2c3d-asg":{"lastScaleIn":null,"lastScaleOut":1700000000}}}',
          Type: "String",
          Overwrite: true,
        },
      },
    ],
    counts: { aws_ssm_parameter: 2, aws_lambda_function_event_invoke_config: 1, aws_lambda_function: 3 },
    change: {
      inputs: { scaler_groups: ["deploy=deploy-asg"] },
      changes: ["update aws_iam_role_policy", "update aws_lambda_function"],
    },
  },
  {
    name: "spot mix",
    inputs: {
      ...token,
      ...noSecrets,
      instance_types: "m5.large,m5a.large,m5n.large",
      on_demand_base_capacity: 1,
      on_demand_percentage: 20,
      spot_allocation_strategy: "price-capacity-optimized",
      // As if another stack's AgentScaler served this group.
      scaler_enabled: false,
    },
    counts: { aws_autoscaling_group: 1, aws_lambda_function: 2, aws_cloudwatch_event_rule: 0 },
    change: { inputs: { on_demand_percentage: 30 }, changes: ["update aws_autoscaling_group"] },
  },
  {
    name: "scheduled scaling",
    inputs: {
      ...token,
      ...noSecrets,
      enable_scheduled_scaling: true,
      schedule_timezone: "Europe/Berlin",
      scale_up_min_size: 2,
    },
    counts: { aws_autoscaling_schedule: 2 },
    change: { inputs: { scale_down_schedule: "30 19 * * 1-5" }, changes: ["update aws_autoscaling_schedule"] },
  },
  {
    name: "fixed size without a scaler",
    inputs: { ...token, ...noSecrets, ...runningInstances, min_size: 2, max_size: 2, disable_scale_in: false },
    counts: { aws_lambda_function: 2, aws_cloudwatch_event_rule: 0 },
    outputs: { scaler_lambda_function_name: null, scaler_log_group: null },
    change: { inputs: { enable_detailed_monitoring: true }, changes: newTemplate },
  },
];
