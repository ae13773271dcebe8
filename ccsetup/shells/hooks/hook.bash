# ccsetup for bash: eval "$(ccsetup hook bash)"
# `ccuse NAME` starts no process while what was compiled from the profile is current; it compares the profile's
# whole text, and takes the way through `ccsetup env` for anything out of the ordinary.
__ccsetup_program=@program@
__ccsetup_stamp=@stamp@

__ccsetup_owned=(@owned@)

__ccsetup_defeated() {
  # Whether a settings file of Claude Code's names what could defeat a profile. $1: where it moves the user's.
  local __ccsetup_file __ccsetup_text __ccsetup_state __ccsetup_dir=${CLAUDE_CONFIG_DIR-}
  # Set and empty it is the current folder, which takes the long way.
  if [[ -z ${CLAUDE_CONFIG_DIR-x} || -z ${CCSETUP_SAVED_CLAUDE_CONFIG_DIR-x} ]]; then return 0; fi
  case :${CCSETUP_BORROWED-}: in # what the active profile has moved moves back
    *:CLAUDE_CONFIG_DIR:*) __ccsetup_dir=${CCSETUP_SAVED_CLAUDE_CONFIG_DIR-} ;;
    *:CLAUDE_CONFIG_DIR-:*) __ccsetup_dir= ;;
  esac
  __ccsetup_state=${1:-${__ccsetup_dir:-$HOME}}/.claude.json
  __ccsetup_dir=${1:-${__ccsetup_dir:-$HOME/.claude}}
  if [[ -d @managed@/managed-settings.d ]]; then return 0; fi # what `*` means is up to the user's options
  set -- @managed@/managed-settings.json .claude/settings.json "$__ccsetup_dir/settings.json"
  __ccsetup_dir=$PWD
  while [[ -n $__ccsetup_dir ]]; do # the root of the repository is somewhere above
    if [[ -L $__ccsetup_dir ]]; then return 0; fi # what is above is not what $PWD says
    if [[ -f $__ccsetup_dir/.git ]]; then return 0; fi # a worktree: the main one is elsewhere
    set -- "$@" "$__ccsetup_dir/.claude/settings.local.json"
    __ccsetup_dir=${__ccsetup_dir%/*}
  done
  for __ccsetup_file; do
    if [[ -f $__ccsetup_file ]]; then
      __ccsetup_text=
      IFS= \read -r -d '' -n @more@ __ccsetup_text < "$__ccsetup_file"
      if [[ ${#__ccsetup_text} -gt @largest@ ]]; then
        \printf '%s\n' "ccsetup: $__ccsetup_file is too large to be read in passing; what it decides: ccsetup status" >&2
        continue
      fi
      case $__ccsetup_text in @watched@) return 0 ;; esac
    fi
  done
  if [[ -f $__ccsetup_state ]]; then # written two spaces to a level: an `env` further in is of something else
    IFS= \read -r -d '' -n @more@ __ccsetup_text < "$__ccsetup_state"
    if [[ ${#__ccsetup_text} -gt @largest@ ]]; then return 0; fi # the long way is the quicker one
    case $__ccsetup_text in
      *$'\n  "env"'*) return 0 ;;
      $'{\n  "'*) ;;
      *'"env"'*) return 0 ;;
    esac
  fi
  return 1
}

__ccsetup_clear() {
  # Gives back what the active profile borrowed, and unsets what is ours.
  local __ccsetup_entry __ccsetup_name
  if [[ -z ${CCSETUP_PROFILE-} ]]; then __ccsetup_note; fi
  @give_back@
  \unset -v "${__ccsetup_owned[@]}"
}

__ccsetup_note() {
  # Notes which of the user's own values a switch clears: they do not come back with --off.
  local __ccsetup_name __ccsetup_names=
  for __ccsetup_name in "${__ccsetup_owned[@]}"; do
    if [[ -n ${!__ccsetup_name-} ]]; then __ccsetup_names+="${__ccsetup_names:+, }$__ccsetup_name"; fi
  done
  \unset CCSETUP_CLEARED
  if [[ -n $__ccsetup_names ]]; then \export CCSETUP_CLEARED="$__ccsetup_names"; fi
}

__ccsetup_borrow() {
  # Puts variables aside. $1: what to note behind the name of one that is not set, nothing for no note at all.
  local __ccsetup_name __ccsetup_none=$1
  shift
  for __ccsetup_name; do
    if [[ -n ${!__ccsetup_name+x} ]]; then
      \export "CCSETUP_SAVED_$__ccsetup_name=${!__ccsetup_name}"
      \export CCSETUP_BORROWED="${CCSETUP_BORROWED-}${CCSETUP_BORROWED+:}$__ccsetup_name"
      \unset "$__ccsetup_name"
    elif [[ -n $__ccsetup_none ]]; then
      \export CCSETUP_BORROWED="${CCSETUP_BORROWED-}${CCSETUP_BORROWED+:}$__ccsetup_name$__ccsetup_none"
    fi
  done
}

__ccsetup_strays() {
  # Whether a variable of a family is there, or put aside, that no compiled text knows.
  local name
  for name in @strays_bash@; do
    case ' @known@ ' in *" ${name#CCSETUP_SAVED_} "*) ;; *) return 0 ;; esac
  done
  return 1
}

__ccsetup_switch() {
  # Switches to the profile $1 without starting a process, and sets __ccsetup_done to its label; 1 if that cannot be done.
  local __ccsetup_profile=@profiles@/$1.toml __ccsetup_compiled=@compiled@/$1.ccuse
  if [[ -f $__ccsetup_profile && ! -L $__ccsetup_profile && -f $__ccsetup_compiled &&
    -O $__ccsetup_profile && -O $__ccsetup_compiled && -O ${__ccsetup_compiled%/*} ]] &&
    ! __ccsetup_strays && ! IFS= \read -r -d '' __ccsetup_source < "$__ccsetup_profile"; then # no NUL up to the end
    \. "$__ccsetup_compiled" && [[ -n $__ccsetup_done ]] && return 0
  fi
  return 1
}

__ccsetup_list() {
  local __ccsetup_default= __ccsetup_path __ccsetup_name __ccsetup_mark __ccsetup_count=0
  if [[ -f @default@ ]]; then IFS= \read -r -n 80 __ccsetup_default < @default@ || :; fi
  (
    set +f
    shopt -u failglob
    for __ccsetup_path in @profiles@/*.toml; do
      __ccsetup_name=${__ccsetup_path##*/} __ccsetup_name=${__ccsetup_name%.toml} __ccsetup_mark=' '
      case $__ccsetup_name in '' | [.-]* | *[!A-Za-z0-9._-]*) continue ;; esac
      if [[ $__ccsetup_name == "${CCSETUP_PROFILE-}" ]]; then __ccsetup_mark='*'; fi
      __ccsetup_count=1
      if [[ $__ccsetup_name == "$__ccsetup_default" ]]; then __ccsetup_name="$__ccsetup_name (default)"; fi
      \printf '%s %s\n' "$__ccsetup_mark" "$__ccsetup_name"
    done
    if [[ $__ccsetup_count == 0 ]]; then \printf 'no profiles yet; make one with: ccsetup init\n' >&2; fi
  )
}

