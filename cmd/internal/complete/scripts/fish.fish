# Completion of ciobulk for fish: ciobulk completion fish > ~/.config/fish/completions/ciobulk.fish
function __ciobulk_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    for line in (command ciobulk completion words -- $words[2..-1] "$last" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path $last
            case :folders
                __fish_complete_directories $last
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c ciobulk -f -a '(__ciobulk_complete)'
