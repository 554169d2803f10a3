# The user data of a Windows instance, run once, as an administrator. Two generated lines stand in front of this script
# and hold its data in base64: $environmentJson (the stack's settings) and $drainWatcher (drain-watcher.ps1).
# This file stays plain ASCII: Windows PowerShell 5.1 takes anything else for the machine's code page.
$ErrorActionPreference = 'Stop'
$folder = 'C:\ProgramData\buildkite-elastic-ci-stack'
$watcher = "$folder\drain-watcher.ps1"
$powershell = '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'

function Write-Log([string] $message) {
  $line = '{0:yyyy-MM-ddTHH:mm:ss.fff} {1}' -f [DateTime]::UtcNow, $message
  Add-Content -Path 'C:\buildkite-agent\elastic-stack.log' -Encoding UTF8 -Value $line -ErrorAction Continue
}

# Jobs must not be able to change what runs as SYSTEM, so only SYSTEM and administrators get at the folder.
function Save-Files {
  New-Item -ItemType Directory -Force -Path $folder | Out-Null
  icacls.exe $folder /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "icacls ended with exit code $LASTEXITCODE" }
  [IO.File]::WriteAllBytes("$folder\environment.json", [Convert]::FromBase64String($environmentJson))
  [IO.File]::WriteAllBytes($watcher, [Convert]::FromBase64String($drainWatcher))
}

function Set-StackEnvironment {
  $json = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($environmentJson))
  foreach ($setting in ($json | ConvertFrom-Json).PSObject.Properties) {
    [Environment]::SetEnvironmentVariable($setting.Name, $setting.Value)
  }
}

# With "Stop", the first line that a program writes to its error stream would end this script.
function Invoke-ImageScript([string] $name) {
  $ErrorActionPreference = 'Continue'
  Write-Log "boot: $name"
  powershell.exe @powershell "C:\buildkite-agent\bin\$name" 2>&1 | ForEach-Object { Write-Log "$_" }
  if ($LASTEXITCODE -ne 0) { throw "$name ended with exit code $LASTEXITCODE" }
}

function Start-DrainWatcher {
  Write-Log 'boot: drain watcher'
  $task = @{
    TaskName = 'buildkite-drain-watcher'
    Action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "$powershell $watcher"
    Trigger = New-ScheduledTaskTrigger -AtStartup
    Settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
    User = 'SYSTEM'
    RunLevel = 'Highest'
  }
  Register-ScheduledTask @task -Force | Out-Null
  Start-ScheduledTask -TaskName $task.TaskName
}

# The drain watcher answers spot notices. A handler that stops the service would kill the jobs.
function Stop-Lifecycled {
  Stop-Service -Name lifecycled -Force -ErrorAction SilentlyContinue
  Set-Service -Name lifecycled -StartupType Disabled -ErrorAction SilentlyContinue
}

try {
  Save-Files
  Set-StackEnvironment
  Invoke-ImageScript 'bk-configure-docker.ps1'
  Start-DrainWatcher
  Invoke-ImageScript 'bk-install-elastic-stack.ps1'
  Stop-Lifecycled
} catch {
  $ErrorActionPreference = 'Continue'
  Write-Log "boot failed: $_"
  powershell.exe @powershell $watcher MarkUnhealthy
  # An instance that is off is replaced even where the group could not be told.
  Stop-Computer -Force
  exit 1
}
