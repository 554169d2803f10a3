# shellcheck shell=bash
# What boot.sh and drain-watcher.sh share: the log line, the instance metadata, and Auto Scaling calls about this instance.

# The AWS CLI asks once for its keys, and gives up after a second, which a busy machine may take.
export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=4

# The time has the form that the image's log shipper expects of /var/log/elastic-stack.log.
say() {
  printf '%(%F %T)T,000 %s\n' -1 "$*"
}

# The token travels on standard input: arguments can be read by every process of the machine.
metadata() {
  local base=http://169.254.169.254/latest token
  local -a get=(curl -fs --noproxy '*' --max-time 2 --retry 2 --retry-connrefused)
  token=$("${get[@]}" -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" "$base/api/token") || return
  "${get[@]}" -H @- "$base/meta-data/$1" <<<"X-aws-ec2-metadata-token: $token"
}

# The region comes from the metadata where the stack's settings could not be read.
autoscaling() {
  local id region
  id=$(metadata instance-id) || return
  region=${AWS_REGION:-$(metadata placement/region)} || return
  timeout 20 aws autoscaling "$@" --instance-id "$id" --region "$region" --cli-connect-timeout 5 --cli-read-timeout 10
}

# The AWS CLI takes neither of these requests without the one flag or its opposite.
terminate_and_shrink() {
  autoscaling terminate-instance-in-auto-scaling-group --should-decrement-desired-capacity
}

terminate_and_replace() {
  autoscaling terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity
}

mark_unhealthy() {
  autoscaling set-instance-health --health-status Unhealthy --no-should-respect-grace-period
}

retry() {
  local pause
  for pause in 2 4 8 16; do
    "$@" && return 0
    sleep "$pause"
  done
  "$@"
}
