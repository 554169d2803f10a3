# Lets the agent finish its jobs when the group or EC2 takes this instance away, then completes the lifecycle action.
# Rebalance recommendations are left alone: they are no decision, and acting on them would end healthy instances.
# StopAgent makes the agent finish its jobs and end; it may be called any number of times, also from outside.
# This file stays plain ASCII: Windows PowerShell 5.1 takes anything else for the machine's code page.
param([ValidateSet('Watch', 'StopAgent', 'CancelJobs', 'MarkUnhealthy')] [string] $Action = 'Watch')

$settings = Get-Content -Raw -Encoding UTF8 "$PSScriptRoot\environment.json" | ConvertFrom-Json
$service = 'buildkite-agent'
$heartbeat = , 'record-lifecycle-action-heartbeat'
$complete = 'complete-lifecycle-action', '--lifecycle-action-result', 'CONTINUE'
$unhealthy = 'set-instance-health', '--health-status', 'Unhealthy', '--no-should-respect-grace-period'
$hook = '--auto-scaling-group-name', $settings.ASG_NAME, '--lifecycle-hook-name', $settings.LIFECYCLE_HOOK_NAME
$pollSeconds = 5
$heartbeatSeconds = 60
# EC2 takes a spot instance two minutes after its notice.
$spotSeconds = 110
# What is left of the time when jobs are cancelled, so that Buildkite hears of it from the agent. On Windows nobody sets
# its grace period: it is 10 s in version 3, and 15 s in version 4.
$cancelSeconds = 20

function Write-Log([string] $message) {
  $line = '{0:yyyy-MM-ddTHH:mm:ss.fff} {1}' -f [DateTime]::UtcNow, $message
  Add-Content -Path 'C:\buildkite-agent\elastic-stack.log' -Encoding UTF8 -Value $line
}

function Get-Metadata([string] $item) {
  $base = 'http://169.254.169.254/latest'
  $lifetime = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '60' }
  try {
    $token = Invoke-RestMethod -UseBasicParsing -TimeoutSec 2 -Method Put -Headers $lifetime -Uri "$base/api/token"
    Invoke-RestMethod -UseBasicParsing -TimeoutSec 2 -Headers @{ 'X-aws-ec2-metadata-token' = $token } -Uri "$base/meta-data/$item"
  } catch {
    $null
  }
}

# The exit code is preset because a missing program leaves the last one standing.
function Invoke-AutoScaling([string[]] $call) {
  $id = Get-Metadata 'instance-id'
  if (-not $id) { return $false }
  $global:LASTEXITCODE = 1
  aws autoscaling @call --instance-id $id --region $settings.AWS_REGION --cli-connect-timeout 5 --cli-read-timeout 10 2>&1 |
    ForEach-Object { Write-Log "$_" }
  $LASTEXITCODE -eq 0
}

function Invoke-WithRetry([string[]] $call) {
  foreach ($pause in 2, 4, 8, 16, 0) {
    if (Invoke-AutoScaling $call) { return $true }
    Start-Sleep -Seconds $pause
  }
  $false
}

# Ctrl+C is the only request to finish that a Windows agent understands; the first means "finish", the second "cancel".
# Jobs have process groups of their own and do not hear it. The service's program is nssm, the agent is its child.
function Send-Interrupt {
  $parent = (Get-CimInstance Win32_Service -Filter "Name='$service'").ProcessId
  if (-not $parent) { return $false }
  $agent = Get-CimInstance Win32_Process -Filter "ParentProcessId=$parent AND Name='buildkite-agent.exe'"
  if (-not $agent) { return $false }
  $console = Add-Type -PassThru -Namespace Stack -Name Console -MemberDefinition '
    [DllImport("kernel32.dll")] public static extern bool FreeConsole();
    [DllImport("kernel32.dll")] public static extern bool AttachConsole(uint process);
    [DllImport("kernel32.dll")] public static extern bool SetConsoleCtrlHandler(IntPtr handler, bool add);
    [DllImport("kernel32.dll")] public static extern bool GenerateConsoleCtrlEvent(uint code, uint group);'
  $console::FreeConsole() | Out-Null
  if (-not $console::AttachConsole($agent.ProcessId)) { return $false }
  $console::SetConsoleCtrlHandler([IntPtr]::Zero, $true) | Out-Null
  $sent = $console::GenerateConsoleCtrlEvent(0, 0)
  Start-Sleep -Seconds 1
  $sent
}

# A disabled service marks an agent that has been told.
function Test-AgentTold {
  (Get-Service $service).StartType -eq 'Disabled'
}

# Without the exit action nssm would start the agent again as soon as it ends.
function Stop-Agent {
  if (Test-AgentTold) { return }
  Set-ItemProperty "HKLM:\SYSTEM\CurrentControlSet\Services\$service\Parameters\AppExit" -Name '(default)' -Value 'Exit'
  if (Send-Interrupt) { Set-Service $service -StartupType Disabled } else { Write-Log 'drain: cannot tell the agent to stop' }
}

# Sending Ctrl+C takes the console away from the process that does it.
function Invoke-Apart([string] $what) {
  powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $PSCommandPath $what | Out-Null
}

function Test-AgentStopped {
  $agent = Get-Service $service -ErrorAction SilentlyContinue
  -not $agent -or $agent.Status -eq 'Stopped'
}

$deadline = [DateTime]::MaxValue
$nextHeartbeat = [DateTime]::MinValue
$terminating = $spot = $cancelled = $false

function Set-Limit([int] $seconds, [string] $reason) {
  $limit = [DateTime]::UtcNow.AddSeconds($seconds)
  if ($limit -lt $deadline) { $script:deadline = $limit }
  Write-Log "drain: $reason; the agent has at most $seconds s to finish its jobs"
}

function Find-Notices {
  if (-not $terminating -and "$(Get-Metadata 'autoscaling/target-lifecycle-state')" -like '*Terminated') {
    $script:terminating = $true
    Set-Limit $settings.INSTANCE_TERMINATION_GRACE_PERIOD 'the group terminates this instance'
  }
  if (-not $spot -and (Get-Metadata 'spot/instance-action')) {
    $script:spot = $true
    Set-Limit $spotSeconds 'EC2 takes this spot instance back'
  }
}

function Wait-ForAgent {
  $now = [DateTime]::UtcNow
  if (-not (Test-AgentTold)) { Invoke-Apart StopAgent }
  if (-not $cancelled -and $now -ge $deadline.AddSeconds(-$cancelSeconds)) {
    $script:cancelled = $true
    Write-Log 'drain: cancelling the jobs that still run'
    Invoke-Apart CancelJobs
  }
  if ($terminating -and $now -ge $nextHeartbeat) {
    $script:nextHeartbeat = $now.AddSeconds($heartbeatSeconds)
    Invoke-AutoScaling ($heartbeat + $hook) | Out-Null
  }
}

function Watch-Instance {
  while ($true) {
    Start-Sleep -Seconds $pollSeconds
    Find-Notices
    if ($deadline -eq [DateTime]::MaxValue) { continue }
    if (-not (Test-AgentStopped) -and [DateTime]::UtcNow -lt $deadline) {
      Wait-ForAgent
    } elseif ($terminating -and (Invoke-WithRetry ($complete + $hook))) {
      Write-Log 'drain: done'
      return
    }
  }
}

switch ($Action) {
  Watch { Watch-Instance }
  StopAgent { Stop-Agent }
  CancelJobs { Send-Interrupt | Out-Null }
  MarkUnhealthy { Invoke-WithRetry $unhealthy | Out-Null }
}
