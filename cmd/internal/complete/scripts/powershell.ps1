# Completion of ciobulk for PowerShell: ciobulk completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ciobulk -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '""' }
    ciobulk completion words -- @words 2>$null | ForEach-Object {
        if ($_ -eq ':files' -or $_ -eq ':folders') {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
        } elseif (-not $_.StartsWith(':')) {
            $text, $about = $_ -split "`t", 2
            if (-not $about) { $about = $text }
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)
        }
    }
}
