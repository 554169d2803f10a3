# shellcheck shell=bash
# What the stack tells an instance, all of it in environment variables, each with its kind and its default.
# A variable that is missing or empty has its default. What is wrong is reported all at once.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/boot-part.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/boot-part.sh"

# Every row: kind, name, and the value after the default has been put in.
machine_inputs() {
  input word AWS_DEFAULT_REGION "${AWS_DEFAULT_REGION:=}"
  input word AWS_REGION "${AWS_REGION:=}"
  input item BUILDKITE_STACK_NAME "${BUILDKITE_STACK_NAME:=buildkite}"
  input item BUILDKITE_STACK_VERSION "${BUILDKITE_STACK_VERSION:=unknown}"
  input item BUILDKITE_STACK_DEPLOYED_BY "${BUILDKITE_STACK_DEPLOYED_BY:=unknown}"
  input flag BUILDKITE_ENABLE_INSTANCE_STORAGE "${BUILDKITE_ENABLE_INSTANCE_STORAGE:=false}"
  input flag BUILDKITE_MOUNT_TMPFS_AT_TMP "${BUILDKITE_MOUNT_TMPFS_AT_TMP:=true}"
  input source BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT "${BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT:=}"
  input source BUILDKITE_AUTHORIZED_USERS_URL "${BUILDKITE_AUTHORIZED_USERS_URL:=}"
  input sudo BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS "${BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS:=}"
  input flag BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB "${BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB:=false}"
  input flag BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL "${BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL:=false}"
  input flag BUILDKITE_PURGE_BUILDS_ON_DISK_FULL "${BUILDKITE_PURGE_BUILDS_ON_DISK_FULL:=false}"
  input flag ENABLE_RESOURCE_LIMITS "${ENABLE_RESOURCE_LIMITS:=false}"
  input memory RESOURCE_LIMITS_MEMORY_HIGH "${RESOURCE_LIMITS_MEMORY_HIGH:=90%}"
  input memory RESOURCE_LIMITS_MEMORY_MAX "${RESOURCE_LIMITS_MEMORY_MAX:=90%}"
  input swap RESOURCE_LIMITS_MEMORY_SWAP_MAX "${RESOURCE_LIMITS_MEMORY_SWAP_MAX:=90%}"
  input weight RESOURCE_LIMITS_CPU_WEIGHT "${RESOURCE_LIMITS_CPU_WEIGHT:=100}"
  input percent RESOURCE_LIMITS_CPU_QUOTA "${RESOURCE_LIMITS_CPU_QUOTA:=90%}"
  input weight RESOURCE_LIMITS_IO_WEIGHT "${RESOURCE_LIMITS_IO_WEIGHT:=80}"
  input flag ENABLE_EC2_LOG_RETENTION_POLICY "${ENABLE_EC2_LOG_RETENTION_POLICY:=false}"
  input positive EC2_LOG_RETENTION_DAYS "${EC2_LOG_RETENTION_DAYS:=7}"
}

docker_inputs() {
  input flag DOCKER_USERNS_REMAP "${DOCKER_USERNS_REMAP:=true}"
  input flag DOCKER_EXPERIMENTAL "${DOCKER_EXPERIMENTAL:=false}"
  input 'choice:ipv4|dualstack' DOCKER_NETWORKING_PROTOCOL "${DOCKER_NETWORKING_PROTOCOL:=ipv4}"
  input ipv4-range DOCKER_IPV4_ADDRESS_POOL_1 "${DOCKER_IPV4_ADDRESS_POOL_1:=172.17.0.0/12}"
  input ipv4-range DOCKER_IPV4_ADDRESS_POOL_2 "${DOCKER_IPV4_ADDRESS_POOL_2:=192.168.0.0/16}"
  input ipv6-range DOCKER_IPV6_ADDRESS_POOL "${DOCKER_IPV6_ADDRESS_POOL:=2001:db8:2::/104}"
  input ipv4-range DOCKER_FIXED_CIDR_V4 "${DOCKER_FIXED_CIDR_V4:=}"
  input ipv6-range DOCKER_FIXED_CIDR_V6 "${DOCKER_FIXED_CIDR_V6:=2001:db8:1::/64}"
  input age DOCKER_PRUNE_UNTIL "${DOCKER_PRUNE_UNTIL:=4h}"
  input flag DOCKER_BUILDER_PRUNE_ENABLED "${DOCKER_BUILDER_PRUNE_ENABLED:=false}"
  input flag ENABLE_PRE_EXIT_DISK_CLEANUP "${ENABLE_PRE_EXIT_DISK_CLEANUP:=false}"
}

