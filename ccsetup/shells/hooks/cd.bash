
# Follow the folder's .ccsetup file. CCSETUP_FOLDERS has a line for each folder that was entered, the innermost first: the
# profile from before ("-": none), then the folder's profile and the folder. It is exported, so that a shell in a shell knows.
__ccsetup_ignored=

__ccsetup_find() {
  # Sets __ccsetup_found to "NAME FOLDER" of the nearest allowed file, and names the others once.
  local __ccsetup_dir=$PWD __ccsetup_part=$PWD __ccsetup_text __ccsetup_line
  __ccsetup_found=
  while [[ -n $__ccsetup_part ]]; do # permission is for the real path
    if [[ -L $__ccsetup_part ]]; then __ccsetup_dir=$(\builtin pwd -P) || return 0; break; fi
    __ccsetup_part=${__ccsetup_part%/*}
  done
  while :; do
    __ccsetup_part=${__ccsetup_dir%/}/.ccsetup
    if [[ ( -e $__ccsetup_part || -L $__ccsetup_part ) && ! -d $__ccsetup_part ]]; then
      __ccsetup_text=
      if [[ -L $__ccsetup_part || ! -f $__ccsetup_part || ! -r $__ccsetup_part ]] ||
        IFS= \read -r -d '' -n 80 __ccsetup_text < "$__ccsetup_part"; then # a NUL, or too long
        __ccsetup_text=
      fi
      __ccsetup_text=${__ccsetup_text%$'\n'} __ccsetup_text=${__ccsetup_text%$'\r'}
      case $__ccsetup_text in
        '' | [.-]* | *[!A-Za-z0-9._-]*)
          __ccsetup_text=
          __ccsetup_ignore 'ignored %s: it does not hold the name of one profile; see: ccsetup use'
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
          __ccsetup_ignore 'ignored %s: it selects profile %s and was not allowed here; allow it: ccsetup use --allow'
          ;;
      esac
    fi
    if [[ -z ${__ccsetup_dir%/} ]]; then return 0; fi
    __ccsetup_dir=${__ccsetup_dir%/*}
    __ccsetup_dir=${__ccsetup_dir:-/}
  done
}

__ccsetup_ignore() {
  # $1: a format for the file and its profile.
  case "$__ccsetup_ignored"$'\n' in *$'\n'"$__ccsetup_text $__ccsetup_part"$'\n'*) return 0 ;; esac
  if [[ $BASH_SUBSHELL -ne 0 ]]; then return 0; fi
  __ccsetup_ignored=$__ccsetup_ignored$'\n'"$__ccsetup_text $__ccsetup_part"
  \printf 'ccsetup: ' >&2
  \printf -v __ccsetup_line %q "$__ccsetup_part"
  if [[ -n $__ccsetup_text ]]; then
    \printf "$1\n" "$__ccsetup_line" "$__ccsetup_text" >&2
  else
    \printf "$1\n" "$__ccsetup_line" >&2
  fi
}

__ccsetup_follow() {
  local IFS=$' \t\n' __ccsetup_found= __ccsetup_top __ccsetup_at __ccsetup_now=${CCSETUP_PROFILE:--}
  local __ccsetup_want=$__ccsetup_now __ccsetup_stack=${CCSETUP_FOLDERS-}
  __ccsetup_find
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
    __ccsetup_stack="$__ccsetup_want $__ccsetup_found"$'\n'"$__ccsetup_stack" __ccsetup_stack=${__ccsetup_stack%$'\n'}
    __ccsetup_want=${__ccsetup_found%% *}
  fi
  if [[ -n $__ccsetup_stack ]]; then \export CCSETUP_FOLDERS="$__ccsetup_stack"; else \unset -v CCSETUP_FOLDERS; fi
  if [[ $__ccsetup_want == "$__ccsetup_now" ]]; then return 0; fi
  case $__ccsetup_want in
    -) ccuse --off || : ;;
    [!A-Za-z0-9_]* | *[!A-Za-z0-9._-]*) ;; # the variable is not ours
    *) ccuse "$__ccsetup_want" || : ;;
  esac
}

__ccsetup_prompt() {
  local __ccsetup_code=$?
  __ccsetup_follow
  return "$__ccsetup_code"
}

# Within a line (`cd there && claude`) no prompt comes in between. A cd of your own is left alone. Some tools copy functions
# of this shell and leave out those with underscores.
if [[ $(\type -t cd) == builtin ]]; then
  cd() { \builtin cd "$@" && if \declare -F __ccsetup_follow > /dev/null; then __ccsetup_follow; fi; }
fi
if [[ $(\type -t pushd) == builtin ]]; then
  pushd() { \builtin pushd "$@" && if \declare -F __ccsetup_follow > /dev/null; then __ccsetup_follow; fi; }
fi
if [[ $(\type -t popd) == builtin ]]; then
  popd() { \builtin popd "$@" && if \declare -F __ccsetup_follow > /dev/null; then __ccsetup_follow; fi; }
fi
if [[ $- != *i* ]]; then
  __ccsetup_follow
else
  case ${PROMPT_COMMAND[*]-} in
    *__ccsetup_prompt*) ;;
    *) case $(\declare -p PROMPT_COMMAND 2>&1) in
      'declare -a'*) PROMPT_COMMAND=(__ccsetup_prompt "${PROMPT_COMMAND[@]}") ;;
      *) PROMPT_COMMAND="__ccsetup_prompt${PROMPT_COMMAND:+;$PROMPT_COMMAND}" ;;
    esac ;;
  esac
fi
