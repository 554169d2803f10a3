# shellcheck shell=bash
# Read by every bash of a test: stubs that are called hundreds of times then start no process of their own.
export MAIN=$$
timeout() { LIMIT=$1 "${@:2}"; }
# shellcheck source=test/harness/userdata/stubs/curl
curl() (source "$ELASTIC_STACK_ROOT/stubs/curl" "$@")
# shellcheck source=test/harness/userdata/stubs/date
date() (source "$ELASTIC_STACK_ROOT/stubs/date" "$@")
# shellcheck source=test/harness/userdata/stubs/sleep
sleep() (source "$ELASTIC_STACK_ROOT/stubs/sleep" "$@")
# shellcheck source=test/harness/userdata/stubs/systemctl
systemctl() (source "$ELASTIC_STACK_ROOT/stubs/systemctl" "$@")
# Processes of this computer are none of a test's business; the agent's jobs are 811 and 812.
kill() {
  if [[ $1 != -KILL ]]; then
    builtin kill "$@"
    return
  fi
  echo "$(<"$FAKE/clock") kill $*" >>"$FAKE/calls"
  if [[ ! -e $FAKE/failures/kill ]]; then cp "$FAKE/clock" "$FAKE/killed-at"; fi
}