agent_inputs() {
  input item BUILDKITE_QUEUE "${BUILDKITE_QUEUE:=default}"
  input parameter BUILDKITE_AGENT_TOKEN_PATH "${BUILDKITE_AGENT_TOKEN_PATH:=}"
  input endpoint BUILDKITE_AGENT_ENDPOINT "${BUILDKITE_AGENT_ENDPOINT:=https://agent-edge.buildkite.com/v3}"
  input 'choice:stable|beta|edge|oldstable' BUILDKITE_AGENT_RELEASE "${BUILDKITE_AGENT_RELEASE:=stable}"
  input positive BUILDKITE_AGENTS_PER_INSTANCE "${BUILDKITE_AGENTS_PER_INSTANCE:=1}"
  input line BUILDKITE_AGENT_TAGS "${BUILDKITE_AGENT_TAGS:=}"
  input line BUILDKITE_AGENT_EXPERIMENTS "${BUILDKITE_AGENT_EXPERIMENTS:=}"
  input 'choice:datadog|opentelemetry' BUILDKITE_AGENT_TRACING_BACKEND "${BUILDKITE_AGENT_TRACING_BACKEND:=}"
  input flag BUILDKITE_AGENT_TIMESTAMP_LINES "${BUILDKITE_AGENT_TIMESTAMP_LINES:=false}"
  input positive BUILDKITE_AGENT_CANCEL_GRACE_PERIOD "${BUILDKITE_AGENT_CANCEL_GRACE_PERIOD:=60}"
  input grace BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS "${BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS:=-1}"
  input count BUILDKITE_SCALE_IN_IDLE_PERIOD "${BUILDKITE_SCALE_IN_IDLE_PERIOD:=600}"
  input count BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME "${BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME:=0}"
  input settings-source BUILDKITE_ENV_FILE_URL "${BUILDKITE_ENV_FILE_URL:=}"
  input flag BUILDKITE_AGENT_ENABLE_GIT_MIRRORS "${BUILDKITE_AGENT_ENABLE_GIT_MIRRORS:=false}"
  input bucket BUILDKITE_GIT_MIRROR_SEED_BUCKET "${BUILDKITE_GIT_MIRROR_SEED_BUCKET:=}"
  input word BUILDKITE_AGENT_SIGNING_KMS_KEY "${BUILDKITE_AGENT_SIGNING_KMS_KEY:=}"
  input parameter BUILDKITE_AGENT_SIGNING_KEY_PATH "${BUILDKITE_AGENT_SIGNING_KEY_PATH:=}"
  input line BUILDKITE_AGENT_SIGNING_KEY_ID "${BUILDKITE_AGENT_SIGNING_KEY_ID:=}"
  input parameter BUILDKITE_AGENT_VERIFICATION_KEY_PATH "${BUILDKITE_AGENT_VERIFICATION_KEY_PATH:=}"
  input 'choice:block|warn' BUILDKITE_AGENT_JOB_VERIFICATION_NO_SIGNATURE_BEHAVIOR \
    "${BUILDKITE_AGENT_JOB_VERIFICATION_NO_SIGNATURE_BEHAVIOR:=block}"
}

