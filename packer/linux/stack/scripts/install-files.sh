#!/bin/bash
# Copies the tree of the image's own files to where it lies in the image. It comes last, over everything else.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

mode_of() {
  case $1 in
    */etc/sudoers.d/*) echo 0440 ;;
    *) if [[ -x $1 ]]; then echo 0755; else echo 0644; fi ;;
  esac
}

install_tree() {
  local tree=$1 file mode
  while IFS= read -r -d '' file; do
    mode=$(mode_of "$file")
    install -D --owner root --group root --mode "$mode" "$file" "$root${file#"$tree"}"
  done < <(find "$tree" -type f -print0)
  wait "$!"
}

install_tree "$image/files"
systemctl daemon-reload
# The boot starts Docker, once, when its settings are written.
systemctl disable docker.service docker.socket
# From an instance's start on, also where its user data never comes. It runs from the next start, so it leaves this build alone.
systemctl enable buildkite-liveness.timer
