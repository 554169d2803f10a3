#!/bin/bash
# inject-all-inputs.sh FOLDER: lets the image's boot judge many inputs at once, in a shell for each set of them: names and
# values on standard input, all of them ended by NUL, and an empty name after each set. FOLDER/NUMBER.log is what was said.
set -Eeuo pipefail

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:?}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"
folder=$1
run=$folder
number=0

command_not_found_handle() {
  printf '%s\n' "$*" >>"$folder/unexpected"
  return 127
}

declare -A inputs=()
judge() {
  local one
  for one in "${!inputs[@]}"; do
    export "$one=${inputs[$one]}"
  done
  read_inputs
}

while IFS= read -r -d '' name; do
  if [[ -n $name ]]; then
    IFS= read -r -d '' value
    inputs[$name]=$value
  else
    (judge) >"$folder/$number.log" 2>&1 </dev/null &
    wait "$!" || true
    number=$((number + 1))
  fi
done