__ccsetup_say() {
  # Nothing in a subshell: `$(cd elsewhere && pwd)`.
  if [[ ${BASH_SUBSHELL} -eq 0 ]]; then \printf 'ccsetup: %s\n' "$1" >&2; fi
}

__ccsetup_say_cleared() {
  if [[ -n ${CCSETUP_CLEARED-} ]]; then __ccsetup_say "cleared from this shell: $CCSETUP_CLEARED (not restored by --off)"; fi
}

ccuse() {
  local __ccsetup_source= __ccsetup_done= __ccsetup_code __ccsetup_entry __ccsetup_name
  local __ccsetup_was=${CCSETUP_PROFILE-} __ccsetup_cleared
  if [[ $# -eq 0 ]]; then __ccsetup_list; return; fi
  case $1 in
    -h | --help)
      \printf 'usage: ccuse NAME | ccuse --off | ccuse\n' >&2
      return 2
      ;;
    --off)
      if [[ $# -eq 1 ]] && ! __ccsetup_strays; then
        __ccsetup_cleared=${CCSETUP_CLEARED-}
        @off@
        if [[ -z $__ccsetup_was ]]; then __ccsetup_say 'no profile is active'; return 0; fi
        __ccsetup_say "$__ccsetup_was is off"
        if [[ -n $__ccsetup_cleared ]]; then __ccsetup_say "still unset: $__ccsetup_cleared (set again if you need it)"; fi
        return 0
      fi
      ;;
    -* | *[!A-Za-z0-9._-]*) ;;
    *)
      if [[ $# -eq 1 ]] && __ccsetup_switch "$1"; then
        __ccsetup_say "now using $__ccsetup_done"
        if [[ -z $__ccsetup_was ]]; then __ccsetup_say_cleared; fi
        return 0
      fi
      ;;
  esac
  # Written with = it takes the long way, which also compiles it again.
  __ccsetup_code="$("$__ccsetup_program" env "$@" --announce --shell=bash)" || return
  \eval "$__ccsetup_code"
}

__ccsetup_complete() {
  local path word=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for path in @profiles@/*.toml; do
    path=${path##*/}
    case ${path%.toml} in '*') ;; "$word"*) COMPREPLY+=("${path%.toml}") ;; esac
  done
  case --off in "$word"*) COMPREPLY+=(--off) ;; esac
}
if [[ $- == *i* ]]; then complete -F __ccsetup_complete ccuse; fi

# A new shell switches to the default; the folder's profile comes with the first prompt.
if [[ -z ${CCSETUP_PROFILE-} && -f @default@ && -O @default@ ]]; then
  __ccsetup_start() {
    local __ccsetup_source= __ccsetup_done= __ccsetup_entry __ccsetup_name __ccsetup_default=
    IFS= \read -r -n 80 __ccsetup_default < @default@ || :
    case $__ccsetup_default in
      '' | [.-]* | *[!A-Za-z0-9._-]*) ;;
      *) if ! __ccsetup_switch "$__ccsetup_default"; then
        \printf 'ccsetup: the default is %s; switch to it with: ccuse %s\n' "$__ccsetup_default" "$__ccsetup_default" >&2
      else
        __ccsetup_say_cleared
      fi ;;
    esac
  }
  __ccsetup_start
  \unset -f __ccsetup_start
fi
