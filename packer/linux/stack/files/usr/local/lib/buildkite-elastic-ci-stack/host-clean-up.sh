# shellcheck shell=bash
# What the hourly clean-ups of Docker share. They run as root, outside of jobs.

# shellcheck source=userdata/linux/instance.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/instance.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/disk.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/disk.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.generated.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.generated.sh"

# The boot may not have come to writing them; then there are the defaults.
load_settings_of_host() {
  if [[ -e $stack_root/etc/buildkite-elastic-ci-stack/job-environment ]]; then stack_load_settings; fi
  inputs_of_stack
}

# Judging them is the boot's business.
input() {
  :
}
