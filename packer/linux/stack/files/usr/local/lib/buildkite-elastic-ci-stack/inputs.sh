# shellcheck shell=bash
# What the stack tells an instance, all of it in environment variables, each with its kind and its default.
# A variable that is missing or empty has its default. What is wrong is reported all at once.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/boot-part.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/boot-part.sh"

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.generated.sh
source "$library/inputs.generated.sh"

# What the stack tells of itself: kind, name, and the value after the default has been put in. Its inputs are in the file above.
facts_of_stack() {
  input word AWS_DEFAULT_REGION "${AWS_DEFAULT_REGION:=}"
  input word AWS_REGION "${AWS_REGION:=}"
  input item BUILDKITE_STACK_NAME "${BUILDKITE_STACK_NAME:=buildkite}"
  input item BUILDKITE_STACK_VERSION "${BUILDKITE_STACK_VERSION:=unknown}"
  input item BUILDKITE_STACK_DEPLOYED_BY "${BUILDKITE_STACK_DEPLOYED_BY:=unknown}"
  input parameter BUILDKITE_AGENT_TOKEN_PATH "${BUILDKITE_AGENT_TOKEN_PATH:=}"
  input word BUILDKITE_AGENT_SIGNING_KMS_KEY "${BUILDKITE_AGENT_SIGNING_KMS_KEY:=}"
  input bucket BUILDKITE_SECRETS_BUCKET "${BUILDKITE_SECRETS_BUCKET:=}"
  input word BUILDKITE_SECRETS_BUCKET_REGION "${BUILDKITE_SECRETS_BUCKET_REGION:=}"
  input word BUILDKITE_S3_DEFAULT_REGION "${BUILDKITE_S3_DEFAULT_REGION:=}"
}

read_inputs() {
  problems=()
  facts_of_stack
  inputs_of_stack
  check_together
  ((${#problems[@]} > 0)) || return 0
  printf 'wrong input: %s\n' "${problems[@]}"
  refuse "${#problems[@]} wrong inputs: $(printf '%s; ' "${problems[@]}")"
}

# Sets rule: the pattern that a value of the kind must match, and in words. Of a whole number also least and most.
set_rule() {
  local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  case $1 in
    flag) rule='^(true|false)$ true or false' ;;
    whole:*)
      IFS=: read -r _ least most <<<"$1"
      rule="^(0|-?[1-9][0-9]{0,8})\$ a whole number${least:+ of at least $least}${most:+ and at most $most}"
      ;;
    number) rule='^-?[0-9]{1,9}(\.[0-9]{1,9})?$ a number' ;;
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
  local kind=$1 name=$2 value=$3 rule least most shown LC_ALL=C
  [[ -n $value ]] || return 0
  # A list has an item a line.
  [[ $kind != list ]] || value=${value//$'\n'/}
  set_rule "$kind"
  # An address may hold a password or a signature.
  if [[ $kind == *source ]]; then shown=; else shown=", not ${value@Q}"; fi
  if [[ $value == *[[:cntrl:]]* ]]; then
    problems+=("$name has a control character, such as a line break")
  elif [[ ! $value =~ ${rule%% *} ]] || { [[ $kind == whole:* ]] && ((value < ${least:-value} || value > ${most:-value})); }; then
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
