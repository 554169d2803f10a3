# The drain watcher asks the agent once, however often this runs; stopping the service would kill the running job.
$ErrorActionPreference = 'Stop'
$watcher = 'C:\ProgramData\buildkite-elastic-ci-stack\drain-watcher.ps1'
powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $watcher StopAgent
if ($LASTEXITCODE -ne 0) { throw "$watcher ended with exit code $LASTEXITCODE" }

# A disabled service is the drain watcher's mark for an agent that has been asked.
$service = Get-Service buildkite-agent
if ($service.Status -ne 'Stopped' -and $service.StartType -ne 'Disabled') { throw 'the agent could not be asked to stop' }
$service.WaitForStatus('Stopped')
