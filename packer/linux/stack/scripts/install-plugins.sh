#!/bin/bash
# The plugins that the agent's own hooks source, each at the commit in versions.json.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

plugins=$root/usr/local/buildkite-aws-stack/plugins

# checkout REPOSITORY COMMIT FOLDER: git itself checks that the content is what the commit's hash says.
checkout() {
  local repository=$1 commit=$2 folder=$3 actual
  [[ $commit =~ ^[0-9a-f]{40}$ ]] || die "$repository has no commit in versions.json: run npm run packer -- pin"
  rm -rf "$folder"
  git init --quiet "$folder"
  git -C "$folder" fetch --quiet --depth 1 "$repository" "$commit"
  git -C "$folder" checkout --quiet --detach FETCH_HEAD
  actual=$(git -C "$folder" rev-parse HEAD)
  [[ $actual == "$commit" ]] || die "$repository gave $actual instead of $commit"
  rm -rf "$folder/.git"
}

# install_plugin NAME
install_plugin() {
  local repository commit
  repository=$(pin plugins "$1" repository)
  commit=$(pin plugins "$1" commit)
  say "fetching the plugin $1 at $commit"
  checkout "$repository" "$commit" "$plugins/$1"
  chown --recursive root:root "$plugins/$1"
  chmod --recursive u=rwX,go=rX "$plugins/$1"
}

for plugin in docker-login ecr secrets; do
  install_plugin "$plugin"
done
