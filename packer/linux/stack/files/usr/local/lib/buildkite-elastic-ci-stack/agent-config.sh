# shellcheck shell=bash
# The agent's configuration file, in the keys of the agent's major version.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"

config_line() {
  local REPLY
  if [[ $2 == *[[:cntrl:]]* ]] || ! quote_for_agent "$2"; then
    refuse "$1 has a character that the agent's configuration cannot hold"
  fi
  printf '%s=%s\n' "$1" "$REPLY"
}

# The queue and where the agent comes from, then the stack's own tags.
agent_tags() {
  local tag
  local -a own tags=(
    "queue=$BUILDKITE_QUEUE"
    "docker=$1"
    "stack=$BUILDKITE_STACK_NAME"
    "buildkite-aws-stack=$BUILDKITE_STACK_VERSION"
    "stack-deployed-by=$BUILDKITE_STACK_DEPLOYED_BY"
  )
  [[ ! -e $run/instance-storage-missing ]] || tags+=("instance-storage=missing")
  IFS=, read -ra own <<<"$BUILDKITE_AGENT_TAGS"
  for tag in "${own[@]}"; do
    tag=${tag#"${tag%%[! ]*}"}
    tag=${tag%"${tag##*[! ]}"}
    [[ -z $tag ]] || tags+=("$tag")
  done
  (IFS=, && printf '%s' "${tags[*]}")
}

# Times are seconds: a cancelled job has the signal period until it is killed, the whole period until all is over.
config_of_v3() {
  config_line cancel-grace-period "$BUILDKITE_AGENT_CANCEL_GRACE_PERIOD"
  config_line signal-grace-period-seconds "$BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS"
  config_line timestamp-lines "$BUILDKITE_AGENT_TIMESTAMP_LINES"
  config_line no-ansi-timestamps "$BUILDKITE_AGENT_TIMESTAMP_LINES"
  [[ -z $BUILDKITE_AGENT_TRACING_BACKEND ]] || config_line tracing-backend "$BUILDKITE_AGENT_TRACING_BACKEND"
}

config_of_v4() {
  local whole=$BUILDKITE_AGENT_CANCEL_GRACE_PERIOD signal=$BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS
  if ((signal < 0)); then signal=$((whole + signal)); fi
  config_line cancel-signal-timeout "${signal}s"
  config_line cancel-cleanup-timeout "$((whole - signal))s"
  [[ $BUILDKITE_AGENT_TRACING_BACKEND != opentelemetry ]] || config_line opentelemetry-tracing true
}

unsupported_by_v4() {
  [[ $BUILDKITE_AGENT_TRACING_BACKEND != datadog ]] || say "agent 4 knows no datadog tracing: BUILDKITE_AGENT_TRACING_BACKEND is ignored"
  [[ $BUILDKITE_AGENT_TIMESTAMP_LINES != true ]] || say "agent 4 has no timestamp lines: BUILDKITE_AGENT_TIMESTAMP_LINES is ignored"
}

# render_agent_config MAJOR INSTANCE-ID DOCKER-VERSION, with the token on standard input: arguments can be read by all.
render_agent_config() {
  local token config=/etc/buildkite-agent agent=/var/lib/buildkite-agent
  IFS= read -r token || [[ -n $token ]] || refuse "the parameter of the agent token is empty"
  config_line name "$BUILDKITE_STACK_NAME-$2-%spawn"
  config_line token "$token"
  config_line tags "$(agent_tags "$3")"
  config_line tags-from-ec2-meta-data true
  config_line no-color true
  config_line endpoint "$BUILDKITE_AGENT_ENDPOINT"
  config_line spawn "$BUILDKITE_AGENTS_PER_INSTANCE"
  config_line hooks-path "$config/hooks"
  config_line build-path "$agent/builds"
  config_line plugins-path "$agent/plugins"
  [[ $BUILDKITE_AGENT_ENABLE_GIT_MIRRORS != true ]] || config_line git-mirrors-path "$agent/git-mirrors"
  [[ -z $BUILDKITE_AGENT_EXPERIMENTS ]] || config_line experiment "$BUILDKITE_AGENT_EXPERIMENTS"
  config_line disconnect-after-job "$BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB"
  config_line disconnect-after-idle-timeout "$BUILDKITE_SCALE_IN_IDLE_PERIOD"
  config_line disconnect-after-uptime "$BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME"
  render_signing "$config"
  if (($1 >= 4)); then config_of_v4; else config_of_v3; fi
}

render_signing() {
  [[ -z $BUILDKITE_AGENT_SIGNING_KMS_KEY ]] || config_line signing-aws-kms-key "$BUILDKITE_AGENT_SIGNING_KMS_KEY"
  [[ -z $BUILDKITE_AGENT_SIGNING_KEY_PATH ]] || config_line signing-jwks-file "$1/signing-key.json"
  [[ -z $BUILDKITE_AGENT_SIGNING_KEY_ID ]] || config_line signing-jwks-key-id "$BUILDKITE_AGENT_SIGNING_KEY_ID"
  [[ -z $BUILDKITE_AGENT_VERIFICATION_KEY_PATH ]] || config_line verification-jwks-file /run/buildkite-elastic-ci-stack/agent-secrets/verification-key.json
  config_line verification-failure-behavior "$BUILDKITE_AGENT_JOB_VERIFICATION_NO_SIGNATURE_BEHAVIOR"
}
