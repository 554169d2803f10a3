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
