#compdef ciobulk
# Completion of ciobulk for zsh: ciobulk completion zsh > "${fpath[1]}/_ciobulk"
_ciobulk() {
  local line word about paths=none
  local -a offers
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      paths=${line#:}
      continue
    fi
    word=${line%%$'\t'*}
    about=${line#*$'\t'}
    word=${word//:/\\:}
    offers+=("$word${about:+:$about}")
  done < <(command ciobulk completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#offers )) && _describe -t ciobulk ciobulk offers
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ ${funcstack[1]} == _ciobulk ]]; then
  _ciobulk "$@"
else
  compdef _ciobulk ciobulk
fi
