# Completion of ciobulk for bash: source <(ciobulk completion bash)
_ciobulk() {
  local line word words=() paths=none cur=${COMP_WORDS[COMP_CWORD]} joined i
  # Bash takes --flag=value apart at the equals sign.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = && ${#words[@]} -gt 0 ]]; then
      words[${#words[@]}-1]+==
      joined=1
    elif [[ $joined && ${words[${#words[@]}-1]} == -*= ]]; then
      words[${#words[@]}-1]+=$word
      joined=
    else
      words+=("$word")
      joined=
    fi
  done
  [[ $cur == = ]] && cur=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) paths=${line#:} ;;
      *)
        word=${line%%$'\t'*}
        [[ $word == -*=* ]] && word=${word#*=}
        COMPREPLY+=("$(printf '%q' "$word")")
        ;;
    esac
  done < <(command ciobulk completion words -- "${words[@]}" 2>/dev/null)
  if [[ $paths != none ]]; then
    compopt -o filenames 2>/dev/null
    local kind=-f
    [[ $paths == folders ]] && kind=-d
    while IFS= read -r line; do
      COMPREPLY+=("$line")
    done < <(compgen "$kind" -- "$cur")
  fi
}
complete -F _ciobulk ciobulk
