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

# Whatever fails, no proof is the end.
set -uo pipefail

refuse() {
  echo "This agent does not take the job: $1"
  exit 1
}

proof() {
  git --git-dir "$work/git" "$@"
}

# fetch HOW-MUCH WHAT NAME: commits alone, without their files.
fetch() {
  local -a command=(proof fetch --quiet --no-tags --filter=tree:0 "--depth=$1" -- "$repository" "+$2:refs/$3")
  "${command[@]}" || { sleep 2 && "${command[@]}"; }
}

commit_of() {
  proof rev-parse --verify "refs/$1^{commit}"
}

# prove REPOSITORY BRANCH, or why not.
prove() {
  local repository=$1 ref=refs/heads/$2 tip asked depth
  [[ -z $tag ]] || ref=refs/tags/$tag
  why="$ref cannot be fetched from its repository"
  fetch 1 "$ref" tip || return
  tip=$(commit_of tip) || return
  if [[ $commit == head ]]; then
    # The agent asks for the branch without saying that it is one, and may get a tag.
    why="$2 is not only a branch"
    fetch 1 "$2" asked && asked=$(commit_of asked) && [[ $asked == "$tip" ]]
    return
  fi
  [[ $commit != "$tip" ]] || return 0
  why="commit $commit is not the one of $ref"
  [[ -z $tag ]] || return
  why="commit $commit is not on $ref"
  for depth in 100 2147483647; do
    fetch "$depth" "$ref" tip || return
    ! proof merge-base --is-ancestor "$commit" refs/tip 2>/dev/null || return 0
  done
  return 1
}

commit=${BUILDKITE_COMMIT-} tag=${BUILDKITE_TAG-} made_in=${BUILDKITE_PULL_REQUEST_REPO-} branch=${BUILDKITE_BRANCH-}
commit=${commit,,}
[[ $commit =~ ^(head|[0-9a-f]{40}|[0-9a-f]{64})$ ]] || refuse "its commit is no full hash"
work=$(mktemp -d) || exit
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
! prove "${BUILDKITE_REPO-}" "$branch" || exit 0
# A fork, where it is allowed. GitHub puts its owner in front of the branch, and names it by an address that serves nobody.
# Of HEAD the agent asks the job's own repository alone.
[[ -z $made_in || $commit == head ]] || ! prove "${made_in/#git:/https:}" "${branch#*:}" || exit 0
refuse "$why"