job_inputs() {
  input flag SECRETS_PLUGIN_ENABLED "${SECRETS_PLUGIN_ENABLED:=true}"
  input bucket BUILDKITE_SECRETS_BUCKET "${BUILDKITE_SECRETS_BUCKET:=}"
  input word BUILDKITE_SECRETS_BUCKET_REGION "${BUILDKITE_SECRETS_BUCKET_REGION:=}"
  input flag BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING \
    "${BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING:=false}"
  input flag ECR_PLUGIN_ENABLED "${ECR_PLUGIN_ENABLED:=true}"
  input flag ECR_CREDENTIAL_HELPER_ENABLED "${ECR_CREDENTIAL_HELPER_ENABLED:=false}"
  input word BUILDKITE_ECR_POLICY "${BUILDKITE_ECR_POLICY:=none}"
  input flag DOCKER_LOGIN_PLUGIN_ENABLED "${DOCKER_LOGIN_PLUGIN_ENABLED:=true}"
  input bucket BUILDKITE_ARTIFACTS_BUCKET "${BUILDKITE_ARTIFACTS_BUCKET:=}"
  input word BUILDKITE_S3_DEFAULT_REGION "${BUILDKITE_S3_DEFAULT_REGION:=}"
  input word BUILDKITE_S3_ACL "${BUILDKITE_S3_ACL:=private}"
}

read_inputs() {
  problems=()
  machine_inputs
  docker_inputs
  agent_inputs
  job_inputs
  check_together
  ((${#problems[@]} > 0)) || return 0
  printf 'wrong input: %s\n' "${problems[@]}"
  refuse "${#problems[@]} wrong inputs: $(printf '%s; ' "${problems[@]}")"
}

# Sets rule: the pattern that a value of the kind must match, and in words.
set_rule() {
  local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  case $1 in
    flag) rule='^(true|false)$ true or false' ;;
    count) rule='^(0|[1-9][0-9]{0,8})$ a whole number' ;;
    positive) rule='^[1-9][0-9]{0,8}$ a whole number above 0' ;;
    grace) rule='^(-1|0|[1-9][0-9]{0,8})$ -1 or a whole number' ;;
    weight) rule='^([1-9][0-9]{0,3}|10000)$ a whole number from 1 to 10000' ;;
    # systemd ignores most limits that are 0.
    percent) rule='^0*[1-9][0-9]{0,5}%$ a percentage above 0, such as 90%' ;;
    memory) rule='^(0*[1-9][0-9]{0,14}[KkMmGgTt]?|([1-9][0-9]?|100)%|infinity)$ bytes such as 4G, a percentage such as 90%, both above 0, or infinity' ;;
    swap) rule='^([0-9]{1,15}[KkMmGgTt]?|([1-9][0-9]?|100)%|infinity)$ bytes such as 4G, a percentage such as 90%, or infinity' ;;
    age) rule='^([0-9]{1,9}[smhd])+$ an age, such as 4h or 1d12h' ;;
    ipv4-range) rule="^$octet(\.$octet){3}/(3[0-2]|[12]?[0-9])\$ an IPv4 range, such as 10.0.0.0/16" ;;
    ipv6-range) rule='^[0-9A-Fa-f:]{2,39}/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$ an IPv6 range, such as fd00::/64' ;;
    bucket) rule='^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$ the name of a bucket' ;;
    # Not file:// or the like, which the AWS CLI would read instead.
    parameter) rule='^(/[A-Za-z0-9_./+=@-]*|arn:[A-Za-z0-9_.:/+=@-]*|[A-Za-z0-9_][A-Za-z0-9_.-]*)(:[A-Za-z0-9_.-]+)?$ the path or the ARN of an SSM parameter' ;;
    endpoint) rule='^https?://[^[:space:]]+$ a URL' ;;
    source) rule='^(s3://|https://|file:///)[^[:space:]]+$ a URL that begins with s3://, https:// or file:///' ;;
    settings-source) rule='^(s3://|ssm:/|https://|file:///)[^[:space:]]+$ a URL that begins with s3://, ssm:/, https:// or file:///' ;;
    word) rule='^[A-Za-z0-9_.:/+=@-]+$ a single word' ;;
    # The agent takes blanks off both ends of a tag.
    item) rule='^[^,[:blank:]]([^,]*[^,[:blank:]])?$ text without commas and without blanks at its ends' ;;
    choice:*) rule="^(${1#choice:})\$ one of ${1#choice:}" ;;
    *) rule='^ text' ;;
  esac
}

