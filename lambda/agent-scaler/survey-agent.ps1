# Prints one line about the agent. Where the state is unknown, this is an error or the value is empty: neither is acted on.
$ErrorActionPreference = 'Stop'
$states = @{
  'Running' = 'active'; 'Start Pending' = 'activating'; 'Stop Pending' = 'deactivating'; 'Stopped' = 'inactive'
  # nssm pauses a service that it will start again.
  'Paused' = 'activating'
}
$state = 'inactive'
$jobs = 0

# The boot script makes the service: an instance without it has failed to boot.
$service = Get-CimInstance Win32_Service -Filter "Name='buildkite-agent'"
if ($service) {
  $state = $states[$service.State]
  # A disabled service is the drain watcher's mark for an agent that is stopping.
  if ($state -eq 'active' -and $service.StartMode -eq 'Disabled') { $state = 'deactivating' }
}

# The service's program is nssm, the agent is its child, and every job is a child of the agent.
if ($service -and $service.ProcessId) {
  $agents = @(Get-CimInstance Win32_Process -Filter "ParentProcessId=$($service.ProcessId) AND Name='buildkite-agent.exe'")
  foreach ($agent in $agents) {
    $jobs += @(Get-CimInstance Win32_Process -Filter "ParentProcessId=$($agent.ProcessId) AND Name<>'conhost.exe'").Count
  }
}

Write-Output "buildkite-agent state=$state jobs=$jobs"
