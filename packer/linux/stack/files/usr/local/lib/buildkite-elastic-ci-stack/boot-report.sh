# shellcheck shell=bash
# Who hears how the boot ended: the Auto Scaling group of a failure, CloudFormation of both, where it waits for that.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"

# In a subshell: directly in a trap, Bash gives a plain "return" the code from before the trap, and so of the failure.
report_unhealthy() {
  (retry mark_unhealthy) || say "the Auto Scaling group could not be told that this instance is unhealthy"
}

# signal_cloudformation true|false REASON
signal_cloudformation() {
  [[ ${BUILDKITE_STACK_DEPLOYED_BY:-} == cloudformation ]] || return 0
  timeout 60 cfn-signal --success "$1" --reason "${2:0:500}" --stack "$BUILDKITE_STACK_NAME" \
    --resource AgentAutoScaleGroup --region "$AWS_REGION" || say "CloudFormation could not be told how the boot ended"
}