input() {
  local kind=$1 name=$2 value=$3 rule shown LC_ALL=C
  [[ -n $value ]] || return 0
  set_rule "$kind"
  # An address may hold a password or a signature.
  if [[ $kind == *source ]]; then shown=; else shown=", not ${value@Q}"; fi
  if [[ $value == *[[:cntrl:]]* ]]; then
    problems+=("$name has a control character, such as a line break")
  elif [[ ! $value =~ ${rule%% *} ]]; then
    problems+=("$name must be ${rule#* }$shown")
  elif [[ $kind == sudo ]]; then
    check_sudo_commands "$name" "$value"
  fi
}

# Sets REPLY to a value as the agent's parser reads it back unchanged; it fails where there is no such form.
# The parser cuts a line at # outside of quotes, and takes quotes off a value that has exactly two of a kind.
quote_for_agent() {
  local value=$1 double=${1//[!\"]/} single=${1//[!\']/}
  if [[ $value != *'#'* && $value != ' '* && $value != *' ' ]] && ((${#double} != 2 && ${#single} != 2)); then
    REPLY=$value
  elif [[ -z $double$single && $value != *'\n'* ]]; then
    REPLY="\"$value\""
  else
    return 1
  fi
}

# The commands of a sudoers list, one a line. A backslash makes a comma part of a command.
sudo_commands() {
  local command
  local -a commands
  IFS=, read -ra commands <<<"${1//\\,/$'\1'}"
  for command in "${commands[@]}"; do
    command=${command#"${command%%[! ]*}"}
    printf '%s\n' "${command//$'\1'/\\,}"
  done
}

# Without a backslash # begins a comment, which would leave a wider rule, : another rule, and = the arguments.
check_sudo_commands() {
  local command plain
  while IFS= read -r command; do
    [[ $command == ALL || $command == /?* ]] ||
      problems+=("$1 must have absolute paths (or ALL) between commas, not ${command@Q}")
    plain=${command//\\?/}
    [[ $plain != *[#:]* && ${plain%% *} != *=* ]] ||
      problems+=("$1 must have a backslash before #, : and = in ${command@Q}")
  done < <(sudo_commands "$2")
}

# Rules about several inputs, and about what the agent's configuration can hold.
check_together() {
  local name tags='' quoting='' cancel=$BUILDKITE_AGENT_CANCEL_GRACE_PERIOD signal=$BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS
  if [[ $cancel$signal =~ ^[0-9]+$ ]] && ((10#$signal >= 10#$cancel)); then
    problems+=("BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS must be below BUILDKITE_AGENT_CANCEL_GRACE_PERIOD")
  fi
  for name in BUILDKITE_STACK_NAME BUILDKITE_AGENT_ENDPOINT BUILDKITE_AGENT_EXPERIMENTS BUILDKITE_AGENT_SIGNING_KEY_ID; do
    quote_for_agent "${!name}" || problems+=("$name has quotes that the agent would take for its own")
  done
  for name in BUILDKITE_QUEUE BUILDKITE_STACK_NAME BUILDKITE_STACK_VERSION BUILDKITE_STACK_DEPLOYED_BY BUILDKITE_AGENT_TAGS; do
    tags+=${tags:+,}${!name}
    [[ ${!name} != *[\"\'\#\\]* ]] || quoting+="$name "
  done
  quote_for_agent "$tags" || problems+=("${quoting% }: the agent's tags have quotes that the agent would take for its own")
}
