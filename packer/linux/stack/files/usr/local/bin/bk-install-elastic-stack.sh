#!/bin/bash
# Sets the agent up and starts it: the last part of an instance's boot. Whatever can fail comes before the agent's start,
# and a failure is reported once, with the first reason. At a later boot of a finished instance the agent is only started.
set -Eeuo pipefail
shopt -s inherit_errexit

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/agent-config.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/agent-config.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/boot-report.sh
source "$library/boot-report.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/host-settings.sh
source "$library/host-settings.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/job-environment.sh
source "$library/job-environment.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/operator-text.sh
source "$library/operator-text.sh"

status=$root/var/log/elastic-stack-bootstrap-status
config=$root/etc/buildkite-agent
home=$root/var/lib/buildkite-agent
fetch=$root/usr/local/bin/bk-fetch.sh
declare -A fetches=()

on_failure() {
  report_unhealthy
  signal_cloudformation false "$1"
}

# An earlier part of this boot may have failed: cloud-init runs the later ones all the same.
check_earlier_boots() {
  [[ ! -s $run/boot-failed ]] || exit 1
  [[ -e $status ]] || return 0
  [[ $(<"$status") == Completed ]] || refuse "an earlier boot of this instance broke off half-way"
  say "this instance is set up already"
  start_agent
  exit 0
}

find_region() {
  [[ -n $AWS_REGION ]] || AWS_REGION=$(retry metadata placement/region)
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION
}

# fetch_parameter NAME FILE. Neither name nor value of a secret goes through this script's own output.
fetch_parameter() {
  timeout 120 aws ssm get-parameter --name "$1" --with-decryption --query Parameter.Value --output text >"$2"
  stack_plain_file "$2"
}

fetch_address() {
  timeout 900 "$fetch" - "$2" <<<"$1"
}

# in_background NAME COMMAND SOURCE: to the file NAME, unless the source is empty.
in_background() {
  [[ -n $3 ]] || return 0
  "$2" "$3" "$work/$1" &
  fetches[$1]=$!
}

await_fetches() {
  local name
  local -a failed=()
  for name in "${!fetches[@]}"; do
    wait "${fetches[$name]}" || failed+=("$name")
  done
  ((${#failed[@]} == 0)) || refuse "could not be fetched: ${failed[*]}"
}

fetch_everything() {
  local token_path=${BUILDKITE_AGENT_TOKEN_PATH:-/$BUILDKITE_STACK_NAME/buildkite/agent-token}
  in_background token fetch_parameter "$token_path"
  in_background signing-key.json fetch_parameter "$BUILDKITE_AGENT_SIGNING_KEY_PATH"
  in_background verification-key.json fetch_parameter "$BUILDKITE_AGENT_VERIFICATION_KEY_PATH"
  in_background agent.env fetch_address "$BUILDKITE_ENV_FILE_URL"
  in_background bootstrap fetch_address "$BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT"
  await_fetches
  [[ ! -e $work/agent.env ]] || stack_plain_file "$work/agent.env"
}

choose_agent() {
  local program=$root/usr/bin/buildkite-agent-$BUILDKITE_AGENT_RELEASE text
  [[ -x $program ]] || refuse "this image has no agent of the channel $BUILDKITE_AGENT_RELEASE"
  text=$(timeout 20 "$program" --version)
  [[ $text =~ version\ ([0-9]+)\. ]] || refuse "the agent does not tell its version, but: $text"
  major=${BASH_REMATCH[1]}
  ln -sfT "${program##*/}" "$root/usr/bin/buildkite-agent"
  say "the agent is $text"
}

docker_version() {
  local text
  text=$(docker --version)
  [[ $text =~ ([0-9]+\.[0-9]+\.[0-9]+) ]] || refuse "Docker does not tell its version"
  echo "${BASH_REMATCH[1]}"
}

# What only the agent's start needs. agent-secrets.sh hands it over each time.
write_secrets() {
  local secrets=$settings/agent-secrets file
  install -d -m 0700 "$secrets"
  install_file 0600 root:root "$secrets/buildkite-agent.cfg" <"$work/config"
  file=verification-key.json
  if [[ -e $work/$file ]]; then install_file 0600 root:root "$secrets/$file" <"$work/$file"; fi
}

write_agent_files() {
  local id docker
  id=$(retry metadata instance-id)
  [[ $id =~ ^i-[0-9a-f]+$ ]] || refuse "the metadata names no instance, but: ${id:0:60}"
  docker=$(docker_version)
  render_agent_config "$major" "$id" "$docker" <"$work/token" >"$work/config"
  if ((major >= 4)); then unsupported_by_v4; fi
  write_secrets
  # For whoever wants to read it, but for the token.
  grep -v '^token=' "$work/config" | install_file 0640 root:buildkite-agent "$config/buildkite-agent.cfg"
  # Jobs sign with it what they upload.
  if [[ -e $work/signing-key.json ]]; then
    install_file 0640 root:buildkite-agent "$config/signing-key.json" <"$work/signing-key.json"
  fi
  # Read by systemd as root, so it lies out of the jobs' reach.
  if [[ -e $work/agent.env ]]; then install_file 0600 root:root "$settings/agent.env" <"$work/agent.env"; fi
  render_job_environment "$docker" >"$work/job-environment"
  install_file 0640 root:buildkite-agent "$settings/job-environment" <"$work/job-environment"
}

make_folders() {
  mkdir -p "$home/builds" "$home/git-mirrors"
  chown buildkite-agent:buildkite-agent "$home/builds" "$home/git-mirrors"
  [[ $BUILDKITE_AGENT_ENABLE_GIT_MIRRORS == true && -n $BUILDKITE_GIT_MIRROR_SEED_BUCKET ]] || return 0
  timeout 3600 runuser -u buildkite-agent -- env HOME="$home" \
    "$library/seed-git-mirrors.sh" "$BUILDKITE_GIT_MIRROR_SEED_BUCKET" "$home/git-mirrors" ||
    say "not all git mirrors could be seeded"
}

# As root, with the stack's inputs in its environment. Within an hour: a script that hangs must not hold an instance for ever.
run_bootstrap_script() {
  [[ -e $work/bootstrap ]] || return 0
  say "the stack's own bootstrap script begins"
  timeout --kill-after=30 3600 bash "$work/bootstrap" </dev/null || refuse "the bootstrap script ended with exit code $?"
}

wait_for_docker() {
  local attempt
  for attempt in {1..60}; do
    if timeout 10 docker info >/dev/null 2>&1; then return; fi
    sleep 1
  done
  refuse "Docker did not answer $attempt times"
}

# The agent's end is a failure of the boot only where the agent had not registered: after that it may have had jobs.
start_agent() {
  wait_for_docker
  touch "$run/ready"
  if systemctl start buildkite-agent.service && "$library/await-agent.sh"; then return; fi
  rm "$run/ready"
  systemctl stop --no-block buildkite-agent.service
  refuse "the agent has not registered; /var/log/buildkite-agent says why"
}

begin_part
read_inputs
find_region
check_earlier_boots
echo Started >"$status"
choose_agent
fetch_everything
write_agent_files
make_folders
apply_host_settings
wait_for_docker
run_bootstrap_script
systemctl daemon-reload
start_agent
echo Completed >"$status"
signal_cloudformation true "the agent has registered"
say "this instance is set up"
