# shellcheck shell=bash
# A job's secrets out of the stack's bucket, for the environment hook. s3secrets-helper is not asked: it answers in shell
# text to be evaluated, in which a secret's own $ or backtick comes to life. Here secrets are data, except environment
# files, which are the operator's own scripts.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/secrets-bucket.sh
source "${BASH_SOURCE[0]%/*}/secrets-bucket.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/operator-text.sh
source "${BASH_SOURCE[0]%/*}/operator-text.sh"

stack_secrets_on=
stack_environment_names=()
stack_secret_files=()
stack_git_credentials=()
stack_secret_name='[A-Za-z_][A-Za-z0-9_]*_(SECRET|SECRET_KEY|PASSWORD|TOKEN|ACCESS_KEY)'

# What stands for the pipeline in the bucket. Where the stack limits its agents' jobs, a job has no say in it.
stack_secrets_prefix() {
  local stack_prefix=${BUILDKITE_PLUGIN_S3_SECRETS_BUCKET_PREFIX-} stack_folder='[A-Za-z0-9_.+=@-]+'
  if [[ -z $stack_prefix || -e $stack_root/etc/buildkite-elastic-ci-stack/allowed-jobs ]]; then
    stack_prefix=${BUILDKITE_PIPELINE_SLUG-}
  fi
  stack_prefix=${stack_prefix%/}
  [[ $stack_prefix =~ ^$stack_folder(/$stack_folder)*$ ]] || return 1
  printf '%s' "$stack_prefix"
}

# stack_listed_keys PREFIX: one LIST each for the root, its secret files and the pipeline.
stack_listed_keys() {
  local stack_name
  stack_start root stack_list --delimiter /
  stack_start files stack_list --prefix secret-files/
  stack_start pipeline stack_list --prefix "$1/"
  stack_keys=()
  for stack_name in root files pipeline; do
    stack_finish "$stack_name" || stack_refuse "The secrets bucket could not be read: $stack_problem"
    mapfile -t -O "${#stack_keys[@]}" stack_keys < <(printf '%s' "$stack_content")
  done
}

# The keys among the arguments that are in the bucket, in the order of the arguments.
stack_existing() {
  local stack_wanted stack_key
  stack_found=()
  for stack_wanted in "$@"; do
    for stack_key in "${stack_keys[@]}"; do
      [[ $stack_key != "$stack_wanted" ]] || stack_found+=("$stack_wanted")
    done
  done
}

# The secret files below a folder; the last part of the key is the variable's name.
stack_secret_files_in() {
  local stack_key
  for stack_key in "${stack_keys[@]}"; do
    if [[ $stack_key == "$1"/* && ${stack_key##*/} =~ ^$stack_secret_name$ ]]; then stack_secret_files+=("$stack_key"); fi
  done
}

# ssh-agent answers in shell text. Two values are all that is taken from it. Its name says which agent's job it belongs to.
stack_start_ssh_agent() {
  local stack_said
  if [[ -n ${SSH_AUTH_SOCK-} && -n ${SSH_AGENT_PID-} ]]; then return; fi
  stack_said=$(exec -a "ssh-agent of ${BUILDKITE_AGENT_NAME-}" ssh-agent -s)
  [[ $stack_said =~ SSH_AUTH_SOCK=([^\;]+)\; ]] || stack_refuse "ssh-agent does not say where it listens"
  export SSH_AUTH_SOCK=${BASH_REMATCH[1]}
  [[ $stack_said =~ SSH_AGENT_PID=([0-9]+)\; ]] || stack_refuse "ssh-agent does not say which process it is"
  export SSH_AGENT_PID=${BASH_REMATCH[1]} BUILDKITE_SECRETS_SSH_AGENT_PID=${BASH_REMATCH[1]}
}

# stack_add_ssh_keys KEY...
stack_add_ssh_keys() {
  local stack_key stack_seen=0
  for stack_key in "$@"; do
    stack_fetched "$stack_key" || continue
    stack_seen=1
    stack_plain_text stack_content
    stack_start_ssh_agent
    printf '%s\n' "$stack_content" | SSH_ASKPASS_REQUIRE=never timeout 20 ssh-add -q - ||
      echo "+++ :warning: Elastic CI Stack: ssh-agent does not take the key $stack_key"
  done
  if ((stack_seen == 0)); then stack_warn_of_no_key; fi
}

