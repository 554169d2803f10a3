# Follows survey-agent.ps1. A job that the agent gets after the survey is finished: the drain watcher stops the agent gracefully.
$watcher = 'C:\ProgramData\buildkite-elastic-ci-stack\drain-watcher.ps1'
if ($state -eq 'active' -and $jobs -eq 0) {
  powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $watcher StopAgent
  if ($LASTEXITCODE -ne 0) { throw "$watcher ended with exit code $LASTEXITCODE" }
} else {
  Write-Output 'left alone'
}
