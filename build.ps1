# Compiles the build when anything it is made of changed, then runs it: arguments and exit code are the build's.
# Try ./build.ps1 --help. Works with Windows PowerShell 5.1 and PowerShell 7.
$ErrorActionPreference = 'Stop'

$store = [IO.Path]::Combine($PSScriptRoot, 'build', 'bin', 'compiled')
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_SKIP_FIRST_TIME_EXPERIENCE = '1'
$env:DOTNET_GENERATE_ASPNET_CERTIFICATE = 'false'

function Stop-Script([string] $Message) {
    [Console]::Error.WriteLine("build.ps1: $Message")
    exit 1
}

# Names and contents of everything the build is made of. A compiled build lies in a folder of this name, so a change never
# touches the files of a build that is running.
function Get-Fingerprint {
    $parts = 'build', 'scripts/templates', 'Directory.Build.props', 'Directory.Packages.props', '.editorconfig', 'global.json', 'nuget.config'
    $paths = $parts | ForEach-Object { Join-Path $PSScriptRoot $_ } | Where-Object { Test-Path -LiteralPath $_ }
    $lines = Get-ChildItem -LiteralPath $paths -Recurse -File -Force |
        Where-Object { $_.FullName.Substring($PSScriptRoot.Length) -notmatch '[\\/](bin|obj)[\\/]' } |
        Sort-Object FullName |
        ForEach-Object { $_.FullName + ' ' + (Get-FileHash -LiteralPath $_.FullName -Algorithm SHA256).Hash }
    $sha = [Security.Cryptography.SHA256]::Create()
    $hash = $sha.ComputeHash([Text.Encoding]::UTF8.GetBytes($lines -join "`n"))
    [BitConverter]::ToString($hash, 0, 8).Replace('-', '').ToLowerInvariant()
}

function Assert-Sdk {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
        Stop-Script 'dotnet is not in PATH. Install the .NET 10 SDK: https://dot.net/download'
    }
    Push-Location $PSScriptRoot
    $version = & dotnet --version
    $found = $LASTEXITCODE -eq 0
    Pop-Location
    if (-not $found -or [int] "$version".Split('.')[0] -lt 10) {
        Stop-Script 'the .NET 10 SDK is needed; dotnet --list-sdks shows what is there. Install it: https://dot.net/download'
    }
}

function Invoke-Compile([string] $Target) {
    [Console]::Error.WriteLine('Compiling the build ...')
    $new = "$Target.new"
    if (Test-Path -LiteralPath $new) { Remove-Item -LiteralPath $new -Recurse -Force }
    $project = [IO.Path]::Combine($PSScriptRoot, 'build', 'VectorDb.Build.csproj')
    $log = & dotnet build $project -c Release -v quiet -nologo -nodeReuse:false -p:RunAnalyzers=false -o $new
    if ($LASTEXITCODE -ne 0) {
        $log | ForEach-Object { [Console]::Error.WriteLine($_) }
        Stop-Script 'the build does not compile'
    }
    Move-Item -LiteralPath $new -Destination $Target
}

$current = Join-Path $store (Get-Fingerprint)
if (-not (Test-Path -LiteralPath $current)) {
    Assert-Sdk
    New-Item -ItemType Directory -Force -Path $store | Out-Null
    # The system drops the lock of a killed run: an open file that nobody else may open.
    $lock = $null
    while (-not $lock) {
        try { $lock = [IO.File]::Open((Join-Path $store 'lock.ps1'), 'OpenOrCreate', 'ReadWrite', 'None') }
        catch [IO.IOException] { Start-Sleep -Milliseconds 200 }
    }
    try {
        $current = Join-Path $store (Get-Fingerprint)
        if (-not (Test-Path -LiteralPath $current)) { Invoke-Compile $current }
    }
    finally { $lock.Dispose() }
}

& dotnet (Join-Path $current 'VectorDb.Build.dll') @args
exit $LASTEXITCODE