stack_warn_of_no_key() {
  local stack_skip=${BUILDKITE_PLUGIN_S3_SECRETS_SKIP_SSH_KEY_NOT_FOUND_WARNING:-${BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING-}}
  if stack_on "$stack_skip" || [[ ${BUILDKITE_REPO-} != git@* && ${BUILDKITE_REPO-} != ssh://* ]]; then return; fi
  echo "+++ :warning: Elastic CI Stack: the secrets bucket has no SSH key for this pipeline, and the repository is fetched over SSH"
}

# Everything up to the environment files, which the hook itself has to run.
stack_begin_secrets() {
  local stack_prefix stack_key
  local -a stack_keys stack_found stack_ssh stack_environment
  [[ -n ${BUILDKITE_SECRETS_BUCKET-} ]] && stack_plugin_on secrets SECRETS_PLUGIN_ENABLED || return 0
  stack_secrets_on=yes
  stack_prefix=$(stack_secrets_prefix) || stack_refuse "The secrets' prefix must be folders of letters, digits and _.+=@-"
  echo "~~~ Elastic CI Stack: fetching secrets"
  stack_listed_keys "$stack_prefix"
  stack_existing "$stack_prefix/private_ssh_key" "$stack_prefix/id_rsa_github" private_ssh_key id_rsa_github
  stack_ssh=("${stack_found[@]}")
  stack_existing env environment "$stack_prefix/env" "$stack_prefix/environment"
  stack_environment=("${stack_found[@]}")
  stack_existing git-credentials "$stack_prefix/git-credentials"
  stack_git_credentials=("${stack_found[@]}")
  stack_secret_files_in secret-files
  stack_secret_files_in "$stack_prefix/secret-files"
  stack_fetch "${stack_ssh[@]}" "${stack_environment[@]}" "${stack_secret_files[@]}"
  stack_add_ssh_keys "${stack_ssh[@]}"
  for stack_key in "${stack_environment[@]}"; do
    stack_fetched "$stack_key" || continue
    stack_plain_text stack_content
    stack_objects[$stack_key]=$stack_content
    stack_environment_names+=("$stack_key")
  done
}

# Git asks its helpers in this order and takes the first answer. The pieces have no character that a shell minds.
stack_add_git_credentials() {
  local stack_key stack_number=${GIT_CONFIG_COUNT:-0}
  [[ $stack_number =~ ^[0-9]+$ ]] || stack_number=0
  for stack_key in "${stack_git_credentials[@]}"; do
    export "GIT_CONFIG_KEY_$stack_number=credential.helper"
    export "GIT_CONFIG_VALUE_$stack_number=${BASH_SOURCE[0]%/*}/git-credential-s3 ${BUILDKITE_SECRETS_BUCKET-} '${BUILDKITE_SECRETS_BUCKET_REGION-}' $stack_key"
    stack_number=$((stack_number + 1))
    export GIT_CONFIG_COUNT=$stack_number
  done
}

# Linux starts no program with a longer variable.
stack_export_secret_files() {
  local stack_key
  for stack_key in "${stack_secret_files[@]}"; do
    stack_fetched "$stack_key" || continue
    stack_content=${stack_content%$'\n'}
    stack_content=${stack_content%$'\r'}
    if ((${#stack_content} > 100000)); then
      echo "+++ :warning: Elastic CI Stack: the secret $stack_key is too large for a variable"
    else
      export "${stack_key##*/}=$stack_content"
    fi
  done
  stack_content=
}

# Secrets reach the redactor over standard input, and its own words stay out of the hook's.
stack_redact() {
  jq --null-input --arg name "^$stack_secret_name\$" \
    '[env | to_entries[] | select((.key | test($name)) and (.value | length > 0 and length < 65536))] | from_entries' |
    timeout 60 buildkite-agent redactor add --format json >/dev/null 2>&1 ||
    echo "+++ :warning: Elastic CI Stack: the agent does not redact these secrets from the job's log"
}

stack_end_secrets() {
  [[ -n $stack_secrets_on ]] || return 0
  stack_add_git_credentials
  stack_export_secret_files
  stack_objects=()
  stack_environment_names=()
  stack_redact
}
