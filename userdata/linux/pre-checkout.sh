#!/bin/bash
# Proves that a job's commit lies on its branch, or is the one of its tag, before the agent checks it out: its own check
# lets tags, pull requests and whatever it cannot find out pass. The hooks that bring credentials have run by then.

# The agent sources its hooks. The image's own one follows.
if [[ ${BASH_SOURCE[0]} != "$0" ]]; then
  bash "${BASH_SOURCE[0]}" || exit 1
  if [[ -e ${BASH_SOURCE[0]}.image ]]; then
    # shellcheck source=/dev/null
    source "${BASH_SOURCE[0]}.image"
  fi
  return
fi

set -euo pipefail

refuse() {
  echo "This agent does not take the job: $1"
  exit 1
}

proof() {
  git --git-dir "$work/git" "$@"
}

# fetch HOW-MUCH WHAT NAME: commits alone, without their files.
fetch() {
  local -a command=(proof fetch --quiet --no-tags --filter=tree:0 "--depth=$1" -- "$BUILDKITE_REPO" "+$2:refs/$3")
  "${command[@]}" || { sleep 2 && "${command[@]}"; } || refuse "$2 cannot be fetched from its repository"
}

commit_of() {
  proof rev-parse --verify "refs/$1^{commit}"
}

ref=refs/heads/$BUILDKITE_BRANCH
[[ -z ${BUILDKITE_TAG:-} ]] || ref=refs/tags/$BUILDKITE_TAG
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ssh=${GIT_SSH_COMMAND:-$(git config core.sshCommand || echo ssh)}
# The agent adds unknown servers to the known ones, and writes the job's key, later.
[[ ${BUILDKITE_SSH_KEYSCAN:-} != true ]] || ssh+=" -o StrictHostKeyChecking=accept-new"
if [[ -n ${BUILDKITE_GIT_SSH_KEY:-} ]]; then
  (umask 077 && printf '%s\n' "$BUILDKITE_GIT_SSH_KEY" >"$work/key")
  ssh+=" -i $work/key -o IdentitiesOnly=yes"
fi
export GIT_SSH_COMMAND=$ssh GIT_TERMINAL_PROMPT=0 GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1

proof init --quiet --bare
fetch 1 "$ref" tip
tip=$(commit_of tip)
if [[ $BUILDKITE_COMMIT == HEAD ]]; then
  # The agent asks for the branch without saying that it is one, and may get a tag.
  fetch 1 "$BUILDKITE_BRANCH" asked
  [[ $(commit_of asked) == "$tip" ]] || refuse "$BUILDKITE_BRANCH is not only a branch"
  exit
fi
[[ $BUILDKITE_COMMIT =~ ^[0-9a-fA-F]{40,64}$ ]] || refuse "its commit is no full hash"
[[ $tip != "${BUILDKITE_COMMIT,,}" ]] || exit 0
[[ -z ${BUILDKITE_TAG:-} ]] || refuse "commit $BUILDKITE_COMMIT is not the one of $ref"
for depth in 100 2147483647; do
  fetch "$depth" "$ref" tip
  ! proof merge-base --is-ancestor "$BUILDKITE_COMMIT" refs/tip 2>/dev/null || exit 0
done
refuse "commit $BUILDKITE_COMMIT is not on $ref"
