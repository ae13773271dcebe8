
# Follow the folder's .ccsetup file. CCSETUP_FOLDERS has a line for each folder that was entered, the innermost first: the
# profile from before ("-": none), then the folder's profile and the folder. It is exported, so that a shell in a shell knows.
typeset -g __ccsetup_ignored=

__ccsetup_find() {
  # Sets __ccsetup_found to "NAME FOLDER" of the nearest allowed file, and names the others once.
  emulate -L zsh
  local __ccsetup_dir=${PWD:A} __ccsetup_part __ccsetup_text __ccsetup_line
  local -a __ccsetup_size
  __ccsetup_found=
  while :; do
    __ccsetup_part=${__ccsetup_dir%/}/.ccsetup
    if [[ ( -e $__ccsetup_part || -L $__ccsetup_part ) && ! -d $__ccsetup_part ]]; then
      __ccsetup_text=
      if [[ ! -L $__ccsetup_part && -f $__ccsetup_part && -r $__ccsetup_part ]]; then
        zstat -A __ccsetup_size +size -- $__ccsetup_part
        if (( __ccsetup_size[1] < 80 )); then __ccsetup_text=${mapfile[$__ccsetup_part]}; fi
      fi
      __ccsetup_text=${__ccsetup_text%$'\n'} __ccsetup_text=${__ccsetup_text%$'\r'}
      case $__ccsetup_text in
        ''|[.-]*|*[^A-Za-z0-9._-]*)
          __ccsetup_text=
          __ccsetup_ignore 'it does not hold the name of one profile; see: ccsetup use'
          ;;
        *)
          if [[ -f @folders@ && ! -L @folders@ && -O @folders@ && -O @state@ ]]; then
            while IFS= \read -r __ccsetup_line; do
              if [[ $__ccsetup_line == "$__ccsetup_text $__ccsetup_dir" ]]; then
                __ccsetup_found=$__ccsetup_line
                return 0
              fi
            done < @folders@
          fi
          __ccsetup_ignore "it selects profile $__ccsetup_text and was not allowed here; allow it: ccsetup use --allow"
          ;;
      esac
    fi
    if [[ -z ${__ccsetup_dir%/} ]]; then return 0; fi
    __ccsetup_dir=${__ccsetup_dir%/*}
    __ccsetup_dir=${__ccsetup_dir:-/}
  done
}

__ccsetup_ignore() {
  emulate -L zsh
  case "$__ccsetup_ignored"$'\n' in *$'\n'"$__ccsetup_text $__ccsetup_part"$'\n'*) return 0 ;; esac
  if (( ZSH_SUBSHELL )); then return 0; fi
  __ccsetup_ignored=$__ccsetup_ignored$'\n'"$__ccsetup_text $__ccsetup_part"
  \printf 'ccsetup: ignored %s: %s\n' "${(q+)__ccsetup_part}" "$1" >&2
}

__ccsetup_follow() {
  local __ccsetup_found= __ccsetup_want= __ccsetup_now=${CCSETUP_PROFILE:--} __ccsetup_stack=${CCSETUP_FOLDERS-}
  __ccsetup_find
  __ccsetup_stacked
  if [[ -n $__ccsetup_stack ]]; then \export CCSETUP_FOLDERS="$__ccsetup_stack"; else \unset CCSETUP_FOLDERS; fi
  if [[ $__ccsetup_want == "$__ccsetup_now" ]]; then return 0; fi
  case $__ccsetup_want in
    -) ccuse --off || : ;;
    [.-]*|*[!A-Za-z0-9._-]*) ;; # the variable is not ours
    *) ccuse "$__ccsetup_want" || : ;;
  esac
  return 0
}

__ccsetup_stacked() {
  # Takes what was left off the stack, and puts what was entered onto it; sets __ccsetup_want.
  emulate -L zsh
  local __ccsetup_top __ccsetup_at
  __ccsetup_want=$__ccsetup_now
  while [[ -n $__ccsetup_stack ]]; do
    __ccsetup_top=${__ccsetup_stack%%$'\n'*}
    if [[ ${__ccsetup_top#* } == "$__ccsetup_found" ]]; then break; fi
    __ccsetup_at=${__ccsetup_top#* } __ccsetup_at=${__ccsetup_at#* }
    if [[ -n $__ccsetup_found && ${__ccsetup_found#* } == "${__ccsetup_at%/}/"* ]]; then break; fi # deeper inside
    __ccsetup_want=${__ccsetup_top%% *}
    __ccsetup_stack=${__ccsetup_stack#"$__ccsetup_top"} __ccsetup_stack=${__ccsetup_stack#$'\n'}
  done
  __ccsetup_top=${__ccsetup_stack%%$'\n'*}
  if [[ -n $__ccsetup_found && ${__ccsetup_top#* } != "$__ccsetup_found" ]]; then
    __ccsetup_stack="$__ccsetup_want $__ccsetup_found"$'\n'"$__ccsetup_stack"
    __ccsetup_stack=${__ccsetup_stack%$'\n'}
    __ccsetup_want=${__ccsetup_found%% *}
  fi
}

# At a prompt too: a file that was written or allowed since counts immediately.
typeset -ga chpwd_functions precmd_functions
if [[ " ${chpwd_functions[*]} " != *' __ccsetup_follow '* ]]; then
  chpwd_functions+=(__ccsetup_follow)
  precmd_functions+=(__ccsetup_follow)
fi
if [[ ! -o interactive ]]; then __ccsetup_follow; fi
