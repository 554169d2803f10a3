# shellcheck shell=bash
# Reads objects of the secrets bucket, several at a time, for secrets.sh. Their content never meets a disk.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/job.sh
source "${BASH_SOURCE[0]%/*}/job.sh"

declare -A stack_downloads=() stack_objects=()
stack_content=
stack_problem=

# stack_s3 OPERATION [ARGUMENT...], with the bucket left out. On a machine busy with jobs the CLI's keys may take a while.
stack_s3() {
  local -a stack_region=()
  [[ -z ${BUILDKITE_SECRETS_BUCKET_REGION-} ]] || stack_region=(--region "$BUILDKITE_SECRETS_BUCKET_REGION")
  AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=4 \
    AWS_PAGER='' AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=5 timeout 120 aws s3api "$1" \
    --bucket "${BUILDKITE_SECRETS_BUCKET-}" "${stack_region[@]}" --cli-connect-timeout 10 --cli-read-timeout 30 "${@:2}"
}

# One key a line.
stack_list() {
  stack_s3 list-objects-v2 --output text --query 'Contents[].[Key]' "$@"
}

# The command itself prints what it knows of the object.
stack_object() {
  stack_s3 get-object --key "$1" /dev/fd/3 >/dev/null
}

# Prints what a command prints, then NUL, then nothing where it succeeded, else the code of AWS's error. The rest of the
# error stays unsaid: it may name the bucket, and everybody can read the log of a public build.
stack_with_verdict() {
  local stack_said
  {
    if stack_said=$("$@" 2>&1 >&3); then
      printf '\0'
    elif [[ $stack_said =~ \(([A-Za-z0-9]+)\) ]]; then
      printf '\0%s' "${BASH_REMATCH[1]}"
    else
      printf '\0no answer'
    fi
  } 3>&1
}

# stack_start NAME COMMAND...: runs it beside everything else.
stack_start() {
  local stack_pipe
  exec {stack_pipe}< <(stack_with_verdict "${@:2}")
  stack_downloads[$1]=$stack_pipe
}

# stack_finish NAME: waits for it, and sets stack_content, or stack_problem and fails.
stack_finish() {
  local stack_pipe=${stack_downloads[$1]}
  stack_problem='no answer'
  if IFS= read -r -d '' stack_content <&"$stack_pipe"; then
    stack_problem=$(tr '\0' '?' <&"$stack_pipe")
  fi
  exec {stack_pipe}<&-
  [[ -n $stack_problem ]] || return 0
  # What follows a NUL of the object's own is content, which must not be shown.
  [[ $stack_problem =~ ^[A-Za-z0-9\ ]{1,60}$ ]] || stack_problem='it holds a NUL character'
  return 1
}

stack_receive() {
  if stack_finish "$1"; then
    stack_objects[$1]=$stack_content
  elif [[ $stack_problem == AccessDenied ]]; then
    echo "+++ :warning: Elastic CI Stack: this instance may not read the secret $1"
  elif [[ $stack_problem != NoSuchKey ]]; then
    stack_refuse "The secret $1 could not be fetched: $stack_problem"
  fi
}

# Sets stack_content to an object that stack_fetch got.
stack_fetched() {
  stack_content=${stack_objects[$1]-}
  [[ -n ${stack_objects[$1]+set} ]]
}

# Fetches objects. Each takes a program of its own, and a small instance has no room for many.
stack_fetch() {
  local stack_key
  local -a stack_waiting=()
  for stack_key in "$@"; do
    if ((${#stack_waiting[@]} == 6)); then
      stack_receive "${stack_waiting[0]}"
      stack_waiting=("${stack_waiting[@]:1}")
    fi
    stack_start "$stack_key" stack_object "$stack_key"
    stack_waiting+=("$stack_key")
  done
  for stack_key in "${stack_waiting[@]}"; do
    stack_receive "$stack_key"
  done
}
